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

	"github.com/google/go-cmp/cmp"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"

	"github.com/vouchline/vouchline/ledger"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := Check(w.proof(t), w.trust)
	if err != nil {
		t.Fatal(err)
	}
	want := Result{
		Record: w.record, Function: ledger.FuncSetStatus, Time: testTime, AsOf: testTime.Add(time.Hour), BlockHash: got.BlockHash,
		Location: ledger.Location{TxID: w.write.id(), Block: 7, Network: ledger.NetworkFabric, Channel: testChannel},
		Signers: []Signer{
			{"creator", "Org1MSP", "CN=client of Org1MSP,OU=client", testTime},
			{"endorser", "Org1MSP", "CN=peer of Org1MSP,OU=peer", testTime},
			{"orderer", "OrdererMSP", "CN=orderer of OrdererMSP,OU=orderer", testTime},
			{"witness", "Org1MSP", "CN=peer of Org1MSP,OU=peer", testTime.Add(time.Hour)},
			{"witness", "Org2MSP", "CN=peer of Org2MSP,OU=peer", testTime.Add(2 * time.Hour)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got.BlockHash) != 64 {
		t.Errorf("Check() (-want +got):\n%s", diff)
	}
}

// Each forgery is by somebody who has every key that the story says and who
// signs all of it anew.
func TestForgeries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		mend func(t *testing.T, w *world)
		want string
	}{
		{"endorsed by org2 alone", func(_ *testing.T, w *world) { w.write.endorsers = []*node{w.peer2} }, "no peer of"},
		{"endorsed by nobody", func(_ *testing.T, w *world) { w.write.endorsers = nil }, "no peer of"},
		{"endorsed by a client", func(_ *testing.T, w *world) { w.write.endorsers = []*node{w.client1} }, "kind peer"},
		{"endorsed by org2 in org1's name", func(t *testing.T, w *world) {
			w.write.endorsers = []*node{w.ca2.node(t, "Org1MSP", "peer")}
		}, "unknown authority"},
		{"endorsed by the orderer", func(_ *testing.T, w *world) { w.write.endorsers = []*node{w.orderer} }, "does not give that role"},
		{"endorsed with the larger s", func(_ *testing.T, w *world) { w.write.largeS = true }, "does not match"},
		{"asked for by org2", func(_ *testing.T, w *world) { w.write.creator = w.client2; w.record.UpdateTxID = w.write.id() }, "may not write"},
		{"signed by another creator", func(_ *testing.T, w *world) {
			other := *w.client1
			other.key = w.peer1.key
			w.write.creator = &other
		}, "creator's signature does not match"},
		{"an authority as endorser", func(t *testing.T, w *world) {
			w.write.endorsers = []*node{{key: w.ca1.key, identity: serialized(t, "Org1MSP", w.ca1.cert)}}
		}, "authority's"},
		{"of another channel", func(_ *testing.T, w *world) { w.write.channel = "test" }, `channel "test"`},
		{"of another chaincode", func(_ *testing.T, w *world) { w.write.chaincode = "other" }, `chaincode "other"`},
		{"run by another chaincode", func(_ *testing.T, w *world) { w.write.runs = "other" }, `ran the chaincode "other"`},
		{"not a transaction", func(_ *testing.T, w *world) { w.write.kind = common.HeaderType_CONFIG }, "not a call"},
		{"another's transaction id", func(_ *testing.T, w *world) { w.write.otherID = true }, "not made from its creator"},
		{"without a time", func(_ *testing.T, w *world) { w.write.at = time.Time{} }, "has no time"},
		{"endorsed for another proposal", func(_ *testing.T, w *world) { w.write.otherProposal = true }, "another proposal"},
		{"refused by the chaincode", func(_ *testing.T, w *world) { w.write.status = 500 }, "status 500"},
		{"with transient data", func(_ *testing.T, w *world) { w.write.transient = map[string][]byte{"idn-1": []byte("Erika")} }, "transient"},
		{"writes another identity", func(_ *testing.T, w *world) { w.key = "identity/idn-2" }, "does not write"},
		{"deletes the identity", func(t *testing.T, w *world) {
			w.write.results = results(t, &kvrwset.KVRWSet{Writes: []*kvrwset.KVWrite{{Key: w.key, IsDelete: true}}})
		}, "does not write"},
		{"writes the record twice", func(t *testing.T, w *world) {
			one := &kvrwset.KVWrite{Key: w.key, Value: encode(t, w.record)}
			w.write.results = results(t, &kvrwset.KVRWSet{Writes: []*kvrwset.KVWrite{one, one}})
		}, "does not write"},
		{"of another transaction's record", func(_ *testing.T, w *world) { w.record.UpdateTxID = "other" }, "another record"},
		{"committed as invalid: no peer has it", func(_ *testing.T, w *world) { w.statements = nil }, "no block and statement"},
		{"committed as invalid: the state is of before", func(_ *testing.T, w *world) { w.version.BlockNum-- }, "another block"},
		{"committed as invalid: the state is of its neighbour", func(t *testing.T, w *world) {
			neighbour := w.call(w.client1, ledger.FuncSetStatus, testTime, w.peer1)
			neighbour.results = results(t, &kvrwset.KVRWSet{Writes: []*kvrwset.KVWrite{{Key: "identity/idn-2", Value: encode(t, w.record)}}})
			w.mendBlock = func(b *common.Block) {
				b.Data.Data[1] = neighbour.envelope(t)
				b.Header.DataHash = dataHash(b.GetData().GetData())
			}
			w.version.TxNum--
		}, "does not write"},
		{"certificates that are not valid yet", func(_ *testing.T, w *world) { w.write.at = testTime.AddDate(0, -2, 0) }, "expired or is not yet valid"},
		{"certificates that have expired", func(_ *testing.T, w *world) { w.write.at = testTime.AddDate(0, 2, 0) }, "expired or is not yet valid"},
		{"a statement of after its certificate", func(_ *testing.T, w *world) { w.statements[1].at = testTime.AddDate(0, 2, 0) }, "expired or is not yet valid"},
		{"the statements name no such transaction", func(_ *testing.T, w *world) { w.version.TxNum = 1 << 40 }, "another block"},
		{"the statements name no transaction", func(_ *testing.T, w *world) { w.version = nil }, "does not say which"},
		{"the statements say otherwise", func(_ *testing.T, w *world) {
			stated := w.record
			stated.Status, w.stated = ledger.StatusRevoked, &stated
		}, "another record"},
		{"the statements differ", func(t *testing.T, w *world) {
			stated := w.record
			stated.Status = ledger.StatusRevoked
			w.statements[1].answer = encode(t, ledger.Answer{TxID: stated.UpdateTxID, Record: encode(t, stated)})
		}, "statements differ"},
		{"a statement about another identity", func(_ *testing.T, w *world) { w.statements[0].request = []byte(`{"id":"idn-2"}`) }, "of another identity"},
		{"a statement with a loose request", func(_ *testing.T, w *world) { w.statements[0].request = []byte(`{"id": "idn-1"}`) }, "canonical"},
		{"a statement of another function", func(_ *testing.T, w *world) { w.statements[0].function = ledger.FuncHistory }, "History"},
		{"a statement that writes", func(_ *testing.T, w *world) { w.statementWrites = true }, "writes"},
		{"a statement by a client", func(_ *testing.T, w *world) { w.statements[0].endorsers = []*node{w.client1} }, "kind peer"},
		{"a statement by nobody", func(_ *testing.T, w *world) { w.statements[0].endorsers = nil }, "not signed by one peer"},
		{"a statement by two", func(_ *testing.T, w *world) { w.statements[0].endorsers = []*node{w.peer1, w.peer2} }, "not signed by one peer"},
		{"a statement by the orderer", func(_ *testing.T, w *world) { w.statements[0].endorsers = []*node{w.orderer} }, "that role"},
		{"a statement of another channel", func(_ *testing.T, w *world) { w.statements[0].channel = "test" }, "channel"},
		{"a statement twice", func(_ *testing.T, w *world) { w.statements[1] = w.statements[0] }, "order of their MSPs"},
		{"the statements in another order", func(_ *testing.T, w *world) { slices.Reverse(w.statements) }, "order of their MSPs"},
		{"a block signed by a peer", func(_ *testing.T, w *world) { w.orderer = w.peer1 }, "orderer is of MSP"},
		{"a block signed by the orderer's client", func(t *testing.T, w *world) { w.orderer = w.caOrderer.node(t, "OrdererMSP", "client") }, "kind orderer"},
		{"a block signed by a BFT orderer", func(_ *testing.T, w *world) { w.bft = true }, "other kinds of orderers"},
		{"a block that is not signed", func(_ *testing.T, w *world) { w.unsigned = true }, "not signed by one"},
		{"a block with peers' metadata", func(_ *testing.T, w *world) { w.metadataOfPeers = true }, "more or less"},
		{"a block of another number", func(_ *testing.T, w *world) {
			w.mendSigned = func(b *common.Block) { b.Header.Number++ }
			w.version.BlockNum++
		}, "orderer's signature does not match"},
		{"a block after another one", func(_ *testing.T, w *world) {
			w.mendSigned = func(b *common.Block) { b.Header.PreviousHash = []byte("other") }
		}, "orderer's signature does not match"},
		{"a block of other transactions", func(t *testing.T, w *world) {
			w.mendSigned = func(b *common.Block) { b.Data.Data[0] = b.Data.Data[2] }
		}, "not that of its transactions"},
		{"a block cut otherwise", func(t *testing.T, w *world) {
			w.mendSigned = func(b *common.Block) {
				d := b.Data.Data
				b.Data.Data = [][]byte{slices.Concat(d[0], d[1]), d[2]}
			}
		}, "canonical"},
		{"a block without a header", func(_ *testing.T, w *world) { w.mendSigned = func(b *common.Block) { b.Header = nil } }, "not that of its transactions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.mend(t, w)
			got, err := Check(w.proof(t), w.trust)
			if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Check() = %+v, %v; want a refusal with %q", got, err, c.want)
			}
		})
	}
}

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
