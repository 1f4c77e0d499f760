package x5u

import (
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A site is an https server on this machine, which its fetcher may talk to.
type site struct {
	*httptest.Server

	asked int
	clock time.Time
}

func setup(t *testing.T, handler http.HandlerFunc) (*site, *Fetcher) {
	t.Helper()
	s := &site{clock: now}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked++
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	f := New(func() time.Time { return s.clock })
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	f.ports = append(f.ports, u.Port())
	f.public = func(netip.Addr) bool { return true }
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	transport, _ := f.client.Transport.(*http.Transport)
	transport.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	transport.TLSClientConfig.RootCAs = roots
	return s, f
}

func TestFetch(t *testing.T) {
	t.Parallel()
	s, f := setup(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("chain")) })
	for range 3 {
		if text, err := f.Fetch(t.Context(), s.URL+"/a.pem"); err != nil || string(text) != "chain" {
			t.Fatalf("Fetch() = %q, %v", text, err)
		}
	}
	if s.asked != 1 {
		t.Errorf("the server was asked %d times within a day", s.asked)
	}
	s.clock = now.Add(25 * time.Hour)
	if _, err := f.Fetch(t.Context(), s.URL+"/a.pem"); err != nil || s.asked != 2 {
		t.Errorf("the server was asked %d times after a day, %v", s.asked, err)
	}
}

func TestFetchRefuses(t *testing.T) {
	t.Parallel()
	s, f := setup(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/elsewhere":
			http.Redirect(w, r, "/a.pem", http.StatusFound)
		case "/large":
			_, _ = w.Write(make([]byte, maxSize+1))
		case "/missing":
			http.NotFound(w, r)
		default:
			_, _ = w.Write([]byte("chain"))
		}
	})
	host := strings.TrimPrefix(s.URL, "https://")
	for _, address := range []string{s.URL + "/elsewhere", s.URL + "/large", s.URL + "/missing"} {
		if text, err := f.Fetch(t.Context(), address); err == nil {
			t.Errorf("Fetch(%s) = %d bytes", address, len(text))
		}
	}
	asked := s.asked
	for _, address := range []string{
		"http://" + host + "/", "https://u:p@" + host + "/", s.URL + "/?q", s.URL + "/#f", "https://127.0.0.1:22/", "file:///etc/passwd", "https://", "", "::",
	} {
		if _, err := f.Fetch(t.Context(), address); !errors.Is(err, errRefused) {
			t.Errorf("Fetch(%q) = %v, want it refused", address, err)
		}
	}
	f.public = public // as it is outside tests
	f.client.CloseIdleConnections()
	if _, err := f.Fetch(t.Context(), s.URL+"/inside"); !errors.Is(err, errRefused) {
		t.Errorf("Fetch of this machine = %v, want it refused", err)
	}
	if s.asked != asked {
		t.Error("a refused URL was asked all the same")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	f := New(func() time.Time { return now })
	for i := range 3 * maxKept {
		f.remember(strings.Repeat("a", i%7)+string(rune(i)), nil)
	}
	if len(f.kept) > maxKept {
		t.Errorf("%d certificates are kept", len(f.kept))
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false, "192.0.2.1": false,
		"::1": false, "::": false, "fe80::1": false, "fd00::1": false, "ff02::1": false, "::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
		"fec0::1": false, "::127.0.0.1": false, "::ffff:0:127.0.0.1": false, "100::1": false, "3fff::1": false, "192.88.99.1": false,
	} {
		if got := public(netip.MustParseAddr(address).Unmap()); got != want {
			t.Errorf("public(%s) = %v, want %v", address, got, want)
		}
	}
}
