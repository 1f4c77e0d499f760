package kyc

import (
	"context"
	"sync"
	"time"
)

// maxWaiting is how many requests may wait for a turn: one that repeats itself
// because its answer was late, and one of another tab.
const maxWaiting = 2

// turns lets the engines work on one request of each enrollment at a time, so
// that nobody occupies them all and a request that is repeated while the first
// is still examined finds it done. Servers do not share it: the database
// decides which of two requests counts, this only spares the work.
type turns struct {
	mu    sync.Mutex
	taken map[string]*turn
}

type turn struct {
	free  chan struct{} // holds one entry while nobody works
	users int           // at work or waiting
}

// take waits until it is the caller's turn; the caller ends it by done.
func (t *turns) take(ctx context.Context, id string) (done func(), err error) {
	mine, err := t.join(id)
	if err != nil {
		return nil, err
	}
	select {
	case <-mine.free:
		return func() {
			mine.free <- struct{}{}
			t.leave(id, mine)
		}, nil
	case <-ctx.Done():
		t.leave(id, mine)
		return nil, ctx.Err()
	}
}

func (t *turns) join(id string) (*turn, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken == nil {
		t.taken = map[string]*turn{}
	}
	mine := t.taken[id]
	if mine == nil {
		mine = &turn{free: make(chan struct{}, 1)}
		mine.free <- struct{}{}
		t.taken[id] = mine
	}
	if mine.users > maxWaiting {
		return nil, &RateError{RetryAfter: time.Second}
	}
	mine.users++
	return mine, nil
}

func (t *turns) leave(id string, mine *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if mine.users--; mine.users == 0 {
		delete(t.taken, id)
	}
}
