package asterisk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// maxGathered is how many lines one reload is for.
const maxGathered = 64

// A change is one line's way into Asterisk.
type change struct {
	extension string
	// want is who may use the line afterwards: nobody, when it is taken away.
	want users
	// write puts the file right and reports whether devices have to go.
	write func(path string) (sweep bool, err error)
}

// A request is one caller's change, until done is closed.
type request struct {
	change
	sweep bool
	taken bool // it is being made: what became of it is unknown until done
	done  chan struct{}
	err   error
}

func (r *request) finish(err error) {
	r.err = err
	close(r.done)
}

// A gathering holds the changes that nobody makes yet. For a reload Asterisk
// reads every line again, so the changes of concurrent callers share one: who
// arrives during a reload waits for the next, and where nobody waits a change is
// made at once and alone.
type gathering struct {
	mu     sync.Mutex
	queue  []*request
	making bool
}

// change makes a change together with those of others, and returns when this
// one is in effect. Where ctx ends first the change is not made, or is made to
// its end without its caller: others travel with it.
func (p *Provisioner) change(ctx context.Context, c change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{change: c, done: make(chan struct{})}
	p.waiting.mu.Lock()
	p.waiting.queue = append(p.waiting.queue, r)
	if !p.waiting.making {
		p.waiting.making = true
		go p.makeAll(context.WithoutCancel(ctx))
	}
	p.waiting.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return p.waiting.leave(ctx, r)
	}
}

// leave is the end of a caller's patience.
func (g *gathering) leave(ctx context.Context, r *request) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.taken {
		return errors.Join(ErrNotLoaded, ctx.Err())
	}
	g.queue = slices.DeleteFunc(g.queue, func(waiting *request) bool { return waiting == r })
	return ctx.Err()
}

// take takes those who waited longest. Of two changes of a line one waits for
// the next reload: between them Asterisk must be seen to believe the first.
func (g *gathering) take() []*request {
	g.mu.Lock()
	defer g.mu.Unlock()
	var taken, left []*request
	lines := map[string]bool{}
	for _, r := range g.queue {
		if len(taken) == maxGathered || lines[r.extension] {
			left = append(left, r)
			continue
		}
		lines[r.extension], r.taken = true, true
		taken = append(taken, r)
	}
	g.queue = left
	g.making = len(taken) > 0
	return taken
}

// makeAll makes changes until nobody waits. It belongs to all callers, so that
// it ends with none of them, but in its own time.
func (p *Provisioner) makeAll(ctx context.Context) {
	for taken := p.waiting.take(); len(taken) > 0; taken = p.waiting.take() {
		bounded, cancel := context.WithTimeout(ctx, p.config.Timeout)
		if err := p.alone(bounded, func() { p.makeTogether(bounded, taken) }); err != nil {
			finish(taken, fmt.Errorf("asterisk: %w", err))
		}
		cancel()
	}
}

// makeTogether writes, reloads once, and then waits for each line and drops its
// devices, in this order. A device that is dropped before Asterisk knows better
// would register again with the old password. Nobody else changes the folder
// meanwhile.
func (p *Provisioner) makeTogether(ctx context.Context, taken []*request) {
	written := p.write(taken)
	if err := p.load(ctx); err != nil {
		finish(written, err)
		return
	}
	var lines sync.WaitGroup
	for _, r := range written {
		lines.Go(func() { r.finish(p.land(ctx, r)) })
	}
	lines.Wait()
}

// load makes Asterisk read what was written.
func (p *Provisioner) load(ctx context.Context) error {
	if err := p.writeBundle(); err != nil {
		return fmt.Errorf("asterisk: %w", err)
	}
	if p.control.reload == nil {
		return nil
	}
	if err := p.control.reload(ctx); err != nil {
		return errors.Join(ErrReload, err, ctx.Err())
	}
	return nil
}

// write puts the files right. One that cannot be written is not in the way of
// the others.
func (p *Provisioner) write(taken []*request) (written []*request) {
	for _, r := range taken {
		sweep, err := r.write(p.path(r.extension))
		if err != nil {
			r.finish(fmt.Errorf("asterisk: %w", err))
			continue
		}
		r.sweep = sweep
		written = append(written, r)
	}
	return written
}

// land waits until Asterisk believes a change, and drops devices.
func (p *Provisioner) land(ctx context.Context, r *request) error {
	if err := p.control.await(ctx, r.extension, func() users { return r.want }); err != nil {
		return err
	}
	if r.sweep {
		if err := p.control.sweep(ctx, r.extension, p.config.HangUp && r.want == nil); err != nil {
			return err
		}
	}
	p.config.Logger.InfoContext(ctx, "line changed", "extension", r.extension, "credentials", len(r.want))
	return nil
}

func finish(requests []*request, err error) {
	for _, r := range requests {
		r.finish(err)
	}
}
