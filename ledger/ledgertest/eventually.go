package ledgertest

import (
	"context"
	"testing"
	"time"
)

// Eventually polls f until it returns nil and fails the test after 30 s:
// organisations see one another's blocks a moment later than their own.
func Eventually(t testing.TB, what string, f func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited 30 s for %s: %v", what, err)
		}
	}
}
