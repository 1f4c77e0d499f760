package kyc

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// ListenerName is under what the listener's checkpoint is kept.
const ListenerName = "lines"

// How long a listener waits before it begins again.
const (
	firstRest   = time.Second
	longestRest = 30 * time.Second
	// standby is the wait of one whom another listener was ahead of.
	standby = 5 * time.Second
)

// A Listener follows what the ledger commits, by whomever, and turns it into
// effects. Where it has come to is saved in the transaction that saves the
// effects, so that a crash anywhere neither misses nor repeats. Of several
// listeners the one who saves first goes on; the others find that out by the
// same transaction and stand by.
type Listener struct {
	Ledger      Events
	Checkpoints Checkpoints
	Enrollments EnrollmentStore
	Logger      *slog.Logger
	Clock       func() time.Time
	// Handled is told of each transaction and how old it was; may be nil.
	Handled func(n ledger.Notice, lag time.Duration)
	// Rest waits; nil waits by the wall clock.
	Rest func(ctx context.Context, d time.Duration)
}

// Run follows the ledger until ctx ends. What fails begins again from the
// checkpoint.
func (l *Listener) Run(ctx context.Context) {
	wait := firstRest
	for ctx.Err() == nil {
		moved, err := l.follow(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, ErrConflict):
			wait = standby
		case moved:
			wait = firstRest
		}
		l.tell(ctx, err)
		l.rest(ctx, wait)
		wait = min(2*wait, longestRest)
	}
}

// tell says why it begins again, and when nothing will come of that.
func (l *Listener) tell(ctx context.Context, err error) {
	switch {
	case errors.Is(err, ErrConflict): // another listener is ahead
	case errors.Is(err, ledger.ErrCheckpoint):
		l.Logger.ErrorContext(ctx, "no event is followed until somebody decides: vouchline admin follow-anew begins with the first", "cause", err)
	default:
		l.Logger.WarnContext(ctx, "the ledger's events are followed again from the checkpoint", "cause", err)
	}
}

// follow handles events from the checkpoint on until something fails, and
// reports whether it handled any.
func (l *Listener) follow(ctx context.Context) (moved bool, err error) {
	here, err := l.Checkpoints.Checkpoint(ctx, ListenerName)
	if err != nil {
		return false, err
	}
	err = l.Ledger.Events(ctx, here, func(ctx context.Context, n ledger.Notice) error {
		effects, err := l.effects(ctx, n)
		if err != nil {
			return err
		}
		if err := l.Checkpoints.Advance(ctx, ListenerName, here, n.Checkpoint, effects); err != nil {
			return err
		}
		here, moved = n.Checkpoint, true
		if l.Handled != nil {
			l.Handled(n, l.lag(n))
		}
		return nil
	})
	return moved, err
}

func (l *Listener) lag(n ledger.Notice) time.Duration {
	if n.Time.IsZero() {
		return 0
	}
	return max(0, l.Clock().Sub(n.Time))
}

// effects is what a transaction asks for. What becomes of an identity that is
// not ours, or whose subject is forgotten, asks for nothing.
func (l *Listener) effects(ctx context.Context, n ledger.Notice) ([]Effect, error) {
	var effects []Effect
	for _, event := range n.Events {
		if !moves(event.Kind) {
			continue
		}
		ids, err := l.Enrollments.Find(ctx, ByIdentity, event.Identity)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if event.Kind != ledger.EventIssued || l.awaits(ctx, id) {
				effects = append(effects, after(event, id))
			}
		}
	}
	return effects, nil
}

func moves(kind ledger.EventKind) bool {
	switch kind {
	case ledger.EventIssued, ledger.EventSuspended, ledger.EventResumed, ledger.EventRevoked, ledger.EventErased:
		return true
	default:
		return false
	}
}

// awaits reports whether an enrollment still waits for its mint. One that does
// not open must not keep the others from what the ledger tells.
func (l *Listener) awaits(ctx context.Context, id string) bool {
	e, err := l.Enrollments.Get(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		l.Logger.WarnContext(ctx, "an enrollment is not woken", "enrollment", id, "cause", err)
	}
	return err == nil && e.State() == Approved
}

// after is what an event asks for of its enrollment.
func after(event ledger.Event, enrollmentID string) Effect {
	switch event.Kind { //nolint:exhaustive // see moves
	case ledger.EventErased:
		// Whoever erased it on the ledger: the rest must be forgotten too.
		return Effect{Kind: EraseIdentity, EnrollmentID: enrollmentID, Ref: event.Identity}
	case ledger.EventIssued:
		// The ledger's answer may have been lost. A job that waits or runs is
		// not joined by a second one.
		return Effect{Kind: MintIdentity, EnrollmentID: enrollmentID, Ref: event.Identity}
	default:
		return Effect{Kind: SyncLine, EnrollmentID: enrollmentID, Ref: at(event.Identity, event.Version)}
	}
}

func (l *Listener) rest(ctx context.Context, d time.Duration) {
	if l.Rest != nil {
		l.Rest(ctx, d)
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
