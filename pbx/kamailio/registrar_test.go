package kamailio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/kamailio"
)

const line = pbx.AOR("sip:2001@pbx.example.org")

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// node is a Kamailio that answers as a test wants. %d in an answer is the id of
// the question.
func node(t *testing.T, answer func(method string, w http.ResponseWriter, id uint32)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			ID     uint32
			Method string
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			t.Error(err)
		}
		answer(q.Method, w, q.ID)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// saying answers every question with the same text.
func saying(t *testing.T, status int, text string) string {
	t.Helper()
	return node(t, func(_ string, w http.ResponseWriter, id uint32) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.ReplaceAll(text, "%d", fmt.Sprint(id)))
	})
}

func at(t *testing.T, nodes ...string) *kamailio.Registrar {
	t.Helper()
	r, err := kamailio.NewRegistrar(kamailio.Config{
		Nodes: nodes, Token: "token", Clock: func() time.Time { return noon }, Timeout: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lookedUp is the answer of ul.lookup with these contacts.
func lookedUp(contacts ...string) string {
	return `{"jsonrpc":"2.0","result":{"AoR":"2001@pbx.example.org","Contacts":[` + strings.Join(contacts, ",") + `]},"id":%d}`
}

// telling answers ul.lookup with contacts, and by which credentials they were
// made with what is told of those, if anything is.
func telling(t *testing.T, credentials string, contacts ...string) string {
	t.Helper()
	return node(t, func(method string, w http.ResponseWriter, id uint32) {
		text := lookedUp(contacts...)
		if method == "vouchline.credentials" {
			if credentials == "" {
				w.WriteHeader(http.StatusForbidden)
			}
			text = `{"jsonrpc":"2.0","result":` + credentials + `,"id":%d}`
		}
		_, _ = io.WriteString(w, strings.ReplaceAll(text, "%d", fmt.Sprint(id)))
	})
}

// A device is known by its credential where every node says so, and says the
// same.
func TestUsernames(t *testing.T) {
	t.Parallel()
	const contact = `{"Contact":{"Address":"sip:a@b","Expires":60,"Ruid":"uloc-1"}}`
	one, same := telling(t, `{"uloc-1":"2001-aaaaaa","uloc-2":"2001-cccccc"}`, contact), telling(t, `{"uloc-1":"2001-aaaaaa"}`, contact)
	for name, tc := range map[string]struct {
		nodes []string
		want  string
	}{
		"told":             {[]string{one}, "2001-aaaaaa"},
		"told by two":      {[]string{one, same}, "2001-aaaaaa"},
		"told otherwise":   {[]string{one, telling(t, `{"uloc-1":"2001-bbbbbb"}`, contact)}, ""},
		"told by one only": {[]string{one, telling(t, `{}`, contact)}, ""},
		"not told":         {[]string{telling(t, `{"uloc-2":"2001-aaaaaa"}`, contact)}, ""},
		"not allowed":      {[]string{telling(t, "", contact)}, ""},
	} {
		got, err := at(t, tc.nodes...).Contacts(t.Context(), line)
		if err != nil || len(got) != 1 || got[0].Username != tc.want {
			t.Errorf("%s: Contacts() = %+v, %v, want one of %q", name, got, err, tc.want)
		}
	}
	if got, err := at(t, telling(t, `{"uloc-1":7}`, contact)).Contacts(t.Context(), line); !errors.Is(err, kamailio.ErrAnswer) {
		t.Errorf("Contacts() of no names = %v, %v, want %v", got, err, kamailio.ErrAnswer)
	}
}

func TestContacts(t *testing.T) {
	t.Parallel()
	contact := func(address, expires, agent, received string) string {
		return fmt.Sprintf(`{"Contact":{"Address":%q,"Expires":%s,"User-Agent":%q,"Received":%q}}`, address, expires, agent, received)
	}
	r := at(t, telling(t, "{}",
		contact("sip:2001@192.0.2.1:5070", "60", "Linphone/5.2", "[not set]"),
		contact("sip:2001@192.0.2.2", "1", "n/a", "[not set]"),
		contact("sip:2001@10.0.0.5:5060;transport=udp;alias=198.51.100.7~31337~1", "120", "n/a", "[not set]"),
		contact("sip:x@df7jal23ls0d.invalid;transport=ws", "120", "<script>\n", "sip:198.51.100.8:443;transport=ws"),
		contact("sip:2001@[2001:db8::1]:5060", `"permanent"`, "n/a", "[not set]"),
		contact("sip:2001@gone.example", `"expired"`, "n/a", "[not set]"),
		contact("sip:2001@phone.example", "5", "n/a", "[not set]"),
	))
	got, err := r.Contacts(t.Context(), line)
	if err != nil {
		t.Fatal(err)
	}
	known := func(id, uri, agent, address string, seconds int) pbx.Contact {
		c := pbx.Contact{AOR: line, ID: id, URI: uri, UserAgent: agent, Address: address}
		if seconds > 0 {
			c.Expires = noon.Add(time.Duration(seconds) * time.Second)
		}
		return c
	}
	plain := func(uri, agent, address string, seconds int) pbx.Contact {
		return known(uri, uri, agent, address, seconds)
	}
	want := []pbx.Contact{
		plain("sip:2001@192.0.2.1:5070", "Linphone/5.2", "192.0.2.1:5070", 60),
		plain("sip:2001@192.0.2.2", "", "192.0.2.2:5060", 1),
		known("sip:2001@10.0.0.5:5060;transport=udp;alias=198.51.100.7~31337~1", "sip:2001@10.0.0.5:5060;transport=udp", "", "198.51.100.7:31337", 120),
		plain("sip:x@df7jal23ls0d.invalid;transport=ws", "<script>\n", "198.51.100.8:443", 120),
		plain("sip:2001@[2001:db8::1]:5060", "", "[2001:db8::1]:5060", 0),
		plain("sip:2001@phone.example", "", "", 5),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Contacts() (-want +got):\n%s", diff)
	}
}

// What is no answer to the question is an error, and never "no devices".
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		text   string
		want   error
	}{
		"wrong token":          {401, "", kamailio.ErrRefused},
		"not allowed":          {403, "", kamailio.ErrRefused},
		"nothing":              {200, "", kamailio.ErrAnswer},
		"a page":               {404, "<html>not here</html>", kamailio.ErrAnswer},
		"another id":           {200, `{"jsonrpc":"2.0","result":{"AoR":"2001@pbx.example.org"},"id":4294967295}`, kamailio.ErrAnswer},
		"no id":                {200, `{"jsonrpc":"2.0","result":{"AoR":"2001@pbx.example.org"}}`, kamailio.ErrAnswer},
		"another version":      {200, `{"jsonrpc":"1.0","result":{},"id":%d}`, kamailio.ErrAnswer},
		"neither":              {200, `{"jsonrpc":"2.0","id":%d}`, kamailio.ErrAnswer},
		"both":                 {200, `{"jsonrpc":"2.0","result":{},"error":{"code":404,"message":"AOR not found"},"id":%d}`, kamailio.ErrAnswer},
		"another line":         {200, `{"jsonrpc":"2.0","result":{"AoR":"2002@pbx.example.org","Contacts":[]},"id":%d}`, kamailio.ErrAnswer},
		"a result of its own":  {200, `{"jsonrpc":"2.0","result":[1,2],"id":%d}`, kamailio.ErrAnswer},
		"a batch":              {200, `[{"jsonrpc":"2.0","result":{},"id":%d}]`, kamailio.ErrAnswer},
		"two answers":          {200, lookedUp() + lookedUp(), kamailio.ErrAnswer},
		"an error of Kamailio": {500, `{"jsonrpc":"2.0","error":{"code":500,"message":"Internal \n error"},"id":%d}`, nil},
		"endless":              {200, `{"jsonrpc":"2.0","x":"` + strings.Repeat("x", 17<<20), kamailio.ErrAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := at(t, saying(t, tc.status, tc.text))
			for method, err := range map[string]error{
				"Ready": r.Ready(t.Context()), "Drop": r.Drop(t.Context(), line, ""), "Drop one": r.Drop(t.Context(), line, "sip:x@y"),
				"HangUp": r.HangUp(t.Context(), line), "Contacts": second(r.Contacts(t.Context(), line)),
				"Registered": second(r.Registered(t.Context())),
			} {
				// Some of these are sound answers to another question.
				if name == "another line" && method != "Contacts" || name == "a result of its own" && method == "Drop one" {
					continue
				}
				if err == nil || (tc.want != nil && !errors.Is(err, tc.want)) {
					t.Errorf("%s() = %v, want %v", method, err, tc.want)
				}
				if err != nil && strings.ContainsAny(err.Error(), "\n") {
					t.Errorf("%s() = %q", method, err)
				}
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

// An answer that is cut off or does not come is an error in time.
func TestLateAndCutAnswers(t *testing.T) {
	t.Parallel()
	cut := node(t, func(_ string, w http.ResponseWriter, id uint32) {
		w.Header().Set("Content-Length", "1000")
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","result":{"AoR":"2001@pbx.example.org","Contacts":[]},"id":%d}`, id)
	})
	if _, err := at(t, cut).Contacts(t.Context(), line); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Contacts() of a cut answer = %v, want %v", err, io.ErrUnexpectedEOF)
	}
	release := make(chan struct{})
	late := node(t, func(string, http.ResponseWriter, uint32) { <-release })
	t.Cleanup(func() { close(release) }) // before the server's own, which waits for it
	r, err := kamailio.NewRegistrar(kamailio.Config{
		Nodes: []string{late}, Token: "token", Clock: time.Now, Timeout: 50 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Drop(t.Context(), line, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Drop() without an answer = %v, want %v", err, context.DeadlineExceeded)
	}
}

// Kamailio says done, and the device is still there.
func TestDropLooksAgain(t *testing.T) {
	t.Parallel()
	still := node(t, func(method string, w http.ResponseWriter, id uint32) {
		text := `{"jsonrpc":"2.0","result":{},"id":%d}`
		if method == "ul.lookup" {
			text = lookedUp(`{"Contact":{"Address":"sip:a@b","Expires":60}}`)
		}
		_, _ = io.WriteString(w, strings.ReplaceAll(text, "%d", fmt.Sprint(id)))
	})
	for id, want := range map[string]error{"": kamailio.ErrNotDropped, "sip:a@b": kamailio.ErrNotDropped, "sip:other@b": nil} {
		if err := at(t, still).Drop(t.Context(), line, id); !errors.Is(err, want) {
			t.Errorf("Drop(%q) = %v, want %v", id, err, want)
		}
	}
}

// One node that is away fails the whole: the device may be registered there. The
// others are asked all the same.
func TestNodes(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	up := node(t, func(method string, w http.ResponseWriter, id uint32) {
		if method == "ul.rm" {
			asked.Add(1)
		}
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","error":{"code":500,"message":"AOR not found in location table"},"id":%d}`, id)
	})
	if err := at(t, "http://127.0.0.1:1/rpc", up).Drop(t.Context(), line, ""); err == nil || asked.Load() != 1 {
		t.Errorf("Drop() with a node away = %v after asking %d, want an error and the other asked", err, asked.Load())
	}
	if err := at(t, up, up).Drop(t.Context(), line, ""); err != nil {
		t.Errorf("Drop() at two nodes = %v, want nil", err)
	}
	one := telling(t, "{}", `{"Contact":{"Address":"sip:a@b","Expires":60}}`)
	if got, err := at(t, one, one, up).Contacts(t.Context(), line); err != nil || len(got) != 1 {
		t.Errorf("Contacts() that two nodes know = %d, %v, want 1", len(got), err)
	}
}

// A node that says nothing leaves the others their time: a device is dropped where
// it can be.
func TestSilentNode(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	silent := node(t, func(string, http.ResponseWriter, uint32) { <-release })
	t.Cleanup(func() { close(release) }) // before the server's own, which waits for it
	var asked atomic.Int32
	up := node(t, func(method string, w http.ResponseWriter, id uint32) {
		if method == "ul.rm" {
			asked.Add(1)
		}
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","error":{"code":500,"message":"AOR not found in location table"},"id":%d}`, id)
	})
	r, err := kamailio.NewRegistrar(kamailio.Config{
		Nodes: []string{silent, silent, up}, Token: "token", Clock: time.Now, Timeout: 3 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Drop(t.Context(), line, ""); !errors.Is(err, context.DeadlineExceeded) || asked.Load() != 1 {
		t.Errorf("Drop() = %v after asking %d, want %v and the other asked", err, asked.Load(), context.DeadlineExceeded)
	}
}

// The token goes to no address that an answer names, and to none in the clear.
func TestTokenStays(t *testing.T) {
	t.Parallel()
	elsewhere := node(t, func(string, http.ResponseWriter, uint32) { t.Error("a redirect was followed") })
	r := at(t, node(t, func(_ string, w http.ResponseWriter, _ uint32) {
		w.Header().Set("Location", elsewhere)
		w.WriteHeader(http.StatusTemporaryRedirect)
	}))
	if err := r.Ready(t.Context()); !errors.Is(err, kamailio.ErrAnswer) {
		t.Errorf("Ready() redirected = %v, want %v", err, kamailio.ErrAnswer)
	}
	for url, ok := range map[string]bool{
		"http://127.0.0.1:5064/rpc": true, "http://[::1]:5064/rpc": true, "http://localhost:5064/rpc": true, "https://pbx.example.org:5443/rpc": true,
		"http://192.0.2.1:5064/rpc": false, "http://localhost.example.org/rpc": false, "https://u:p@pbx.example.org/": false,
		"127.0.0.1:5064": false, "": false, "unix:/run/kamailio": false,
	} {
		_, err := kamailio.NewRegistrar(kamailio.Config{Nodes: []string{url}, Token: "t", Clock: time.Now})
		if (err == nil) != ok {
			t.Errorf("NewRegistrar(%q) = %v, want success %v", url, err, ok)
		}
	}
	for name, c := range map[string]kamailio.Config{
		"no node":  {Token: "t", Clock: time.Now},
		"no token": {Nodes: []string{"http://127.0.0.1:1/"}, Clock: time.Now},
		"no clock": {Nodes: []string{"http://127.0.0.1:1/"}, Token: "t"},
	} {
		if _, err := kamailio.NewRegistrar(c); err == nil {
			t.Errorf("NewRegistrar with %s = nil, want an error", name)
		}
	}
}

// What would leave its place in the question is not asked.
func TestUnsafeParameters(t *testing.T) {
	t.Parallel()
	r := at(t, node(t, func(string, http.ResponseWriter, uint32) { t.Error("was asked") }))
	for _, id := range []string{`sip:a"@b`, `sip:a\@b`} {
		if err := r.Drop(t.Context(), line, id); !errors.Is(err, kamailio.ErrRefused) {
			t.Errorf("Drop(%q) = %v, want %v", id, err, kamailio.ErrRefused)
		}
	}
	for _, aor := range []pbx.AOR{"", "2001", `sip:2001","x@b`, "sip:*@b", "tel:1"} {
		if err := r.Drop(t.Context(), aor, ""); err == nil {
			t.Errorf("Drop(%q) = nil, want an error", aor)
		}
		if err := r.HangUp(t.Context(), aor); err == nil {
			t.Errorf("HangUp(%q) = nil, want an error", aor)
		}
		if _, err := r.Contacts(t.Context(), aor); err == nil {
			t.Errorf("Contacts(%q) = nil, want an error", aor)
		}
	}
}
