package passport_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx/passport"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const x5u = "https://id.example.org/v1/pbx/certificates/a.pem"

// A bundle is a root, a signer below it and a verifier that trusts the root.
type bundle struct {
	root     passport.Root
	signer   *passport.Signer
	key      *ecdsa.PrivateKey
	chain    []*x509.Certificate
	verifier passport.Verifier
}

func request() passport.Request {
	return passport.Request{
		Organisation: "Example Operator", Domains: []string{"pbx.example.org"}, Numbers: passport.TNAuthList{Providers: []string{"1234"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
	}
}

func setup(tb testing.TB, r passport.Request) bundle {
	tb.Helper()
	rootKey, err := passport.NewKey()
	if err != nil {
		tb.Fatal(err)
	}
	rootRequest := r
	rootRequest.NotAfter = r.NotAfter.AddDate(10, 0, 0)
	certificate, err := passport.NewRoot(rootKey, rootRequest)
	if err != nil {
		tb.Fatal(err)
	}
	b := bundle{root: passport.Root{Certificate: certificate, Key: rootKey}}
	if b.key, err = passport.NewKey(); err != nil {
		tb.Fatal(err)
	}
	leaf, err := b.root.Issue(b.key.Public(), r)
	if err != nil {
		tb.Fatal(err)
	}
	if b.signer, err = passport.NewSigner(b.key, leaf, x5u, nil); err != nil {
		tb.Fatal(err)
	}
	b.chain = []*x509.Certificate{leaf}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	b.verifier = passport.Verifier{Roots: roots, Clock: func() time.Time { return now }}
	return b
}

func claims() passport.Claims {
	return passport.Claims{
		Attest: passport.Full, Orig: passport.Party{TN: "33612345678"}, Dest: []passport.Party{{TN: "12155551212"}},
		IssuedAt: now, OrigID: "f2b9c4d1-0000-4000-8000-000000000001", Name: "Zoë O'Hara & <Søn>",
	}
}

func (b bundle) sign(tb testing.TB, c passport.Claims) string {
	tb.Helper()
	value, err := b.signer.Sign(c)
	if err != nil {
		tb.Fatal(err)
	}
	return value
}

func (b bundle) verify(value string, call passport.Call) (passport.Token, error) {
	u, err := passport.Parse(value)
	if err != nil {
		return passport.Token{}, err
	}
	return b.verifier.Verify(u, b.chain, call)
}

func TestSignAndVerify(t *testing.T) {
	t.Parallel()
	b := setup(t, request())
	byAddress := claims()
	byAddress.Attest, byAddress.Orig, byAddress.Name = passport.Partial, passport.Party{URI: "sip:2001@pbx.example.org"}, ""
	byAddress.Dest = []passport.Party{{URI: "sip:2002@pbx.example.org"}, {TN: "12155551212"}}
	for name, c := range map[string]passport.Claims{"number": claims(), "address": byAddress} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			value := b.sign(t, c)
			token, err := b.verify(value, passport.Call{Orig: c.Orig, Dest: c.Dest[0]})
			if err != nil {
				t.Fatal(err)
			}
			want := c
			want.Dest = token.Dest // numbers come first
			if len(token.Dest) != len(c.Dest) {
				t.Errorf("Verify() has %d destinations, want %d", len(token.Dest), len(c.Dest))
			}
			if diff := cmp.Diff(want, token.Claims); diff != "" {
				t.Errorf("Verify() differs (-want +got):\n%s", diff)
			}
			if !strings.HasSuffix(value, ";info=<"+x5u+">;alg=ES256;ppt=shaken") {
				t.Errorf("parameters of %s", value)
			}
		})
	}
}

// TestCanonical pins the octets that are signed.
func TestCanonical(t *testing.T) {
	t.Parallel()
	value := setup(t, request()).sign(t, claims())
	parts := strings.Split(value, ".")
	for i, want := range []string{
		`{"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"` + x5u + `"}`,
		`{"attest":"A","dest":{"tn":["12155551212"]},"iat":1772366400,"orig":{"tn":"33612345678"},` +
			`"origid":"f2b9c4d1-0000-4000-8000-000000000001","rcd":{"nam":"Zoë O'Hara & <Søn>"}}`,
	} {
		got, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || string(got) != want {
			t.Errorf("part %d = %s, want %s", i, got, want)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, request())
	stranger := setup(t, request())
	good := b.sign(t, claims())
	at := func(d time.Duration) string {
		c := claims()
		c.IssuedAt = now.Add(d)
		return b.sign(t, c)
	}
	foreign := claims()
	foreign.Attest, foreign.Orig = passport.Partial, passport.Party{URI: "sip:2001@other.example.org"}
	dot := strings.IndexByte(good, '.')
	for _, tc := range []struct {
		name  string
		value string
		chain []*x509.Certificate
		call  passport.Call
		want  error
	}{
		{"good", good, b.chain, passport.Call{}, nil},
		{"59 seconds old", at(-59 * time.Second), b.chain, passport.Call{}, nil},
		{"61 seconds old", at(-61 * time.Second), b.chain, passport.Call{}, passport.ErrStale},
		{"61 seconds early", at(61 * time.Second), b.chain, passport.Call{}, passport.ErrStale},
		{"another caller", good, b.chain, passport.Call{Orig: passport.Party{TN: "33600000000"}}, passport.ErrOrig},
		{"another call", good, b.chain, passport.Call{Dest: passport.Party{TN: "33600000000"}}, passport.ErrDest},
		{"no certificate", good, nil, passport.Call{}, passport.ErrCertificate},
		{"somebody else's certificate", good, stranger.chain, passport.Call{}, passport.ErrCertificate},
		{"the root as the signer", good, []*x509.Certificate{b.root.Certificate}, passport.Call{}, passport.ErrCertificate},
		{"signed by a stranger", stranger.sign(t, claims()), b.chain, passport.Call{}, passport.ErrSignature},
		{"another signature", tamper(good, strings.IndexByte(good, ';')-10), b.chain, passport.Call{}, passport.ErrSignature},
		{"no signature", good[:dot+1] + strings.Split(good, ".")[1] + "." + good[strings.IndexByte(good, ';'):], b.chain, passport.Call{}, passport.ErrSignature},
		{"another info", strings.Replace(good, "info=<"+x5u, "info=<https://evil.example", 1), b.chain, passport.Call{}, passport.ErrInfo},
		{"no info", good[:strings.IndexByte(good, ';')], b.chain, passport.Call{}, passport.ErrInfo},
		{"info twice", good + ";info=<" + x5u + ">", b.chain, passport.Call{}, passport.ErrMalformed},
		{"another alg beside it", strings.Replace(good, "alg=ES256", "alg=none", 1), b.chain, passport.Call{}, passport.ErrUnsupported},
		{"compact", "..c2ln;info=<" + x5u + ">;alg=ES256;ppt=shaken", b.chain, passport.Call{}, passport.ErrUnsupported},
		{"empty", "", b.chain, passport.Call{}, passport.ErrMalformed},
		{"long", strings.Repeat("a", 9000), b.chain, passport.Call{}, passport.ErrMalformed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := b
			b.chain = tc.chain
			token, err := b.verify(tc.value, tc.call)
			if !errors.Is(err, tc.want) {
				t.Errorf("Verify() = %v, want %v", err, tc.want)
			}
			if err != nil && token.Certificate != nil {
				t.Error("a refused token is returned")
			}
		})
	}
	t.Run("not of the domain", func(t *testing.T) {
		t.Parallel()
		if _, err := b.signer.Sign(foreign); !errors.Is(err, passport.ErrScope) {
			t.Errorf("Sign() = %v, want %v", err, passport.ErrScope)
		}
	})
}

// tamper exchanges one character of a text.
func tamper(s string, i int) string {
	c := byte('A')
	if s[i] == 'A' {
		c = 'B'
	}
	return s[:i] + string(c) + s[i+1:]
}

// TestVerifyTampered changes every character of what is signed, one at a time.
func TestVerifyTampered(t *testing.T) {
	t.Parallel()
	b := setup(t, request())
	good := b.sign(t, claims())
	for i := range strings.IndexByte(good, ';') {
		if good[i] == '.' {
			continue
		}
		if _, err := b.verify(tamper(good, i), passport.Call{}); err == nil {
			t.Fatalf("character %d changed, and it verifies", i)
		}
	}
}

// TestVerifySignedNonsense: what a trusted signer signs is checked all the same.
func TestVerifySignedNonsense(t *testing.T) {
	t.Parallel()
	b := setup(t, request())
	head := map[string]any{"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": x5u}
	good := map[string]any{
		"attest": "A", "dest": map[string]any{"tn": []string{"12155551212"}}, "iat": now.Unix(),
		"orig": map[string]any{"tn": "33612345678"}, "origid": "1",
	}
	with := func(m map[string]any, key string, value any) map[string]any {
		m = maps.Clone(m)
		if m[key] = value; value == nil {
			delete(m, key)
		}
		return m
	}
	for _, tc := range []struct {
		name          string
		head, payload any
		want          error
	}{
		{"good", head, good, nil},
		{"unknown claim", head, with(good, "mky", []string{"x"}), nil},
		{"unknown header", with(head, "kid", "x"), good, nil},
		{"alg none", with(head, "alg", "none"), good, passport.ErrUnsupported},
		{"alg HS256", with(head, "alg", "HS256"), good, passport.ErrUnsupported},
		{"no ppt", with(head, "ppt", nil), good, passport.ErrUnsupported},
		{"critical extension", with(head, "crit", []string{"x"}), good, passport.ErrUnsupported},
		{"x5u elsewhere", with(head, "x5u", "https://evil.example/"), good, passport.ErrInfo},
		{"attest D", head, with(good, "attest", "D"), passport.ErrMalformed},
		{"no attest", head, with(good, "attest", nil), passport.ErrMalformed},
		{"iat of text", head, with(good, "iat", "1772366400"), passport.ErrMalformed},
		{"iat of a fraction", head, with(good, "iat", 1.5), passport.ErrMalformed},
		{"no orig", head, with(good, "orig", map[string]any{}), passport.ErrMalformed},
		{"orig of both", head, with(good, "orig", map[string]any{"tn": "336", "uri": "sip:a@b"}), passport.ErrMalformed},
		{"orig with a plus", head, with(good, "orig", map[string]any{"tn": "+336"}), passport.ErrMalformed},
		{"no dest", head, with(good, "dest", map[string]any{"tn": []string{}}), passport.ErrMalformed},
		{"many dests", head, with(good, "dest", map[string]any{"tn": make([]string, 1000)}), passport.ErrMalformed},
		{"no origid", head, with(good, "origid", nil), passport.ErrMalformed},
		{"rcd of text", head, with(good, "rcd", "Bob"), passport.ErrMalformed},
		{"orig twice", head, json.RawMessage(`{"orig":{"tn":"1"},"attest":"A","dest":{"tn":["1"]},"iat":1772366400,"origid":"1","orig":{"tn":"2"}}`), passport.ErrMalformed},
		{"orig in two cases", head, json.RawMessage(`{"orig":{"tn":"1","TN":"2"},"attest":"A","dest":{"tn":["1"]},"iat":1772366400,"origid":"1"}`), passport.ErrMalformed},
		{"a list", head, []int{1}, passport.ErrMalformed},
		{"null", head, nil, passport.ErrMalformed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if _, err := b.verify(b.signAnything(t, tc.head, tc.payload), passport.Call{}); !errors.Is(err, tc.want) {
				t.Errorf("Verify() = %v, want %v", err, tc.want)
			}
		})
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, request())
	for _, tc := range []struct {
		name   string
		change func(*passport.Claims)
		want   error
	}{
		{"attestation C", func(c *passport.Claims) { c.Attest = passport.Gateway }, passport.ErrClaims},
		{"A for an address", func(c *passport.Claims) { c.Orig = passport.Party{URI: "sip:2001@pbx.example.org"} }, passport.ErrClaims},
		{"no caller", func(c *passport.Claims) { c.Orig = passport.Party{} }, passport.ErrClaims},
		{"no callee", func(c *passport.Claims) { c.Dest = nil }, passport.ErrClaims},
		{"no time", func(c *passport.Claims) { c.IssuedAt = time.Time{} }, passport.ErrClaims},
		{"no origid", func(c *passport.Claims) { c.OrigID = "" }, passport.ErrClaims},
		{"broken name", func(c *passport.Claims) { c.Name = "\xff" }, passport.ErrClaims},
		{"after the certificate's end", func(c *passport.Claims) { c.IssuedAt = now.AddDate(1, 0, 0) }, passport.ErrCertificate},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := claims()
			tc.change(&c)
			if _, err := b.signer.Sign(c); !errors.Is(err, tc.want) {
				t.Errorf("Sign() = %v, want %v", err, tc.want)
			}
		})
	}
}

func TestParseParty(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   string
		want passport.Party
	}{
		{"+33 6 12 34 56 78", passport.Party{TN: "33612345678"}},
		{"tel:+1-(215)-555-1212;ext=2", passport.Party{TN: "12155551212"}},
		{"sip:+12155551212@example.com;user=phone", passport.Party{TN: "12155551212"}},
		{"sip:%2B12155551212@example.com", passport.Party{TN: "12155551212"}},
		{"SIP:2001@PBX.Example.org:5060;transport=tls?a=b", passport.Party{URI: "sip:2001@pbx.example.org"}},
		{"sips:alice:secret@example.com:5099", passport.Party{URI: "sips:alice@example.com:5099"}},
		{"2001", passport.Party{}},
		{"12155551212", passport.Party{}},
		{"+1234567890123456", passport.Party{}},
		{"+", passport.Party{}},
		{"", passport.Party{}},
		{"sip:example.com", passport.Party{}},
		{"sip:a b@example.com", passport.Party{}},
		{"sip:%0d%0aEvil@example.com", passport.Party{}},
		{"sip:@example.com", passport.Party{}},
		{"https://example.com", passport.Party{}},
		{"sip:" + strings.Repeat("a", 300) + "@example.com", passport.Party{}},
	} {
		got, err := passport.ParseParty(tc.in)
		if got != tc.want || (err == nil) != (tc.want != passport.Party{}) {
			t.Errorf("ParseParty(%q) = %#v (tn %q, uri %q), %v", tc.in, got, got.TN, got.URI, err)
		}
	}
}

// TestNothingPersonalPrints walks every verb that a log may use.
func TestNothingPersonalPrints(t *testing.T) {
	t.Parallel()
	b := setup(t, request())
	c := claims()
	value := b.sign(t, c)
	u, err := passport.Parse(value)
	if err != nil {
		t.Fatal(err)
	}
	token, err := b.verify(value, passport.Call{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{c, c.Orig, u, token} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			text := fmt.Sprintf(verb, v)
			if strings.Contains(text, "33612345678") || strings.Contains(text, "Hara") {
				t.Errorf("%T prints %s with %s", v, text, verb)
			}
		}
	}
}
