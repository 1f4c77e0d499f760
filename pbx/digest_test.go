package pbx_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/pbx"
)

// The published responses of RFC 7616 section 3.9, computed from our HA1 by
// section 3.4.1. Those for SHA-512-256 are of erratum 4897: the RFC's own text
// cut a SHA-512 instead.
func TestHA1Vectors(t *testing.T) {
	t.Parallel()
	const (
		nonce1  = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
		cnonce1 = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
		nonce2  = "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK"
		cnonce2 = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v"
	)
	for _, tc := range []struct {
		name, user, realm   string
		password            pbx.Password
		nonce, cnonce, path string
		alg                 pbx.Algorithm
		hash                func() hash.Hash
		want                string
	}{
		{
			"RFC 7616 3.9.1 MD5", "Mufasa", "http-auth@example.org", "Circle of Life", nonce1, cnonce1, "/dir/index.html",
			pbx.MD5, md5.New, "8ca523f5e9506fed4657c9700eebdbec",
		},
		{
			"RFC 7616 3.9.1 SHA-256", "Mufasa", "http-auth@example.org", "Circle of Life", nonce1, cnonce1, "/dir/index.html",
			pbx.SHA256, sha256.New, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
		},
		{
			"RFC 7616 3.9.2 SHA-512-256", "Jäsøn Doe", "api@example.org", "Secret, or not?", nonce2, cnonce2, "/doe.json",
			pbx.SHA512256, sha512.New512_256, "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := func(s string) string {
				sum := tc.hash()
				sum.Write([]byte(s))
				return hex.EncodeToString(sum.Sum(nil))
			}
			ha1 := pbx.HA1(tc.alg, tc.user, tc.realm, tc.password)
			got := h(strings.Join([]string{ha1, tc.nonce, "00000001", tc.cnonce, "auth", h("GET:" + tc.path)}, ":"))
			if got != tc.want {
				t.Errorf("response with HA1(%s, %s) = %s, want %s", tc.alg, tc.user, got, tc.want)
			}
		})
	}
}

func TestHA1RefusesAnUnknownAlgorithm(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("HA1(SHA-1) did not panic")
		}
	}()
	pbx.HA1("SHA-1", "u", "r", "p")
}

func TestNewPassword(t *testing.T) {
	t.Parallel()
	r := rand.NewChaCha8([32]byte{1})
	seen := map[string]bool{}
	for range 1000 {
		p, err := pbx.NewPassword(r)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{26}$`).MatchString(p.Reveal()) || seen[p.Reveal()] {
			t.Fatalf("NewPassword() = %s, want 26 fresh characters that cannot be misread", p.Reveal())
		}
		seen[p.Reveal()] = true
	}
	if _, err := pbx.NewPassword(bytes.NewReader([]byte("short"))); err == nil {
		t.Error("NewPassword(short randomness) = nil, want an error")
	}
}

// A digest is as good as the password, a name is personal: neither may reach a
// log, in whatever way the account is printed.
func TestAccountAndPasswordRedactThemselves(t *testing.T) {
	t.Parallel()
	const p = pbx.Password("correct-horse-battery")
	a := alice()
	c := first(&a)
	*c = pbx.NewCredential(c.Username, a.Realm, p)
	type record struct {
		Account  pbx.Account
		Pointer  *pbx.Account
		Password pbx.Password
	}
	var out bytes.Buffer
	for _, v := range []any{a, &a, p, record{a, &a, p}, []pbx.Account{a}, map[string]pbx.Account{"a": a}, *c, c, a.Devices[0], &a.Devices[0]} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(h).Info("test", "account", a, "pointer", &a, "credential", *c, "device", a.Devices[0], "password", p)
	}
	if err := json.NewEncoder(&out).Encode(p); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{p.Reveal(), hex.EncodeToString([]byte(p)), c.HA1MD5, c.HA1SHA256, c.HA1SHA512256, a.DisplayName, a.Devices[0].Name} {
		if strings.Contains(out.String(), s) {
			t.Errorf("output shows %q", s)
		}
	}
}
