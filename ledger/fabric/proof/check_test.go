package proof

import (
	"errors"
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
