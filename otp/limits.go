package otp

import (
	"slices"
	"time"
)

// A Window allows N events in any period of length Per.
type Window struct {
	N   int           `json:"n"`
	Per time.Duration `json:"per"`
}

// PerPhone limits the codes sent to one phone number, against flooding a
// stranger's phone and against running up the operator's bill.
func PerPhone() []Window {
	return []Window{{N: 2, Per: 10 * time.Second}, {N: 20, Per: 24 * time.Hour}}
}

// PerSource limits the codes that one source address may ask for, against
// walking through many numbers.
func PerSource() []Window { return []Window{{N: 25, Per: 5 * time.Minute}} }

// Longest returns how far back the past must be known for [Allow].
func Longest(ws ...Window) time.Duration {
	var longest time.Duration
	for _, w := range ws {
		longest = max(longest, w.Per)
	}
	return longest
}

// Allow reports whether one more event may happen now after the past ones,
// whose order does not matter. When not, retryAfter is the time until all
// windows have room. An event in the future (another machine's clock) counts
// as present: it never opens a window.
func Allow(now time.Time, past []time.Time, ws ...Window) (ok bool, retryAfter time.Duration) {
	sorted := slices.Clone(past)
	slices.SortFunc(sorted, time.Time.Compare)
	for _, w := range ws {
		retryAfter = max(retryAfter, w.wait(now, sorted))
	}
	return retryAfter == 0, retryAfter
}

// wait returns how long until the window has room again.
func (w Window) wait(now time.Time, sorted []time.Time) time.Duration {
	if w.N <= 0 {
		return max(w.Per, 1) // nothing is ever allowed
	}
	if len(sorted) < w.N {
		return 0
	}
	// Room opens when the N-th newest event leaves the window.
	return max(0, sorted[len(sorted)-w.N].Add(w.Per).Sub(now))
}

// Disabled reports whether so many wrong tries in a row disable an
// authenticator (SP 800-63B-4 section 3.2.2).
func Disabled(consecutive int) bool { return consecutive >= MaxConsecutiveFailures }
