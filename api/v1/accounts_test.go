package v1

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// lines are three lines of a flow, a page of two at a time.
type lines struct {
	did     []string
	renamed string // the end of the first line's display name, if it changed
}

func (l *lines) all() []pbx.Account {
	on := pbx.Account{
		Extension: "2000001", Realm: "vouchline", AOR: "sip:2000001@vouchline", DisplayName: "Anna Eriksson" + l.renamed, IdentityID: "idknown",
		Enabled: true, UpdatedAt: noon, Revision: 9,
	}
	current := pbx.NewCredential("2000001-k3f9ab", "vouchline", "secret-word-of-the-line")
	ended := pbx.NewCredential("2000001-aaaaaa", "vouchline", "older-word")
	current.CreatedAt, ended.NotAfter = noon, noon.Add(-time.Second)
	on.Devices = []pbx.Device{{ID: "k3f9ab2c", Name: "Anna's phone", Kind: pbx.App, Credentials: []pbx.Credential{ended, current}}}
	suspended := on.Clone()
	suspended.Extension, suspended.AOR, suspended.Enabled, suspended.Suspended, suspended.Revision = "2000002", "sip:2000002@vouchline", false, true, 4
	suspended.Devices[0].Credentials = []pbx.Credential{pbx.NewCredential("2000002-k3f9ab", "vouchline", "secret-word-of-the-line")}
	gone := pbx.Account{
		Extension: "2000003", Realm: "vouchline", AOR: "sip:2000003@vouchline", IdentityID: "idgone", Organisation: "acme",
		ReleasedAt: noon, UpdatedAt: noon, Revision: 7,
	}
	return []pbx.Account{on, suspended, gone}
}

func (w *world) FindLines(_ context.Context, actor string, q pbx.Query) (pbx.Page, error) {
	w.did = append(w.did, "find "+actor)
	all := w.all()
	page := pbx.Page{Revision: 9}
	for _, a := range all {
		if a.Extension > q.After && len(page.Accounts) < min(2, max(q.Limit, 2)) {
			page.Accounts = append(page.Accounts, a)
		}
	}
	if last := page.Accounts[len(page.Accounts)-1].Extension; last < all[len(all)-1].Extension {
		page.Next = last
	}
	return page, w.fail
}

func (w *world) LineDetail(_ context.Context, _, extension string) (kyc.LineDetail, error) {
	a, err := w.Account(context.Background(), extension)
	contacts := []pbx.Contact{{ID: "c1", URI: "sip:2000001@192.0.2.1:5062", UserAgent: "Linphone", Address: "192.0.2.1:5062", Expires: noon}}
	return kyc.LineDetail{Account: a, Contacts: contacts, ContactsKnown: true}, err
}

func (w *world) Account(_ context.Context, extension string) (pbx.Account, error) {
	for _, a := range w.all() {
		if a.Extension == extension {
			return a, w.fail
		}
	}
	return pbx.Account{}, kyc.ErrNotFound
}

func (w *world) act(name, actor, extension string) error {
	w.did = append(w.did, name+" "+extension+" "+actor)
	a, err := w.Account(context.Background(), extension)
	if err == nil && !a.ReleasedAt.IsZero() {
		err = kyc.ErrLineReleased
	}
	return err
}

func (w *world) RotateLine(_ context.Context, actor, ext string) error {
	return w.act("rotate", actor, ext)
}

func (w *world) SuspendLine(_ context.Context, actor, ext string) error {
	return w.act("suspend", actor, ext)
}

func (w *world) ResumeLine(_ context.Context, actor, ext string) error {
	return w.act("resume", actor, ext)
}

func (w *world) ReleaseLine(_ context.Context, actor, ext string) error {
	return w.act("release", actor, ext)
}

func (w *world) DropContact(_ context.Context, actor, ext, contact string) error {
	return w.act("drop "+contact, actor, ext)
}

// fetch asks with a key and more header fields, given as pairs.
func fetch(t *testing.T, e *gin.Engine, method, path, key string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	req.Header.Set("Authorization", "Bearer "+key)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, req)
	return rec
}

// What a PBX follows: every account on some page, those that are off without
// digests, and no device's name, which is its subscriber's.
func TestAccountsComeInPages(t *testing.T) {
	t.Parallel()
	engine, _ := serve(t, &world{})
	path, seen := "/v1/pbx/accounts?limit=2", map[string]string{}
	for pages := 0; path != ""; pages++ {
		rec := fetch(t, engine, http.MethodGet, path, "reader")
		var list AccountList
		if err := json.Unmarshal(rec.Body.Bytes(), &list); err != nil || rec.Code != http.StatusOK || pages > 2 {
			t.Fatalf("GET %s = %d %s", path, rec.Code, rec.Body)
		}
		for _, a := range list.Accounts {
			seen[a.Extension] = fmt.Sprintf("%s %t %d", a.Status, a.Enabled, len(a.Credentials))
		}
		if got := rec.Header().Get("Vouchline-Revision"); got != "9" || list.Revision != 9 {
			t.Errorf("revision = %s and %d, want 9", got, list.Revision)
		}
		if rec.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("Cache-Control = %q, want no-store", rec.Header().Get("Cache-Control"))
		}
		if strings.Contains(rec.Body.String(), "phone") {
			t.Errorf("the page has a device's name: %s", rec.Body)
		}
		link := rec.Header().Get("Link")
		if (link == "") != (list.Next == nil) {
			t.Errorf("Link = %q beside next %v", link, list.Next)
		}
		path, _, _ = strings.Cut(strings.TrimPrefix(link, "<"), ">")
	}
	want := map[string]string{"2000001": "on true 1", "2000002": "suspended false 0", "2000003": "released false 0"}
	for ext, text := range want {
		if seen[ext] != text {
			t.Errorf("%s = %q, want %q", ext, seen[ext], text)
		}
	}
}

// A file for a PBX is whole however many pages the flow needs, and has nobody
// who may not register.
func TestFilesAreWhole(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ query, accept, contentType string }{
		{"?format=asterisk", "application/json", "text/plain"},
		{"", "text/plain", "text/plain"},
		{"", "application/sql", "application/sql"},
		{"", "text/xml", "application/xml"},
		{"?format=csv", "", "text/csv"},
	} {
		t.Run(tc.query+tc.accept, func(t *testing.T) {
			t.Parallel()
			w := &world{}
			engine, _ := serve(t, w)
			rec := fetch(t, engine, http.MethodGet, "/v1/pbx/accounts"+tc.query, "reader", "Accept", tc.accept)
			if rec.Code != http.StatusOK || !strings.HasPrefix(rec.Header().Get("Content-Type"), tc.contentType) {
				t.Fatalf("GET = %d %s, want 200 and %s", rec.Code, rec.Header().Get("Content-Type"), tc.contentType)
			}
			body := rec.Body.String()
			if !strings.Contains(body, "2000001-k3f9ab") || strings.Contains(body, "2000002") || strings.Contains(body, "2000003") || strings.Contains(body, "aaaaaa") {
				t.Errorf("the file has not the one credential that is valid, alone:\n%s", body)
			}
			if len(w.did) != 2 || rec.Header().Get("Link") != "" {
				t.Errorf("read %d pages with the Link %q, want both and none", len(w.did), rec.Header().Get("Link"))
			}
		})
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		header string
		want   AccountFormat
	}{
		{"*/*", AccountFormatJson},
		{"application/json", AccountFormatJson},
		{"text/*", AccountFormatCsv},
		{"text/csv;q=0.5, application/sql", AccountFormatKamailio},
		{"text/html, application/xml;q=0.9, */*;q=0.1", AccountFormatFreeswitch},
		{"text/html", ""},
		{"application/json;q=0", ""},
		{"application/json;q=much", ""},
		{";;;", ""},
	} {
		got, err := accepted(tc.header)
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("accepted(%q) = %q, %v, want %q", tc.header, got, err, tc.want)
		}
	}
}

// The entity tag is strong: the same for the same answer, another one for
// another key, question, form or content.
func TestUnchangedAnswersAreNotSentAgain(t *testing.T) {
	t.Parallel()
	w := &world{}
	engine, _ := serve(t, w)
	const path = "/v1/pbx/accounts"
	first := fetch(t, engine, http.MethodGet, path, "reader")
	tag := first.Header().Get("ETag")
	if strings.HasPrefix(tag, "W/") || len(tag) < 40 {
		t.Fatalf("ETag = %s, want a strong one", tag)
	}
	for _, header := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
		rec := fetch(t, engine, http.MethodGet, path, "reader", "If-None-Match", header)
		if rec.Code != http.StatusNotModified || rec.Body.Len() > 0 || rec.Header().Get("ETag") != tag {
			t.Errorf("If-None-Match: %s = %d with %d bytes and %s, want 304, none and the tag", header, rec.Code, rec.Body.Len(), rec.Header().Get("ETag"))
		}
	}
	if asked := len(w.did); asked != 5 {
		t.Errorf("the flow was asked, and recorded, %d times, want 5: also what is not sent", asked)
	}
	for _, other := range []struct{ name, path, key string }{
		{"another key", path, "reader2"},
		{"another question", path + "?status=on", "reader"},
		{"another form", path + "?format=csv", "reader"},
	} {
		if rec := fetch(t, engine, http.MethodGet, other.path, other.key, "If-None-Match", tag); rec.Code != http.StatusOK {
			t.Errorf("%s = %d, want 200", other.name, rec.Code)
		}
	}
	w.renamed = " Larsson"
	if rec := fetch(t, engine, http.MethodGet, path, "reader", "If-None-Match", tag); rec.Code != http.StatusOK || rec.Header().Get("ETag") == tag {
		t.Errorf("after a change = %d with %s, want 200 and another tag", rec.Code, rec.Header().Get("ETag"))
	}
}

// Who asks for a change is the key, and the flow records it.
func TestActionsAreTheKeys(t *testing.T) {
	t.Parallel()
	w := &world{}
	engine, _ := serve(t, w)
	for _, action := range []string{"rotate", "suspend", "resume", "release", "drop?contact=c1"} {
		if rec := fetch(t, engine, http.MethodPost, "/v1/pbx/accounts/2000001/"+action, "writer"); rec.Code != http.StatusNoContent {
			t.Errorf("POST %s = %d %s, want 204", action, rec.Code, rec.Body)
		}
	}
	want := []string{
		"rotate 2000001 apikey:k4", "suspend 2000001 apikey:k4", "resume 2000001 apikey:k4", "release 2000001 apikey:k4", "drop c1 2000001 apikey:k4",
	}
	if !slices.Equal(w.did, want) {
		t.Errorf("the flow was asked %q, want %q", w.did, want)
	}
}
