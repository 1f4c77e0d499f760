package proof

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"slices"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
)

// What a certificate's node OU says its holder is.
const (
	ouPeer    = "peer"
	ouOrderer = "orderer"
)

// A signer is a certificate that one of the trusted authorities issued.
type signer struct {
	msp     string
	subject string
	key     *ecdsa.PublicKey
}

// identify reads a serialized identity and believes it if its MSP has the role
// and the certificate chains to that MSP's authorities at the time. An ou that
// is not empty must be among the certificate's.
func (t Trust) identify(what string, serialized []byte, at time.Time, ou string, roles ...string) (s signer, err error) {
	id, err := decode[msp.SerializedIdentity](what+"'s identity", serialized)
	if err != nil {
		return s, err
	}
	a := t.authorities[id.GetMspid()]
	if a == nil || !slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(a.roles, r) }) {
		return s, refused("%s is of MSP %q, which the trust file does not give that role", what, id.GetMspid())
	}
	block, _ := pem.Decode(id.GetIdBytes())
	if block == nil || block.Type != typeCertificate {
		return s, refused("%s has no certificate", what)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return s, refused("%s's certificate cannot be read", what)
	}
	if _, err := cert.Verify(x509.VerifyOptions{
		Roots: a.roots, Intermediates: a.intermediates, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}); err != nil {
		return s, refused("%s's certificate: %w", what, err)
	}
	switch {
	case a.revoked[cert.SerialNumber.String()]:
		return s, refused("%s's certificate was revoked", what)
	case cert.IsCA:
		return s, refused("%s's certificate is an authority's", what)
	case ou != "" && !slices.Contains(cert.Subject.OrganizationalUnit, ou):
		return s, refused("%s's certificate is not that of a node of the kind %s", what, ou)
	}
	key, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return s, refused("%s's key is not of the curve P-256, the only one that is supported", what)
	}
	return signer{id.GetMspid(), cert.Subject.String(), key}, nil
}

// verify checks an ECDSA signature over SHA-256. Of the two forms that every
// such signature has, Fabric takes the one with the smaller s only.
func (s signer) verify(what string, signature []byte, parts ...[]byte) error {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	var rs struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(signature, &rs)
	if err != nil || len(rest) > 0 {
		return refused("%s's signature is not of ECDSA's form", what)
	}
	half := new(big.Int).Rsh(s.key.Params().N, 1)
	if rs.S.Cmp(half) > 0 || !ecdsa.VerifyASN1(s.key, h.Sum(nil), signature) {
		return refused("%s's signature does not match", what)
	}
	return nil
}
