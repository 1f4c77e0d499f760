// Package batch mints many identities in one transaction when many are waiting.
//
// The words are package ledger's. A commit takes as long for a hundred
// identities as for one, for it is the orderer's batch timeout and the way
// there and back. So while transactions are in flight, requests wait for one of
// them to end and then travel together; where nobody waits, a request goes at
// once and alone.
//
// The package decides nothing: the contract refuses what it refuses, and a
// refusal concerns the one request that it names. The others of its batch are
// sent again without it, and it is asked again by itself, so that its answer is
// what it would have been alone.
package batch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// An Issuer mints on a ledger; [ledger.Client] is one.
type Issuer interface {
	Issue(ctx context.Context, in ledger.Issue) (ledger.Location, error)
	// IssueAll mints all or none. It returns *ledger.ItemError for a request
	// that is refused.
	IssueAll(ctx context.Context, in []ledger.Issue) ([]ledger.Location, error)
}

// Config bounds a [Batcher]. Zero fields take the defaults.
type Config struct {
	// InFlight is how many transactions travel at a time: 4. One would make
	// each request wait for the one before; many would leave no one waiting.
	InFlight int
	// Max is how many identities one transaction takes: [ledger.MaxBatch].
	Max int
	// Timeout bounds a transaction with all its repetitions, which belongs to
	// several callers and so ends with none of them: 1 minute.
	Timeout time.Duration
}

// A Batcher gathers the requests of concurrent callers. Use [New].
type Batcher struct {
	issuer Issuer
	cfg    Config

	mu      sync.Mutex
	queue   []*request
	flights int
}

// A request is one caller's, until done is closed.
type request struct {
	in      ledger.Issue
	taken   bool // it travels: what became of it is unknown until done
	done    chan struct{}
	at      ledger.Location
	outcome error
}

// New returns a batcher in front of issuer.
func New(issuer Issuer, cfg Config) *Batcher {
	if cfg.InFlight <= 0 {
		cfg.InFlight = 4
	}
	if cfg.Max <= 0 || cfg.Max > ledger.MaxBatch {
		cfg.Max = ledger.MaxBatch
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = time.Minute
	}
	return &Batcher{issuer: issuer, cfg: cfg}
}

// Issue mints an identity and returns when its transaction is committed or
// refused. When ctx ends first, the error says whether the request had left:
// [ledger.ErrUnavailable] or [ledger.ErrUnknown].
func (b *Batcher) Issue(ctx context.Context, in ledger.Issue) (ledger.Location, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Location{}, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
	}
	r := &request{in: in, done: make(chan struct{})}
	b.mu.Lock()
	b.queue = append(b.queue, r)
	if b.flights < b.cfg.InFlight {
		b.flights++
		go b.fly(context.WithoutCancel(ctx))
	}
	b.mu.Unlock()
	select {
	case <-r.done:
		return r.at, r.outcome
	case <-ctx.Done():
		return b.leave(ctx, r)
	}
}

// leave is the end of a caller's patience.
func (b *Batcher) leave(ctx context.Context, r *request) (ledger.Location, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.taken {
		return ledger.Location{}, fmt.Errorf("%w: %w", ledger.ErrUnknown, ctx.Err())
	}
	for k, waiting := range b.queue {
		if waiting == r {
			b.queue = append(b.queue[:k], b.queue[k+1:]...)
			break
		}
	}
	return ledger.Location{}, fmt.Errorf("%w: %w", ledger.ErrUnavailable, ctx.Err())
}

// fly sends batch after batch until nobody waits.
func (b *Batcher) fly(ctx context.Context) {
	for {
		batch := b.board()
		if len(batch) == 0 {
			return
		}
		bounded, cancel := context.WithTimeout(ctx, b.cfg.Timeout)
		b.send(bounded, batch)
		cancel()
	}
}

// board takes those who waited longest. Of two requests for the same id one
// waits for the next batch, where the contract can compare it with the record:
// within one batch it refuses an id twice with other content.
func (b *Batcher) board() []*request {
	b.mu.Lock()
	defer b.mu.Unlock()
	var batch, left []*request
	ids := map[string]bool{}
	for _, r := range b.queue {
		if len(batch) == b.cfg.Max || ids[r.in.ID] {
			left = append(left, r)
			continue
		}
		ids[r.in.ID], r.taken = true, true
		batch = append(batch, r)
	}
	b.queue = left
	if len(batch) == 0 {
		b.flights--
	}
	return batch
}

// send takes a batch to its end: every request in it is answered.
func (b *Batcher) send(ctx context.Context, batch []*request) {
	if len(batch) == 1 {
		r := batch[0]
		r.at, r.outcome = b.issuer.Issue(ctx, r.in)
		close(r.done)
		return
	}
	in := make([]ledger.Issue, len(batch))
	for k, r := range batch {
		in[k] = r.in
	}
	at, err := b.issuer.IssueAll(ctx, in)
	if err == nil && len(at) != len(batch) {
		err = fmt.Errorf("%w: %d locations for %d identities", ledger.ErrUnknown, len(at), len(batch))
	}
	var one *ledger.ItemError
	var whole *ledger.Error
	switch {
	case err == nil:
		for k, r := range batch {
			r.at = at[k]
			close(r.done)
		}
	case errors.As(err, &one) && one.Item >= 0 && one.Item < len(batch):
		poisoned := batch[one.Item]
		b.send(ctx, append(append([]*request{}, batch[:one.Item]...), batch[one.Item+1:]...))
		b.send(ctx, []*request{poisoned})
	case errors.As(err, &whole): // a refusal that names nobody, such as of the size
		b.send(ctx, batch[:len(batch)/2])
		b.send(ctx, batch[len(batch)/2:])
	default:
		for _, r := range batch {
			r.outcome = err
			close(r.done)
		}
	}
}
