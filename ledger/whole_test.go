package ledger_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

const jwe = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"

// p256 is the generator of the curve: a point that is on it.
var p256 = ledger.PublicKey{
	Type: "EC", Curve: "P-256",
	X: "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY", Y: "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}

func TestALifeFromIssueToErasure(t *testing.T) {
	t.Parallel()
	f := ledgertest.NewFake(nil)
	ctx := t.Context()
	in := ledgertest.NewIssue()
	in.Sealed = []byte(`{"birth_date":"` + jwe + `"}`)
	sum := sha256.Sum256(in.Sealed)
	in.SealedDigest = base64.RawURLEncoding.EncodeToString(sum[:])
	if _, err := f.IssueAll(ctx, []ledger.Issue{in, ledgertest.NewIssue()}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.RegisterOrganisation(ctx, ledger.Organisation{ID: "telecom", Name: "Telecom", Role: ledger.RoleOperator, MSP: "Org2MSP"}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.SetOrganisationKey(ctx, "telecom", p256); err != nil {
		t.Fatal(err)
	}
	if _, err := f.AddKey(ctx, ledger.KeyRequest{Identity: in.ID, Key: p256}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.GrantConsent(ctx, ledger.Consent{
		Identity: in.ID, Organisation: "telecom", Attributes: []string{"birth_date"}, Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}); err != nil {
		t.Fatal(err)
	}
	pair := ledger.Pair{Identity: in.ID, Organisation: "telecom"}
	if d, err := f.Disclose(ctx, pair); err != nil || d.Sealed["birth_date"] != jwe {
		t.Errorf("Disclose() = %+v, %v; want the sealed attribute", d, err)
	}
	if _, err := f.Erase(ctx, in.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Disclose(ctx, pair); !errors.Is(err, ledger.ErrErased) {
		t.Errorf("Disclose(erased) = %v, want erased", err)
	}
	changes, err := f.History(ctx, in.ID)
	var kinds []string
	for _, c := range changes {
		kinds = append(kinds, string(c.Kind))
	}
	if got, want := strings.Join(kinds, " "), "issued key_added consent_granted erased"; err != nil || got != want {
		t.Errorf("History() = %s, %v; want %s", got, err, want)
	}
}
