package proof

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTrust(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t), newWorld(t)
	b := w.proof(t)
	revocation := func(c *certifier, serial *big.Int) []byte {
		der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
			Number: big.NewInt(1), ThisUpdate: testTime, NextUpdate: testTime.AddDate(1, 0, 0),
			RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: serial, RevocationTime: testTime}},
		}, c.cert, c.key)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: typeCRL, Bytes: der, Headers: map[string]string{headerMSP: "Org1MSP"}})
	}
	for _, c := range []struct {
		name    string
		trust   []byte
		refused bool // a judgement of the proof, not of the trust file
		want    string
	}{
		{"of another network", other.trust, true, "unknown authority"},
		{"without the writer", slices.Concat(trustBlock(w.ca2, "Org2MSP", "witness"), trustBlock(w.caOrderer, "OrdererMSP", "orderer")), true, "that role"},
		{"org2 writes", bytes.ReplaceAll(bytes.ReplaceAll(w.trust, []byte("Role: witness"), []byte("Role: both")), []byte("Role: writer"), []byte("Role: witness")), false, "Role"},
		{"nobody writes", bytes.ReplaceAll(w.trust, []byte("Role: writer"), []byte("Role: witness")), true, "may not write"},
		{"nobody orders", bytes.ReplaceAll(w.trust, []byte("Role: orderer"), []byte("Role: witness")), true, "the orderer is of MSP"},
		{"another channel", bytes.ReplaceAll(w.trust, []byte("Channel: identity"), []byte("Channel: test")), true, "channel"},
		{"two channels", bytes.Replace(w.trust, []byte("Channel: identity"), []byte("Channel: test"), 1), false, "another channel"},
		{"without headers", pem.EncodeToMemory(&pem.Block{Type: typeCertificate, Bytes: w.ca1.cert.Raw}), false, "header Channel"},
		{"empty", nil, false, "no certificate"},
		{"damaged", w.trust[:len(w.trust)-40], false, "damaged"},
		{"a peer's certificate", trustBlock(&certifier{cert: w.peer1.cert}, "Org1MSP", "writer"), false, "not an authority"},
		{"with a private key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY"}), false, "does not belong"},
		{"the peer's certificate revoked", append(revocation(w.ca1, w.peer1.cert.SerialNumber), w.trust...), true, "was revoked"},
		{"a revocation list by another", append(revocation(w.ca2, w.peer1.cert.SerialNumber), w.trust...), false, "signed by none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Check(b, c.trust)
			if err == nil || errors.Is(err, ErrRefused) != c.refused || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Check() = %v, want %q", err, c.want)
			}
		})
	}
	if _, err := Check(b, append(revocation(w.ca1, big.NewInt(1000)), w.trust...)); err != nil {
		t.Errorf("Check() with another's certificate revoked = %v", err)
	}
}

// An authority whose own certificate had expired when the transaction was made
// certifies nobody. That it expired since does not matter.
func TestExpiredAuthority(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		expired func(w *world) *certifier
	}{
		{"org1's", func(w *world) *certifier { return w.ca1 }},
		{"org2's", func(w *world) *certifier { return w.ca2 }},
		{"the orderer's", func(w *world) *certifier { return w.caOrderer }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ca := c.expired(w)
			b, good := w.proof(t), ca.cert.Raw
			ca.renew(t, testTime.AddDate(-1, 0, 0), testTime.Add(-time.Second))
			bad := bytes.Replace(w.trust, pemBody(good), pemBody(ca.cert.Raw), 1)
			if _, err := Check(b, bad); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "expired") {
				t.Errorf("Check() = %v, want it refused for the expired authority", err)
			}
			ca.renew(t, testTime.AddDate(-1, 0, 0), testTime.Add(3*time.Hour))
			if _, err := Check(b, bytes.Replace(w.trust, pemBody(good), pemBody(ca.cert.Raw), 1)); err != nil {
				t.Errorf("Check() with an authority that expired since = %v", err)
			}
		})
	}
}

func TestWitnesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.statements = w.statements[:1]
	b := w.proof(t)
	trust, err := ParseTrust(w.trust)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := trust.Check(b); err != nil || !got.AsOf.Equal(testTime.Add(time.Hour)) {
		t.Errorf("Check(one statement) = %+v, %v", got, err)
	}
	trust.Witnesses = []string{"Org2MSP"}
	if _, err := trust.Check(b); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), `no peer of "Org2MSP"`) {
		t.Errorf("Check(org2 must witness) = %v, want a refusal", err)
	}
	trust.Witnesses, trust.Writers = nil, []string{"Org2MSP"}
	if _, err := trust.Check(b); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "may not write") {
		t.Errorf("Check(org2 is the writer) = %v, want a refusal", err)
	}
}
