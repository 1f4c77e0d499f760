package main

import (
	"context"
	"crypto/x509"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx/passport"
	"github.com/vouchline/vouchline/pbx/x5u"
)

// A passportDesk signs calls with the operator's certificate and has others'
// fetched. It is the flow's kyc.Passports.
type passportDesk struct {
	signer   *passport.Signer
	chain    []*x509.Certificate
	url      string
	fetcher  *x5u.Fetcher
	verifier passport.Verifier
}

var _ kyc.Passports = (*passportDesk)(nil)

// SignPassport implements kyc.Passports.
func (d *passportDesk) SignPassport(c passport.Claims) (string, error) { return d.signer.Sign(c) }

// VerifyPassport implements kyc.Passports. One's own certificate is not fetched
// from oneself.
func (d *passportDesk) VerifyPassport(ctx context.Context, header string, call passport.Call) (passport.Token, bool, error) {
	u, err := passport.Parse(header)
	if err != nil {
		return passport.Token{}, false, err
	}
	chain := d.chain
	own := u.X5U() == d.url
	if !own {
		if chain, err = d.fetch(ctx, u.X5U()); err != nil {
			return passport.Token{}, false, err
		}
	}
	t, err := d.verifier.Verify(u, chain, call)
	return t, own && err == nil, err
}

func (d *passportDesk) fetch(ctx context.Context, at string) ([]*x509.Certificate, error) {
	text, err := d.fetcher.Fetch(ctx, at)
	if err != nil {
		return nil, passport.ErrFetch
	}
	return passport.ParseChain(text)
}

// certificate is what the service serves to verifiers: the chain without its
// root, which they have or do not believe. Without a desk there is none.
func (d *passportDesk) certificate(name string) []byte {
	if d == nil || name != passport.Name(d.chain[0]) {
		return nil
	}
	return passport.EncodeChain(withoutRoot(d.chain)...)
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
