package main

import (
	"bytes"
	"errors"
	"log/slog"
	"path"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vouchline/vouchline/pbx/passport"
)

// A renewal is a service's files and their authority.
type renewal struct {
	*passportDesk

	root     passport.Root
	settings PassportSettings
	data     string // the service's data folder
	log      *bytes.Buffer
	now      *atomic.Int64 // nanoseconds after passportNow
}

func (r *renewal) time() time.Time { return passportNow.Add(time.Duration(r.now.Load())) }

func (r *renewal) advance(d time.Duration) { r.now.Add(int64(d)) }

func (r *renewal) start(t *testing.T) *passportDesk {
	t.Helper()
	g := &Globals{Now: r.time, Log: slog.New(slog.NewTextHandler(r.log, nil))}
	d, err := newPassportDesk(g, r.settings, "https://id.example.org", r.data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newRenewal(t *testing.T) *renewal {
	t.Helper()
	key, err := passport.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	root, err := passport.NewRoot(key, passport.Request{Organisation: "Example Operator", NotBefore: passportNow.Add(-time.Hour), NotAfter: passportNow.Add(rootLifetime)})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := &renewal{
		root: passport.Root{Certificate: root, Key: key}, data: filepath.Join(dir, "data"), log: &bytes.Buffer{}, now: &atomic.Int64{},
		settings: PassportSettings{PassportKey: filepath.Join(dir, "passport.key"), PassportCertificate: filepath.Join(dir, "passport.pem")},
	}
	secret, chain := r.issue(t, -time.Hour, 72*time.Hour)
	r.write(t, secret, chain)
	r.passportDesk = r.start(t)
	return r
}

// issue makes a pair that is valid for a time from now.
func (r *renewal) issue(t *testing.T, from, until time.Duration) (secret, chain []byte) {
	t.Helper()
	key, err := passport.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := r.root.Issue(key.Public(), passport.Request{
		Organisation: "Example Operator", Domains: []string{"pbx.example.org"}, Numbers: passport.TNAuthList{Providers: []string{"1234"}},
		NotBefore: r.time().Add(from), NotAfter: r.time().Add(until),
	})
	if err != nil {
		t.Fatal(err)
	}
	if secret, err = passport.EncodeKey(key); err != nil {
		t.Fatal(err)
	}
	return secret, passport.EncodeChain(leaf, r.root.Certificate)
}

// write replaces the files, the key first; nil leaves one as it is.
func (r *renewal) write(t *testing.T, secret, chain []byte) {
	t.Helper()
	for _, f := range []struct {
		path string
		text []byte
	}{{r.settings.PassportKey, secret}, {r.settings.PassportCertificate, chain}} {
		if f.text == nil {
			continue
		}
		if err := replaceFile(f.path, f.text); err != nil {
			t.Fatal(err)
		}
	}
}

// sign has a call signed and returns the name of the certificate that it names.
func (r *renewal) sign() (header, name string, err error) {
	header, err = r.SignPassport(passport.Claims{
		Attest: passport.Full, Orig: passport.Party{TN: "33612345678"}, Dest: []passport.Party{{TN: "12155551212"}}, IssuedAt: r.time().Truncate(time.Second), OrigID: "1",
	})
	if err != nil {
		return "", "", err
	}
	u, err := passport.Parse(header)
	if err != nil {
		return "", "", err
	}
	return header, path.Base(u.X5U()), nil
}

func nameOf(t *testing.T, chain []byte) string {
	t.Helper()
	c, err := passport.ParseChain(chain)
	if err != nil {
		t.Fatal(err)
	}
	return passport.Name(c[0])
}

// verifiable reports what is wrong with a call that was signed, for this service
// and for somebody who fetches the certificate that it names.
func (r *renewal) verifiable(t *testing.T, header, name string) error {
	t.Helper()
	if _, own, err := r.VerifyPassport(t.Context(), header, passport.Call{}); err != nil || !own {
		return errors.Join(err, errors.New("it is not its own"))
	}
	chain, err := passport.ParseChain(r.certificate(name))
	if err != nil {
		return err
	}
	u, err := passport.Parse(header)
	if err != nil {
		return err
	}
	elsewhere := passport.Verifier{Roots: r.believed.Clone(), Clock: r.time}
	elsewhere.Roots.AddCert(r.root.Certificate)
	_, err = elsewhere.Verify(u, chain, passport.Call{})
	return err
}

func (r *renewal) gauge(t *testing.T, name string) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(passportMetrics{r.passportDesk})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}
