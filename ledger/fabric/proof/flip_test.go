package proof_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/ledger/fabric/proof"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// A sample of bits, and one of every byte at the edges of every field, also
// where whoever flips it mends the checksum.
func TestFlippedBitsOfARealProof(t *testing.T) {
	t.Parallel()
	c := connect(t, "org1")
	trust, in := trustOf(t, c), ledgertest.NewIssue()
	if _, err := c.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	b, _ := prove(t, c, trust, in.ID)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same bits every time
	for range 5000 {
		flip := slices.Clone(b)
		flip[random.IntN(len(b))] ^= 1 << random.IntN(8)
		if _, err := trust.Check(flip); !errors.Is(err, proof.ErrRefused) {
			t.Fatalf("Check(a bit flipped) = %v, want a refusal", err)
		}
	}
	content, err := proof.Content(b)
	if err != nil {
		t.Fatal(err)
	}
	places := proof.Edges(content)
	for range 2000 {
		places = append(places, random.IntN(len(content)))
	}
	for _, at := range places {
		flip := slices.Clone(content)
		flip[at] ^= 1 << random.IntN(8)
		again, err := proof.Seal(flip)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := trust.Check(again); !errors.Is(err, proof.ErrRefused) {
			t.Fatalf("Check(byte %d is %#x, not %#x, sealed anew) = %+v, %v; want a refusal", at, flip[at], content[at], got, err)
		}
	}
	t.Logf("%d bytes packed, %d unpacked, %d bits of the content flipped", len(b), len(content), len(places))
}
