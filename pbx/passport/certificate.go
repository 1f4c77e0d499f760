package passport

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// NewKey makes a key for signing calls. The randomness is the system's: the
// library takes no other.
func NewKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

// A Request says what a certificate is for.
type Request struct {
	// Organisation is who signs, as the called party's provider reads it.
	Organisation string
	// Domains are those of the SIP addresses that it may speak for.
	Domains   []string
	Numbers   TNAuthList
	NotBefore time.Time
	NotAfter  time.Time
}

// NewRoot returns a self-signed certificate for an operator who has none of a
// certification authority for telephone numbers. Only who is given it believes
// what was signed below it.
func NewRoot(key crypto.Signer, r Request) (*x509.Certificate, error) {
	template, err := r.template("Root")
	if err != nil {
		return nil, err
	}
	template.IsCA, template.MaxPathLenZero = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	return create(template, template, key.Public(), key)
}

// A Root signs certificates.
type Root struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Issue returns a certificate for signing calls with a public key.
func (a Root) Issue(public crypto.PublicKey, r Request) (*x509.Certificate, error) {
	template, err := r.template("SHAKEN")
	if err != nil {
		return nil, err
	}
	list, err := r.Numbers.extension()
	if err != nil {
		return nil, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.DNSNames = r.Domains
	template.ExtraExtensions = []pkix.Extension{list}
	return create(template, a.Certificate, public, a.Key)
}

// maxOrganisation is the upper bound of X.520's organization name.
const maxOrganisation = 50

func (r Request) template(kind string) (*x509.Certificate, error) {
	if r.Organisation == "" || len(r.Organisation) > maxOrganisation {
		return nil, fmt.Errorf("passport: the organisation of a certificate has 1 to %d bytes", maxOrganisation)
	}
	if !r.NotAfter.After(r.NotBefore) {
		return nil, errors.New("passport: a certificate that is never valid")
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber: serial, NotBefore: r.NotBefore, NotAfter: r.NotAfter, BasicConstraintsValid: true,
		// Verifiers want a common name, and one that tells the two apart.
		Subject: pkix.Name{Organization: []string{r.Organisation}, CommonName: r.Organisation + " " + kind},
	}, nil
}

func create(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
