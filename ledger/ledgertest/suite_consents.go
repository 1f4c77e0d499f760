package ledgertest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

// consented issues a sealed identity that lets a new partner read its birth
// date for a day.
func consented(t *testing.T, x Target) (ledger.Issue, ledger.Consent, ledger.Organisation) {
	t.Helper()
	in, o := NewSealedIssue(), partner(t, x)
	issued(t, x.Writer, in)
	i, _ := read(t, x.Writer, in.ID)
	c := ledger.Consent{Identity: in.ID, Organisation: o.ID, Attributes: []string{"birth_date"}, Until: tomorrow(i.IssuedAt)}
	return in, done[ledger.Consent](t, "GrantConsent()")(x.Writer.GrantConsent(t.Context(), c)), o
}

func pairOf(c ledger.Consent) ledger.Pair {
	return ledger.Pair{Identity: c.Identity, Organisation: c.Organisation}
}

func disclosureNeedsConsent(t *testing.T, x Target) {
	in, consent, o := consented(t, x)
	sealed, err := ledger.ParseSealed(in.Sealed)
	if err != nil {
		t.Fatalf("ParseSealed() = %v", err)
	}
	want := ledger.Disclosure{
		Consent: consent, Key: o.Key,
		Sealed:     map[string]string{"birth_date": sealed["birth_date"]},
		Attributes: map[string]string{"birth_date": in.Attributes["birth_date"]},
	}
	got := done[ledger.Disclosure](t, "Disclose()")(x.Writer.Disclose(t.Context(), pairOf(consent)))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Disclose() (-want +got):\n%s", diff)
	}
	stranger := partner(t, x)
	_, err = x.Writer.Disclose(t.Context(), ledger.Pair{Identity: in.ID, Organisation: stranger.ID})
	refused(t, "Disclose(to a stranger)", err, ledger.ErrNoConsent)
	_, err = x.Other.Disclose(t.Context(), pairOf(consent))
	refused(t, "Disclose(asked by another organisation)", err, ledger.ErrForbidden)

	done[ledger.Consent](t, "RevokeConsent()")(x.Writer.RevokeConsent(t.Context(), pairOf(consent)))
	_, err = x.Writer.Disclose(t.Context(), pairOf(consent))
	refused(t, "Disclose(revoked consent)", err, ledger.ErrNoConsent)
}

func disclosureNeedsActive(t *testing.T, x Target) {
	in, consent, _ := consented(t, x)
	set := func(status ledger.Status, reason string) {
		t.Helper()
		done[ledger.Location](t, "SetStatus()")(x.Writer.SetStatus(t.Context(), in.ID, status, reason))
	}
	set(ledger.StatusSuspended, ledger.ReasonUnderReview)
	_, err := x.Writer.Disclose(t.Context(), pairOf(consent))
	refused(t, "Disclose(of a suspended identity)", err, ledger.ErrIllegalStatus)
	set(ledger.StatusActive, ledger.ReasonReviewed)
	done[ledger.Disclosure](t, "Disclose(resumed)")(x.Writer.Disclose(t.Context(), pairOf(consent)))

	// After an update the consent covers what is still there.
	u := newUpdate(in, 4)
	u.Attributes["birth_date"] = digest()
	u.Sealed, u.SealedDigest = NewSealed(names(u.Attributes)...)
	updated(t, x, u)
	got := done[ledger.Disclosure](t, "Disclose(updated)")(x.Writer.Disclose(t.Context(), pairOf(consent)))
	if got.Attributes["birth_date"] != u.Attributes["birth_date"] || len(got.Sealed) != 1 || !strings.Contains(string(u.Sealed), got.Sealed["birth_date"]) {
		t.Errorf("Disclose(updated) = %+v, want the new birth date alone", got)
	}
	updated(t, x, newUpdate(in, 5)) // without a birth date, and nothing sealed
	_, err = x.Writer.Disclose(t.Context(), pairOf(consent))
	refused(t, "Disclose(of what is there no more)", err, ledger.ErrNotFound)

	_, consent, o := consented(t, x)
	done[ledger.Organisation](t, "SetOrganisationStatus()")(x.Writer.SetOrganisationStatus(t.Context(), o.ID, ledger.StatusSuspended))
	_, err = x.Writer.Disclose(t.Context(), pairOf(consent))
	refused(t, "Disclose(to a suspended organisation)", err, ledger.ErrIllegalStatus)
}

func sealedAsAnnounced(t *testing.T, x Target) {
	for name, spoil := range map[string]func(*ledger.Issue){
		"nothing":               func(i *ledger.Issue) { i.Sealed = nil },
		"something else":        func(i *ledger.Issue) { i.Sealed, _ = NewSealed(names(i.Attributes)...) },
		"an attribute too much": func(i *ledger.Issue) { i.Sealed, i.SealedDigest = NewSealed("birth_date", "nickname") },
	} {
		in := NewSealedIssue()
		spoil(&in)
		_, err := x.Writer.Issue(t.Context(), in)
		refused(t, "Issue(with "+name+" sealed)", err, ledger.ErrInvalid)
		_, _, err = x.Writer.Identity(t.Context(), in.ID)
		refused(t, "Identity(of the refused)", err, ledger.ErrNotFound)
	}
}

func consentsComeAndGo(t *testing.T, x Target) {
	in, first, _ := consented(t, x)
	other := partner(t, x)
	second := first
	second.Organisation, second.Attributes = other.ID, []string{"birth_date", "family_names"}
	second.GrantedAt, second.TxID = time.Time{}, ""
	wider := second
	second = done[ledger.Consent](t, "GrantConsent()")(x.Writer.GrantConsent(t.Context(), second))
	wider.Until = wider.Until.Add(time.Hour)
	wider = done[ledger.Consent](t, "GrantConsent(longer)")(x.Writer.GrantConsent(t.Context(), wider))
	if wider.TxID == second.TxID {
		t.Errorf("GrantConsent(longer) = %+v, want a new one", wider)
	}
	first = done[ledger.Consent](t, "RevokeConsent()")(x.Writer.RevokeConsent(t.Context(), pairOf(first)))
	if first.RevokedAt.IsZero() {
		t.Errorf("RevokeConsent() = %+v, want when", first)
	}
	want := []ledger.Consent{first, wider}
	slices.SortFunc(want, func(a, b ledger.Consent) int { return strings.Compare(a.Organisation, b.Organisation) })
	got := done[[]ledger.Consent](t, "Consents()")(x.Writer.Consents(t.Context(), in.ID))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Consents() (-want +got):\n%s", diff)
	}
	_, err := x.Writer.RevokeConsent(t.Context(), ledger.Pair{Identity: in.ID, Organisation: newID()})
	refused(t, "RevokeConsent(never given)", err, ledger.ErrNotFound)
}

func consentRefused(t *testing.T, x Target) {
	in, given, _ := consented(t, x)
	issuer := NewOrganisation(ledger.RoleIssuer)
	done[ledger.Organisation](t, "RegisterOrganisation()")(x.Writer.RegisterOrganisation(t.Context(), issuer))
	for _, c := range []struct {
		name   string
		change func(*ledger.Consent)
		want   error
	}{
		{"to nobody", func(c *ledger.Consent) { c.Organisation = newID() }, ledger.ErrNotFound},
		{"to an issuer", func(c *ledger.Consent) { c.Organisation = issuer.ID }, ledger.ErrInvalid},
		{"of nobody", func(c *ledger.Consent) { c.Identity = newID() }, ledger.ErrNotFound},
		{"to nothing", func(c *ledger.Consent) { c.Attributes = nil }, ledger.ErrInvalid},
		{"to what is not there", func(c *ledger.Consent) { c.Attributes = []string{"nickname"} }, ledger.ErrInvalid},
		{"to what has no order", func(c *ledger.Consent) { c.Attributes = []string{"family_names", "birth_date"} }, ledger.ErrInvalid},
		{"that has ended", func(c *ledger.Consent) { c.Until = c.Until.Add(-72 * time.Hour) }, ledger.ErrInvalid},
		{"without an end", func(c *ledger.Consent) { c.Until = c.Until.Add(2 * ledger.MaxConsentTime) }, ledger.ErrInvalid},
		{"in another zone", func(c *ledger.Consent) { c.Until = c.Until.In(time.FixedZone("", 3600)) }, ledger.ErrInvalid},
		{"granted already", func(c *ledger.Consent) { c.GrantedAt = c.Until }, ledger.ErrInvalid},
		{"of a transaction", func(c *ledger.Consent) { c.TxID = "Erika" }, ledger.ErrInvalid},
	} {
		in := ledger.Consent{Identity: in.ID, Organisation: given.Organisation, Attributes: given.Attributes, Until: given.Until}
		c.change(&in)
		_, err := x.Writer.GrantConsent(t.Context(), in)
		refused(t, "GrantConsent("+c.name+")", err, c.want)
	}
}
