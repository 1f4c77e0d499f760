package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

var everyFunction = []string{
	ledger.FuncRegisterOrganisation, ledger.FuncOrganisation, ledger.FuncSetOrganisationStatus, ledger.FuncSetOrganisationKey,
	ledger.FuncIssueIdentity, ledger.FuncIssueIdentities, ledger.FuncIdentity, ledger.FuncSetStatus, ledger.FuncUpdateIdentity,
	ledger.FuncEraseIdentity, ledger.FuncHistory, ledger.FuncAddKey, ledger.FuncRevokeKey, ledger.FuncKeys,
	ledger.FuncGrantConsent, ledger.FuncRevokeConsent, ledger.FuncConsents, ledger.FuncDisclose, ledger.FuncOrganisations,
	ledger.FuncIssueCredential, ledger.FuncSetCredentialStatus, ledger.FuncCredentialStatus,
}

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

func TestInvokeKnowsItsFunctions(t *testing.T) {
	t.Parallel()
	for _, function := range everyFunction {
		if _, err := newWorld(t).invoke("Org1MSP", function, "?"); err == nil || !strings.Contains(err.Error(), "not JSON") {
			t.Errorf("Invoke(%s, no JSON) = %v, want a refusal of the request", function, err)
		}
	}
	for _, function := range []string{"", "Drop", "issueIdentity", "IssueIdentity "} {
		if _, err := newWorld(t).invoke("Org1MSP", function, "{}"); !errors.Is(err, ledger.ErrInvalid) || !strings.Contains(err.Error(), "no such function") {
			t.Errorf("Invoke(%q) = %v, want no such function", function, err)
		}
	}
}

// A recorder keeps every call that goes through it.
type recorder struct {
	ledger.Transport

	calls *[]ledger.Call
}

func (r recorder) Submit(ctx context.Context, c ledger.Call) (ledger.Answer, error) {
	*r.calls = append(*r.calls, c)
	return r.Transport.Submit(ctx, c)
}

// writes returns one accepted call of every writing function, and a world in
// which none of them was made yet.
func writes(t testing.TB) []ledger.Call {
	t.Helper()
	var calls []ledger.Call
	ledgertest.Writes(t, ledger.Client{Transport: recorder{newWorld(t).client("Org1MSP").Transport, &calls}})
	return calls
}

// An answer names the transaction that brought its record to its form: this one
// where it wrote something, and an earlier one where nothing was left to do.
func TestAnswersNameTheirTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range writes(t) {
		first, err := w.client("Org1MSP").Transport.Submit(t.Context(), c)
		if err != nil {
			t.Fatalf("%s = %v, want no error", c.Function, err)
		}
		wrote := w.n
		again, err := w.client("Org1MSP").Transport.Submit(t.Context(), c)
		if want := w.tx(wrote); first.TxID != want || again.TxID != want || err != nil {
			t.Errorf("%s = by %q, then by %q, %v; want both by %s", c.Function, first.TxID, again.TxID, err, want)
		}
	}
}

// Fabric keeps the request in the block. A request with room for anything
// beside its fields must not be endorsed, whatever the function.
func TestInvokeRefusesWhatIsNotCanonical(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range writes(t) {
		good := string(c.Request)
		open, rest := good[:1], good[1:]
		if open == "[" {
			open, rest = good[:2], good[2:]
		}
		field := rest[:strings.Index(rest, ":")+1]
		for name, request := range map[string]string{
			"empty":                     ``,
			"null":                      `null`,
			"an array more":             `[` + good + `]`,
			"an unknown field":          open + `"name":"Erika",` + rest,
			"the same field twice":      open + field + `"Erika",` + rest,
			"a field in another case":   open + strings.ToUpper(field) + rest[len(field):],
			"white space":               open + ` ` + rest,
			"another document after it": good + `{"name":"Erika"}`,
			"white space after it":      good + "\n",
			"a needless escape":         open + `"\u00` + strings.ToLower(encodeHex(field[1])) + field[2:] + rest[len(field):],
			"too large":                 good[:len(good)-1] + strings.Repeat(" ", ledger.MaxBatch*ledger.MaxRequestSize) + good[len(good)-1:],
		} {
			if got, err := w.invoke("Org1MSP", c.Function, request); !errors.Is(err, ledger.ErrInvalid) {
				t.Errorf("Invoke(%s, %s) = %s, %v; want invalid", c.Function, name, got, err)
			} else if strings.Contains(err.Error(), "Erika") {
				t.Errorf("Invoke(%s, %s) = %v, which quotes it", c.Function, name, err)
			}
		}
		if _, err := w.client("Org1MSP").Transport.Submit(t.Context(), c); err != nil {
			t.Errorf("Invoke(%s, canonical) = %v, want no error", c.Function, err)
		}
	}
}

func encodeHex(b byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[b>>4], digits[b&15]})
}

// Every text that a request may hold is made of a kind that cannot be a
// sentence about a person: each is replaced by one, and refused.
func TestNoFieldTakesASentence(t *testing.T) {
	t.Parallel()
	const sentence = "Erika Mustermann, born 1964"
	w := newWorld(t)
	for _, c := range writes(t) {
		var request any
		if err := json.Unmarshal(c.Request, &request); err != nil {
			t.Fatal(err)
		}
		for _, text := range texts(request) {
			spoilt := bytes.Replace(c.Request, []byte(`"`+text+`"`), []byte(`"`+sentence+`"`), 1)
			got, err := w.invoke("Org1MSP", c.Function, string(spoilt))
			if !errors.Is(err, ledger.ErrInvalid) {
				t.Errorf("Invoke(%s, %s) = %s, %v; want invalid", c.Function, spoilt, got, err)
			} else if strings.Contains(err.Error(), "Erika") {
				t.Errorf("Invoke(%s) = %v, which quotes it", c.Function, err)
			}
		}
		if _, err := w.client("Org1MSP").Transport.Submit(t.Context(), c); err != nil {
			t.Fatalf("%s = %v, want no error", c.Function, err)
		}
	}
}

// texts returns the names and values in a JSON document, but for names of
// fields and an organisation's name, which is a sentence.
func texts(v any) (out []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, element := range v {
			out = append(out, texts(element)...)
		}
	case map[string]any:
		for name, field := range v {
			if name == "name" {
				continue
			}
			if name == "attributes" {
				if attributes, ok := field.(map[string]any); ok {
					for attribute := range attributes {
						out = append(out, attribute)
					}
				}
			}
			out = append(out, texts(field)...)
		}
	}
	return slices.DeleteFunc(out, func(text string) bool { return text == "" })
}

func FuzzInvoke(f *testing.F) {
	for _, c := range writes(f) {
		f.Add(c.Function, string(c.Request))
	}
	for _, function := range everyFunction {
		f.Add(function, `{"id":"manager"}`)
		f.Add(function, `{"identity":"abc","organisation":"manager"}`)
	}
	f.Fuzz(func(t *testing.T, function, request string) {
		answers := make([]string, 2)
		for k := range answers { // two peers
			w := newWorld(t)
			got, err := w.invoke("Org1MSP", function, request)
			if err != nil {
				_, refusal := ledger.ParseError(err.Error())
				if _, item := ledger.ParseItemError(err.Error()); !refusal && !item {
					t.Fatalf("Invoke(%q, %q) = %v, want a refusal with a code", function, request, err)
				}
				got = []byte(err.Error())
			} else if len(request) > ledger.MaxBatch*ledger.MaxRequestSize || !json.Valid([]byte(request)) {
				t.Fatalf("Invoke(%q, %q) accepted it", function, request)
			}
			answers[k] = string(got) + encode(t, w.state)
		}
		if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
			t.Fatalf("Invoke(%q, %q) differs between peers: %s", function, request, diff)
		}
	})
}
