package proof

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Trust is what a reader of proofs believes beforehand: which channel and
// chaincode are meant, whose authorities certify each organisation's nodes,
// and which organisations' endorsement makes a write valid.
type Trust struct {
	Channel   string
	Chaincode string
	// Writers are the MSPs of which any one may endorse a write.
	Writers []string
	// Witnesses are MSPs whose peers must all have stated what the ledger
	// says. Without any, one peer of any organisation suffices.
	Witnesses []string

	authorities map[string]*authority // by MSP
}

// Roles of an organisation in a trust file.
const (
	RoleWriter  = "writer"  // its peers endorse writes, and state what the ledger says
	RoleWitness = "witness" // its peers state what the ledger says
	RoleOrderer = "orderer" // its nodes sign blocks
)

// Headers of a trust file's PEM blocks.
const (
	headerChannel   = "Channel"
	headerChaincode = "Chaincode"
	headerMSP       = "MSP"
	headerRole      = "Role"
)

// PEM types in a trust file.
const (
	typeCertificate = "CERTIFICATE"
	typeCRL         = "X509 CRL"
)

// An authority is what certifies the nodes of one MSP.
type authority struct {
	roles         []string
	certificates  []*x509.Certificate
	roots         *x509.CertPool
	intermediates *x509.CertPool
	revoked       map[string]bool // serial numbers
}

// ParseTrust reads a trust file: certificates of authorities as PEM, each with
// headers that say for which channel and chaincode it stands, which MSP it
// certifies and what that MSP does (Role, several joined by commas), and
// revocation lists. It is bound to MSPs because a channel's organisations
// issue their own certificates and would otherwise speak for one another.
func ParseTrust(b []byte) (Trust, error) {
	t := Trust{authorities: map[string]*authority{}}
	if err := t.parse(b); err != nil {
		return Trust{}, fmt.Errorf("trust file: %w", err)
	}
	slices.Sort(t.Writers)
	t.Writers = slices.Compact(t.Writers)
	return t, nil
}

func (t *Trust) parse(b []byte) error {
	var lists []*pem.Block
	begun := bytes.Count(b, []byte("-----BEGIN "))
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		begun--
		if block.Type == typeCRL { // after the certificates that sign it
			lists = append(lists, block)
			continue
		}
		if err := t.add(block); err != nil {
			return err
		}
	}
	if begun != 0 { // encoding/pem passes over what it cannot read
		return errors.New("a PEM block in it is damaged")
	}
	for _, list := range lists {
		if err := t.revoke(list); err != nil {
			return err
		}
	}
	if len(t.authorities) == 0 {
		return errors.New("no certificate in it")
	}
	for mspID, a := range t.authorities {
		if a.roots.Equal(x509.NewCertPool()) {
			return fmt.Errorf("%s has no self-signed authority in it", mspID)
		}
	}
	return nil
}

func (t *Trust) add(block *pem.Block) error {
	if block.Type != typeCertificate {
		return fmt.Errorf("a %q does not belong in it", block.Type)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	name := cert.Subject.String()
	if err := t.bind(block.Headers); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	msp := block.Headers[headerMSP]
	a := t.authorities[msp]
	if a == nil {
		a = &authority{roots: x509.NewCertPool(), intermediates: x509.NewCertPool(), revoked: map[string]bool{}}
		t.authorities[msp] = a
	}
	if !cert.IsCA {
		return fmt.Errorf("%s is not an authority's certificate", name)
	}
	for role := range strings.SplitSeq(block.Headers[headerRole], ",") {
		switch role = strings.TrimSpace(role); role {
		case RoleWriter:
			t.Writers = append(t.Writers, msp)
		case RoleWitness, RoleOrderer:
		default:
			return fmt.Errorf("%s: the header %s is missing or not of writer, witness, orderer", name, headerRole)
		}
		a.roles = append(a.roles, role)
	}
	a.certificates = append(a.certificates, cert)
	if !bytes.Equal(cert.RawIssuer, cert.RawSubject) {
		a.intermediates.AddCert(cert)
		return nil
	}
	if err := cert.CheckSignatureFrom(cert); err != nil { // nobody else would notice damage
		return fmt.Errorf("%s: %w", name, err)
	}
	a.roots.AddCert(cert)
	return nil
}

// bind reads the headers that every certificate shares.
func (t *Trust) bind(headers map[string]string) error {
	for _, h := range []struct {
		name  string
		value *string
	}{{headerChannel, &t.Channel}, {headerChaincode, &t.Chaincode}} {
		switch got := headers[h.name]; {
		case got == "":
			return fmt.Errorf("the header %s is missing: vouchline ledger trust writes such a file", h.name)
		case *h.value != "" && *h.value != got:
			return fmt.Errorf("it is for another %s", strings.ToLower(h.name))
		default:
			*h.value = got
		}
	}
	if headers[headerMSP] == "" {
		return fmt.Errorf("the header %s is missing", headerMSP)
	}
	return nil
}

func (t *Trust) revoke(block *pem.Block) error {
	list, err := x509.ParseRevocationList(block.Bytes)
	if err != nil {
		return err
	}
	a := t.authorities[block.Headers[headerMSP]]
	if a == nil {
		return errors.New("a revocation list names no MSP of the file")
	}
	for _, cert := range a.certificates {
		if list.CheckSignatureFrom(cert) != nil {
			continue
		}
		for _, entry := range list.RevokedCertificateEntries {
			a.revoked[entry.SerialNumber.String()] = true
		}
		return nil
	}
	return errors.New("a revocation list is signed by none of its MSP's authorities")
}
