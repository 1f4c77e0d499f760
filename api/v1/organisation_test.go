package v1

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// nobody is what the key of an organisation without lines reaches.
type nobody struct{}

func (nobody) FindLines(context.Context, string, pbx.Query) (pbx.Page, error) { return pbx.Page{}, nil }

func (nobody) LineDetail(context.Context, string, string) (kyc.LineDetail, error) {
	return kyc.LineDetail{}, kyc.ErrNotFound
}
func (nobody) RotateLine(context.Context, string, string) error          { return kyc.ErrNotFound }
func (nobody) SuspendLine(context.Context, string, string) error         { return kyc.ErrNotFound }
func (nobody) ResumeLine(context.Context, string, string) error          { return kyc.ErrNotFound }
func (nobody) ReleaseLine(context.Context, string, string) error         { return kyc.ErrNotFound }
func (nobody) DropContact(context.Context, string, string, string) error { return kyc.ErrNotFound }

func (nobody) Account(context.Context, string) (pbx.Account, error) {
	return pbx.Account{}, kyc.ErrNotFound
}

func (nobody) Passport(context.Context, string, kyc.PassportRequest) (kyc.SignedPassport, error) {
	return kyc.SignedPassport{}, kyc.ErrLineOff
}

func (nobody) CheckPassport(context.Context, kyc.PassportCheck) (kyc.PassportVerdict, error) {
	return kyc.PassportVerdict{Refused: "line_off", Status: 403, Reason: "Stale Date"}, nil
}

// Every operation about lines that has a key goes by the key's organisation. The
// table is compared with the description: an operation that is added is missing
// here.
func TestEveryOperationIsWithinTheKeysOrganisation(t *testing.T) {
	t.Parallel()
	const line = "/v1/pbx/accounts/2000001"
	operations := []struct {
		id, method, path, body string
		status                 int
	}{
		{"listAccounts", "GET", "/v1/pbx/accounts", "", 200},
		{"getAccount", "GET", line, "", 404},
		{"listContacts", "GET", line + "/contacts", "", 404},
		{"rotateLine", "POST", line + "/rotate", "", 404},
		{"suspendLine", "POST", line + "/suspend", "", 404},
		{"resumeLine", "POST", line + "/resume", "", 404},
		{"releaseLine", "POST", line + "/release", "", 404},
		{"dropContact", "POST", line + "/drop", "", 404},
		{"freeswitchDirectory", "POST", "/v1/pbx/freeswitch/directory", question("2000001-k3f9ab").Encode(), 200},
		{"signPassport", "POST", "/v1/pbx/passport", "extension=2000001&to=2000002", 403},
		{"verifyPassport", "POST", "/v1/pbx/passport/verify", "identity=x", 200},
		{"getAttributes", "GET", "/v1/identities/idknown/attributes", "", 200}, // for that organisation alone
	}
	var tested []string
	for _, o := range operations {
		tested = append(tested, o.id)
		t.Run(o.id, func(t *testing.T) {
			t.Parallel()
			w := &world{}
			engine, doc := serve(t, w)
			req := httptest.NewRequestWithContext(t.Context(), o.method, o.path, strings.NewReader(o.body))
			req.Header.Set("Authorization", "Bearer acme")
			if o.id == "freeswitchDirectory" {
				req.SetBasicAuth("freeswitch", "acme")
			}
			if o.body != "" {
				req.Header.Set("Content-Type", form)
			}
			rec := httptest.NewRecorder()
			engine.ServeHTTP(rec, req)
			checkResponse(t, doc, req, rec)
			if rec.Code != o.status || len(w.did) > 0 || strings.Contains(rec.Body.String(), "2000001") {
				t.Errorf("%s = %d %s, and everybody's lines were asked %q, want %d and none", o.path, rec.Code, rec.Body, w.did, o.status)
			}
			for _, e := range w.audit {
				if e.Actor != "apikey:k7@acme" {
					t.Errorf("the audit log says it was %q", e.Actor)
				}
			}
			if len(w.audit) == 0 {
				t.Error("nothing is in the audit log")
			}
		})
	}
	if diff := missing(t, tested); len(diff) > 0 {
		t.Errorf("operations with a key that are not tested: %q", diff)
	}
}

func missing(t *testing.T, tested []string) (ids []string) {
	t.Helper()
	doc, err := description()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range doc.Paths.Map() {
		for _, operation := range path.Operations() {
			if operation.Security == nil || slices.Contains(tested, operation.OperationID) {
				continue
			}
			for _, requirement := range *operation.Security {
				if _, ofDevice := requirement[schemeDevice]; !ofDevice {
					ids = append(ids, operation.OperationID)
				}
			}
		}
	}
	return ids
}

// The tags of two keys differ, also where they see the same.
func TestTagsAreOfTheOrganisation(t *testing.T) {
	t.Parallel()
	engine, _ := serve(t, &world{})
	tag := fetch(t, engine, http.MethodGet, "/v1/pbx/accounts?organisation=none", "reader").Header().Get("ETag")
	rec := fetch(t, engine, http.MethodGet, "/v1/pbx/accounts?organisation=none", "acme", "If-None-Match", tag)
	if rec.Code != http.StatusOK {
		t.Errorf("GET with the tag of another key = %d, want 200", rec.Code)
	}
}
