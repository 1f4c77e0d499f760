package ledger_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

var contract = ledger.Contract{Writer: "Org1MSP"}

func manager() ledger.Organisation {
	return ledger.Organisation{ID: "manager", Name: "Network manager", Role: ledger.RoleIssuer, MSP: "Org1MSP"}
}

func (w *world) issue(in ledger.Issue) error {
	return w.as("Org1MSP", func(s ledger.State) error {
		_, err := contract.IssueIdentity(s, in)
		return err
	})
}

func TestOnlyWhatCannotBePersonalIsAccepted(t *testing.T) {
	t.Parallel()
	digest := ledgertest.NewIssue().HolderKey
	for _, c := range []struct {
		name   string
		change func(*ledger.Issue)
	}{
		{"no id", func(i *ledger.Issue) { i.ID = "" }},
		{"short id", func(i *ledger.Issue) { i.ID = "ab" }},
		{"long id", func(i *ledger.Issue) { i.ID = strings.Repeat("a", 65) }},
		{"an e-mail address as id", func(i *ledger.Issue) { i.ID = "erika@example.org" }},
		{"a phone number as id", func(i *ledger.Issue) { i.ID = "22997000000" }},
		{"a phone number with dashes as id", func(i *ledger.Issue) { i.ID = "229-97-00-00-00" }},
		{"a phone number with plus as id", func(i *ledger.Issue) { i.ID = "+22997000000" }},
		{"a full name as id", func(i *ledger.Issue) { i.ID = "Erika Mustermann" }},
		{"letters beyond ASCII in the id", func(i *ledger.Issue) { i.ID = "müller" }},
		{"a key of the state as id", func(i *ledger.Issue) { i.ID = "nullifier/x" }},
		{"no attribute", func(i *ledger.Issue) { i.Attributes = nil }},
		{"too many attributes", func(i *ledger.Issue) {
			for k := range 33 {
				i.Attributes["a"+strings.Repeat("b", k%30)+string(rune('a'+k/30))] = digest
			}
		}},
		{"a name in clear", func(i *ledger.Issue) { i.Attributes["family_names"] = "Mustermann" }},
		{"a digest in hex", func(i *ledger.Issue) { i.Attributes["a"] = strings.Repeat("0", 64) }},
		{"a short digest", func(i *ledger.Issue) { i.Attributes["a"] = digest[1:] }},
		{"a padded digest", func(i *ledger.Issue) { i.Attributes["a"] = digest + "=" }},
		{"a digest with stray bits", func(i *ledger.Issue) { i.Attributes["a"] = digest[:42] + "B" }},
		{"a digest with a line end", func(i *ledger.Issue) { i.Attributes["a"] = digest[:42] + "\n" + digest[42:] }},
		{"a digest under a short salt", func(i *ledger.Issue) { i.Attributes["a"] = ledger.Digest("a", "b", make([]byte, 15)) }},
		{"an attribute name with capitals", func(i *ledger.Issue) { i.Attributes["Erika"] = digest }},
		{"a long attribute name", func(i *ledger.Issue) { i.Attributes[strings.Repeat("a", 33)] = digest }},
		{"an empty attribute name", func(i *ledger.Issue) { i.Attributes[""] = digest }},
		{"no nullifier", func(i *ledger.Issue) { i.Nullifiers = nil }},
		{"a document number as nullifier", func(i *ledger.Issue) { i.Nullifiers = []string{"L898902C3"} }},
		{"a nullifier under a short key", func(i *ledger.Issue) { i.Nullifiers = []string{ledger.Nullifier([]byte("key"), "D", "1")} }},
		{"a repeated nullifier", func(i *ledger.Issue) { i.Nullifiers = append(i.Nullifiers, i.Nullifiers[0]) }},
		{"too many nullifiers", func(i *ledger.Issue) {
			for range 8 {
				i.Nullifiers = append(i.Nullifiers, ledgertest.NewIssue().HolderKey)
			}
		}},
		{"a holder's name as key", func(i *ledger.Issue) { i.HolderKey = "Erika" }},
		{"no assurance", func(i *ledger.Issue) { i.Assurance = "" }},
		{"a sentence as assurance", func(i *ledger.Issue) { i.Assurance = "seen by Max" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := ledgertest.NewIssue()
			c.change(&in)
			if err := newWorld(t).issue(in); !errors.Is(err, ledger.ErrInvalid) {
				t.Errorf("IssueIdentity() = %v, want invalid", err)
			}
		})
	}
}

func TestOrganisations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	register := func(msp string, o ledger.Organisation) error {
		return w.as(msp, func(s ledger.State) error {
			_, err := contract.RegisterOrganisation(s, o)
			return err
		})
	}
	operator := ledger.Organisation{ID: "telecom", Name: "Telephone operators", Role: ledger.RoleOperator, MSP: "Org2MSP"}
	with := func(change func(*ledger.Organisation)) ledger.Organisation {
		o := operator
		change(&o)
		return o
	}
	for _, c := range []struct {
		name string
		msp  string
		org  ledger.Organisation
		want error
	}{
		{"by another", "Org2MSP", operator, ledger.ErrForbidden},
		{"new", "Org1MSP", operator, nil},
		{"again", "Org1MSP", operator, nil},
		{"another name under the id", "Org1MSP", with(func(o *ledger.Organisation) { o.Name = "Others" }), ledger.ErrExists},
		{"the MSP under another id", "Org1MSP", with(func(o *ledger.Organisation) { o.ID = "other" }), ledger.ErrExists},
		{"unknown role", "Org1MSP", with(func(o *ledger.Organisation) { o.Role = "owner" }), ledger.ErrInvalid},
		{"MSP with a slash", "Org1MSP", with(func(o *ledger.Organisation) { o.MSP = "a/b" }), ledger.ErrInvalid},
		{"id in capitals", "Org1MSP", with(func(o *ledger.Organisation) { o.ID = "Telecom" }), ledger.ErrInvalid},
		{"name with a line end", "Org1MSP", with(func(o *ledger.Organisation) { o.Name = "a\nb" }), ledger.ErrInvalid},
	} {
		if err := register(c.msp, c.org); !errors.Is(err, c.want) {
			t.Errorf("%s: RegisterOrganisation() = %v, want %v", c.name, err, c.want)
		}
	}
}

// An organisation of before there was a list comes into it when it is
// registered once more, which is otherwise nothing.
func TestEarlierOrganisationsAreEnlisted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	delete(w.state, "organisations")
	l := w.client("Org1MSP")
	for range 2 {
		o, err := l.RegisterOrganisation(t.Context(), manager())
		if err != nil {
			t.Fatal(err)
		}
		if all, err := l.Organisations(t.Context()); err != nil || len(all) != 1 || all[0] != o {
			t.Errorf("Organisations() = %+v, %v; want %+v alone", all, err, o)
		}
	}
}

func TestOnlyAnActiveIssuerIssues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := func(status ledger.Status) error {
		return w.as("Org1MSP", func(s ledger.State) error {
			_, err := contract.SetOrganisationStatus(s, "manager", status, "")
			return err
		})
	}
	if err := set(ledger.StatusSuspended); err != nil {
		t.Fatal(err)
	}
	if err := w.issue(ledgertest.NewIssue()); !errors.Is(err, ledger.ErrForbidden) {
		t.Errorf("IssueIdentity(by a suspended issuer) = %v, want forbidden", err)
	}
	if err := set(ledger.StatusActive); err != nil {
		t.Fatal(err)
	}
	if err := w.issue(ledgertest.NewIssue()); err != nil {
		t.Errorf("IssueIdentity(by a restored issuer) = %v, want no error", err)
	}
	if err := set(ledger.StatusRevoked); !errors.Is(err, ledger.ErrIllegalStatus) {
		t.Errorf("SetOrganisationStatus(itself revoked) = %v, want illegal_status", err)
	}
	empty := emptyWorld()
	if err := empty.issue(ledgertest.NewIssue()); !errors.Is(err, ledger.ErrForbidden) {
		t.Errorf("IssueIdentity(by an unregistered issuer) = %v, want forbidden", err)
	}
}

func TestZeroContractLetsNobodyWrite(t *testing.T) {
	t.Parallel()
	tx := &ledgertest.Tx{Committed: map[string][]byte{}, CallerMSP: ""}
	if _, err := (ledger.Contract{}).RegisterOrganisation(tx, manager()); !errors.Is(err, ledger.ErrForbidden) {
		t.Errorf("RegisterOrganisation(zero contract) = %v, want forbidden", err)
	}
}

func TestEveryPairOfStatuses(t *testing.T) {
	t.Parallel()
	all := []ledger.Status{ledger.StatusActive, ledger.StatusSuspended, ledger.StatusRevoked, "unknown", ""}
	allowed := map[[2]ledger.Status]bool{
		{"active", "suspended"}: true, {"active", "revoked"}: true,
		{"suspended", "active"}: true, {"suspended", "revoked"}: true,
	}
	for _, from := range all {
		for _, to := range all {
			if got, want := from.May(to), allowed[[2]ledger.Status{from, to}]; got != want {
				t.Errorf("%q.May(%q) = %v, want %v", from, to, got, want)
			}
		}
	}
}

func TestErrorsSurviveTheWire(t *testing.T) {
	t.Parallel()
	for _, want := range []*ledger.Error{
		ledger.ErrForbidden, ledger.ErrExists, ledger.ErrDuplicatePerson, ledger.ErrNotFound, ledger.ErrStale,
		ledger.ErrErased, ledger.ErrKeyTaken, ledger.ErrNoConsent, ledger.ErrTooMany,
		{Code: ledger.CodeInvalid, Detail: "id: from 3 to 64 letters"},
		{Code: ledger.CodeIllegalStatus, Detail: "revoked may not become active"},
	} {
		got, ok := ledger.ParseError(want.Error())
		if !ok || *got != *want || !errors.Is(got, want) {
			t.Errorf("ParseError(%q) = %v, %v; want %v", want.Error(), got, ok, want)
		}
		item := &ledger.ItemError{Item: 99, Err: want}
		parsed, ok := ledger.ParseItemError(item.Error())
		if !ok || parsed.Item != 99 || *parsed.Err != *want || !errors.Is(item, want) {
			t.Errorf("ParseItemError(%q) = %v, %v; want %v", item.Error(), parsed, ok, item)
		}
	}
	for _, text := range []string{"", "boom", "not found: x", "existsx: y", "item 1", "item x: exists", "item 1: boom", "items 1: exists"} {
		if got, ok := ledger.ParseError(text); ok {
			t.Errorf("ParseError(%q) = %v, want none", text, got)
		}
		if got, ok := ledger.ParseItemError(text); ok {
			t.Errorf("ParseItemError(%q) = %v, want none", text, got)
		}
	}
}
