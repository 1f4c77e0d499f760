package fabric

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"
)

// An authority signs itself, which is enough to be read as one.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return authority{key, certify(t, key)}
}

func certify(t *testing.T, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "user"}, NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func (a authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

func (a authority) keyPEM(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// A token signs as a device does: s is whatever it comes to be.
type token struct {
	authority
	sign func(digest []byte) ([]byte, error)
}

func (k token) Certificate() *x509.Certificate     { return k.certificate }
func (k token) Sign(digest []byte) ([]byte, error) { return k.sign(digest) }

func TestSignaturesHaveALowS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	p, err := newParty("M", token{a, func(digest []byte) ([]byte, error) { return ecdsa.SignASN1(rand.Reader, a.key, digest) }})
	if err != nil {
		t.Fatal(err)
	}
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	for range 64 { // a device's own would all be low once in 2^64 runs
		digest := sha256.Sum256([]byte(rand.Text()))
		signature, err := p.sign(digest[:])
		if err != nil || !ecdsa.VerifyASN1(&a.key.PublicKey, digest[:], signature) {
			t.Fatalf("sign() = %x, %v; want a valid signature", signature, err)
		}
		var v struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(signature, &v); err != nil || v.S.Cmp(half) > 0 {
			t.Fatalf("sign() has s = %v, %v; want it in the lower half", v.S, err)
		}
	}
}

func TestSignersThatCannotBe(t *testing.T) {
	t.Parallel()
	a, other := newAuthority(t), newAuthority(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	away := errors.New("token removed")
	for _, c := range []struct {
		name   string
		signer Signer
		want   string
	}{
		{"another certificate's key", token{a, func(d []byte) ([]byte, error) { return ecdsa.SignASN1(rand.Reader, other.key, d) }}, "it is not the certificate's"},
		{"r and s side by side", token{a, func([]byte) ([]byte, error) { return make([]byte, 64), nil }}, "not ASN.1 DER"},
		{"a token that is gone", token{a, func([]byte) ([]byte, error) { return nil, away }}, away.Error()},
		{"an RSA key", token{authority{certificate: certify(t, rsaKey)}, nil}, "want ECDSA"},
	} {
		if _, err := newParty("M", c.signer); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: newParty() = %v, want %q in it", c.name, err, c.want)
		}
	}
}

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	f, a := newFolder(t), newAuthority(t)
	certificate, key := f.write("cert.pem", string(a.pem())), f.write("key.pem", a.keyPEM(t))
	s, err := openSigner(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newParty("M", s); err != nil {
		t.Errorf("newParty(a key file) = %v, want no error", err)
	}
	if err := os.Chmod(key, 0o640); err != nil { //nolint:gosec // what is refused
		t.Fatal(err)
	}
	if _, err := openSigner(certificate, key); err == nil || !strings.Contains(err.Error(), "may be read by others") {
		t.Errorf("openSigner(key of mode 0640) = %v, want it refused", err)
	}
	broken := f.write("broken.pem", "-")
	if _, err := openSigner(broken, broken); err == nil || strings.Count(err.Error(), broken) != 2 {
		t.Errorf("openSigner(no PEM) = %v, want both files named", err)
	}
}
