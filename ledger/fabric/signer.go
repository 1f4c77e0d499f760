package fabric

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"

	"github.com/hyperledger/fabric-gateway/pkg/identity"
)

// A Signer holds the private key of our identity on the channel. It is the
// place for a key that never leaves its device: an implementation over PKCS#11
// takes the place of the key file by [Config.Signer], and nothing else of the
// client changes. It must
//
//   - keep an ECDSA key on P-256 or P-384, made in the device and marked
//     CKA_SENSITIVE and not CKA_EXTRACTABLE;
//   - return from Sign the ASN.1 DER form of an ECDSA signature over the digest
//     as given (CKM_ECDSA, which does not hash). A token returns r and s side by
//     side, each padded to the curve's size: they must be encoded anew. Fabric
//     takes only the lower of the two values that s can have; the client sees to
//     that, for tokens do not;
//   - be safe for concurrent use, with a session of the token for each call
//     under way, and open lost sessions again: Sign has no other way to recover.
//
// An error from Sign is answered as [ledger.ErrUnavailable]: without a
// signature nothing is sent.
type Signer interface {
	// Certificate is our X.509 certificate, issued by an authority of our MSP.
	Certificate() *x509.Certificate
	// Sign signs a SHA-256 digest.
	Sign(digest []byte) ([]byte, error)
}

// A fileSigner reads its key from a file.
type fileSigner struct {
	certificate *x509.Certificate
	sign        identity.Sign
}

func (s fileSigner) Certificate() *x509.Certificate     { return s.certificate }
func (s fileSigner) Sign(digest []byte) ([]byte, error) { return s.sign(digest) }

// openSigner reads certificate and key. Both files' faults come at once.
func openSigner(certificatePath, keyPath string) (Signer, error) {
	if certificatePath == "" || keyPath == "" {
		return nil, errors.New("fabric: the profile names no certificate and key, and no signer holds them")
	}
	certificate, err1 := readCertificate(certificatePath)
	sign, err2 := readKey(keyPath)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return fileSigner{certificate, sign}, nil
}

func readCertificate(path string) (*x509.Certificate, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("fabric certificate: %w", err)
	}
	certificate, err := identity.CertificateFromPEM(b)
	if err != nil {
		return nil, fmt.Errorf("fabric certificate %s: %w", path, err)
	}
	return certificate, nil
}

func readKey(path string) (identity.Sign, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("fabric key: %w", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		return nil, errors.Join(fmt.Errorf("fabric key: %s may be read by others: chmod 600 it, and think who has", path), err)
	}
	key, err := identity.PrivateKeyFromPEM(b)
	if err != nil {
		return nil, fmt.Errorf("fabric key %s: %w", path, err)
	}
	sign, err := identity.NewPrivateKeySign(key)
	if err != nil {
		return nil, fmt.Errorf("fabric key %s: %w", path, err)
	}
	return sign, nil
}

// A party is who we are on the channel. It implements the gateway's identity.
type party struct {
	mspID       string
	certificate []byte // PEM
	signer      Signer
	order       *big.Int // of the key's curve
}

// newParty tries the key once, so that a key of another certificate is found
// here and not by every peer at every call.
func newParty(mspID string, s Signer) (*party, error) {
	certificate := s.Certificate()
	public, ok := certificate.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("fabric certificate: its key is %v, want ECDSA", certificate.PublicKeyAlgorithm)
	}
	p := &party{
		mspID: mspID, signer: s, order: public.Params().N,
		certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}),
	}
	digest := sha256.Sum256([]byte("vouchline/fabric/trial-signature"))
	signature, err := p.sign(digest[:])
	if err != nil {
		return nil, fmt.Errorf("fabric key: %w", err)
	}
	if !ecdsa.VerifyASN1(public, digest[:], signature) {
		return nil, errors.New("fabric key: it is not the certificate's")
	}
	return p, nil
}

var _ identity.Identity = (*party)(nil)

// MspID implements the gateway's identity.
func (p *party) MspID() string { return p.mspID }

// Credentials implements the gateway's identity.
func (p *party) Credentials() []byte { return p.certificate }

// sign brings s into the lower half of the curve's order: otherwise anybody
// could turn a valid signature into another one, and Fabric refuses it.
func (p *party) sign(digest []byte) ([]byte, error) {
	signature, err := p.signer.Sign(digest)
	if err != nil {
		return nil, err
	}
	var v struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(signature, &v); err != nil || len(rest) > 0 {
		return nil, errors.New("the signature is not ASN.1 DER of ECDSA")
	}
	if half := new(big.Int).Rsh(p.order, 1); v.S.Cmp(half) <= 0 {
		return signature, nil
	}
	v.S.Sub(p.order, v.S)
	return asn1.Marshal(v)
}
