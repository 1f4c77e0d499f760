package kamailio_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/kamailiotest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/kamailio"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/store/storetest"
)

// The JSON-RPC does for who has the token what Vouchline does, and nothing else.
func TestRPCAccess(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sum := sha256.Sum256([]byte(b.server.Token))
	const good = `{"jsonrpc":"2.0","id":1,"method":"core.version","params":[]}`
	sipPort := "http://" + b.server.Address + "/rpc"
	for _, tc := range []struct {
		name, method, url, authorization, body string
		want                                   int
	}{
		{"good", "POST", b.server.RPC, "Bearer " + b.server.Token, good, 200},
		{"no token", "POST", b.server.RPC, "", good, 401},
		{"wrong token", "POST", b.server.RPC, "Bearer x", good, 401},
		{"empty token", "POST", b.server.RPC, "Bearer ", good, 401},
		{"longer token", "POST", b.server.RPC, "Bearer " + b.server.Token + "x", good, 401},
		{"the digest as token", "POST", b.server.RPC, "Bearer " + hex.EncodeToString(sum[:]), good, 401},
		{"other scheme", "POST", b.server.RPC, "Basic " + b.server.Token, good, 401},
		{"other path", "POST", b.server.RPC + "/x", "Bearer " + b.server.Token, good, 403},
		{"GET", "GET", b.server.RPC, "Bearer " + b.server.Token, good, 403},
		{"the phones' port", "POST", sipPort, "Bearer " + b.server.Token, good, 404},
		{"other command", "POST", b.server.RPC, "Bearer " + b.server.Token, `{"jsonrpc":"2.0","id":1,"method":"core.kill","params":[]}`, 403},
		{"second command", "POST", b.server.RPC, "Bearer " + b.server.Token, `{"jsonrpc":"2.0","id":1,"method":"core.version","params":[],"method":"core.kill"}`, 403},
		{"command in a parameter", "POST", b.server.RPC, "Bearer " + b.server.Token, `{"jsonrpc":"2.0","id":1,"method":"core.version","params":["a","b\"],\"method\":\"core.kill"]}`, 403},
		{"batch", "POST", b.server.RPC, "Bearer " + b.server.Token, "[" + good + "]", 403},
		{"two lines", "POST", b.server.RPC, "Bearer " + b.server.Token, good + "\n" + `{"jsonrpc":"2.0","id":1,"method":"core.kill","params":[]}`, 403},
		{"another before", "POST", b.server.RPC, "Bearer " + b.server.Token, `{"jsonrpc":"2.0","id":1,"method":"core.kill","params":[]}` + "\n" + good, 403},
		{"no body", "POST", b.server.RPC, "Bearer " + b.server.Token, "", 403},
		{"attempts", "POST", b.server.RPC, "Bearer " + b.server.Token, `{"jsonrpc":"2.0","id":1,"method":"vouchline.attempts","params":["0"]}`, 200},
		{"attempts without a token", "POST", b.server.RPC, "", `{"jsonrpc":"2.0","id":1,"method":"vouchline.attempts","params":["0"]}`, 401},
		{"attempts of what", "POST", b.server.RPC, "Bearer " + b.server.Token, `{"jsonrpc":"2.0","id":1,"method":"vouchline.attempts","params":[]}`, 403},
		{"credentials", "POST", b.server.RPC, "Bearer " + b.server.Token, `{"jsonrpc":"2.0","id":1,"method":"vouchline.credentials","params":["2001@pbx.example.org"]}`, 200},
		{"credentials of what", "POST", b.server.RPC, "Bearer " + b.server.Token, `{"jsonrpc":"2.0","id":1,"method":"vouchline.credentials","params":["$rb;x>"]}`, 403},
		{"credentials without a token", "POST", b.server.RPC, "", `{"jsonrpc":"2.0","id":1,"method":"vouchline.credentials","params":["2001@pbx.example.org"]}`, 401},
		{"another table", "POST", b.server.RPC, "Bearer " + b.server.Token, `{"jsonrpc":"2.0","id":1,"method":"htable.dump","params":["attempts"]}`, 403},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tc.method, tc.url, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Close = true
		req.Header.Set("Authorization", tc.authorization)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != tc.want || (tc.want != 200 && len(body) != 0) {
			t.Errorf("%s = %d %q, want %d", tc.name, resp.StatusCode, body, tc.want)
		}
	}
	if err := b.registrar.Ready(t.Context()); err != nil {
		t.Errorf("Ready() afterwards = %v", err)
	}
}

// From another machine the token goes by TLS, to who has the certificate.
func TestRPCByTLS(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	s := kamailiotest.Start(t, kamailiotest.Config{Domain: pbxtest.Domain, Database: storetest.PBXRole(t, p.dsn, "kamailio").String(), TLS: true})
	for name, client := range map[string]*http.Client{"trusting": s.Client, "not trusting": http.DefaultClient} {
		r, err := kamailio.NewRegistrar(kamailio.Config{Nodes: []string{s.RPC}, Token: pbx.Password(s.Token), Client: client, Clock: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Ready(t.Context()); (err == nil) != (client == s.Client) {
			t.Errorf("Ready() of a client that is %s = %v", name, err)
		}
	}
	if got := siptest.Register(t, s.Address, phone("2001", "x")).Status; got != 401 {
		t.Errorf("REGISTER beside TLS = %d, want 401", got)
	}
}
