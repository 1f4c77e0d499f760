package main

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/vouchline/vouchline/pbx/passport"
	"github.com/vouchline/vouchline/pbx/x5u"
)

// PassportSettings is what calls are signed with.
type PassportSettings struct {
	PassportKey         string `name:"passport-key" env:"VOUCHLINE_PASSPORT_KEY" placeholder:"FILE" help:"Private key (PEM, P-256) that calls of live identities are signed with; only its owner may read it. Default: none, calls are not signed."`
	PassportCertificate string `name:"passport-certificate" env:"VOUCHLINE_PASSPORT_CERTIFICATE" placeholder:"FILE" help:"Its certificate and those of the authorities above it (PEM), from an authority for telephone numbers or from: vouchline passport init."`
	PassportURL         string `name:"passport-url" env:"VOUCHLINE_PASSPORT_URL" placeholder:"URL" help:"Where others fetch the certificate. Default: below --base-url, where the service serves it."`
	PassportRoots       string `name:"passport-roots" env:"VOUCHLINE_PASSPORT_ROOTS" placeholder:"FILE" help:"Certificates (PEM) of the roots whose signers are believed when a call's token is checked. Default: none but the service's own certificate."`
}

func (s *PassportSettings) faults() []error {
	return []error{
		fault((s.PassportKey == "") == (s.PassportCertificate == ""), "passport-certificate", "key and certificate need each other"),
		fault(s.PassportURL == "" || httpURL(s.PassportURL), "passport-url", "%q is not an http or https address", s.PassportURL),
		fault(s.PassportKey != "" || s.PassportURL == "" && s.PassportRoots == "", "passport-key", "is needed with --passport-url and --passport-roots"),
	}
}

// certificatePath is where the service serves its certificate.
const certificatePath = "/v1/pbx/certificates/"

// newPassportDesk opens what the settings name; nil where calls are not signed.
func newPassportDesk(g *Globals, s PassportSettings, base string) (*passportDesk, error) {
	if s.PassportKey == "" {
		return nil, nil //nolint:nilnil // no desk is no fault
	}
	key, err := readSigningKey(s.PassportKey)
	if err != nil {
		return nil, fmt.Errorf("--passport-key: %w", err)
	}
	chain, err := readChain(s.PassportCertificate)
	if err != nil {
		return nil, fmt.Errorf("--passport-certificate: %w", err)
	}
	at := s.PassportURL
	if at == "" {
		at = strings.TrimSuffix(base, "/") + certificatePath + passport.Name(chain[0])
	}
	signer, err := passport.NewSigner(key, chain[0], at, rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("--passport-certificate: %w", err)
	}
	roots := x509.NewCertPool()
	if s.PassportRoots != "" {
		trusted, err := readChain(s.PassportRoots)
		if err != nil {
			return nil, fmt.Errorf("--passport-roots: %w", err)
		}
		for _, c := range trusted {
			roots.AddCert(c)
		}
	}
	roots.AddCert(chain[0]) // one's own word needs nobody else's
	warnOfPassport(g, chain[0], at)
	return &passportDesk{
		signer: signer, chain: chain, url: at, fetcher: x5u.New(g.Now), verifier: passport.Verifier{Roots: roots, Clock: g.Now},
	}, nil
}

// warnOfPassport says at start what will make others refuse the tokens.
func warnOfPassport(g *Globals, c *x509.Certificate, at string) {
	left := c.NotAfter.Sub(g.Now())
	if left < passportWarning {
		g.Log.Warn("the certificate for signing calls ends soon; renew it", "until", c.NotAfter, "left", left.String())
	}
	if u, err := url.Parse(at); err == nil && (u.Scheme != "https" || u.Port() != "" && u.Port() != "443" && u.Port() != "8443") {
		g.Log.Warn("verifiers that follow ATIS-1000074 fetch certificates by https from port 443 or 8443 only", "url", at)
	}
}

// readSigningKey reads a private key that nobody but its owner may read: who
// has it speaks for every subscriber.
func readSigningKey(path string) (crypto.Signer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %04o); make it 0600", path, mode)
	}
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	return passport.ParseKey(text)
}

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
