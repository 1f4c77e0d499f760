package kyc

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/golden"
)

// TestDiagram keeps docs/state-machine.md equal to the table. It also shows a
// reviewer every change of the flow as a change of the picture.
func TestDiagram(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Enrollment states\n\nGenerated from kyc/state.go by `make golden`.\n\n```mermaid\nstateDiagram-v2\n  [*] --> contacts\n")
	for _, s := range states {
		for _, e := range events {
			if to, err := Next(s, e); err == nil {
				fmt.Fprintf(&b, "  %s --> %s: %s\n", s, to, e)
			}
		}
		if s.Terminal() {
			fmt.Fprintf(&b, "  %s --> [*]\n", s)
		}
	}
	b.WriteString("```\n")
	golden.Check(t, "../docs/state-machine.md", []byte(b.String()))
}

func TestEveryEnrollmentEnds(t *testing.T) {
	for _, s := range states {
		if !reaches(s, State.Terminal) {
			t.Errorf("no terminal state is reachable from %s", s)
		}
		if s != Contacts && !reaches(Contacts, func(x State) bool { return x == s }) {
			t.Errorf("%s is unreachable", s)
		}
	}
}

// TestIssuedOnlyThroughLedger states the order of trust: nothing is a
// subscriber's before the ledger has committed it, and nothing is minted
// without a decision.
func TestIssuedOnlyThroughLedger(t *testing.T) {
	for _, s := range states {
		for _, e := range events {
			to, err := Next(s, e)
			if err != nil {
				continue
			}
			if to == Issued && s != Minted {
				t.Errorf("Next(%s, %s) = issued", s, e)
			}
			if to == Minted && s != Approved {
				t.Errorf("Next(%s, %s) = minted", s, e)
			}
		}
	}
}

func TestUnknownIsRefused(t *testing.T) {
	var want *TransitionError
	if _, err := Next("surprise", Approve); !errors.As(err, &want) {
		t.Errorf("Next(surprise, approve) = %v, want a TransitionError", err)
	}
	if _, err := Next(Questions, "surprise"); !errors.As(err, &want) {
		t.Errorf("Next(questions, surprise) = %v, want a TransitionError", err)
	}
}

// TestTableNamesOnlyKnownStates catches a typing error that would make a state
// unreachable by name.
func TestTableNamesOnlyKnownStates(t *testing.T) {
	known := map[State]bool{}
	for _, s := range states {
		known[s] = true
	}
	for from, row := range transitions {
		if !known[from] {
			t.Errorf("unknown state %s in the table", from)
		}
		for _, to := range row {
			if !known[to] {
				t.Errorf("%s leads to the unknown state %s", from, to)
			}
		}
	}
}

func reaches(from State, want func(State) bool) bool {
	seen := map[State]bool{}
	var visit func(State) bool
	visit = func(s State) bool {
		if seen[s] {
			return false
		}
		seen[s] = true
		if want(s) {
			return true
		}
		for _, to := range transitions[s] {
			if visit(to) {
				return true
			}
		}
		return false
	}
	return visit(from)
}
