package main

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/vouchline/vouchline/pbx/passport"
	"github.com/vouchline/vouchline/pbx/x5u"
)

// PassportSettings is what calls are signed with.
type PassportSettings struct {
	PassportKey         string `name:"passport-key" env:"VOUCHLINE_PASSPORT_KEY" placeholder:"FILE" help:"Private key (PEM, P-256) that calls of live identities are signed with; only its owner may read it. Default: none, calls are not signed."`
	PassportCertificate string `name:"passport-certificate" env:"VOUCHLINE_PASSPORT_CERTIFICATE" placeholder:"FILE" help:"Its certificate and those of the authorities above it (PEM), from an authority for telephone numbers or from: vouchline passport init."`
	PassportURL         string `name:"passport-url" env:"VOUCHLINE_PASSPORT_URL" placeholder:"URL" help:"Where others fetch the certificate. One that ends in / is a folder, in which each certificate has a name of its own. Default: below --base-url, where the service serves them."`
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

// certificatesFolder keeps, in the data folder, those that calls were signed with.
const certificatesFolder = "certificates"

// newPassportDesk opens what the settings name; nil where calls are not signed.
func newPassportDesk(g *Globals, s PassportSettings, base, dataDir string) (*passportDesk, error) {
	if s.PassportKey == "" {
		return nil, nil //nolint:nilnil // no desk is no fault
	}
	shelf := certificateShelf{dir: filepath.Join(dataDir, certificatesFolder), clock: g.Now, log: g.Log}
	files := &passportFiles{settings: s, base: base, clock: g.Now, log: g.Log, taken: shelf.put}
	believed := x509.NewCertPool()
	if s.PassportRoots != "" {
		trusted, err := readChain(s.PassportRoots)
		if err != nil {
			return nil, fmt.Errorf("--passport-roots: %w", err)
		}
		for _, c := range trusted {
			believed.AddCert(c)
		}
	}
	if err := files.open(); err != nil {
		return nil, err
	}
	warnOfURL(g, files.state.Load().pair.url)
	return &passportDesk{files: files, shelf: shelf, fetcher: x5u.New(g.Now), believed: believed}, nil
}

// warnOfURL says at start what will make others refuse the tokens.
func warnOfURL(g *Globals, at string) {
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
