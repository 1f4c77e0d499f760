package ledger_test

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/vouchline/vouchline/ledger"
)

// heldByOther looks at everybody: the living hold their nullifiers, and so does
// fraud.
func (m *model) heldByOther(id string, nullifiers []string) bool {
	for _, n := range nullifiers {
		if slices.Contains(m.banned, n) {
			return true
		}
		for other, i := range m.identities {
			living := i.Status == ledger.StatusActive || i.Status == ledger.StatusSuspended
			if other != id && living && slices.Contains(i.Nullifiers, n) {
				return true
			}
		}
	}
	return false
}

func (m *model) issue(in ledger.Issue, transient map[string][]byte) (ledger.Identity, error) {
	m.transactions++
	return m.issueIn(in, transient)
}

func (m *model) issueIn(in ledger.Issue, transient map[string][]byte) (ledger.Identity, error) {
	request, err := json.Marshal(in)
	if err != nil {
		panic(err)
	}
	was := m.identities[in.ID]
	switch {
	case was != nil && was.Status == ledger.StatusErased:
		return ledger.Identity{}, ledger.ErrErased
	case was != nil && was.request != string(request):
		return ledger.Identity{}, ledger.ErrExists
	case was != nil:
		return was.Identity, nil
	case m.heldByOther(in.ID, in.Nullifiers):
		return ledger.Identity{}, ledger.ErrDuplicatePerson
	}
	i := &modelIdentity{
		request: string(request), sealed: unsealed(transient[in.SealedDigest]), consents: map[string]*ledger.Consent{},
		history: []ledger.Change{{Version: 1, Kind: "issued", Status: "active", At: m.now, TxID: m.transaction()}},
		Identity: ledger.Identity{
			ID: in.ID, Attributes: in.Attributes, Nullifiers: in.Nullifiers, HolderKey: in.HolderKey, Status: "active",
			Assurance: in.Assurance, Issuer: "manager", IssuedAt: m.now, UpdatedAt: m.now, Version: 1,
			TxID: m.transaction(), UpdateTxID: m.transaction(), SealedDigest: in.SealedDigest,
		},
	}
	i.IssueDigest = digestOf(request)
	m.identities[in.ID] = i
	return i.Identity, nil
}

// issueAll issues one after the other and, at a refusal, takes all of it back.
func (m *model) issueAll(in []ledger.Issue, transient map[string][]byte) ([]ledger.Issued, error) {
	m.transactions++
	before, out := maps.Clone(m.identities), []ledger.Issued{}
	for k, i := range in {
		identity, err := m.issueIn(i, transient)
		if err != nil {
			m.identities = before
			return nil, &ledger.ItemError{Item: k, Err: err.(*ledger.Error)} //nolint:errorlint,forcetypeassert // the model's own
		}
		out = append(out, ledger.Issued{ID: i.ID, TxID: identity.TxID})
	}
	return out, nil
}

func (m *model) setStatus(c ledger.StatusChange) (ledger.Identity, error) {
	i, err := m.unerased(c.ID)
	switch {
	case err != nil:
		return ledger.Identity{}, err
	case i.Status == c.Status && i.Reason == c.Reason:
		return i.Identity, nil
	case !moves(i.Status, c.Status):
		return ledger.Identity{}, ledger.ErrIllegalStatus
	}
	i.Status, i.Reason = c.Status, c.Reason
	if c.Status == ledger.StatusRevoked {
		i.EndedAt = m.now
		if c.Reason == ledger.ReasonFraud {
			m.banned = append(m.banned, i.Nullifiers...)
		}
	}
	m.changed(i, map[ledger.Status]ledger.EventKind{"active": "resumed", "suspended": "suspended", "revoked": "revoked"}[c.Status])
	return i.Identity, nil
}

func (m *model) update(u ledger.Update, transient map[string][]byte) (ledger.Identity, error) {
	i, err := m.unerased(u.ID)
	if err != nil {
		return ledger.Identity{}, err
	}
	same := maps.Equal(i.Attributes, u.Attributes) && slices.Equal(i.Nullifiers, u.Nullifiers) &&
		i.HolderKey == u.HolderKey && i.Assurance == u.Assurance && i.SealedDigest == u.SealedDigest
	switch {
	case u.Version < 1 || u.Version > i.Version:
		return ledger.Identity{}, ledger.ErrStale
	case same:
		return i.Identity, nil
	case i.Status == ledger.StatusRevoked:
		return ledger.Identity{}, ledger.ErrIllegalStatus
	case u.Version != i.Version:
		return ledger.Identity{}, ledger.ErrStale
	case m.heldByOther(u.ID, u.Nullifiers):
		return ledger.Identity{}, ledger.ErrDuplicatePerson
	}
	i.Attributes, i.Nullifiers, i.HolderKey, i.Assurance = u.Attributes, u.Nullifiers, u.HolderKey, u.Assurance
	i.SealedDigest, i.sealed = u.SealedDigest, unsealed(transient[u.SealedDigest])
	m.changed(i, "updated")
	return i.Identity, nil
}

func (m *model) erase(id string) (ledger.Identity, error) {
	i, err := of(m.identities, id)
	if err != nil || i.Status == ledger.StatusErased {
		if err != nil {
			return ledger.Identity{}, err
		}
		return i.Identity, nil
	}
	if i.EndedAt.IsZero() {
		i.EndedAt = m.now
	}
	i.Identity = ledger.Identity{
		ID: id, Attributes: map[string]string{}, Nullifiers: []string{}, Status: "erased", Reason: "erasure",
		Assurance: i.Assurance, Issuer: i.Issuer, IssuedAt: i.IssuedAt, EndedAt: i.EndedAt, Version: i.Version, TxID: i.TxID,
	}
	i.sealed, i.keys, i.consents = nil, nil, nil
	m.changed(i, "erased")
	return i.Identity, nil
}

func unsealed(b []byte) (sealed map[string]string) {
	if b != nil {
		if err := json.Unmarshal(b, &sealed); err != nil {
			panic(err)
		}
	}
	return sealed
}
