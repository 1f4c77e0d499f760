package embedded_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// prove returns a proof and what it is checked with.
func prove(t testing.TB, l *embedded.Log, id string) (b, trust []byte) {
	t.Helper()
	b, err := l.Prove(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if trust, err = l.Trust(); err != nil {
		t.Fatal(err)
	}
	return b, trust
}

func TestProofsFollowAnIdentity(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	defer closed(t, l)
	in, other := ledgertest.NewIssue(), ledgertest.NewIssue()
	change := func(s ledger.Status, reason string) func() error {
		return func() error { _, err := l.SetStatus(t.Context(), in.ID, s, reason); return err }
	}
	for k, step := range []struct {
		function string
		status   ledger.Status
		do       func() error
	}{
		{ledger.FuncIssueIdentities, ledger.StatusActive, func() error {
			_, err := l.IssueAll(t.Context(), []ledger.Issue{other, in})
			return err
		}},
		{ledger.FuncSetStatus, ledger.StatusSuspended, change(ledger.StatusSuspended, ledger.ReasonUnderReview)},
		{ledger.FuncSetStatus, ledger.StatusRevoked, change(ledger.StatusRevoked, ledger.ReasonSuperseded)},
		{ledger.FuncEraseIdentity, ledger.StatusErased, func() error { _, err := l.Erase(t.Context(), in.ID); return err }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		got, err := embedded.CheckProof(prove(t, l, in.ID))
		if err != nil {
			t.Fatalf("CheckProof(after %s) = %v", step.function, err)
		}
		at, err := l.Locate(t.Context(), got.Record.UpdateTxID)
		if err != nil || got.Record.Status != step.status || got.Record.Version != k+1 || got.Function != step.function || got.Location != at {
			t.Errorf("CheckProof(after %s) = %+v, want %s, version %d at %+v", step.function, got, step.status, k+1, at)
		}
		if got.Head != at.Block || got.Caller != "Org1MSP" || !got.AsOf.Equal(clock()) {
			t.Errorf("CheckProof(after %s) = %+v, want the head and the time of the log", step.function, got)
		}
	}
	if _, err := l.Prove(t.Context(), "nobody"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Prove(nobody) = %v, want ErrNotFound", err)
	}
}

// Beside the process that writes, by the key in its folder, and not without.
func TestProofOfALogOpenedForReading(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, in := open(t, dir), ledgertest.NewIssue()
	defer closed(t, l)
	if _, err := l.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	reader, err := embedded.OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, reader)
	now := clock().Add(time.Hour)
	b, err := reader.ProveAt(t.Context(), in.ID, now)
	if err != nil {
		t.Fatal(err)
	}
	_, trust := prove(t, l, in.ID)
	if got, err := embedded.CheckProof(b, trust); err != nil || !got.AsOf.Equal(now) || got.Record.ID != in.ID {
		t.Errorf("CheckProof() = %+v, %v; want it as of %s", got, err, now)
	}
	if err := os.Remove(filepath.Join(dir, "signing.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.ProveAt(t.Context(), in.ID, now); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ProveAt() without the signing key = %v, want it to be missing", err)
	}
}

func TestEveryFlippedBitOfAProofIsRefused(t *testing.T) {
	t.Parallel()
	l, in := open(t, t.TempDir()), ledgertest.NewIssue()
	defer closed(t, l)
	if _, err := l.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	b, trust := prove(t, l, in.ID)
	for k := range 8 * len(b) {
		flip := slices.Clone(b)
		flip[k/8] ^= 1 << (k % 8)
		if got, err := embedded.CheckProof(flip, trust); !errors.Is(err, embedded.ErrRefused) {
			t.Fatalf("CheckProof(bit %d of byte %d flipped) = %+v, %v; want a refusal", k%8, k/8, got, err)
		}
	}
	for n := range b {
		if _, err := embedded.CheckProof(b[:n], trust); !errors.Is(err, embedded.ErrRefused) {
			t.Fatalf("CheckProof(%d of %d bytes) = %v, want a refusal", n, len(b), err)
		}
	}
	t.Logf("%d bytes", len(b))
}

func TestProofsThatDoNotHold(t *testing.T) {
	t.Parallel()
	l, stranger := open(t, t.TempDir()), open(t, t.TempDir())
	defer closed(t, l)
	defer closed(t, stranger)
	in, other := ledgertest.NewIssue(), ledgertest.NewIssue()
	if _, err := l.IssueAll(t.Context(), []ledger.Issue{in, other}); err != nil {
		t.Fatal(err)
	}
	before, trust := prove(t, l, in.ID)
	if _, err := l.SetStatus(t.Context(), in.ID, ledger.StatusRevoked, ledger.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	after, _ := prove(t, l, in.ID)
	strangers, err := stranger.Trust()
	if err != nil {
		t.Fatal(err)
	}
	lines := func(b []byte) [][]byte { return bytes.SplitAfter(b, []byte("\n")) }
	for _, c := range []struct {
		name         string
		proof, trust []byte
		want         string
	}{
		{"another log's key", before, strangers, "signature"},
		{"empty", nil, trust, "not a proof"},
		{"huge", append(slices.Clone(before), make([]byte, 64<<20)...), trust, "too large"},
		{"a line more", append(slices.Clone(before), "\n"...), trust, "after its end"},
		{"the entry of before, the statement of after", slices.Concat(lines(after)[0], lines(before)[1], lines(after)[2]), trust, "another entry"},
		{"the statement of before, the entry of after", slices.Concat(lines(after)[0], lines(after)[1], lines(before)[2]), trust, "another entry"},
		{"entry and statement exchanged", slices.Concat(lines(after)[0], lines(after)[2], lines(after)[1]), trust, "signature"},
	} {
		if _, err := embedded.CheckProof(c.proof, c.trust); !errors.Is(err, embedded.ErrRefused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: CheckProof() = %v, want a refusal with %q", c.name, err, c.want)
		}
	}
	for _, bad := range []string{"", "PEM", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"} {
		if _, err := embedded.CheckProof(before, []byte(bad)); err == nil || errors.Is(err, embedded.ErrRefused) {
			t.Errorf("CheckProof(trust %q) = %v, want a fault of the trust file", bad, err)
		}
	}
}
