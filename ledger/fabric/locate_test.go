package fabric

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/vouchline/vouchline/ledger"
)

func txID(k int) string { return fmt.Sprintf("%064x", k) }

// blockWith makes a block of transactions, of which the last is not valid.
func blockWith(t *testing.T, number uint64, ids ...string) *common.Block {
	t.Helper()
	b := &common.Block{Header: &common.BlockHeader{Number: number}, Data: &common.BlockData{}}
	codes := make([]byte, len(ids))
	codes[len(ids)-1] = byte(peer.TxValidationCode_DUPLICATE_TXID)
	for _, id := range ids {
		b.Data.Data = append(b.Data.Data, envelopeOf(t, &common.ChannelHeader{TxId: id}))
	}
	b.Metadata = &common.BlockMetadata{Metadata: [][]byte{nil, nil, codes}}
	return b
}

func envelopeOf(t *testing.T, header *common.ChannelHeader) []byte {
	t.Helper()
	marshal := func(m proto.Message) []byte {
		b, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	payload := marshal(&common.Payload{Header: &common.Header{ChannelHeader: marshal(header)}})
	return marshal(&common.Envelope{Payload: payload})
}

// Many identities of one block cost one query, whichever is asked for first.
func TestLocatingABlocksTransactionsAsksOnce(t *testing.T) {
	t.Parallel()
	ids := make([]string, 101)
	for k := range ids {
		ids[k] = txID(k)
	}
	asked := 0
	f := &blockFinder{ask: func(_ context.Context, id string) (*common.Block, error) {
		asked++
		if id == ids[100] {
			return blockWith(t, 3, id, "none"), nil
		}
		return blockWith(t, 7, ids...), nil
	}}
	c := &Client{blocks: f, profile: Profile{Channel: "c"}, timeouts: Timeouts{}.orDefaults()}
	for range 2 {
		for _, id := range ids[:100] {
			want := ledger.Location{TxID: id, Block: 7, Network: ledger.NetworkFabric, Channel: "c"}
			if at, err := c.Locate(t.Context(), id); err != nil || at != want {
				t.Fatalf("Locate() = %+v, %v; want %+v", at, err, want)
			}
		}
	}
	if asked != 1 {
		t.Errorf("100 transactions of one block cost %d queries, want 1", asked)
	}
	// A duplicate in that block does not move the transaction there.
	if at, err := f.find(t.Context(), ids[100]); err != nil || at != 3 {
		t.Errorf("find(a transaction with a duplicate in block 7) = %d, %v; want 3", at, err)
	}
}

func TestLocationsAreForgottenByHalves(t *testing.T) {
	t.Parallel()
	f := &blockFinder{}
	for k := range maxRemembered + 1 {
		f.remember(txID(k), uint64(k)) //nolint:gosec // small
	}
	for _, k := range []int{0, maxRemembered} {
		if block, ok := f.recall(txID(k)); !ok || block != uint64(k) { //nolint:gosec // small
			t.Errorf("recall(%d) = %d, %v; want it remembered", k, block, ok)
		}
	}
	for k := range maxRemembered {
		f.remember(txID(-k-2), 1)
	}
	if _, ok := f.recall(txID(0)); ok {
		t.Error("the oldest location is remembered for ever")
	}
}

func TestCommitsAreOfAClock(t *testing.T) {
	t.Parallel()
	clocked := &Client{cfg: Config{Now: func() time.Time { return time.Unix(3, 0) }}}
	clocked.remember(time.Unix(1, 0), 2)
	if got := clocked.Commits(); len(got) != 1 || got[0] != (ledger.Commit{At: time.Unix(3, 0), Took: 2 * time.Second, Identities: 2}) {
		t.Errorf("Commits() = %+v", got)
	}
	clockless := &Client{}
	if clockless.remember(clockless.now(), 2); len(clockless.Commits()) > 0 {
		t.Error("a commit without a clock was kept")
	}
}

// Anybody who may write to the channel may write nonsense into a block.
func TestBlocksMayHoldAnything(t *testing.T) {
	t.Parallel()
	extension, err := proto.Marshal(&peer.ChaincodeHeaderExtension{ChaincodeId: &peer.ChaincodeID{Name: "identity"}})
	if err != nil {
		t.Fatal(err)
	}
	b := &common.Block{Data: &common.BlockData{Data: [][]byte{
		nil, []byte("Erika Mustermann"),
		envelopeOf(t, &common.ChannelHeader{Type: int32(common.HeaderType_ENDORSER_TRANSACTION), TxId: "Erika Mustermann", Extension: extension}),
	}}}
	got := showBlock(b, "identity")
	if got.Others != 2 || len(got.Transactions) != 1 {
		t.Fatalf("showBlock(nonsense) = %+v, want one of ours and two others", got)
	}
	if tx := got.Transactions[0]; tx.Valid || tx.Code != "NOT_VALIDATED" || tx.TxID != "" || tx.Function != "" || tx.Caller != "" {
		t.Errorf("showBlock(nonsense) = %+v, want no text of it", tx)
	}
	if strings.Contains(fmt.Sprintf("%+v", got), "Erika") {
		t.Errorf("showBlock(nonsense) = %+v, shows what was written there", got)
	}
}
