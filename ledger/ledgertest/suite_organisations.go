package ledgertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

func organisationsMove(t *testing.T, x Target) {
	o := NewOrganisation(ledger.RoleOperator)
	want := o
	got := done[ledger.Organisation](t, "RegisterOrganisation()")(x.Writer.RegisterOrganisation(t.Context(), o))
	want.Status, want.TxID = ledger.StatusActive, got.TxID
	if diff := cmp.Diff(want, got); diff != "" || got.TxID == "" {
		t.Errorf("RegisterOrganisation() (-want +got):\n%s", diff)
	}
	want.Key = NewKey()
	got = done[ledger.Organisation](t, "SetOrganisationKey()")(x.Writer.SetOrganisationKey(t.Context(), o.ID, want.Key))
	if want.TxID = got.TxID; got != want {
		t.Errorf("SetOrganisationKey() = %+v, want %+v", got, want)
	}
	if again := done[ledger.Organisation](t, "RegisterOrganisation(again)")(x.Writer.RegisterOrganisation(t.Context(), o)); again != want {
		t.Errorf("RegisterOrganisation(again) = %+v, want %+v", again, want)
	}
	if got := done[ledger.Organisation](t, "Organisation()")(x.Writer.Organisation(t.Context(), o.ID)); got != want {
		t.Errorf("Organisation() = %+v, want %+v", got, want)
	}
	all := done[[]ledger.Organisation](t, "Organisations()")(x.Writer.Organisations(t.Context()))
	if listed := slices.ContainsFunc(all, func(o ledger.Organisation) bool { return o == want }); !listed {
		t.Errorf("Organisations() = %+v, want %+v among them", all, want)
	}
	if !slices.IsSortedFunc(all, func(a, b ledger.Organisation) int { return strings.Compare(a.ID, b.ID) }) {
		t.Errorf("Organisations() = %+v, want them in the order of their ids", all)
	}
	set := func(status ledger.Status, want error) {
		t.Helper()
		_, err := x.Writer.SetOrganisationStatus(t.Context(), o.ID, status)
		refused(t, "SetOrganisationStatus("+string(status)+")", err, want)
	}
	set(ledger.StatusSuspended, nil)
	set(ledger.StatusActive, nil)
	set(ledger.StatusErased, ledger.ErrInvalid)
	set(ledger.StatusRevoked, nil)
	set(ledger.StatusRevoked, nil)
	set(ledger.StatusActive, ledger.ErrIllegalStatus)
	done[ledger.Organisation](t, "SetOrganisationKey(its own, revoked)")(x.Writer.SetOrganisationKey(t.Context(), o.ID, want.Key))
	_, err := x.Writer.SetOrganisationKey(t.Context(), o.ID, NewKey())
	refused(t, "SetOrganisationKey(revoked)", err, ledger.ErrIllegalStatus)

	for _, c := range []struct {
		name   string
		change func(*ledger.Organisation)
		want   error
	}{
		{"another role", func(o *ledger.Organisation) { o.Role = ledger.RoleIssuer }, ledger.ErrExists},
		{"the MSP of another", func(o *ledger.Organisation) { o.ID = newID() }, ledger.ErrExists},
		{"a status", func(o *ledger.Organisation) { o.Status = ledger.StatusSuspended }, ledger.ErrInvalid},
		{"a transaction", func(o *ledger.Organisation) { o.TxID = "Erika" }, ledger.ErrInvalid},
		{"a key", func(o *ledger.Organisation) { o.Key = NewKey() }, ledger.ErrInvalid},
	} {
		wrong := o
		c.change(&wrong)
		_, err := x.Writer.RegisterOrganisation(t.Context(), wrong)
		refused(t, "RegisterOrganisation("+c.name+")", err, c.want)
	}
	_, err = x.Writer.SetOrganisationKey(t.Context(), newID(), NewKey())
	refused(t, "SetOrganisationKey(nobody's)", err, ledger.ErrNotFound)
}
