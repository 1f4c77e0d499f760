package ledger_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func encode(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (w *world) invoke(msp, function, request string) (answer []byte, err error) {
	err = w.as(msp, func(s ledger.State) error {
		answer, err = contract.Invoke(s, function, []byte(request))
		return err
	})
	return answer, err
}

func TestInvoke(t *testing.T) {
	t.Parallel()
	w, in := newWorld(t), ledgertest.NewIssue()
	for _, c := range []struct {
		function string
		request  any
		want     string // a field of the answer
	}{
		{ledger.FuncIssueIdentity, in, `"status":"active"`},
		{ledger.FuncIdentity, ledger.ByID{ID: in.ID}, `"version":1`},
		{ledger.FuncSetStatus, ledger.StatusChange{ID: in.ID, Status: "revoked", Reason: "fraud"}, `"reason":"fraud"`},
		{ledger.FuncOrganisation, ledger.ByID{ID: "manager"}, `"msp":"Org1MSP"`},
		{ledger.FuncRegisterOrganisation, manager(), `"role":"issuer"`},
		{ledger.FuncSetOrganisationStatus, ledger.StatusChange{ID: "manager", Status: "suspended"}, `"status":"suspended"`},
	} {
		got, err := w.invoke("Org1MSP", c.function, encode(t, c.request))
		if err != nil || !strings.Contains(string(got), c.want) {
			t.Errorf("Invoke(%s) = %s, %v; want %s", c.function, got, err, c.want)
		}
	}
}

// Fabric keeps the request in the block. A request with room for anything
// beside its fields must not be endorsed.
func TestInvokeRefusesWhatIsNotCanonical(t *testing.T) {
	t.Parallel()
	in := ledgertest.NewIssue()
	good := encode(t, in)
	for _, c := range []struct{ name, request string }{
		{"empty", ``},
		{"null", `null`},
		{"an array", `[` + good + `]`},
		{"an unknown field", `{"name":"Erika",` + good[1:]},
		{"the same field twice", `{"id":"Erika",` + good[1:]},
		{"a field in another case", strings.Replace(good, `"id"`, `"ID"`, 1)},
		{"white space", strings.Replace(good, `{`, `{ `, 1)},
		{"another document after it", good + `{"name":"Erika"}`},
		{"white space after it", good + "\n"},
		{"fields in another order", `{"assurance":` + strings.SplitN(good, `"assurance":`, 2)[1]},
		{"needless escapes", strings.Replace(good, `"id":"t`, `"id":"\u0074`, 1)},
		{"too large", good[:len(good)-1] + strings.Repeat(" ", ledger.MaxRequestSize) + `}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := newWorld(t).invoke("Org1MSP", ledger.FuncIssueIdentity, c.request); !errors.Is(err, ledger.ErrInvalid) {
				t.Errorf("Invoke(%s) = %s, %v; want invalid", c.request, got, err)
			}
		})
	}
	if _, err := newWorld(t).invoke("Org1MSP", "Drop", "{}"); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("Invoke(unknown function) = %v, want invalid", err)
	}
	if _, err := newWorld(t).invoke("Org1MSP", ledger.FuncIssueIdentity, good); err != nil {
		t.Errorf("Invoke(canonical) = %v, want no error", err)
	}
}

func FuzzInvoke(f *testing.F) {
	in := ledgertest.NewIssue()
	f.Add(ledger.FuncIssueIdentity, encode(f, in))
	f.Add(ledger.FuncIdentity, `{"id":"manager"}`)
	f.Add(ledger.FuncOrganisation, `{"id":"manager"}`)
	f.Add(ledger.FuncSetStatus, `{"id":"abc","status":"revoked","reason":"fraud"}`)
	f.Add(ledger.FuncSetOrganisationStatus, `{"id":"manager","status":"suspended"}`)
	f.Add(ledger.FuncRegisterOrganisation, encode(f, manager()))
	f.Fuzz(func(t *testing.T, function, request string) {
		answers := make([]string, 2)
		for k := range answers { // two peers
			tx := &ledgertest.Tx{Committed: map[string][]byte{}, CallerMSP: "Org1MSP", ID: "tx"}
			if _, err := contract.RegisterOrganisation(tx, manager()); err != nil {
				t.Fatal(err)
			}
			tx.Commit()
			tx.Writes = nil
			got, err := contract.Invoke(tx, function, []byte(request))
			if err != nil {
				if _, ok := ledger.ParseError(err.Error()); !ok {
					t.Fatalf("Invoke(%q, %q) = %v, want a refusal with a code", function, request, err)
				}
				got = []byte(err.Error())
			} else if len(request) > ledger.MaxRequestSize || !json.Valid([]byte(request)) {
				t.Fatalf("Invoke(%q, %q) accepted it", function, request)
			}
			answers[k] = string(got) + encode(t, tx.Writes)
		}
		if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
			t.Fatalf("Invoke(%q, %q) differs between peers: %s", function, request, diff)
		}
	})
}
