package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vouchline/vouchline/pbx/passport"
)

// Calls are signed all the time while the files are replaced again and again:
// each one with a pair that belongs together and can be fetched.
func TestPassportIsRenewedWhileCallsAreSigned(t *testing.T) {
	t.Parallel()
	r := newRenewal(t)
	done := make(chan struct{})
	var calls sync.WaitGroup
	for range 4 {
		calls.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				header, name, err := r.sign()
				if err == nil {
					err = r.verifiable(t, header, name)
				}
				if err != nil {
					t.Errorf("a call during the renewal: %v", err)
					return
				}
			}
		})
	}
	var last []byte
	for range 3 { // in less than passport.Freshness, or a call may be stale when it is verified
		secret, chain := r.issue(t, -time.Hour, 72*time.Hour)
		r.write(t, secret, nil)
		r.advance(lookEvery) // seen with the old certificate
		r.write(t, nil, chain[:len(chain)/3])
		r.advance(lookEvery)
		r.write(t, nil, chain)
		r.advance(lookEvery)
		if _, name, err := r.sign(); err != nil || name != nameOf(t, chain) && r.certificate(nameOf(t, chain)) == nil {
			t.Errorf("after a renewal a call names %s, %v, want %s", name, err, nameOf(t, chain))
		}
		last = chain
	}
	close(done)
	calls.Wait()
	r.advance(lookEvery)
	if _, name, err := r.sign(); err != nil || name != nameOf(t, last) {
		t.Errorf("in the end a call names %s, %v, want %s", name, err, nameOf(t, last))
	}
}

// What cannot be taken leaves the pair before in its place, and is told of.
func TestPassportFilesAreRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		spoil func(t *testing.T, r *renewal, secret, chain []byte)
	}{
		{"a key without its certificate", func(t *testing.T, r *renewal, secret, _ []byte) { t.Helper(); r.write(t, secret, nil) }},
		{"a certificate without its key", func(t *testing.T, r *renewal, _, chain []byte) { t.Helper(); r.write(t, nil, chain) }},
		{"half a certificate", func(t *testing.T, r *renewal, secret, chain []byte) { t.Helper(); r.write(t, secret, chain[:200]) }},
		{"half a key", func(t *testing.T, r *renewal, secret, chain []byte) { t.Helper(); r.write(t, secret[:100], chain) }},
		{"empty files", func(t *testing.T, r *renewal, _, _ []byte) { t.Helper(); r.write(t, []byte{}, []byte{}) }},
		{"an ended certificate", func(t *testing.T, r *renewal, _, _ []byte) {
			t.Helper()
			secret, chain := r.issue(t, -2*time.Hour, -time.Hour)
			r.write(t, secret, chain)
		}},
		{"a certificate of tomorrow", func(t *testing.T, r *renewal, _, _ []byte) {
			t.Helper()
			secret, chain := r.issue(t, 24*time.Hour, 48*time.Hour)
			r.write(t, secret, chain)
		}},
		{"a key that others can read", func(t *testing.T, r *renewal, secret, chain []byte) {
			t.Helper()
			r.write(t, secret, chain)
			if err := os.Chmod(r.settings.PassportKey, 0o644); err != nil { //nolint:gosec // what is refused
				t.Fatal(err)
			}
		}},
		{"no file", func(t *testing.T, r *renewal, _, _ []byte) {
			t.Helper()
			if err := os.Remove(r.settings.PassportCertificate); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRenewal(t)
			_, before, err := r.sign()
			if err != nil {
				t.Fatal(err)
			}
			secret, chain := r.issue(t, -time.Hour, 72*time.Hour)
			tc.spoil(t, r, secret, chain)
			for range 3 {
				r.advance(lookEvery)
				if header, name, err := r.sign(); err != nil || name != before || r.verifiable(t, header, name) != nil {
					t.Errorf("a call names %s, %v, want %s as before", name, err, before)
				}
			}
			if r.gauge(t, "vouchline_passport_files_refused") != 1 {
				t.Error("no metric says so")
			}
			if n := strings.Count(r.log.String(), "are not taken"); n != 1 || strings.Contains(r.log.String(), "PRIVATE") {
				t.Errorf("the log says so %d times, want once and without the key:\n%s", n, r.log)
			}
			r.write(t, secret, chain)
			if err := os.Chmod(r.settings.PassportKey, 0o600); err != nil {
				t.Fatal(err)
			}
			r.advance(lookEvery)
			if _, name, err := r.sign(); err != nil || name != nameOf(t, chain) {
				t.Errorf("after it was mended a call names %s, %v, want %s", name, err, nameOf(t, chain))
			}
			if r.gauge(t, "vouchline_passport_files_refused") != 0 {
				t.Error("the metric says so still")
			}
		})
	}
}

// A certificate that was not valid yet is taken when it is, without a change of
// its file; a pair that goes on does so until it has ended.
func TestPassportPairGoesOnUntilItsEnd(t *testing.T) {
	t.Parallel()
	r := newRenewal(t)
	secret, chain := r.issue(t, 96*time.Hour, 120*time.Hour)
	r.write(t, secret, chain)
	r.advance(71 * time.Hour)
	if _, _, err := r.sign(); err != nil {
		t.Errorf("an hour before its end: %v", err)
	}
	r.advance(2 * time.Hour)
	if _, _, err := r.sign(); !errors.Is(err, passport.ErrCertificate) {
		t.Errorf("an hour after its end = %v, want nothing signed", err)
	}
	r.advance(24 * time.Hour)
	if _, name, err := r.sign(); err != nil || name != nameOf(t, chain) {
		t.Errorf("when the next one is valid a call names %s, %v", name, err)
	}
	if got, want := r.gauge(t, "vouchline_passport_certificate_not_after_seconds"), float64(passportNow.Add(120*time.Hour).Unix()); got != want {
		t.Errorf("the metric says %v, want %v", got, want)
	}
	if n := strings.Count(r.log.String(), "ends soon"); n == 0 {
		t.Error("nobody was told that the first one ends soon")
	}
}

// Verifiers fetch a certificate after it was replaced, also from a service that
// was started anew, until it has ended.
func TestReplacedCertificatesAreServed(t *testing.T) {
	t.Parallel()
	r := newRenewal(t)
	header, before, err := r.sign()
	if err != nil {
		t.Fatal(err)
	}
	secret, chain := r.issue(t, -time.Hour, 30*24*time.Hour)
	r.write(t, secret, chain)
	if r.certificate(nameOf(t, chain)) == nil {
		t.Error("a certificate that another server has read is not looked for")
	}
	if err := r.verifiable(t, header, before); err != nil {
		t.Errorf("a call from before: %v", err)
	}
	again := r.start(t)
	if !bytes.Equal(again.certificate(before), r.certificate(before)) || again.certificate(before) == nil {
		t.Error("a service that was started anew does not serve the certificate from before")
	}
	for _, name := range []string{"passport.key", "../data/certificates/" + before, "00000000000000000000.pem", ""} {
		if again.certificate(name) != nil {
			t.Errorf("something is served as %q", name)
		}
	}
	forged := filepath.Join(r.data, certificatesFolder, "00000000000000000000.pem")
	if err := os.WriteFile(forged, chain, 0o600); err != nil {
		t.Fatal(err)
	}
	if again.certificate("00000000000000000000.pem") != nil {
		t.Error("a certificate is served by a name that is not its own")
	}
	r.advance(73 * time.Hour)
	last, next := r.issue(t, -time.Hour, 72*time.Hour)
	r.write(t, last, next)
	r.advance(lookEvery)
	if _, _, err := r.sign(); err != nil {
		t.Fatal(err)
	}
	if r.certificate(before) != nil || again.certificate(before) != nil {
		t.Error("a certificate that has ended is served")
	}
	left, err := os.ReadDir(filepath.Join(r.data, certificatesFolder))
	if err != nil || len(left) != 2 {
		t.Errorf("%d certificates are kept, %v, want the two that have not ended", len(left), err)
	}
}

// The URL of an operator's own server is a folder or the whole.
func TestPassportURL(t *testing.T) {
	t.Parallel()
	r := newRenewal(t)
	r.settings.PassportURL = "https://cr.example.org/stir/"
	r.passportDesk = r.start(t)
	pair := r.files.current()
	if want := "https://cr.example.org/stir/" + passport.Name(pair.chain[0]); pair.url != want {
		t.Errorf("the certificate is at %s, want %s", pair.url, want)
	}
	r.settings.PassportURL = "https://cr.example.org/shaken.pem"
	r.passportDesk = r.start(t)
	header, name, err := r.sign()
	if err != nil || name != "shaken.pem" {
		t.Fatalf("a call names %s, %v", name, err)
	}
	secret, chain := r.issue(t, -time.Hour, 72*time.Hour)
	r.write(t, secret, chain)
	r.advance(lookEvery)
	renewed, _, err := r.sign()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []string{header, renewed} {
		if _, own, err := r.VerifyPassport(t.Context(), h, passport.Call{}); err != nil || !own {
			t.Errorf("VerifyPassport() of a call before or after the renewal: own %v, %v", own, err)
		}
	}
}

// The files are looked at every few seconds and not with every call.
func TestPassportFilesAreNotReadForEachCall(t *testing.T) {
	t.Parallel()
	r := newRenewal(t)
	_, before, err := r.sign()
	if err != nil {
		t.Fatal(err)
	}
	secret, chain := r.issue(t, -time.Hour, 72*time.Hour)
	r.write(t, secret, chain)
	r.advance(lookEvery - time.Nanosecond)
	if _, name, err := r.sign(); err != nil || name != before {
		t.Errorf("before it is time a call names %s, %v", name, err)
	}
	r.advance(time.Nanosecond)
	if _, name, err := r.sign(); err != nil || name != nameOf(t, chain) {
		t.Errorf("when it is time a call names %s, %v", name, err)
	}
}

func TestPassportMetricsWithoutADesk(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	registry.MustRegister(passportMetrics{})
	if families, err := registry.Gather(); err != nil || len(families) > 0 {
		t.Errorf("Gather() = %v, %v, want nothing", families, err)
	}
}
