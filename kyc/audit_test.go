package kyc_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// TestAuditLogTakesIDsOnly: no line of the audit log is ever deleted, so what
// somebody put in the place of an id must not get there.
func TestAuditLogTakesIDsOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	for _, no := range []string{"Anna Maria Eriksson", "anna1@example.org", "+33612345601", "33612345601", strings.Repeat("a", 65), ""} {
		for name, do := range map[string]func() error{
			"grant a consent": func() error {
				return b.flow.GrantConsent(t.Context(), id, ledger.Consent{Organisation: no, Attributes: []string{kyc.AttrPhone}, Until: b.now.Add(time.Hour)})
			},
			"revoke a consent": func() error { return b.flow.RevokeConsent(t.Context(), id, no) },
			"look at an identity": func() error {
				_, err := b.flow.Lifeline(t.Context(), "agent:1", no)
				return err
			},
			"register an organisation": func() error {
				_, err := b.flow.RegisterOrganisation(t.Context(), "agent:1", ledger.Organisation{ID: no, Name: "Bank", Role: ledger.RoleRelyingParty, MSP: "Org2MSP"})
				return err
			},
			"move an organisation": func() error {
				_, err := b.flow.SetOrganisationStatus(t.Context(), "agent:1", no, ledger.StatusSuspended)
				return err
			},
			"set an organisation's key": func() error {
				_, err := b.flow.SetOrganisationKey(t.Context(), "agent:1", no, ledger.PublicKey{})
				return err
			},
			"read attributes": func() error {
				_, err := b.flow.Attributes(t.Context(), teller, no)
				return err
			},
		} {
			if err := do(); !errors.Is(err, ledger.ErrInvalid) {
				t.Errorf("%s by %q = %v, want it refused as invalid", name, no, err)
			}
		}
	}
	lines, err := b.store.AuditLog(t.Context(), "", 0)
	must(t, err)
	for _, l := range lines {
		id, number, line := strings.Cut(l.Subject, "/")
		if l.Subject != "" && !ledger.ValidID(id) || line && strings.Trim(number, "0123456789") != "" || strings.Contains(l.Detail, "anna") {
			t.Errorf("the audit log has %+v", l)
		}
	}
}
