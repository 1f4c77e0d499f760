package embedded

import (
	"context"
	"errors"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

var errEnough = errors.New("enough")

// collect follows the log until it has n notices.
func collect(ctx context.Context, l *Log, after ledger.Checkpoint, n int) (got []ledger.Notice, err error) {
	err = l.Events(ctx, after, func(_ context.Context, notice ledger.Notice) error {
		if got = append(got, notice); len(got) == n {
			return errEnough
		}
		return nil
	})
	return got, err
}

func subjects(notices []ledger.Notice) (ids []string) {
	for _, n := range notices {
		for _, e := range n.Events {
			ids = append(ids, e.Identity)
		}
	}
	return ids
}

func TestEventsOfThePastThenLive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openNotes(t, dir)
	call(t, l, "put", "0")
	call(t, l, "purge", "") // emits nothing
	call(t, l, "put", "1")

	past, err := collect(t.Context(), l, ledger.Checkpoint{}, 2)
	if diff := cmp.Diff([]string{"0", "1"}, subjects(past)); !errors.Is(err, errEnough) || diff != "" {
		t.Fatalf("Events(from the start) = %v (-want +got):\n%s", err, diff)
	}
	at, err := l.Locate(t.Context(), past[1].TxID)
	if err != nil || at.Block != past[1].Block || !past[1].Time.Equal(time.Unix(1, 0)) {
		t.Errorf("Events() = %+v, want the place %+v and the entry's time", past[1], at)
	}

	const more = 50
	var wg sync.WaitGroup
	started := make(chan struct{})
	wg.Go(func() {
		<-started
		for k := range more {
			call(t, l, "put", strconv.Itoa(k+2))
		}
	})
	var want, got []string
	err = l.Events(t.Context(), past[0].Checkpoint, func(_ context.Context, n ledger.Notice) error {
		if len(got) == 0 {
			close(started) // the others are written while it follows
		}
		got = append(got, subjects([]ledger.Notice{n})...)
		if len(got) == more+1 {
			return errEnough
		}
		return nil
	})
	wg.Wait()
	for k := range more + 1 {
		want = append(want, strconv.Itoa(k+1))
	}
	if diff := cmp.Diff(want, got); !errors.Is(err, errEnough) || diff != "" {
		t.Errorf("Events(after the first) = %v (-want +got):\n%s", err, diff)
	}

	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openNotes(t, dir)
	again, err := collect(t.Context(), l, past[0].Checkpoint, more+1)
	if diff := cmp.Diff(want, subjects(again)); !errors.Is(err, errEnough) || diff != "" {
		t.Errorf("Events() after reopening = %v (-want +got):\n%s", err, diff)
	}
}

func TestEventsEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openNotes(t, dir)
	call(t, l, "put", "0")

	ctx, cancel := context.WithCancel(t.Context())
	err := l.Events(ctx, ledger.Checkpoint{}, func(context.Context, ledger.Notice) error {
		cancel() // it then waits for more
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Events(context that ends) = %v, want context.Canceled", err)
	}

	r, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if got, err := collect(t.Context(), r, ledger.Checkpoint{}, 9); !errors.Is(err, ledger.ErrUnavailable) || len(got) != 1 {
		t.Errorf("Events(read only) = %v, %v; want the past and ErrUnavailable", got, err)
	}

	closed := make(chan error, 1)
	handled := make(chan struct{})
	go func() {
		closed <- l.Events(t.Context(), ledger.Checkpoint{}, func(context.Context, ledger.Notice) error {
			close(handled)
			return nil
		})
	}()
	<-handled
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-closed; !errors.Is(err, os.ErrClosed) {
		t.Errorf("Events(of a log that is closed) = %v, want os.ErrClosed", err)
	}
}

func TestCheckpointOfAnotherLedger(t *testing.T) {
	t.Parallel()
	l, other := openNotes(t, t.TempDir()), openNotes(t, t.TempDir())
	call(t, l, "put", "0")
	call(t, other, "put", "0")
	mine, err := collect(t.Context(), l, ledger.Checkpoint{}, 1)
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	theirs, err := collect(t.Context(), other, ledger.Checkpoint{}, 1)
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	for name, after := range map[string]ledger.Checkpoint{
		"another ledger's":      theirs[0].Checkpoint,
		"beyond the end":        {Block: 99, TxID: mine[0].TxID},
		"another place's":       {Block: mine[0].Block - 1, TxID: mine[0].TxID},
		"without transaction":   {Block: mine[0].Block},
		"unknown transaction's": {TxID: "x"},
	} {
		if _, err := collect(t.Context(), l, after, 1); !errors.Is(err, ledger.ErrCheckpoint) {
			t.Errorf("Events(after a checkpoint %s) = %v, want ErrCheckpoint", name, err)
		}
	}
}
