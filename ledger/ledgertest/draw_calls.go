package ledgertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

func (d *draw) newIssue(id string) ledger.Issue {
	in := NewIssue()
	in.ID, in.Attributes, in.Nullifiers = id, map[string]string{}, []string{pick(d, d.people)}
	if other := pick(d, d.people); d.r.IntN(3) == 0 && other != in.Nullifiers[0] {
		in.Nullifiers = append(in.Nullifiers, other)
	}
	for _, name := range most(d, d.names) {
		in.Attributes[name] = digest()
	}
	if d.r.IntN(4) > 0 {
		in.Sealed, in.SealedDigest = NewSealed(most(d, names(in.Attributes))...)
	}
	return in
}

// toIssue is what was asked for before, or something else.
func (d *draw) toIssue() ledger.Issue {
	return again(d, &d.issues, func() ledger.Issue { return d.newIssue(pick(d, append([]string{newID()}, d.ids...))) })
}

func (d *draw) issueNew(id string) call {
	in := d.newIssue(id)
	in.Nullifiers = []string{pick(d, append([]string{digest(), digest(), digest()}, d.people...))}
	d.issues = append(d.issues, in)
	return by(d, "Issue", func(ctx context.Context, l ledger.Client) (ledger.Location, error) { return l.Issue(ctx, in) })
}

func (d *draw) issue(*testing.T) call {
	in := d.toIssue()
	return by(d, "Issue", func(ctx context.Context, l ledger.Client) (ledger.Location, error) { return l.Issue(ctx, in) })
}

func (d *draw) issueAll(*testing.T) call {
	var in []ledger.Issue
	for range 1 + d.r.IntN(3) {
		in = append(in, d.toIssue())
	}
	return by(d, "IssueAll", func(ctx context.Context, l ledger.Client) ([]ledger.Location, error) { return l.IssueAll(ctx, in) })
}

func (d *draw) update(t *testing.T) call {
	u := again(d, &d.updates, func() ledger.Update {
		in := d.newIssue(pick(d, d.ids))
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
	return pick(d, []ledger.Status{"active", "suspended", "active", "active", "active", "suspended", "revoked"}),
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

func (d *draw) revokeKey(t *testing.T) call {
	r := ledger.KeyRequest{Identity: pick(d, d.ids), Key: pick(d, d.keys)}
	if own, err := d.first.Keys(t.Context(), r.Identity); err == nil && len(own) > 0 {
		r.Key = pick(d, own).Key
	}
	return by(d, "RevokeKey", func(ctx context.Context, l ledger.Client) (ledger.SubscriberKey, error) { return l.RevokeKey(ctx, r) })
}

func (d *draw) grantConsent(*testing.T) call {
	c := again(d, &d.consents, func() ledger.Consent {
		first := d.r.IntN(len(d.names))
		return ledger.Consent{
			Identity: pick(d, d.ids), Organisation: d.organisation(), Attributes: d.names[first : first+1+d.r.IntN(len(d.names)-first)],
			Until: d.end.Add(pick(d, []time.Duration{0, 0, time.Hour, 2 * time.Hour, 3 * time.Hour, -48 * time.Hour})),
		}
	})
	return by(d, "GrantConsent", func(ctx context.Context, l ledger.Client) (ledger.Consent, error) { return l.GrantConsent(ctx, c) })
}

func (d *draw) revokeConsent(t *testing.T) call {
	p := ledger.Pair{Identity: pick(d, d.ids), Organisation: d.organisation()}
	if given, err := d.first.Consents(t.Context(), p.Identity); err == nil && len(given) > 0 {
		p.Organisation = pick(d, given).Organisation
	}
	return by(d, "RevokeConsent", func(ctx context.Context, l ledger.Client) (ledger.Consent, error) { return l.RevokeConsent(ctx, p) })
}

func (d *draw) issueCredential(*testing.T) call {
	c := ledger.Credential{ID: newID(), Identity: pick(d, d.ids), Digest: digest(), ExpiresAt: d.end}
	switch {
	case len(d.credentials) > 0 && d.r.IntN(3) == 0:
		c = pick(d, d.credentials)
	case len(d.credentials) > 0 && d.r.IntN(4) == 0:
		c.ID = pick(d, d.credentials).ID
	default:
		d.credentials = append(d.credentials, c)
		if len(d.credentials) > 4 {
			d.credentials = d.credentials[1:]
		}
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
