package ledger_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// After an erasure the state holds the record, its history, and a mark in the
// place of each key; the private collection holds nothing.
func TestErasureLeavesNothingElse(t *testing.T) {
	t.Parallel()
	w, in, o := newWorld(t), ledgertest.NewSealedIssue(), ledgertest.NewOrganisation(ledger.RoleOperator)
	l, ctx, key := w.client("Org1MSP"), t.Context(), ledgertest.NewKey()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(l.RegisterOrganisation(ctx, o))
	before := len(w.state)
	must(l.Issue(ctx, in))
	must(l.AddKey(ctx, ledger.KeyRequest{Identity: in.ID, Key: key}))
	must(l.GrantConsent(ctx, ledger.Consent{Identity: in.ID, Organisation: o.ID, Attributes: []string{"birth_date"}, Until: tomorrow(w)}))
	said := []string{in.Nullifiers[0], in.HolderKey, in.SealedDigest, in.Attributes["birth_date"], in.Attributes["family_names"], key.X}
	u := ledger.Update{ID: in.ID, Version: 3, Attributes: ledgertest.NewIssue().Attributes, Nullifiers: ledgertest.NewIssue().Nullifiers, Assurance: in.Assurance}
	u.Sealed, u.SealedDigest = ledgertest.NewSealed("birth_date")
	must(l.Update(ctx, u))
	said = append(said, u.Nullifiers[0], u.SealedDigest, u.Attributes["birth_date"], u.Attributes["family_names"])
	must(l.Erase(ctx, in.ID))

	if len(w.private) != 0 {
		t.Errorf("the private collection holds %q, want nothing", w.private)
	}
	var keys []string
	for k, value := range w.state {
		for _, text := range said {
			if strings.Contains(k, text) || strings.Contains(string(value), text) {
				t.Errorf("the state holds %s: %s", k, value)
			}
		}
		if strings.Contains(k, in.ID) || strings.Contains(string(value), in.ID) || strings.Contains(k, key.Thumbprint()) {
			keys = append(keys, k)
		}
	}
	want := []string{
		"change/" + in.ID + "/2", "change/" + in.ID + "/3", "change/" + in.ID + "/4", "change/" + in.ID + "/5",
		"identity/" + in.ID, "key/" + key.Thumbprint(),
	}
	if slices.Sort(keys); !slices.Equal(keys, want) || len(w.state) != before+len(want) {
		t.Errorf("the state holds %q of the identity, want %q", keys, want)
	}
}

// An update without sealed attributes leaves none from before.
func TestUpdatePurgesWhatIsSealedNoMore(t *testing.T) {
	t.Parallel()
	w, in := newWorld(t), ledgertest.NewSealedIssue()
	l := w.client("Org1MSP")
	if _, err := l.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	u := ledger.Update{ID: in.ID, Version: 1, Attributes: in.Attributes, Nullifiers: in.Nullifiers, Assurance: in.Assurance}
	if _, err := l.Update(t.Context(), u); err != nil || len(w.private) != 0 {
		t.Errorf("Update(nothing sealed) = %v and left %q, want nothing", err, w.private)
	}
}
