package passport_test

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx/passport"
)

func TestTNAuthList(t *testing.T) {
	t.Parallel()
	r := request()
	r.Numbers = passport.TNAuthList{
		Ranges:  []passport.TNRange{{Start: "33612345600", Count: 100}},
		Numbers: []string{"12155551212"},
	}
	leaf := setup(t, r).chain[0]
	list, err := passport.TNAuthListOf(leaf)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Numbers, list); diff != "" {
		t.Errorf("list differs (-want +got):\n%s", diff)
	}
	for tn, want := range map[string]bool{
		"33612345600": true, "33612345699": true, "33612345700": false, "33612345599": false,
		"12155551212": true, "12155551213": false, "": false, "3361234560": false,
	} {
		if got := list.Covers(tn); got != want {
			t.Errorf("Covers(%q) = %v, want %v", tn, got, want)
		}
	}
}

// TestTNAuthListEncoding compares with the octets that RFC 8226's module gives:
// a sequence of explicitly tagged entries.
func TestTNAuthListEncoding(t *testing.T) {
	t.Parallel()
	leaf := setup(t, request()).chain[0]
	for _, e := range leaf.Extensions {
		if e.Id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 26}) {
			if got := hex.EncodeToString(e.Value); got != "3008a006160431323334" {
				t.Errorf("TNAuthList = %s", got)
			}
			return
		}
	}
	t.Error("no TNAuthList")
}

func TestNumbersOutsideTheCertificate(t *testing.T) {
	t.Parallel()
	r := request()
	r.Numbers = passport.TNAuthList{Numbers: []string{"12155551212"}}
	narrow := setup(t, r)
	if _, err := narrow.signer.Sign(claims()); !errors.Is(err, passport.ErrScope) {
		t.Errorf("Sign() of another number = %v, want %v", err, passport.ErrScope)
	}
	// Who signs it all the same is refused by who verifies.
	value := narrow.signAnything(t,
		map[string]any{"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": x5u},
		map[string]any{
			"attest": "A", "dest": map[string]any{"tn": []string{"1"}}, "iat": now.Unix(), "orig": map[string]any{"tn": "33612345678"}, "origid": "1",
		})
	if _, err := narrow.verify(value, passport.Call{}); !errors.Is(err, passport.ErrScope) {
		t.Errorf("Verify() of another number = %v, want %v", err, passport.ErrScope)
	}
}

func TestIssueRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, request())
	for name, change := range map[string]func(*passport.Request){
		"nobody":         func(r *passport.Request) { r.Organisation = "" },
		"never valid":    func(r *passport.Request) { r.NotAfter = r.NotBefore },
		"nothing":        func(r *passport.Request) { r.Numbers = passport.TNAuthList{} },
		"a plus sign":    func(r *passport.Request) { r.Numbers.Numbers = []string{"+336"} },
		"an odd code":    func(r *passport.Request) { r.Numbers.Providers = []string{"a b"} },
		"a range of one": func(r *passport.Request) { r.Numbers.Ranges = []passport.TNRange{{Start: "336", Count: 1}} },
	} {
		r := request()
		change(&r)
		if _, err := b.root.Issue(b.key.Public(), r); err == nil {
			t.Errorf("Issue() for %s: no error", name)
		}
	}
}

func TestPEM(t *testing.T) {
	t.Parallel()
	b := setup(t, request())
	text := passport.EncodeChain(b.chain[0], b.root.Certificate)
	if !bytes.HasPrefix(text, []byte("-----BEGIN CERTIFICATE-----")) {
		t.Error("the first line is not a certificate's")
	}
	chain, err := passport.ParseChain(text)
	if err != nil || len(chain) != 2 || !chain[0].Equal(b.chain[0]) {
		t.Errorf("ParseChain() = %d certificates, %v", len(chain), err)
	}
	secret, err := passport.EncodeKey(b.key)
	if err != nil {
		t.Fatal(err)
	}
	key, err := passport.ParseKey(secret)
	if err != nil || !b.key.Equal(key) {
		t.Errorf("ParseKey() = another key, %v", err)
	}
	if _, err := passport.ParseChain(append(text, secret...)); err == nil {
		t.Error("a chain with a private key in it is taken")
	}
	if _, err := passport.ParseKey([]byte("nonsense")); err == nil {
		t.Error("nonsense is a key")
	}
	if name := passport.Name(b.chain[0]); len(name) != 24 || !strings.HasSuffix(name, ".pem") {
		t.Errorf("Name() = %q", name)
	}
}

func TestNewSignerRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, request())
	other, err := passport.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := passport.NewSigner(other, b.chain[0], x5u, nil); err == nil {
		t.Error("another key is taken")
	}
	if _, err := passport.NewSigner(b.key, b.chain[0], "https://u:p@example.org/", nil); err == nil {
		t.Error("a URL with a password is taken")
	}
	if _, err := passport.NewSigner(b.root.Key, b.root.Certificate, x5u, nil); !errors.Is(err, passport.ErrCertificate) {
		t.Errorf("a certificate without a TNAuthList: %v, want %v", err, passport.ErrCertificate)
	}
}

func FuzzTNAuthList(f *testing.F) {
	for _, seed := range []string{"3008a006160431323334", "3000", "30820100", "3005a203160131", "300aa10830061601310201ff"} {
		b, _ := hex.DecodeString(seed)
		f.Add(b, "33612345678")
	}
	f.Fuzz(func(t *testing.T, der []byte, tn string) {
		leaf := x509.Certificate{}
		leaf.Extensions = append(leaf.Extensions, extension(der))
		list, err := passport.TNAuthListOf(&leaf)
		if err == nil && len(list.Providers) == 0 && list.Covers(tn) && len(tn) > 15 {
			t.Errorf("%x covers %q", der, tn)
		}
	})
}
