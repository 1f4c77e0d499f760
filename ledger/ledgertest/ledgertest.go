// Package ledgertest checks that a ledger keeps the contract of package ledger
// from the first call to the record read back.
//
// The words are those of package ledger. The suite knows no adapter: each
// gives it a [Target] and passes all of it, and so does [Fake], so that a test
// that uses the fake rests on the same contract. [Same] holds two ledgers
// against each other over calls that nobody chose.
//
// The rule: the suite may share its ledger with others and with its own past
// runs. Every id and digest in it is new.
package ledgertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// A Target is one ledger seen by two organisations.
type Target struct {
	Writer  ledger.Client
	Other   ledger.Client // reads, and is refused when it writes
	Network string        // what Location.Network must say

	// Events is the listener of the writer's.
	Events func(ctx context.Context, after ledger.Checkpoint, handle func(context.Context, ledger.Notice) error) error
}

// Run runs the suite.
func Run(t *testing.T, newTarget func(t *testing.T) Target) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(*testing.T, Target)
	}{
		{"issue then read", issueThenRead},
		{"issue again is the first location", issueAgain},
		{"issue other content under the same id", issueConflict},
		{"issue for the same person", issueDuplicatePerson},
		{"issue what is not a digest", issueInvalid},
		{"read what is not there", readMissing},
		{"status moves by the table", statusMoves},
		{"status of what is not there", statusMissing},
		{"revocation frees the person", revocationFrees},
		{"concurrent issues leave one record", concurrentIssues},
		{"concurrent enrollments of one person", concurrentPersons},
		{"batch of identities", batchIssued},
		{"batch sent again", batchAgain},
		{"batch with a refused item", batchRefused},
		{"batch with duplicates inside", batchDuplicates},
		{"update", updateReplaces},
		{"update from another version", updateStale},
		{"update moves the person", updateMovesNullifiers},
		{"keys of a subscriber", keysComeAndGo},
		{"keys belong to one identity for ever", keysAreUnique},
		{"sealed attributes are what was announced", sealedAsAnnounced},
		{"disclosure needs a consent that holds", disclosureNeedsConsent},
		{"disclosure needs everybody active", disclosureNeedsActive},
		{"consents of a subscriber", consentsComeAndGo},
		{"consent to what is not there", consentRefused},
		{"credentials", credentialsFollow},
		{"credential under a taken id", credentialConflict},
		{"erasure leaves the dates", erasureLeavesDates},
		{"erasure ends every change", erasureEnds},
		{"erasure frees the person", erasureFrees},
		{"history", historyTells},
		{"organisations", organisationsMove},
		{"every writing call again is answered alike", writesAreIdempotent},
		{"no writing call answers what is private", writesTellNothing},
		{"another organisation reads", otherReads},
		{"another organisation is refused every writing call", otherRefused},
		{"events in order and from a checkpoint", eventsFollow},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, newTarget(t)) })
	}
}

func issued(t testing.TB, l ledger.Client, in ledger.Issue) ledger.Location {
	t.Helper()
	at, err := l.Issue(t.Context(), in)
	if err != nil {
		t.Fatalf("Issue(new identity) = %v, want no error", err)
	}
	return at
}

func read(t *testing.T, l ledger.Client, id string) (ledger.Identity, ledger.Location) {
	t.Helper()
	got, at, err := l.Identity(t.Context(), id)
	if err != nil {
		t.Fatalf("Identity(%s) = %v, want no error", id, err)
	}
	return got, at
}

func refused(t *testing.T, call string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s = %v, want %v", call, err, want)
	}
}

// done fails the test at an error.
func done[T any](t testing.TB, call string) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%s = %v, want no error", call, err)
		}
		return v
	}
}

// partner registers an organisation that has a key.
func partner(t *testing.T, x Target) ledger.Organisation {
	t.Helper()
	o := NewOrganisation(ledger.RoleRelyingParty)
	done[ledger.Organisation](t, "RegisterOrganisation()")(x.Writer.RegisterOrganisation(t.Context(), o))
	return done[ledger.Organisation](t, "SetOrganisationKey()")(x.Writer.SetOrganisationKey(t.Context(), o.ID, NewKey()))
}

// tomorrow is a day after a record's time: the ledger's clock need not be ours.
func tomorrow(at time.Time) time.Time { return at.Add(24 * time.Hour).UTC().Truncate(time.Second) }
