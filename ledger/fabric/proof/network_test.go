package proof_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/fabric"
	"github.com/vouchline/vouchline/ledger/fabric/proof"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func connect(t testing.TB, org string) *fabric.Client {
	t.Helper()
	p, err := fabric.LoadProfile(fabricnet.Shared(t).Profile(org))
	if err != nil {
		t.Fatal(err)
	}
	c, err := fabric.Connect(p, fabric.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func trustOf(t testing.TB, c *fabric.Client) proof.Trust {
	t.Helper()
	b, err := c.Trust(t.Context(), "Org1MSP")
	if err != nil {
		t.Fatal(err)
	}
	trust, err := proof.ParseTrust(b)
	if err != nil {
		t.Fatal(err)
	}
	trust.Witnesses = []string{"Org1MSP", "Org2MSP"}
	return trust
}

// prove makes a proof in which both organisations' peers have a say.
func prove(t testing.TB, c *fabric.Client, trust proof.Trust, id string) (b []byte, got proof.Result) {
	t.Helper()
	ledgertest.Eventually(t, "both organisations to state the record", func() (err error) {
		if b, err = c.Prove(t.Context(), id); err != nil {
			return err
		}
		got, err = trust.Check(b)
		return err
	})
	return b, got
}

// Every change of an identity proves as the last one, whoever asks.
func TestProofsFollowAnIdentity(t *testing.T) {
	t.Parallel()
	org1, org2 := connect(t, "org1"), connect(t, "org2")
	trust, in := trustOf(t, org1), ledgertest.NewIssue()
	steps := []struct {
		function string
		status   ledger.Status
		do       func() error
	}{
		{ledger.FuncIssueIdentity, ledger.StatusActive, func() error { _, err := org1.Issue(t.Context(), in); return err }},
		{ledger.FuncSetStatus, ledger.StatusSuspended, func() error {
			_, err := org1.SetStatus(t.Context(), in.ID, ledger.StatusSuspended, ledger.ReasonUnderReview)
			return err
		}},
		{ledger.FuncSetStatus, ledger.StatusRevoked, func() error {
			_, err := org1.SetStatus(t.Context(), in.ID, ledger.StatusRevoked, ledger.ReasonSuperseded)
			return err
		}},
		{ledger.FuncEraseIdentity, ledger.StatusErased, func() error { _, err := org1.Erase(t.Context(), in.ID); return err }},
	}
	for k, step := range steps {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		c := org1
		if k%2 == 1 {
			c = org2
			ledgertest.Eventually(t, "org2 to see it", func() error {
				if i, _, err := org2.Identity(t.Context(), in.ID); err != nil || i.Version != k+1 {
					return errors.New("not yet")
				}
				return nil
			})
		}
		b, got := prove(t, c, trust, in.ID)
		want, _, err := org1.Identity(t.Context(), in.ID)
		if err != nil {
			t.Fatal(err)
		}
		at, err := org1.Locate(t.Context(), want.UpdateTxID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Record.Status != step.status || got.Record.Version != k+1 || got.Function != step.function || got.Location != at {
			t.Errorf("Check(after %s) = %+v, want %s, version %d at %+v", step.function, got, step.status, k+1, at)
		}
		t.Logf("proof of %s: %d bytes, signers %+v", step.function, len(b), got.Signers)
	}
}

func TestProveNobody(t *testing.T) {
	t.Parallel()
	if _, err := connect(t, "org1").Prove(t.Context(), "nobody"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Prove(nobody) = %v, want ErrNotFound", err)
	}
}

// What a proof holds of a batch, and of a block that has more transactions
// than the one it is about.
func TestProofOfABatchInAFullBlock(t *testing.T) {
	t.Parallel()
	c := connect(t, "org1")
	trust := trustOf(t, c)
	batch := make([]ledger.Issue, ledger.MaxBatch)
	for k := range batch {
		batch[k] = ledgertest.NewIssue()
	}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if _, err := c.Issue(t.Context(), ledgertest.NewIssue()); err != nil {
				t.Error(err)
			}
		})
	}
	if _, err := c.IssueAll(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	wait.Wait()
	for _, k := range []int{0, 42, ledger.MaxBatch - 1} {
		b, got := prove(t, c, trust, batch[k].ID)
		if got.Record.ID != batch[k].ID || !got.Record.IssuedFrom(batch[k]) {
			t.Errorf("Check() = %+v, want the record of item %d", got, k)
		}
		t.Logf("proof of item %d of a batch of %d: %d bytes", k, len(batch), len(b))
	}
}

// The sealed attributes travel as transient data and must be in no proof.
func TestProofHoldsNoTransientData(t *testing.T) {
	t.Parallel()
	c, in := connect(t, "org1"), ledgertest.NewSealedIssue()
	if _, err := c.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	b, got := prove(t, c, trustOf(t, c), in.ID)
	content, err := proof.Content(b)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := ledger.ParseSealed(in.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	if got.Record.SealedDigest != in.SealedDigest || !strings.Contains(string(content), in.SealedDigest) {
		t.Error("the proof does not name the sealed attributes' digest")
	}
	for name, jwe := range sealed {
		_, secret, _ := strings.Cut(jwe, "..")
		if strings.Contains(string(content), secret) {
			t.Errorf("the proof holds the sealed attribute %s", name)
		}
	}
}
