package main

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vouchline/vouchline/pbx/passport"
)

// lookEvery is how often the files are looked at, at most: certificates for
// signing calls live for days, and programs renew them.
const lookEvery = 5 * time.Second

// A passportPair is a key with its certificate.
type passportPair struct {
	signer *passport.Signer
	chain  []*x509.Certificate
	url    string
}

// A publishedChain was signed with before: its key is forgotten.
type publishedChain struct {
	chain []*x509.Certificate
	url   string
}

// passportFiles are the files that the pair is in. They are two, and nobody
// replaces two files at once: what does not belong together, is half written or
// may not sign now is not taken, and the pair that was read before goes on.
type passportFiles struct {
	settings PassportSettings
	base     string // of the URL where the service serves certificates
	clock    func() time.Time
	log      *slog.Logger
	taken    func(*passportPair)

	state atomic.Pointer[passportState]

	looking sync.Mutex // guards what follows
	looked  time.Time
	stamps  [2]os.FileInfo
	warned  time.Time
}

// passportState is what was read. It is not changed but replaced.
type passportState struct {
	pair    *passportPair
	earlier []publishedChain
	fault   string // why the files are not taken; empty where they are
}

// current is the pair to sign with.
func (f *passportFiles) current() *passportPair {
	f.look(false)
	return f.state.Load().pair
}

// look takes what is in the files if that has changed. Whoever signs while
// somebody looks goes on with what there is: a disk that hangs must keep no call.
func (f *passportFiles) look(now bool) {
	if now {
		f.looking.Lock()
	} else if !f.looking.TryLock() {
		return
	}
	defer f.looking.Unlock()
	at := f.clock()
	if since := at.Sub(f.looked); !now && since >= 0 && since < lookEvery {
		return
	}
	f.looked = at
	was := f.state.Load()
	f.warn(was.pair, at)
	stamps, err := f.stamp()
	// What was not taken is read again each time: a certificate that was not
	// valid yet becomes so without a change of its file.
	if err == nil && was.fault == "" && sameFiles(stamps, f.stamps) {
		return
	}
	if err == nil {
		err = f.take(was, stamps, at)
	}
	if err == nil {
		return
	}
	if err.Error() != was.fault {
		f.log.Error("the new key and certificate for signing calls are not taken, and those before go on", "cause", err, "until", was.pair.chain[0].NotAfter)
	}
	f.state.Store(&passportState{pair: was.pair, earlier: was.earlier, fault: err.Error()})
}

// take reads the files and, where they may sign, puts them in the place of the
// pair before. The stamps are from before they were read: a change meanwhile is
// seen the next time.
func (f *passportFiles) take(was *passportState, stamps [2]os.FileInfo, now time.Time) error {
	pair, err := f.read()
	if err != nil {
		return err
	}
	leaf := pair.chain[0]
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return fmt.Errorf("--passport-certificate: valid from %s to %s and not now", leaf.NotBefore.Format(time.RFC3339), leaf.NotAfter.Format(time.RFC3339))
	}
	next := &passportState{pair: pair}
	before := append([]publishedChain{{was.pair.chain, was.pair.url}}, was.earlier...)
	for _, c := range before {
		if !c.chain[0].Equal(leaf) && !now.After(c.chain[0].NotAfter) {
			next.earlier = append(next.earlier, c)
		}
	}
	f.taken(pair)
	f.stamps = stamps
	f.state.Store(next) // before this nobody signs with it, and it is served already
	if !leaf.Equal(was.pair.chain[0]) {
		f.log.Info("calls are signed with a new certificate", "until", leaf.NotAfter, "url", pair.url)
		f.warned = time.Time{}
	}
	return nil
}

// open reads the files at the start, when there is no pair to go on with. One
// that has ended is no reason not to start.
func (f *passportFiles) open() error {
	stamps, err := f.stamp()
	if err != nil {
		return err
	}
	pair, err := f.read()
	if err != nil {
		return err
	}
	f.taken(pair)
	f.looked, f.stamps = f.clock(), stamps
	f.state.Store(&passportState{pair: pair})
	f.warn(pair, f.looked)
	return nil
}

// stamp tells one state of the files from another.
func (f *passportFiles) stamp() (stamps [2]os.FileInfo, err error) {
	if stamps[0], err = os.Stat(f.settings.PassportKey); err != nil {
		return stamps, fmt.Errorf("--passport-key: %w", err)
	}
	if stamps[1], err = os.Stat(f.settings.PassportCertificate); err != nil {
		return stamps, fmt.Errorf("--passport-certificate: %w", err)
	}
	return stamps, nil
}

func sameFiles(a, b [2]os.FileInfo) bool {
	for i := range a {
		if !os.SameFile(a[i], b[i]) || a[i].Size() != b[i].Size() || a[i].Mode() != b[i].Mode() || !a[i].ModTime().Equal(b[i].ModTime()) {
			return false
		}
	}
	return true
}

func (f *passportFiles) read() (*passportPair, error) {
	key, err := readSigningKey(f.settings.PassportKey)
	if err != nil {
		return nil, fmt.Errorf("--passport-key: %w", err)
	}
	chain, err := readChain(f.settings.PassportCertificate)
	if err != nil {
		return nil, fmt.Errorf("--passport-certificate: %w", err)
	}
	at := f.settings.PassportURL
	if at == "" {
		at = strings.TrimSuffix(f.base, "/") + certificatePath
	}
	if strings.HasSuffix(at, "/") {
		at += passport.Name(chain[0])
	}
	signer, err := passport.NewSigner(key, chain[0], at, rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("--passport-certificate: %w", err)
	}
	return &passportPair{signer: signer, chain: chain, url: at}, nil
}

// warn says once a day that a certificate ends soon: whoever renews it may have
// stopped.
func (f *passportFiles) warn(p *passportPair, now time.Time) {
	leaf := p.chain[0]
	if !endsSoon(leaf, now) || !f.warned.IsZero() && now.Sub(f.warned) < 24*time.Hour {
		return
	}
	f.warned = now
	f.log.Warn("the certificate for signing calls ends soon; renew it", "until", leaf.NotAfter, "left", leaf.NotAfter.Sub(now).String())
}

// named is the chain of a certificate's name, nil where it is not known.
func (f *passportFiles) named(name string) []*x509.Certificate {
	for _, c := range f.published() {
		if passport.Name(c.chain[0]) == name {
			return c.chain
		}
	}
	return nil
}

// publishedAt are the chains that are, or were, at a URL, the newest first.
func (f *passportFiles) publishedAt(at string) (chains [][]*x509.Certificate) {
	for _, c := range f.published() {
		if c.url == at {
			chains = append(chains, c.chain)
		}
	}
	return chains
}

func (f *passportFiles) published() []publishedChain {
	s := f.state.Load()
	return append([]publishedChain{{s.pair.chain, s.pair.url}}, s.earlier...)
}

// follow looks at the files also while nobody calls, until ctx ends.
func (f *passportFiles) follow(ctx context.Context) {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			f.look(false)
		}
	}
}

// readChain reads certificates and nothing else.
func readChain(path string) ([]*x509.Certificate, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	chain, err := passport.ParseChain(text)
	if err != nil {
		return nil, errors.Join(err, fmt.Errorf("%s has to hold certificates in PEM and nothing else", path))
	}
	return chain, nil
}
