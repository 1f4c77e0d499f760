package ledger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// TestContractIsItsModel holds the contract, over random calls, against a second
// one in the plainest words: it keeps whole records in memory, has no keys of a
// state, no transactions that read before they write, and no index of who holds
// a nullifier, but looks at everybody instead.
func TestContractIsItsModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			m := newModel()
			ledgertest.Same(t, seed, 200, ledgertest.NewFake(nil).Target(), ledgertest.Target{
				Writer: ledger.Client{Transport: modelClient{m, true}}, Other: ledger.Client{Transport: modelClient{m, false}},
			})
		})
	}
}

type model struct {
	now           time.Time
	transactions  int
	organisations map[string]*ledger.Organisation
	identities    map[string]*modelIdentity
	banned        []string          // nullifiers of fraud
	owners        map[string]string // of keys, for ever
	credentials   map[string]*ledger.Credential
}

type modelIdentity struct {
	ledger.Identity

	request  string // that it was minted from
	sealed   map[string]string
	keys     []*ledger.SubscriberKey
	consents map[string]*ledger.Consent
	history  []ledger.Change
}

func newModel() *model {
	m := &model{
		now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), organisations: map[string]*ledger.Organisation{},
		identities: map[string]*modelIdentity{}, owners: map[string]string{}, credentials: map[string]*ledger.Credential{},
	}
	o := manager()
	o.Status = ledger.StatusActive
	m.organisations[o.ID] = &o
	return m
}

// modelClient is the model as one organisation sees it.
type modelClient struct {
	m      *model
	writer bool
}

func (c modelClient) Locate(_ context.Context, txID string) (ledger.Location, error) {
	return ledger.Location{TxID: txID}, nil
}

func (c modelClient) Evaluate(ctx context.Context, call ledger.Call) (ledger.Answer, error) {
	return c.Submit(ctx, call)
}

func (c modelClient) Submit(_ context.Context, call ledger.Call) (ledger.Answer, error) {
	reads := []string{
		ledger.FuncIdentity, ledger.FuncHistory, ledger.FuncKeys, ledger.FuncConsents, ledger.FuncOrganisation,
		ledger.FuncOrganisations, ledger.FuncCredentialStatus,
	}
	if !c.writer && !slices.Contains(reads, call.Function) {
		return ledger.Answer{}, ledger.ErrForbidden
	}
	v, err := c.m.run(call)
	if err != nil {
		return ledger.Answer{}, err
	}
	record, err := json.Marshal(v)
	return ledger.Answer{Record: record}, err
}

func (m *model) run(call ledger.Call) (any, error) {
	switch call.Function {
	case ledger.FuncRegisterOrganisation:
		return m.register(in[ledger.Organisation](call))
	case ledger.FuncOrganisation:
		return of(m.organisations, in[ledger.ByID](call).ID)
	case ledger.FuncOrganisations:
		return m.allOrganisations(), nil
	case ledger.FuncSetOrganisationStatus:
		return m.setOrganisationStatus(in[ledger.OrganisationStatus](call))
	case ledger.FuncSetOrganisationKey:
		return m.setOrganisationKey(in[ledger.OrganisationKey](call))
	case ledger.FuncIssueIdentity:
		return m.issue(in[ledger.Issue](call), call.Transient)
	case ledger.FuncIssueIdentities:
		return m.issueAll(in[[]ledger.Issue](call), call.Transient)
	case ledger.FuncIdentity:
		i, err := of(m.identities, in[ledger.ByID](call).ID)
		if err != nil {
			return nil, err
		}
		return i.Identity, nil
	case ledger.FuncSetStatus:
		return m.setStatus(in[ledger.StatusChange](call))
	case ledger.FuncUpdateIdentity:
		return m.update(in[ledger.Update](call), call.Transient)
	case ledger.FuncEraseIdentity:
		return m.erase(in[ledger.ByID](call).ID)
	case ledger.FuncHistory:
		i, err := of(m.identities, in[ledger.ByID](call).ID)
		if err != nil {
			return nil, err
		}
		return i.history, nil
	case ledger.FuncKeys:
		i, err := of(m.identities, in[ledger.ByID](call).ID)
		if err != nil {
			return nil, err
		}
		return append([]*ledger.SubscriberKey{}, i.keys...), nil
	case ledger.FuncAddKey:
		return m.addKey(in[ledger.KeyRequest](call))
	case ledger.FuncRevokeKey:
		return m.revokeKey(in[ledger.KeyRequest](call))
	case ledger.FuncConsents:
		return m.listConsents(in[ledger.ByID](call).ID)
	case ledger.FuncGrantConsent:
		return m.grant(in[ledger.Consent](call))
	case ledger.FuncRevokeConsent:
		return m.revokeConsent(in[ledger.Pair](call))
	case ledger.FuncDisclose:
		return m.disclose(in[ledger.Pair](call))
	case ledger.FuncIssueCredential:
		return m.issueCredential(in[ledger.Credential](call))
	case ledger.FuncSetCredentialStatus:
		return m.setCredentialStatus(in[ledger.StatusChange](call))
	case ledger.FuncCredentialStatus:
		return m.credentialStatus(in[ledger.ByID](call).ID)
	default:
		return nil, ledger.ErrInvalid
	}
}

func in[T any](call ledger.Call) (v T) {
	if err := json.Unmarshal(call.Request, &v); err != nil {
		panic(err)
	}
	return v
}

func of[T any](records map[string]*T, id string) (*T, error) {
	if v, ok := records[id]; ok {
		return v, nil
	}
	return nil, ledger.ErrNotFound
}

// transaction names the one that is being made.
func (m *model) transaction() string { return fmt.Sprint(m.transactions) }

// unerased finds an identity that may change.
func (m *model) unerased(id string) (*modelIdentity, error) {
	i, err := of(m.identities, id)
	if err == nil && i.Status == ledger.StatusErased {
		return nil, ledger.ErrErased
	}
	return i, err
}

// changed makes what was done to an identity its next version.
func (m *model) changed(i *modelIdentity, kind ledger.EventKind) {
	m.transactions++
	i.Version++
	i.UpdatedAt, i.UpdateTxID = m.now, m.transaction()
	i.history = append(i.history, ledger.Change{
		Version: i.Version, Kind: kind, Status: i.Status, Reason: i.Reason, At: m.now, TxID: m.transaction(),
	})
}

func moves(from, to ledger.Status) bool {
	return from != to && from != ledger.StatusRevoked
}
