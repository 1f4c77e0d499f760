package v1

import (
	"sync"
	"time"
)

// maxSources bounds the memory of a limiter. A stranger with more networks than
// that makes it forget, which costs what it would have saved and nothing more.
const maxSources = 10_000

// A limiter counts what is done by each source within a window. It counts in
// this process alone and forgets with it: it bounds work, and no secret rests
// on it. Those of people are in the database (kyc.Throttle).
type limiter struct {
	tries  int
	window time.Duration

	mu   sync.Mutex
	seen map[string]tally
}

// A tally is how often something was done since the window began.
type tally struct {
	began time.Time
	count int
}

func newLimiter(tries int, window time.Duration) *limiter {
	return &limiter{tries: tries, window: window, seen: map[string]tally{}}
}

// wait returns how long a source has to wait, and notes nothing.
func (l *limiter) wait(source string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.left(source, now)
}

// take notes one try of a source, or returns how long it has to wait.
func (l *limiter) take(source string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := l.left(source, now); wait > 0 {
		return wait
	}
	t, ok := l.seen[source]
	if !ok || now.Sub(t.began) >= l.window {
		if len(l.seen) >= maxSources {
			l.forget(now)
		}
		t = tally{began: now}
	}
	t.count++
	l.seen[source] = t
	return 0
}

func (l *limiter) left(source string, now time.Time) time.Duration {
	t, ok := l.seen[source]
	if !ok || t.count < l.tries {
		return 0
	}
	return max(0, l.window-now.Sub(t.began))
}

// forget drops the windows that are over, and all where that is none.
func (l *limiter) forget(now time.Time) {
	for source, t := range l.seen {
		if now.Sub(t.began) >= l.window {
			delete(l.seen, source)
		}
	}
	if len(l.seen) >= maxSources {
		clear(l.seen)
	}
}
