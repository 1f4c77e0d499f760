package proof

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
)

// A certifier is an authority that anybody can get a certificate from.
type certifier struct {
	name string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	next int64
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newCertifier(t testing.TB, name string, from, to time.Time) *certifier {
	t.Helper()
	c := &certifier{name: name, key: newKey(t), next: 1}
	c.renew(t, from, to)
	return c
}

// renew gives the authority another certificate for the same key.
func (c *certifier) renew(t testing.TB, from, to time.Time) {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: c.name}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte(c.name),
	}
	c.cert = c.issue(t, template, template, c.key.Public())
}

func (c *certifier) issue(t testing.TB, template, parent *x509.Certificate, key any) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, c.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// A node is whoever signs: a client, a peer, an orderer.
type node struct {
	identity []byte
	cert     *x509.Certificate
	key      *ecdsa.PrivateKey
}

func (c *certifier) node(t testing.TB, mspID, ou string) *node {
	t.Helper()
	n := &node{key: newKey(t)}
	c.next++
	n.cert = c.issue(t, &x509.Certificate{
		SerialNumber: big.NewInt(c.next), Subject: pkix.Name{CommonName: ou + " of " + mspID, OrganizationalUnit: []string{ou}},
		NotBefore: testTime.AddDate(0, -1, 0), NotAfter: testTime.AddDate(0, 1, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}, c.cert, n.key.Public())
	n.identity = serialized(t, mspID, n.cert)
	return n
}

func serialized(t testing.TB, mspID string, cert *x509.Certificate) []byte {
	t.Helper()
	return marshal(t, &msp.SerializedIdentity{
		Mspid: mspID, IdBytes: pem.EncodeToMemory(&pem.Block{Type: typeCertificate, Bytes: cert.Raw}),
	})
}

// sign signs as Fabric does, with the smaller s, or with the larger one.
func (n *node) sign(t testing.TB, large bool, parts ...[]byte) []byte {
	t.Helper()
	sum := sha256.Sum256(slices.Concat(parts...))
	signature, err := ecdsa.SignASN1(rand.Reader, n.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(signature, &rs); err != nil {
		t.Fatal(err)
	}
	order := n.key.Params().N
	if isLarge := rs.S.Cmp(new(big.Int).Rsh(order, 1)) > 0; isLarge != large {
		rs.S.Sub(order, rs.S)
	}
	if signature, err = asn1.Marshal(rs); err != nil {
		t.Fatal(err)
	}
	return signature
}
