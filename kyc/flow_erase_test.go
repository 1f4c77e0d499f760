package kyc_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// forgotten fails the test unless nothing of a subject is left where the flow
// can look: the ledger says erased, the line is an empty shell.
func (b *bench) forgotten(t *testing.T, id, identity string) {
	t.Helper()
	if _, err := b.store.Get(t.Context(), id); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("the enrollment is there: %v", err)
	}
	record, on := b.standing(t, identity)
	if record.Status != ledger.StatusErased || on {
		t.Errorf("ledger %s, line on %t, want erased and off", record.Status, on)
	}
	accounts, err := b.store.AccountsOf(t.Context(), identity)
	must(t, err)
	if len(accounts) == 0 {
		t.Error("the number is not taken any more")
	}
	for _, account := range accounts {
		if !account.IsShell() || account.ReleasedAt.IsZero() {
			t.Errorf("%s still has a name or devices, or does not rest", account)
		}
	}
	if ids, err := b.store.Find(t.Context(), kyc.ByIdentity, identity); err != nil || len(ids) > 0 {
		t.Errorf("the identity still leads to %v, %v", ids, err)
	}
}

func TestErasureSurvivesAKillAnywhere(t *testing.T) {
	prepare := func(t *testing.T, b *bench) string { t.Helper(); return b.issued(t) }
	killEverywhere(t, prepare, func(t *testing.T, b *bench, id string, _ *saboteur) {
		identity := b.identity(t, id).ID
		insist(t, func() error { return b.flow.EraseSubject(t.Context(), "operator", identity) })
		b.persist(t)
		b.forgotten(t, id, identity)
		record, _ := b.standing(t, identity)
		if record.Version != 2 {
			t.Errorf("the record is at version %d, want one change after its issue", record.Version)
		}
		lines, err := b.store.AuditLog(t.Context(), "", 0)
		must(t, err)
		for _, action := range []string{"ask_erasure", "erased"} {
			if !slices.ContainsFunc(lines, func(l kyc.AuditEntry) bool { return l.Action == action }) {
				t.Errorf("the audit log has no %s", action)
			}
		}
	})
}

func TestErasureEndsEverySessionAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	b.activate(t, id)
	identity := b.identity(t, id).ID
	must(t, b.flow.RequestErasure(t.Context(), id))
	if _, err := b.flow.Enrollment(t.Context(), id); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Enrollment = %v, want ErrNotFound before anything is erased elsewhere", err)
	}
	e, err := b.store.Get(t.Context(), id)
	must(t, err)
	if p := (kyc.Profile{}); e.Data.Profile != p || e.Data.Identity.Salts != nil || e.Data.Identity.AttributeKey != nil {
		t.Error("the enrollment still knows its person")
	}
	signIn := kyc.Credentials{Login: "anna1", Password: password, Code: "000000", Source: "192.0.2.9"}
	if _, err := b.flow.SignIn(t.Context(), signIn); !errors.Is(err, kyc.ErrSignInRefused) {
		t.Errorf("SignIn = %v", err)
	}
	if err := b.flow.RequestErasure(t.Context(), id); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("RequestErasure again = %v", err)
	}
	must(t, b.flow.EraseSubject(t.Context(), "operator", id)) // asked again: nothing more to do
	if err := b.change(t, identity, ledger.StatusSuspended, ledger.ReasonUnderReview); kyc.Code(err) != "erased" {
		t.Errorf("ChangeStatus = %v, want erased", err)
	}
	if len(b.queue) != 1 {
		t.Errorf("%d effects, want the erasure alone", len(b.queue))
	}
	b.work(t)
	b.forgotten(t, id, identity)
}

// activate sets the account of a subscriber up.
func (b *bench) activate(t *testing.T, id string) {
	t.Helper()
	_, err := b.flow.PrepareActivation(t.Context(), id)
	must(t, err)
	_, err = b.store.Update(t.Context(), id, func(e *kyc.Enrollment) error {
		e.Data.Account = kyc.Account{ActivatedAt: b.now, TOTPSecret: e.Data.Account.PendingSecret, PasswordHash: hashOf(t, password)}
		return nil
	})
	must(t, err)
}

func TestProofOfTheErased(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	link, err := b.flow.ShareLink(t.Context(), id, []string{kyc.AttrFamilyNames})
	must(t, err)
	from := b.now
	b.advance(time.Hour)
	must(t, b.flow.EraseSubject(t.Context(), "agent:1", id))
	b.work(t)
	proof, err := b.flow.Proof(t.Context(), identity)
	must(t, err)
	if !proof.Erased() || !proof.From.Equal(from.Truncate(time.Millisecond)) || !proof.To.Equal(b.now.Truncate(time.Millisecond)) {
		t.Errorf("proof = %+v, want erased, from %s to %s", proof, from, b.now)
	}
	_, salt, _ := strings.Cut(link, "family_names=")
	if match, err := b.flow.Match(t.Context(), identity, kyc.AttrFamilyNames, "Eriksson", salt); match {
		t.Errorf("who kept a share link can still check it: %t, %v", match, err)
	}
	l, err := b.flow.Lifeline(t.Context(), "agent:1", identity)
	if err != nil || l.Identity.Status != ledger.StatusErased || l.EnrollmentID != "" || len(l.Changes) != 2 {
		t.Errorf("Lifeline = %+v, %v, want issue and erasure alone", l, err)
	}
	if err := b.flow.EraseSubject(t.Context(), "operator", identity); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("EraseSubject of the forgotten = %v", err)
	}
}

// TestWhoIsBeingMintedIsNotErased: a transaction on its way would bring the
// identity back after the ledger was asked to forget it.
func TestWhoIsBeingMintedIsNotErased(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.approved(t)
	if err := b.flow.EraseSubject(t.Context(), "operator", id); kyc.Code(err) != "not_now" {
		t.Errorf("EraseSubject = %v, want it refused for now", err)
	}
	b.work(t)
	must(t, b.flow.EraseSubject(t.Context(), "operator", id))
}

func TestEraseWithoutAnIdentity(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, state := range []kyc.State{kyc.Contacts, kyc.Selfie, kyc.InReview, kyc.Rejected, kyc.Withdrawn} {
		id := "en" + strings.ReplaceAll(string(state), "_", "")
		e, err := kyc.Restore(kyc.Snapshot{ID: id, State: state, CreatedAt: b.now, UpdatedAt: b.now, Data: kyc.Data{Profile: anna(1).Profile}})
		must(t, err)
		must(t, b.store.Create(t.Context(), e))
		must(t, b.store.PutEvidence(t.Context(), id, "selfie", []byte("a face")))
		must(t, b.flow.EraseSubject(t.Context(), "operator", id))
		b.work(t)
		if _, err := b.store.Get(t.Context(), id); !errors.Is(err, kyc.ErrNotFound) {
			t.Errorf("%s: the enrollment is there: %v", state, err)
		}
		if _, err := b.store.Evidence(t.Context(), id, "selfie"); err == nil {
			t.Errorf("%s: the photograph is there", state)
		}
	}
	if _, err := b.flow.Enrollment(t.Context(), "nobody"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Enrollment = %v", err)
	}
}

// TestErasureWaitsForTheLedger: while it is away the person's key is kept,
// and with it the knowledge of what is still to be erased there.
func TestErasureWaitsForTheLedger(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	must(t, b.flow.EraseSubject(t.Context(), "operator", id))
	s := &saboteur{armed: true, nth: 3} // enrollment, account, PBX, then the ledger
	b.sabotaged(s)
	effect := b.queue[0]
	if err := b.runner.Run(t.Context(), effect); !errors.Is(err, errCrash) {
		t.Fatalf("Run = %v, want it tried again", err)
	}
	if _, on := b.standing(t, identity); on {
		t.Error("the line waits for the ledger")
	}
	b.advance(400 * 24 * time.Hour)
	must(t, b.flow.Tidy(t.Context())) // retention has no business with it
	b.persist(t)
	b.forgotten(t, id, identity)
}

// behind is a ledger whose peer does not have the latest blocks.
type behind struct{ kyc.Ledger }

func (behind) Erase(context.Context, string) (ledger.Location, error) {
	return ledger.Location{}, ledger.ErrNotFound
}

// TestErasureFindsWhatAPeerDoesNotHaveYet: that a peer knows no such identity
// does not mean that it is forgotten, for it was minted. The person's data go,
// and the record is asked for again.
func TestErasureFindsWhatAPeerDoesNotHaveYet(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	must(t, b.flow.EraseSubject(t.Context(), "operator", id))
	b.flow.Ledger = behind{b.ledger}
	if err := b.runner.Run(t.Context(), b.queue[0]); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Run = %v, want it tried again", err)
	}
	if _, err := b.store.Get(t.Context(), id); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("the person waits for the peer: %v", err)
	}
	b.flow.Ledger = b.ledger
	b.work(t)
	b.forgotten(t, id, identity)
}

func hashOf(t *testing.T, password string) string {
	t.Helper()
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	must(t, err)
	return hash
}
