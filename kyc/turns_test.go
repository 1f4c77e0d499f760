package kyc

import (
	"context"
	"errors"
	"testing"
)

func TestTurns(t *testing.T) {
	t.Parallel()
	var line turns
	done, err := line.take(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := line.take(t.Context(), "b")
	if err != nil {
		t.Fatalf("another enrollment has to wait: %v", err)
	}
	other()
	given, up := context.WithCancel(t.Context())
	up()
	if _, err := line.take(given, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("take of a request that was given up = %v", err)
	}
	var waiting []*turn
	for range maxWaiting {
		w, err := line.join("a")
		if err != nil {
			t.Fatalf("join = %v", err)
		}
		waiting = append(waiting, w)
	}
	var rate *RateError
	if _, err := line.take(t.Context(), "a"); !errors.As(err, &rate) {
		t.Errorf("take with everybody waiting = %v, want a RateError", err)
	}
	select {
	case <-waiting[0].free:
		t.Fatal("two requests of one enrollment are at work")
	default:
	}
	done()
	for _, w := range waiting { // each in its turn
		<-w.free
		w.free <- struct{}{}
		line.leave("a", w)
	}
	if len(line.taken) != 0 {
		t.Errorf("%d enrollments are remembered after their turns", len(line.taken))
	}
}
