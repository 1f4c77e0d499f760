package proof

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// Strangers' bytes, as the whole file and as what a forger packs into one.
func FuzzCheck(f *testing.F) {
	w := newWorld(f)
	whole := w.proof(f)
	content, err := unseal(whole)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(content)
	f.Add(content[:len(content)/2])
	f.Add([]byte(Magic))
	trust, err := ParseTrust(w.trust)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := trust.Check(b); (err == nil) != slices.Equal(b, whole) {
			t.Errorf("Check() = %v of a proof that was made: %v", err, slices.Equal(b, whole))
		}
		packed, err := seal(b)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := trust.Check(packed); (err == nil) != slices.Equal(b, content) {
			t.Errorf("Check() = %v of a content that was made: %v", err, slices.Equal(b, content))
		}
	})
}

// A bit of every byte of a proof's content, as a forger flips it who mends the
// checksum.
func TestEveryByteIsBound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content, err := unseal(w.proof(t))
	if err != nil {
		t.Fatal(err)
	}
	trust, err := ParseTrust(w.trust)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same bits every time
	for k := range content {
		flip := slices.Clone(content)
		flip[k] ^= 1 << random.IntN(8)
		if got, err := trust.checkContent(flip); !errors.Is(err, ErrRefused) {
			t.Fatalf("Check(byte %d is %#x, not %#x) = %+v, %v; want a refusal", k, flip[k], content[k], got, err)
		}
	}
}
