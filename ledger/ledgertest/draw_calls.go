package ledgertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

func (d *draw) newIssue() ledger.Issue {
	in := NewIssue()
	in.ID, in.Nullifiers = pick(d, d.ids), some(d, d.people[:2+d.r.IntN(len(d.people)-1)])
	in.Attributes = d.attributes()
	if d.r.IntN(3) > 0 {
		in.Sealed, in.SealedDigest = NewSealed(some(d, names(in.Attributes))...)
	}
	return in
}

func (d *draw) attributes() map[string]string {
	out := map[string]string{}
	for _, name := range some(d, d.names) {
		out[name] = digest()
	}
	return out
}

func (d *draw) issue(*testing.T) call {
	in := again(d, &d.issues, d.newIssue)
	return by(d, "Issue", func(ctx context.Context, l ledger.Client) (ledger.Location, error) { return l.Issue(ctx, in) })
}

func (d *draw) issueAll(*testing.T) call {
	var in []ledger.Issue
	for range 1 + d.r.IntN(3) {
		in = append(in, again(d, &d.issues, d.newIssue))
	}
	return by(d, "IssueAll", func(ctx context.Context, l ledger.Client) ([]ledger.Location, error) { return l.IssueAll(ctx, in) })
}

func (d *draw) update(t *testing.T) call {
	u := again(d, &d.updates, func() ledger.Update {
		in := d.newIssue()
		return ledger.Update{
			ID: in.ID, Version: d.version(t, in.ID), Attributes: in.Attributes, Nullifiers: in.Nullifiers,
			HolderKey: in.HolderKey, Assurance: in.Assurance, Sealed: in.Sealed, SealedDigest: in.SealedDigest,
		}
	})
	return by(d, "Update", func(ctx context.Context, l ledger.Client) (ledger.Identity, error) { return l.Update(ctx, u) })
}

// version is the present one, or now and then another.
func (d *draw) version(t *testing.T, id string) int {
	i, _, err := d.first.Identity(t.Context(), id)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		t.Fatalf("Identity() = %v", err)
	}
	if d.r.IntN(6) == 0 {
		return d.r.IntN(4)
	}
	return i.Version
}

func (d *draw) status() (ledger.Status, string) {
	return pick(d, []ledger.Status{"active", "suspended", "active", "suspended", "active", "suspended", "revoked"}),
		pick(d, []string{ledger.ReasonReviewed, ledger.ReasonSuperseded, ledger.ReasonFraud})
}

func (d *draw) setStatus(*testing.T) call {
	id := pick(d, d.ids)
	status, reason := d.status()
	return by(d, "SetStatus", func(ctx context.Context, l ledger.Client) (ledger.Location, error) {
		return l.SetStatus(ctx, id, status, reason)
	})
}

func (d *draw) erase(*testing.T) call {
	id := pick(d, d.ids)
	return by(d, "Erase", func(ctx context.Context, l ledger.Client) (ledger.Location, error) { return l.Erase(ctx, id) })
}

func (d *draw) addKey(*testing.T) call {
	r := ledger.KeyRequest{Identity: pick(d, d.ids), Key: pick(d, d.keys)}
	return by(d, "AddKey", func(ctx context.Context, l ledger.Client) (ledger.SubscriberKey, error) { return l.AddKey(ctx, r) })
}

func (d *draw) revokeKey(*testing.T) call {
	r := ledger.KeyRequest{Identity: pick(d, d.ids), Key: pick(d, d.keys)}
	return by(d, "RevokeKey", func(ctx context.Context, l ledger.Client) (ledger.SubscriberKey, error) { return l.RevokeKey(ctx, r) })
}

func (d *draw) grantConsent(*testing.T) call {
	c := again(d, &d.consents, func() ledger.Consent {
		return ledger.Consent{
			Identity: pick(d, d.ids), Organisation: pick(d, d.organisations).ID, Attributes: some(d, d.names[:2+d.r.IntN(3)]),
			Until: d.end.Add(pick(d, []time.Duration{0, time.Hour, 2 * time.Hour, -48 * time.Hour})),
		}
	})
	return by(d, "GrantConsent", func(ctx context.Context, l ledger.Client) (ledger.Consent, error) { return l.GrantConsent(ctx, c) })
}

func (d *draw) revokeConsent(*testing.T) call {
	p := ledger.Pair{Identity: pick(d, d.ids), Organisation: pick(d, d.organisations).ID}
	return by(d, "RevokeConsent", func(ctx context.Context, l ledger.Client) (ledger.Consent, error) { return l.RevokeConsent(ctx, p) })
}

func (d *draw) issueCredential(*testing.T) call {
	c := ledger.Credential{ID: newID(), Identity: pick(d, d.ids), Digest: digest(), ExpiresAt: d.end}
	switch {
	case len(d.credentials) > 0 && d.r.IntN(3) == 0:
		c = pick(d, d.credentials)
	case len(d.credentials) < 4:
		d.credentials = append(d.credentials, c)
	default:
		c.ID = pick(d, d.credentials).ID
	}
	return by(d, "IssueCredential", func(ctx context.Context, l ledger.Client) (ledger.Credential, error) {
		return l.IssueCredential(ctx, c)
	})
}

func (d *draw) setCredentialStatus(t *testing.T) call {
	if len(d.credentials) == 0 {
		return d.issueCredential(t)
	}
	id := pick(d, d.credentials).ID
	status, reason := d.status()
	return by(d, "SetCredentialStatus", func(ctx context.Context, l ledger.Client) (ledger.Credential, error) {
		return l.SetCredentialStatus(ctx, id, status, reason)
	})
}

func (d *draw) setOrganisation(*testing.T) call {
	o, key := pick(d, d.organisations), pick(d, d.keys)
	status := pick(d, []ledger.Status{"active", "active", "active", "suspended"})
	switch d.r.IntN(3) {
	case 0:
		return by(d, "RegisterOrganisation", func(ctx context.Context, l ledger.Client) (ledger.Organisation, error) {
			return l.RegisterOrganisation(ctx, o)
		})
	case 1:
		return by(d, "SetOrganisationStatus", func(ctx context.Context, l ledger.Client) (ledger.Organisation, error) {
			return l.SetOrganisationStatus(ctx, o.ID, status)
		})
	default:
		return by(d, "SetOrganisationKey", func(ctx context.Context, l ledger.Client) (ledger.Organisation, error) {
			return l.SetOrganisationKey(ctx, o.ID, key)
		})
	}
}
