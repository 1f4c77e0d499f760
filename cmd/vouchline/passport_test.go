package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/pbx/passport"
)

// said is how a command ended.
type said struct {
	stdout, stderr string
	code           int
}

func say(t *testing.T, args ...string) (s said) {
	t.Helper()
	s.stdout, s.stderr, s.code = session(t, "", args...)
	return s
}

// initialized makes a folder with a root and a certificate.
func initialized(t *testing.T, more ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "passport")
	args := append([]string{"passport", "init", "--dir", dir, "--organisation", "Example Operator", "--domain", "pbx.example.org"}, more...)
	if r := say(t, args...); r.code != exitDone {
		t.Fatalf("passport init: exit %d: %s", r.code, r.stderr)
	}
	return dir
}

func TestPassportInit(t *testing.T) {
	t.Parallel()
	dir := initialized(t, "--provider", "1234", "--number", "+33612345678", "--range", "+12155550000:100")
	for name, want := range map[string]os.FileMode{"root.key": 0o600, "passport.key": 0o600, "root.pem": 0o600, "passport.pem": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	r := say(t, "--json", "passport", "show", "--passport-certificate", filepath.Join(dir, "passport.pem"))
	var got passportSummary
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || r.code != exitDone {
		t.Fatalf("passport show: exit %d, %v: %s", r.code, err, r.stderr)
	}
	if strings.Join(got.Providers, " ") != "1234" || strings.Join(got.Numbers, " ") != "+33612345678" ||
		strings.Join(got.Ranges, " ") != "+12155550000:100" || got.Left != 90*24*60*60 || strings.Join(got.Domains, " ") != "pbx.example.org" ||
		!strings.HasPrefix(got.Path, "/v1/pbx/certificates/") || got.NotAfter.Sub(got.NotBefore) < 89*24*time.Hour {
		t.Errorf("passport show = %+v", got)
	}
	if r := say(t, "passport", "init", "--dir", dir, "--organisation", "Example Operator", "--provider", "1234"); r.code != exitFault {
		t.Errorf("a second init in one folder: exit %d", r.code)
	}
}

func TestPassportCertificateIsRenewed(t *testing.T) {
	t.Parallel()
	dir := initialized(t, "--provider", "1234", "--lifetime", "24h")
	file := filepath.Join(dir, "passport.pem")
	if r := say(t, "passport", "show", "--passport-certificate", file); r.code != exitDone || !strings.Contains(r.stdout, "Left:      24h0m0s") || r.stderr != "" {
		t.Errorf("a new certificate of a day: exit %d, %s%s", r.code, r.stdout, r.stderr)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if r := say(t, "passport", "certificate", "--dir", dir, "--provider", "1234", "--domain", "pbx.example.org"); r.code != exitDone || strings.Contains(r.stderr, "renew") {
		t.Fatalf("passport certificate: exit %d: %s", r.code, r.stderr)
	}
	after, err := os.ReadFile(file)
	if err != nil || bytes.Equal(after, before) {
		t.Errorf("the certificate is the old one, %v", err)
	}
	settings := PassportSettings{PassportKey: filepath.Join(dir, "passport.key"), PassportCertificate: file}
	if _, err := newPassportDesk(passportGlobals(), settings, "https://id.example.org", t.TempDir()); err != nil {
		t.Errorf("key and certificate after the renewal: %v", err)
	}
}

// passportNow is the time of session.
var passportNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func passportGlobals() *Globals {
	return &Globals{Now: func() time.Time { return passportNow }, Log: slog.New(slog.DiscardHandler)}
}

func TestPassportRefusesFlags(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"nothing to speak for": {},
		"a number as dialled":  {"--number", "0612345678"},
		"a range of one":       {"--range", "+33612345600:1"},
		"a range without end":  {"--range", "+33612345600"},
		"a code with a space":  {"--provider", "a b"},
		"a century":            {"--provider", "1234", "--lifetime", "876000h"},
	} {
		all := append([]string{"passport", "init", "--dir", t.TempDir(), "--organisation", "Example Operator"}, args...)
		if r := say(t, all...); r.code != exitFault {
			t.Errorf("init with %s: exit %d", name, r.code)
		}
	}
}

func TestPassportDesk(t *testing.T) {
	t.Parallel()
	dir := initialized(t, "--provider", "1234")
	settings := PassportSettings{PassportKey: filepath.Join(dir, "passport.key"), PassportCertificate: filepath.Join(dir, "passport.pem")}
	d, err := newPassportDesk(passportGlobals(), settings, "https://id.example.org/", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pair := d.files.current()
	name := passport.Name(pair.chain[0])
	if want := "https://id.example.org/v1/pbx/certificates/" + name; pair.url != want {
		t.Errorf("the certificate is at %s, want %s", pair.url, want)
	}
	served, err := passport.ParseChain(d.certificate(name))
	if err != nil || len(served) != 1 || !served[0].Equal(pair.chain[0]) {
		t.Errorf("%d certificates are served, %v: the root is not for verifiers to find there", len(served), err)
	}
	if d.certificate("other") != nil || (*passportDesk)(nil).certificate(name) != nil {
		t.Error("a certificate is served by another name, or without one")
	}
	header, err := d.SignPassport(passport.Claims{
		Attest: passport.Full, Orig: passport.Party{TN: "33612345678"}, Dest: []passport.Party{{TN: "12155551212"}},
		IssuedAt: passportNow, OrigID: "1",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, own, err := d.VerifyPassport(t.Context(), header, passport.Call{}); err != nil || !own {
		t.Errorf("VerifyPassport() of an own token: own %v, %v", own, err)
	}
	// Another service's certificate is on its own machine, where nobody looks.
	other, err := newPassportDesk(passportGlobals(), settings, "https://127.0.0.1", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, own, err := other.VerifyPassport(t.Context(), header, passport.Call{}); err == nil || own {
		t.Errorf("VerifyPassport() of a token from elsewhere: own %v, %v", own, err)
	}
}

func TestPassportDeskRefuses(t *testing.T) {
	t.Parallel()
	dir := initialized(t, "--provider", "1234")
	other := initialized(t, "--provider", "1234")
	open := filepath.Join(dir, "open.key")
	secret, err := os.ReadFile(filepath.Join(dir, "passport.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(open, secret, 0o644); err != nil { //nolint:gosec // what is refused
		t.Fatal(err)
	}
	key, certificate := filepath.Join(dir, "passport.key"), filepath.Join(dir, "passport.pem")
	for name, s := range map[string]PassportSettings{
		"a key that others can read":  {PassportKey: open, PassportCertificate: certificate},
		"another key":                 {PassportKey: filepath.Join(other, "passport.key"), PassportCertificate: certificate},
		"the root as certificate":     {PassportKey: filepath.Join(dir, "root.key"), PassportCertificate: filepath.Join(dir, "root.pem")},
		"a key in the chain":          {PassportKey: key, PassportCertificate: key},
		"no file":                     {PassportKey: filepath.Join(dir, "none"), PassportCertificate: certificate},
		"a key among the roots":       {PassportKey: key, PassportCertificate: certificate, PassportRoots: key},
		"a URL with a password in it": {PassportKey: key, PassportCertificate: certificate, PassportURL: "https://a:b@id.example.org/c.pem"},
	} {
		if _, err := newPassportDesk(passportGlobals(), s, "https://id.example.org", t.TempDir()); err == nil {
			t.Errorf("%s is taken", name)
		} else if strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
	if d, err := newPassportDesk(passportGlobals(), PassportSettings{}, "https://id.example.org", t.TempDir()); d != nil || err != nil {
		t.Errorf("without settings: %v, %v", d, err)
	}
}

func TestPassportFaults(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]PassportSettings{
		"a key alone":   {PassportKey: "a"},
		"a chain alone": {PassportCertificate: "a"},
		"a URL alone":   {PassportURL: "https://id.example.org"},
		"an odd URL":    {PassportKey: "a", PassportCertificate: "b", PassportURL: "file:///c"},
		"roots alone":   {PassportRoots: "a"},
	} {
		if joinFaults(check(&s)) == nil {
			t.Errorf("%s is no fault", name)
		}
	}
	for _, s := range []PassportSettings{{}, {PassportKey: "a", PassportCertificate: "b", PassportRoots: "c"}} {
		if err := joinFaults(check(&s)); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
}
