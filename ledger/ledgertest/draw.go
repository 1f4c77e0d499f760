package ledgertest

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// A draw makes calls up: over few identities, people, organisations and keys,
// so that every rule meets every other.
type draw struct {
	r     *rand.Rand
	first ledger.Client // asked for the versions that updates are made from
	end   time.Time     // some time after now

	ids, people, names []string
	organisations      []ledger.Organisation
	keys               []ledger.PublicKey
	credentials        []ledger.Credential

	issues   []ledger.Issue // made before, to be repeated
	updates  []ledger.Update
	consents []ledger.Consent
}

func newDraw(t *testing.T, seed uint64, x Target) *draw {
	t.Helper()
	in := NewIssue()
	issued(t, x.Writer, in)
	i, _ := read(t, x.Writer, in.ID)
	d := &draw{
		r: rand.New(rand.NewPCG(seed, 1)), first: x.Writer, end: tomorrow(i.IssuedAt),
		names: []string{"birth_date", "family_names", "given_names", "nationality"},
	}
	for range 5 {
		d.ids, d.people = append(d.ids, newID()), append(d.people, digest(), digest())
		d.keys = append(d.keys, NewKey(), NewRSAKey())
	}
	for _, role := range []ledger.Role{ledger.RoleOperator, ledger.RoleRelyingParty, ledger.RoleIssuer} {
		d.organisations = append(d.organisations, NewOrganisation(role))
	}
	return d
}

func pick[T any](d *draw, from []T) T { return from[d.r.IntN(len(from))] }

// organisation is seldom the one that takes no consents.
func (d *draw) organisation() string {
	if d.r.IntN(10) == 0 {
		return pick(d, d.organisations).ID
	}
	return pick(d, d.organisations[:2]).ID
}

// again returns one of those made before, or a new one.
func again[T any](d *draw, made *[]T, fresh func() T) T {
	if len(*made) > 0 && d.r.IntN(3) == 0 {
		return pick(d, *made)
	}
	v := fresh()
	*made = append(*made, v)
	return v
}

// most returns from one to all of the elements, in their order.
func most(d *draw, from []string) []string {
	out := slices.DeleteFunc(slices.Clone(from), func(string) bool { return d.r.IntN(4) == 0 })
	if len(out) == 0 {
		return []string{pick(d, from)}
	}
	return out
}

// by makes a call as the writer, now and then as the other organisation.
func by[T any](d *draw, name string, f func(context.Context, ledger.Client) (T, error)) call {
	other := d.r.IntN(15) == 0
	if other {
		name += " by another organisation"
	}
	return call{name, func(ctx context.Context, x Target) (any, error) {
		if other {
			return f(ctx, x.Other)
		}
		return f(ctx, x.Writer)
	}}
}

// beginning is a world in which most calls find what they are about.
func (d *draw) beginning() []call {
	var out []call
	add := func(name string, f func(context.Context, ledger.Client) (any, error)) {
		out = append(out, call{name, func(ctx context.Context, x Target) (any, error) { return f(ctx, x.Writer) }})
	}
	for k, o := range d.organisations {
		add("RegisterOrganisation", func(ctx context.Context, l ledger.Client) (any, error) { return l.RegisterOrganisation(ctx, o) })
		add("SetOrganisationKey", func(ctx context.Context, l ledger.Client) (any, error) {
			return l.SetOrganisationKey(ctx, o.ID, d.keys[k])
		})
	}
	for k, id := range d.ids {
		in := d.newIssue(id)
		in.Nullifiers = d.people[k : k+1]
		d.issues = append(d.issues, in)
		add("Issue", func(ctx context.Context, l ledger.Client) (any, error) { return l.Issue(ctx, in) })
	}
	return out
}

// looks reads all that the calls may have changed.
func (d *draw) looks() []call {
	var out []call
	look := func(name string, f func(context.Context, ledger.Client) (any, error)) {
		out = append(out, call{name, func(ctx context.Context, x Target) (any, error) { return f(ctx, x.Writer) }})
	}
	for _, id := range d.ids {
		look("Identity("+id+")", func(ctx context.Context, l ledger.Client) (any, error) {
			i, at, err := l.Identity(ctx, id)
			return []any{i, at}, err
		})
		look("History("+id+")", func(ctx context.Context, l ledger.Client) (any, error) { return l.History(ctx, id) })
		look("Keys("+id+")", func(ctx context.Context, l ledger.Client) (any, error) { return l.Keys(ctx, id) })
		look("Consents("+id+")", func(ctx context.Context, l ledger.Client) (any, error) { return l.Consents(ctx, id) })
	}
	for _, o := range d.organisations {
		look("Organisation("+o.ID+")", func(ctx context.Context, l ledger.Client) (any, error) { return l.Organisation(ctx, o.ID) })
		for _, id := range d.ids {
			look("Disclose("+id+")", func(ctx context.Context, l ledger.Client) (any, error) {
				return l.Disclose(ctx, ledger.Pair{Identity: id, Organisation: o.ID})
			})
		}
	}
	for _, c := range d.credentials {
		look("CredentialStatus("+c.ID+")", func(ctx context.Context, l ledger.Client) (any, error) { return l.CredentialStatus(ctx, c.ID) })
	}
	return out
}

// next draws a call, and now and then a new identity in the place of one that
// may have come to its end.
func (d *draw) next(t *testing.T) call {
	k := d.r.IntN(len(d.ids))
	if i, _, err := d.first.Identity(t.Context(), d.ids[k]); err == nil && i.Status != ledger.StatusActive && d.r.IntN(4) == 0 {
		d.ids[k], d.people[d.r.IntN(len(d.people))] = newID(), digest()
		d.keys[d.r.IntN(len(d.keys))] = NewKey()
		if d.r.IntN(3) > 0 {
			return d.issueNew(d.ids[k])
		}
	}
	draws := []func(*testing.T) call{
		d.issue, d.issue, d.issue, d.issueAll, d.issueAll, d.update, d.update, d.update,
		d.setStatus, d.setStatus, d.setStatus, d.setStatus, d.erase,
		d.addKey, d.addKey, d.addKey, d.revokeKey, d.revokeKey,
		d.grantConsent, d.grantConsent, d.grantConsent, d.grantConsent, d.revokeConsent, d.revokeConsent,
		d.issueCredential, d.issueCredential, d.setCredentialStatus, d.setCredentialStatus,
		d.setOrganisation, d.setOrganisation,
	}
	return pick(d, draws)(t)
}
