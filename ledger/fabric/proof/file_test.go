package proof

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/encoding/protowire"
)

func TestFilesThatAreNoProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.proof(t)
	content, err := unseal(b)
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(content []byte) []byte {
		b, err := seal(content)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	tiny := marshal(t, &common.Envelope{Payload: []byte{1}, Signature: []byte{1}})
	many := newWorld(t)
	many.mendBlock = func(b *common.Block) {
		b.Data.Data = append(b.Data.Data, slices.Repeat([][]byte{tiny}, maxTransactions)...)
		b.Header.DataHash = dataHash(b.GetData().GetData())
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "not a proof"},
		{"another form", []byte("vouchline fabric proof 2\n"), "not a proof"},
		{"the first line alone", []byte(Magic), "cut short"},
		{"its end is missing", b[:len(b)-1], "checksum"},
		{"a byte more", append(slices.Clone(b), 0), "checksum"},
		{"nothing in it", sealed(nil), "no block and statement"},
		{"no message in it", sealed([]byte("hello")), "protobuf"},
		{"half a content", sealed(content[:len(content)/2]), "protobuf"},
		{"more than any content", sealed(make([]byte, maxContent+1)), "larger than any"},
		{"more transactions than any", many.proof(t), "more transactions"},
		{"a field that is unknown", sealed(protowire.AppendVarint(protowire.AppendTag(slices.Clone(content), 99, protowire.VarintType), 1)), "canonical"},
		{"an empty statement more", sealed(protowire.AppendBytes(protowire.AppendTag(slices.Clone(content), 1, protowire.BytesType), nil)), "not a call of a chaincode"},
		{"deep nesting", sealed(bytes.Repeat([]byte{0x0a, 0x7f}, 1<<20)), "protobuf"},
	} {
		if _, err := Check(c.file, w.trust); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Check() = %v, want a refusal with %q", c.name, err, c.want)
		}
	}
}

// Whatever follows the end of what was packed is covered by the checksum
// alone, so a forger could put something there if nobody looked.
func TestNothingFollowsThePackedContent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	packed := w.proof(t)[len(Magic)+32:]
	if _, err := Check(sealedAs(append(slices.Clone(packed), 0)), w.trust); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "after its end") {
		t.Errorf("Check(a byte after the content) = %v, want a refusal", err)
	}
	if _, err := Check(sealedAs(packed[:len(packed)-1]), w.trust); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "unpacked") {
		t.Errorf("Check(a byte less) = %v, want a refusal", err)
	}
	if _, err := Check(sealedAs(packed), w.trust); err != nil {
		t.Errorf("Check() = %v", err)
	}
}

// The record of another identity, in the place of the one that was proven.
func TestAnotherIdentitysRecordIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content, err := unseal(w.proof(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, swap := range [][2]string{{"idn-1", "idn-2"}, {"suspended", "activated"}, {"manager", "managed"}} {
		b, err := seal(bytes.ReplaceAll(content, []byte(swap[0]), []byte(swap[1])))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Check(b, w.trust); !errors.Is(err, ErrRefused) {
			t.Errorf("Check(%s for %s) = %v, want a refusal", swap[1], swap[0], err)
		}
	}
	// Two whole proofs, mixed.
	other := newWorld(t)
	f, g := w.file(t), other.file(t)
	for _, mixed := range []file{{f.block, g.statements}, {f.block, [][]byte{f.statements[0], g.statements[1]}}} {
		b, err := mixed.pack()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Check(b, append(slices.Clone(w.trust), other.trust...)); !errors.Is(err, ErrRefused) {
			t.Errorf("Check(statements of another proof) = %v, want a refusal", err)
		}
	}
}
