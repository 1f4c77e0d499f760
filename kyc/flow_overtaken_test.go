package kyc_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// tardy is a ledger whose orderer takes a change of status, says nothing, and
// forms its block only when it is told to. As on Fabric the transaction has
// then no effect if another one has changed the record meanwhile.
type tardy struct {
	kyc.Ledger
	held func(context.Context) error
}

func (l *tardy) SetStatus(ctx context.Context, id string, to ledger.Status, reason string) (ledger.Location, error) {
	if l.held != nil {
		return l.Ledger.SetStatus(ctx, id, to, reason)
	}
	read, _, err := l.Identity(ctx, id)
	if err != nil {
		return ledger.Location{}, err
	}
	l.held = func(ctx context.Context) error {
		now, _, err := l.Identity(ctx, id)
		if err != nil || now.Version != read.Version {
			return err
		}
		_, err = l.Ledger.SetStatus(ctx, id, to, reason)
		return err
	}
	return ledger.Location{}, ledger.ErrUnknown
}

// TestNewerChangeWaitsForAnOlderOneUnderWay: who resumes an identity and at
// once suspends it again must not be told that it is suspended, because it
// still was, and then see the first transaction arrive.
func TestNewerChangeWaitsForAnOlderOneUnderWay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                string
		before, first, last ledger.Status
		line                bool
	}{
		{"suspended while it is resumed", ledger.StatusSuspended, ledger.StatusActive, ledger.StatusSuspended, false},
		{"resumed while it is suspended", ledger.StatusActive, ledger.StatusSuspended, ledger.StatusActive, true},
		{"revoked while it is resumed", ledger.StatusSuspended, ledger.StatusActive, ledger.StatusRevoked, false},
	} {
		for _, late := range []bool{false, true} {
			name := tt.name
			if late {
				name += ", the block comes last"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				identity := b.identity(t, b.issued(t)).ID
				if tt.before != ledger.StatusActive {
					must(t, b.change(t, identity, tt.before, ledger.ReasonAdministrative))
					b.work(t)
				}
				slow := &tardy{Ledger: b.ledger}
				b.flow.Ledger = slow
				must(t, b.change(t, identity, tt.first, ledger.ReasonAdministrative))
				older := b.queue[0]
				if err := b.runner.Run(t.Context(), older); !errors.Is(err, ledger.ErrUnknown) {
					t.Fatalf("Run = %v, want the outcome unknown", err)
				}
				must(t, b.change(t, identity, tt.last, ledger.ReasonAdministrative))
				newer := b.queue[1]
				_ = b.runner.Run(t.Context(), newer) // it may have to wait
				if _, on := b.standing(t, identity); on && tt.last != ledger.StatusActive {
					t.Error("the line waits for the ledger")
				}
				if !late {
					must(t, slow.held(t.Context()))
				}
				b.untilDone(t, older, newer)
				must(t, slow.held(t.Context()))
				b.untilDone(t, kyc.Effect{Kind: kyc.SyncLine, EnrollmentID: newer.EnrollmentID, Ref: identity + "@0"})
				if record, on := b.standing(t, identity); record.Status != tt.last || on != tt.line {
					t.Errorf("ledger %s, line on %t, want %s, %t", record.Status, on, tt.last, tt.line)
				}
			})
		}
	}
}

// untilDone runs effects as the queue does: each again until it succeeds.
func (b *bench) untilDone(t *testing.T, effects ...kyc.Effect) {
	t.Helper()
	for range 10 {
		var failed []kyc.Effect
		for k := len(effects) - 1; k >= 0; k-- { // the newer first: the worse order
			if b.runner.Run(t.Context(), effects[k]) != nil {
				failed = append([]kyc.Effect{effects[k]}, failed...)
			}
		}
		if effects = failed; len(effects) == 0 {
			return
		}
	}
	t.Fatalf("%v never ends", effects)
}
