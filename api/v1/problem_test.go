package v1

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
)

// refusals are what the contract's codes become. The description lists them.
var refusals = map[ledger.Code]struct {
	status int
	code   string
}{
	ledger.CodeForbidden:       {http.StatusForbidden, "ledger_forbidden"}, // apart from a key without the scope
	ledger.CodeExists:          {http.StatusConflict, "exists"},
	ledger.CodeDuplicatePerson: {http.StatusConflict, "duplicate_person"},
	ledger.CodeNotFound:        {http.StatusNotFound, "not_found"},
	ledger.CodeInvalid:         {http.StatusUnprocessableEntity, "invalid"},
	ledger.CodeIllegalStatus:   {http.StatusConflict, "illegal_status"},
	ledger.CodeStale:           {http.StatusConflict, "stale"},
	ledger.CodeErased:          {http.StatusGone, "erased"},
	ledger.CodeKeyTaken:        {http.StatusConflict, "key_taken"},
	ledger.CodeNoConsent:       {http.StatusForbidden, "no_consent"},
	ledger.CodeTooMany:         {http.StatusUnprocessableEntity, "too_many"},
}

// contractCodes are the constants of type Code in the ledger's source, so that
// a new one cannot be forgotten here.
func contractCodes(t *testing.T) []ledger.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../ledger/error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []ledger.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Code" {
			return true
		}
		for _, v := range spec.Values {
			if literal, ok := v.(*ast.BasicLit); ok {
				code, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				codes = append(codes, ledger.Code(code))
			}
		}
		return true
	})
	return codes
}

// Every refusal of the contract keeps its code on the way out, alone, wrapped
// or as one item of a batch.
func TestEveryLedgerCodeReachesTheAPI(t *testing.T) {
	t.Parallel()
	codes := contractCodes(t)
	if len(codes) < len(refusals) {
		t.Fatalf("found %v in the ledger's source, want %d codes or more", codes, len(refusals))
	}
	for _, code := range codes {
		want, ok := refusals[code]
		if !ok {
			t.Errorf("%s has no status in this table", code)
			continue
		}
		refusal := &ledger.Error{Code: code, Detail: "field: rule"}
		for _, err := range []error{refusal, fmt.Errorf("mint: %w", refusal), &ledger.ItemError{Item: 3, Err: refusal}} {
			if status, got := Classify(err); status != want.status || got != want.code {
				t.Errorf("Classify(%v) = %d %s, want %d %s", err, status, got, want.status, want.code)
			}
		}
	}
}

// Every code of a line's values has one of ours, found in the source so that a
// new one cannot be forgotten.
func TestEveryPBXCodeReachesTheAPI(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../../pbx/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && strings.HasPrefix(spec.Names[0].Name, "Code") {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, code)
		}
		return true
	})
	if !slices.Equal(found, pbxCodes) {
		t.Errorf("pbxCodes = %q, want those of the source, %q", pbxCodes, found)
	}
	for _, code := range found {
		err := fmt.Errorf("find: %w", &pbx.Error{Code: code, Field: "cursor"})
		if status, got := Classify(err); status != http.StatusUnprocessableEntity || got != "pbx_"+code {
			t.Errorf("Classify(%v) = %d %s, want 422 pbx_%s", err, status, got, code)
		}
	}
}

// ofPages are codes of what this API does not do.
var ofPages = []string{
	"already_active", "already_shown", "link_invalid", "live_expired", "no_device", "no_line", "no_number", "not_now", "not_subscriber", "pairing_over",
	"setup_taken", "sign_in_refused", "too_many_devices", "too_many_lines", "too_many_tries",
}

// The description lists every code that a program may meet.
func TestDescriptionListsTheCodes(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	description, _, _ := strings.Cut(string(file), "license:")
	for _, code := range slices.Concat(Codes(), slices.Collect(maps.Keys(statuses))) {
		if slices.Contains(ofPages, code) || strings.HasPrefix(code, pbxPrefix) {
			continue
		}
		if !strings.Contains(description, "`"+code+"`") {
			t.Errorf("the description does not list %s", code)
		}
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		err    error
		status int
		code   string
	}{
		{"ledger away", fmt.Errorf("read: %w", ledger.ErrUnavailable), http.StatusServiceUnavailable, "unavailable"},
		{"outcome unknown", fmt.Errorf("read: %w", ledger.ErrUnknown), http.StatusServiceUnavailable, "unavailable"},
		{"body too large", &http.MaxBytesError{Limit: 1}, http.StatusRequestEntityTooLarge, "too_large"},
		{"nothing stored", kyc.ErrNotFound, http.StatusNotFound, "not_found"},
		{"fields", kyc.FieldErrors{"salt": kyc.FieldInvalid}, http.StatusUnprocessableEntity, "invalid_fields"},
		{"device of another line", fmt.Errorf("rotate: %w", pbx.ErrNoDevice), http.StatusNotFound, "no_device"},
		{"line off", kyc.ErrLineOff, http.StatusForbidden, "line_off"},
		{"not foreseen", errors.New("dial tcp 10.0.0.1"), http.StatusInternalServerError, "internal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if status, code := Classify(tt.err); status != tt.status || code != tt.code {
				t.Errorf("Classify(%v) = %d %s, want %d %s", tt.err, status, code, tt.status, tt.code)
			}
		})
	}
}
