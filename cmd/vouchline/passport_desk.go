package main

import (
	"context"
	"crypto/x509"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx/passport"
	"github.com/vouchline/vouchline/pbx/x5u"
)

// A passportDesk signs calls with the operator's certificate and has others'
// fetched. It is the flow's kyc.Passports. The certificate is the one that is in
// the files now; those before it are served until they have ended.
type passportDesk struct {
	files   *passportFiles
	shelf   certificateShelf
	fetcher *x5u.Fetcher
	// believed are the roots of others, without one's own certificate.
	believed *x509.CertPool
}

var _ kyc.Passports = (*passportDesk)(nil)

// SignPassport implements kyc.Passports.
func (d *passportDesk) SignPassport(c passport.Claims) (string, error) {
	return d.files.current().signer.Sign(c)
}

// VerifyPassport implements kyc.Passports. One's own certificate, also one that
// was replaced since, is not fetched from oneself.
func (d *passportDesk) VerifyPassport(ctx context.Context, header string, call passport.Call) (passport.Token, bool, error) {
	u, err := passport.Parse(header)
	if err != nil {
		return passport.Token{}, false, err
	}
	verifier := passport.Verifier{Roots: d.believed, Clock: d.files.clock}
	own := d.files.publishedAt(u.X5U())
	if len(own) == 0 {
		chain, err := d.fetch(ctx, u.X5U())
		if err != nil {
			return passport.Token{}, false, err
		}
		t, err := verifier.Verify(u, chain, call)
		return t, false, err
	}
	var t passport.Token
	for _, chain := range own { // several where the operator's URL does not follow the certificate
		verifier.Roots = d.believed.Clone()
		verifier.Roots.AddCert(chain[0]) // one's own word needs nobody else's
		if t, err = verifier.Verify(u, chain, call); err == nil {
			return t, true, nil
		}
	}
	return passport.Token{}, false, err
}

func (d *passportDesk) fetch(ctx context.Context, at string) ([]*x509.Certificate, error) {
	text, err := d.fetcher.Fetch(ctx, at)
	if err != nil {
		return nil, passport.ErrFetch
	}
	return passport.ParseChain(text)
}

// certificate is what the service serves to verifiers: the chain without its
// root, which they have or do not believe. A name that is not known may be that
// of files that another server has read already. Without a desk there is none.
func (d *passportDesk) certificate(name string) []byte {
	if d == nil {
		return nil
	}
	chain := d.files.named(name)
	if chain == nil {
		d.files.look(true)
		chain = d.files.named(name)
	}
	if chain != nil {
		return passport.EncodeChain(withoutRoot(chain)...)
	}
	return d.shelf.get(name)
}

func withoutRoot(chain []*x509.Certificate) []*x509.Certificate {
	out := chain[:1:1]
	for _, c := range chain[1:] {
		if c.CheckSignatureFrom(c) != nil {
			out = append(out, c)
		}
	}
	return out
}
