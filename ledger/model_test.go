package ledger_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// model is the contract in its plainest words.
type model struct {
	identities map[string]*modelIdentity
	holders    map[string]string // nullifier to id
}

type modelIdentity struct {
	issue   string
	people  []string
	status  ledger.Status
	reason  string
	version int
}

func (m *model) issue(msp string, in ledger.Issue) ledger.Code {
	if msp != "Org1MSP" {
		return ledger.CodeForbidden
	}
	if was, ok := m.identities[in.ID]; ok {
		if was.issue != in.HolderKey { // each content of the test has its own key
			return ledger.CodeExists
		}
		return ""
	}
	for _, n := range in.Nullifiers {
		if m.holders[n] != "" {
			return ledger.CodeDuplicatePerson
		}
	}
	for _, n := range in.Nullifiers {
		m.holders[n] = in.ID
	}
	m.identities[in.ID] = &modelIdentity{in.HolderKey, slices.Sorted(slices.Values(in.Nullifiers)), "active", "", 1}
	return ""
}

func (m *model) setStatus(msp, id string, status ledger.Status, reason string) ledger.Code {
	i, ok := m.identities[id]
	switch {
	case msp != "Org1MSP":
		return ledger.CodeForbidden
	case !ok:
		return ledger.CodeNotFound
	case i.status == status && i.reason == reason:
		return ""
	case i.status == "revoked" || i.status == status:
		return ledger.CodeIllegalStatus
	}
	if status == "revoked" && reason != "fraud" {
		for _, n := range i.people {
			delete(m.holders, n)
		}
	}
	i.status, i.reason, i.version = status, reason, i.version+1
	return ""
}

func codeOf(err error) ledger.Code {
	var e *ledger.Error
	if errors.As(err, &e) {
		return e.Code
	}
	if err != nil {
		return ledger.Code(err.Error())
	}
	return ""
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// TestContractIsItsModel runs random calls over few ids and few people, so
// that every rule meets every other, and compares each answer and each record.
func TestContractIsItsModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // reproducible on purpose
			w, m := newWorld(t), &model{map[string]*modelIdentity{}, map[string]string{}}
			var ids, people []string
			for range 4 {
				ids = append(ids, ledgertest.NewIssue().ID)
				people = append(people, ledgertest.NewIssue().Nullifiers[0])
			}
			made := []ledger.Issue{}
			for step := range 300 {
				msp := pick(r, []string{"Org1MSP", "Org1MSP", "Org1MSP", "Org2MSP"})
				var got, want ledger.Code
				var what string
				if r.IntN(2) == 0 {
					in := ledgertest.NewIssue()
					in.ID = pick(r, ids)
					in.Nullifiers = people[r.IntN(3):][:1+r.IntN(2)]
					if len(made) > 0 && r.IntN(2) == 0 {
						in = pick(r, made)
					}
					made = append(made, in)
					_, err := w.invoke(msp, ledger.FuncIssueIdentity, encode(t, in))
					got, want, what = codeOf(err), m.issue(msp, in), "IssueIdentity"
				} else {
					c := ledger.StatusChange{
						ID:     pick(r, ids),
						Status: pick(r, []ledger.Status{"active", "suspended", "active", "suspended", "revoked"}),
						Reason: pick(r, []string{"fraud", "superseded", "reviewed"}),
					}
					_, err := w.invoke(msp, ledger.FuncSetStatus, encode(t, c))
					got, want, what = codeOf(err), m.setStatus(msp, c.ID, c.Status, c.Reason), fmt.Sprintf("SetStatus(%s, %s)", c.Status, c.Reason)
				}
				if got != want {
					t.Fatalf("step %d: %s by %s = %q, want %q", step, what, msp, got, want)
				}
				compare(t, step, w, m, ids)
			}
		})
	}
}

func compare(t *testing.T, step int, w *world, m *model, ids []string) {
	t.Helper()
	for _, id := range ids {
		var got modelIdentity
		i, err := contract.Identity(&ledgertest.Tx{Committed: w.state}, id)
		if err == nil {
			got = modelIdentity{i.HolderKey, i.Nullifiers, i.Status, i.Reason, i.Version}
		}
		var want modelIdentity
		if known := m.identities[id]; known != nil {
			want = *known
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("step %d: Identity(%s) = %+v, want %+v", step, id, got, want)
		}
	}
	for n, id := range m.holders {
		if got := string(w.state["nullifier/"+n]); got != id {
			t.Fatalf("step %d: nullifier held by %q, want %q", step, got, id)
		}
	}
}
