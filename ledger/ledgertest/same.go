package ledgertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
)

// Same makes one sequence of calls, drawn from a seed, on two ledgers, and
// fails at the first answer or record that differs. It compares codes of
// refusals and whole records, of which it leaves out only what two ledgers
// cannot share: when, and in which transaction. That two records name the same
// transaction on one ledger and two on the other is a difference.
//
//	ledgertest.Same(t, seed, 300, ledgertest.NewFake(time.Now).Target(), target)
//
// Both ledgers must tell about the same time, for consents and credentials end.
// They may hold other records: every id is new.
func Same(t *testing.T, seed uint64, steps int, a, b Target) {
	t.Helper()
	if difference := compare(t, seed, steps, a, b); difference != "" {
		t.Fatal(difference)
	}
}

func compare(t *testing.T, seed uint64, steps int, a, b Target) (difference string) {
	t.Helper()
	d := newDraw(t, seed, a)
	first, second := &side{target: a}, &side{target: b}
	made := "the beginning"
	differ := func(c call) bool {
		t.Helper()
		if diff := cmp.Diff(first.answer(t, c), second.answer(t, c)); diff != "" {
			difference = fmt.Sprintf("seed %d, after %s: %s (-first +second):\n%s", seed, made, c.name, diff)
		}
		return difference != ""
	}
	if slices.ContainsFunc(d.beginning(), differ) {
		return difference
	}
	for step := range steps {
		c := d.next(t)
		made = fmt.Sprintf("step %d, %s", step, c.name)
		if differ(c) || slices.ContainsFunc(d.looks(), differ) {
			return difference
		}
	}
	return ""
}

// A call is one call, made alike on either ledger.
type call struct {
	name string
	make func(context.Context, Target) (any, error)
}

// A side is one of the two ledgers.
type side struct {
	target Target
	seen   []string // transactions, in the order they were first named
}

// answer makes a call and returns what both ledgers must agree on.
func (s *side) answer(t *testing.T, c call) any {
	t.Helper()
	v, err := c.make(t.Context(), s.target)
	if err != nil {
		return codeOf(t, c.name, err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(b, &plain); err != nil {
		t.Fatal(err)
	}
	return s.compared(plain)
}

func codeOf(t *testing.T, name string, err error) string {
	t.Helper()
	var item *ledger.ItemError
	if errors.As(err, &item) {
		return fmt.Sprintf("item %d: %s", item.Item, item.Err.Code)
	}
	var refusal *ledger.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("%s = %v, want an answer or a refusal", name, err)
	}
	return string(refusal.Code)
}

// compared replaces times by whether there is one, and transactions by the
// order in which they were first named.
func (s *side) compared(v any) any {
	switch v := v.(type) {
	case []any:
		for k := range v {
			v[k] = s.compared(v[k])
		}
	case map[string]any:
		for name, field := range v {
			switch name {
			case "issued_at", "updated_at", "ended_at", "added_at", "granted_at", "revoked_at", "at":
				v[name] = "a time"
			case "block", "network", "channel":
				delete(v, name)
			case "tx_id", "update_tx_id":
				// below: the order of a map is not an order
			default:
				v[name] = s.compared(field)
			}
		}
		for _, name := range []string{"tx_id", "update_tx_id"} {
			if txID, ok := v[name].(string); ok {
				v[name] = s.ordinal(txID)
			}
		}
	}
	return v
}

func (s *side) ordinal(txID string) string {
	for k, seen := range s.seen {
		if seen == txID {
			return fmt.Sprintf("transaction %d", k)
		}
	}
	s.seen = append(s.seen, txID)
	return fmt.Sprintf("transaction %d", len(s.seen)-1)
}
