package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// A request is one transaction to be run. Its outcome is guarded by
// core.writing.
type request struct {
	call   ledger.Call
	caller string
	since  time.Time

	done   bool
	wrote  *entry // nil if nothing
	answer ledger.Answer
	err    error
}

// A queue holds the requests that nobody runs yet.
type queue struct {
	mu       sync.Mutex
	requests []*request
}

func (q *queue) add(r *request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.requests = append(q.requests, r)
}

func (q *queue) take() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.requests
	q.requests = nil
	return taken
}

var errNotRun = fmt.Errorf("%w: the transaction was not run to its end", ledger.ErrUnknown)

// Submit implements [ledger.Transport]: it runs one transaction and appends
// what it writes. Who arrives while others are being written waits, and the
// first to have the log then writes for all who wait: the disk is synced once
// for the group.
func (l *Log) Submit(ctx context.Context, c ledger.Call) (ledger.Answer, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Answer{}, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
	}
	return l.submit(c)
}

func (l *Log) submit(c ledger.Call) (ledger.Answer, error) {
	r := &request{call: c, caller: l.caller, since: l.now(), err: errNotRun}
	l.waiting.add(r)
	l.writing.Lock()
	defer l.writing.Unlock()
	if !r.done {
		l.commit(l.waiting.take())
	}
	return r.answer, r.err
}

// commit runs the requests and makes what they wrote durable, and then true.
// If it cannot be written all of them fail, also who wrote nothing: what was
// answered may rest on what another one wrote.
func (c *core) commit(requests []*request) {
	g := newGroup(c)
	for _, r := range requests {
		r.answer, r.wrote, r.err = c.run(g, r)
	}
	err := c.persist(g)
	for _, r := range requests {
		r.done = true
		switch {
		case err != nil:
			r.answer, r.err = ledger.Answer{}, err
		case r.wrote != nil:
			c.commits.Add(ledger.Commit{At: c.now().UTC(), Took: c.now().Sub(r.since), Identities: r.wrote.identities()})
		}
	}
}

// run runs one request and adds what it writes to the group.
func (c *core) run(g *group, r *request) (a ledger.Answer, wrote *entry, err error) {
	if c.broken != nil {
		return a, nil, fmt.Errorf("%w: %w", ledger.ErrUnavailable, c.broken)
	}
	t := newTx(c, r.caller, c.now())
	t.ahead, t.id, t.carried = &g.ahead, txID(g.hash, g.next), r.call.Transient
	if a, err = c.invoke(t, r.call); err != nil || len(t.writes)+len(t.private) == 0 {
		return a, nil, err
	}
	e := t.entry(r.call.Function)
	e.Seq, e.Prev = g.next, g.hash
	if err := g.add(e, t.private); err != nil {
		return ledger.Answer{}, nil, err
	}
	return a, &e, nil
}

func (c *core) invoke(t *tx, call ledger.Call) (a ledger.Answer, err error) {
	answer, err := c.rules(t, call.Function, call.Request)
	if err != nil {
		return a, err
	}
	err = json.Unmarshal(answer, &a)
	return a, err
}

// persist writes a group in the one order that no crash can make a lie of: the
// private values, the entries that name them, the head, and only then are
// values deleted that no entry names any more. If it cannot tell whether an
// entry is on the disk, nothing more is written until the log is opened again:
// after a failed fsync the system may have dropped the pages and forgotten it.
func (c *core) persist(g *group) error {
	if len(g.entries) == 0 {
		return nil
	}
	if err := c.vault.write(g.files); err != nil {
		return c.undo(g, err)
	}
	if _, err := c.file.Write(g.lines); err != nil {
		if cut := c.file.Truncate(c.chain.size); cut != nil {
			return c.breaks(errors.Join(err, cut))
		}
		return c.undo(g, err)
	}
	if err := c.file.Sync(); err != nil {
		return c.breaks(err)
	}
	if err := c.writeHead(head{g.next - 1, g.hash}); err != nil {
		return c.breaks(err)
	}
	if err := c.vault.remove(c.apply(g)); err != nil {
		return c.breaks(err)
	}
	return nil
}

// undo deletes the private values of a group of which no entry was written.
func (c *core) undo(g *group, err error) error {
	if left := c.vault.remove(slices.Collect(maps.Keys(g.files))); left != nil {
		return c.breaks(errors.Join(err, left))
	}
	return fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
}

// apply makes a durable group what every reader sees, and returns the names of
// the private values that no entry names any more.
func (c *core) apply(g *group) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := map[string]bool{}
	for name := range g.files {
		names[name] = true
	}
	for key := range g.ahead.private {
		if v, ok := c.chain.private[key]; ok {
			names[fileOf(key, v.digest)] = true
		}
	}
	for _, e := range g.entries {
		c.chain.apply(e.entry, e.line)
	}
	for key := range g.ahead.private {
		if v, ok := c.chain.private[key]; ok {
			delete(names, fileOf(key, v.digest))
		}
	}
	close(c.grown)
	c.grown = make(chan struct{})
	return slices.Collect(maps.Keys(names))
}

func (c *core) breaks(err error) error {
	c.stop(err)
	return fmt.Errorf("%w: %w", ledger.ErrUnknown, err)
}

// stop lets nothing more be written and wakes who waits for it.
func (c *core) stop(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken == nil {
		close(c.grown)
	}
	c.broken = why
}

func (c *core) writeHead(h head) error {
	line, err := seal(c.key, labelHead, h)
	if err != nil {
		return err
	}
	return replace(c.disk, filepath.Join(c.dir, headName), append(line, '\n'))
}
