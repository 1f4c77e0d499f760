package ledgertest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

// Writes makes every writing call once, with a request that is accepted. Tests
// watch it through the client's transport.
func Writes(t testing.TB, l ledger.Client) {
	t.Helper()
	ctx := t.Context()
	in, o, key := NewSealedIssue(), NewOrganisation(ledger.RoleOperator), NewKey()
	done[ledger.Organisation](t, "RegisterOrganisation()")(l.RegisterOrganisation(ctx, o))
	done[ledger.Organisation](t, "SetOrganisationKey()")(l.SetOrganisationKey(ctx, o.ID, NewRSAKey()))
	issued(t, l, in)
	done[[]ledger.Location](t, "IssueAll()")(l.IssueAll(ctx, []ledger.Issue{NewSealedIssue(), NewIssue(), NewSealedIssue()}))
	u := newUpdate(in, 1)
	u.Sealed, u.SealedDigest = NewSealed(names(u.Attributes)...)
	i := done[ledger.Identity](t, "Update()")(l.Update(ctx, u))
	done[ledger.SubscriberKey](t, "AddKey()")(l.AddKey(ctx, ledger.KeyRequest{Identity: in.ID, Key: key}))
	done[ledger.SubscriberKey](t, "RevokeKey()")(l.RevokeKey(ctx, ledger.KeyRequest{Identity: in.ID, Key: key}))
	consent := done[ledger.Consent](t, "GrantConsent()")(l.GrantConsent(ctx, ledger.Consent{
		Identity: in.ID, Organisation: o.ID, Attributes: []string{"family_names", "given_names"}, Until: tomorrow(i.IssuedAt),
	}))
	done[ledger.Consent](t, "RevokeConsent()")(l.RevokeConsent(ctx, pairOf(consent)))
	credential := done[ledger.Credential](t, "IssueCredential()")(l.IssueCredential(ctx, ledger.Credential{
		ID: newID(), Identity: in.ID, Digest: digest(), ExpiresAt: tomorrow(i.IssuedAt),
	}))
	done[ledger.Credential](t, "SetCredentialStatus()")(l.SetCredentialStatus(ctx, credential.ID, ledger.StatusRevoked, ledger.ReasonSuperseded))
	done[ledger.Location](t, "SetStatus()")(l.SetStatus(ctx, in.ID, ledger.StatusSuspended, ledger.ReasonUnderReview))
	done[ledger.Organisation](t, "SetOrganisationStatus()")(l.SetOrganisationStatus(ctx, o.ID, ledger.StatusSuspended))
	done[ledger.Location](t, "Erase()")(l.Erase(ctx, in.ID))
}

// A watch is a transport that looks at each writing call before it passes on
// its answer.
type watch struct {
	ledger.Transport

	submitted func(context.Context, ledger.Call) (ledger.Answer, error)
}

func (w watch) Submit(ctx context.Context, c ledger.Call) (ledger.Answer, error) {
	return w.submitted(ctx, c)
}

func watched(l ledger.Client, submitted func(context.Context, ledger.Call) (ledger.Answer, error)) ledger.Client {
	return ledger.Client{Transport: watch{l.Transport, submitted}}
}

func writesAreIdempotent(t *testing.T, x Target) {
	Writes(t, watched(x.Writer, func(ctx context.Context, c ledger.Call) (ledger.Answer, error) {
		first, err := x.Writer.Transport.Submit(ctx, c)
		if err != nil {
			return first, err
		}
		again, err := x.Writer.Transport.Submit(ctx, c)
		if diff := cmp.Diff(first, again); diff != "" || err != nil {
			t.Errorf("Submit(%s) again = %v (-first +again):\n%s", c.Function, err, diff)
		}
		return first, nil
	}))
}

// A block keeps the answer of what was submitted for ever.
func writesTellNothing(t *testing.T, x Target) {
	Writes(t, watched(x.Writer, func(ctx context.Context, c ledger.Call) (ledger.Answer, error) {
		a, err := x.Writer.Transport.Submit(ctx, c)
		for _, sealed := range c.Transient {
			attributes, fault := ledger.ParseSealed(sealed)
			if fault != nil {
				t.Errorf("ParseSealed(of %s) = %v", c.Function, fault)
			}
			for name, jwe := range attributes {
				if private := []byte(jwe[len(jwe)-40:]); bytes.Contains(a.Record, private) || bytes.Contains(c.Request, private) {
					t.Errorf("Submit(%s) shows the sealed %s: request %s, answer %s", c.Function, name, c.Request, a.Record)
				}
			}
		}
		return a, err
	}))
}

// Each call is made by the other organisation first, while it would succeed.
func otherRefused(t *testing.T, x Target) {
	Writes(t, watched(x.Writer, func(ctx context.Context, c ledger.Call) (ledger.Answer, error) {
		var err error
		Eventually(t, c.Function+" by another organisation", func() error {
			if _, err = x.Other.Transport.Submit(ctx, c); errors.Is(err, ledger.ErrUnavailable) {
				return err
			}
			return nil
		})
		refused(t, c.Function+" by another organisation", err, ledger.ErrForbidden)
		return x.Writer.Transport.Submit(ctx, c)
	}))
}

func otherReads(t *testing.T, x Target) {
	in := NewIssue()
	at := issued(t, x.Writer, in)
	key := done[ledger.SubscriberKey](t, "AddKey()")(x.Writer.AddKey(t.Context(), ledger.KeyRequest{Identity: in.ID, Key: NewKey()}))
	want, _ := read(t, x.Writer, in.ID)
	var (
		got   ledger.Identity
		where ledger.Location
	)
	Eventually(t, "the other organisation to see the record", func() error {
		var err error
		if got, where, err = x.Other.Identity(t.Context(), in.ID); err == nil && got.Version < want.Version {
			err = errors.New("an earlier version")
		}
		return err
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Identity() of the other organisation (-writer's +other's):\n%s", diff)
	}
	if where != at {
		t.Errorf("Identity() of the other organisation is at %+v, want %+v", where, at)
	}
	if keys, err := x.Other.Keys(t.Context(), in.ID); err != nil || !cmp.Equal(keys, []ledger.SubscriberKey{key}) {
		t.Errorf("Keys() of the other organisation = %+v, %v; want %+v", keys, err, key)
	}
	if h, err := x.Other.History(t.Context(), in.ID); err != nil || len(h) != 2 || h[1].Kind != ledger.EventKeyAdded {
		t.Errorf("History() of the other organisation = %+v, %v; want two versions", h, err)
	}
}
