package passport_test

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx/passport"
)

// A verifier is an Asterisk with res_stir_shaken, which shares no line with
// this package: it takes a call only if the token is good.
type verifier struct {
	*asterisktest.Server

	url    string            // of the certificates
	chains map[string][]byte // by their paths
}

func startVerifier(t *testing.T, root *x509.Certificate) *verifier {
	t.Helper()
	v := &verifier{Server: asterisktest.Start(t, "carrier.example"), chains: map[string][]byte{}}
	certificates := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(v.chains[r.URL.Path]) }))
	t.Cleanup(certificates.Close)
	v.url = certificates.URL
	v.VerifyCalls(t, passport.EncodeChain(root))
	return v
}

// call returns the SIP status of a call that carries a header.
func (v *verifier) call(t *testing.T, identity string) int {
	t.Helper()
	ua := siptest.NewUA(t, v.Address, siptest.Phone{Number: "33612345678", Realm: "carrier.example"})
	defer ua.Close()
	more := []string{"Date: " + time.Now().Add(-time.Second).UTC().Format(http.TimeFormat)}
	if identity != "" {
		more = append(more, "Identity: "+identity)
	}
	c := ua.Call(t, "12155551212", more...)
	if c.Status == http.StatusOK {
		c.HangUp(t)
	}
	return c.Status
}

// TestAsteriskVerifies has an implementation that is not ours judge our tokens.
func TestAsteriskVerifies(t *testing.T) {
	r := request()
	r.NotBefore, r.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	b := setup(t, r)
	v := startVerifier(t, b.root.Certificate)
	sign := func(b bundle, path string, change func(*passport.Claims)) string {
		v.chains[path] = passport.EncodeChain(b.chain...)
		signer, err := passport.NewSigner(b.key, b.chain[0], v.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		c := claims()
		c.IssuedAt = time.Now().UTC().Truncate(time.Second)
		change(&c)
		value, err := signer.Sign(c)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	as := func(*passport.Claims) {}
	good := sign(b, "/c.pem", as)
	byAddress := sign(b, "/c.pem", func(c *passport.Claims) {
		c.Attest, c.Orig = passport.Partial, passport.Party{URI: "sip:33612345678@pbx.example.org"}
	})
	dot := strings.IndexByte(good, '.')
	for _, tc := range []struct {
		name, identity string
		want           int
	}{
		{"good", good, 200},
		{"with partial attestation", sign(b, "/c.pem", func(c *passport.Claims) { c.Attest = passport.Partial }), 200},
		{"without a name", sign(b, "/c.pem", func(c *passport.Claims) { c.Name = "" }), 200},
		{"tampered with", tamper(good, dot+20), 438},
		{"with another signature", tamper(good, strings.IndexByte(good, ';')-10), 438},
		{"two minutes old", sign(b, "/c.pem", func(c *passport.Claims) { c.IssuedAt = c.IssuedAt.Add(-2 * time.Minute) }), 403},
		{"of another caller", sign(b, "/c.pem", func(c *passport.Claims) { c.Orig.TN = "33600000000" }), 438},
		{"signed by a stranger", sign(setup(t, r), "/stranger.pem", as), 437},
		{"of an address, which it does not know", byAddress, 438},
		{"without a token", "", 428},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := v.call(t, tc.identity); got != tc.want {
				t.Errorf("a call %s = %d, want %d", tc.name, got, tc.want)
			}
		})
	}
}
