package x5u

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	// timeout bounds one fetch: somebody's phone is ringing, or not yet.
	timeout = 3 * time.Second
	// maxSize is many times a chain's.
	maxSize = 32 << 10
	// lifetime is how long a certificate is kept (ATIS-1000074 section 5.3.1).
	lifetime = 24 * time.Hour
	// maxKept bounds the memory that strangers' URLs take.
	maxKept = 1000
)

// A Fetcher fetches certificates and keeps them for a day. It may be used by
// several goroutines.
type Fetcher struct {
	clock  func() time.Time
	client *http.Client
	ports  []string
	public func(netip.Addr) bool

	mu   sync.Mutex
	kept map[string]entry
}

type entry struct {
	text  []byte
	until time.Time
}

// New returns a fetcher.
func New(clock func() time.Time) *Fetcher {
	f := &Fetcher{clock: clock, ports: []string{"", "443", "8443"}, public: public, kept: map[string]entry{}}
	dialer := &net.Dialer{Timeout: timeout, ControlContext: f.permitted}
	f.client = &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout, MaxIdleConns: 10, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: maxSize},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return f
}

// errRefused says that nothing was sent.
var errRefused = errors.New("x5u: not a URL that is followed")

// Fetch returns what is at a URL.
func (f *Fetcher) Fetch(ctx context.Context, rawURL string) ([]byte, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		!slices.Contains(f.ports, u.Port()) {
		return nil, errRefused
	}
	if text, ok := f.remembered(u.String()); ok {
		return text, nil
	}
	text, err := f.get(ctx, u.String())
	if err != nil {
		return nil, err
	}
	f.remember(u.String(), text)
	return text, nil
}

func (f *Fetcher) get(ctx context.Context, address string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, errRefused
	}
	answer, err := f.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("x5u: status %d", answer.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxSize+1))
	if err == nil && len(text) > maxSize {
		err = errors.New("x5u: too large")
	}
	return text, err
}

func (f *Fetcher) remembered(address string) ([]byte, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e, ok := f.kept[address]
	return e.text, ok && f.clock().Before(e.until)
}

func (f *Fetcher) remember(address string, text []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.kept) >= maxKept {
		clear(f.kept) // what is in use comes back with the next call
	}
	f.kept[address] = entry{text, f.clock().Add(lifetime)}
}

// permitted is asked of every address before it is dialled.
func (f *Fetcher) permitted(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !f.public(to.Addr().Unmap()) {
		return errRefused
	}
	return nil
}

// unicast6 is all that IANA has given out for public IPv6 servers. Beside it are
// site-local addresses and those that stand for one of IPv4.
var unicast6 = netip.MustParsePrefix("2000::/3")

// special are the blocks of RFC 6890's registries that a public server does not
// have and netip does not know by name; the last two lead to IPv4 addresses.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2002::/16"),
}

// public takes no IPv4 address in the form of IPv6.
func public(a netip.Addr) bool {
	return (a.Is4() || unicast6.Contains(a)) && a.IsGlobalUnicast() && !a.IsPrivate() &&
		!slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}
