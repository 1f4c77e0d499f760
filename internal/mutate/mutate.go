package mutate

import (
	"bytes"
	"math/rand/v2"
	"slices"
)

// A Kind is one way to spoil a file.
type Kind struct {
	Name string
	do   func(r *rand.Rand, b []byte) []byte
}

// Kinds are all ways. The first work on any file, the last on JPEG or PNG and
// fall back to flipped bits on others.
var Kinds = []Kind{
	{"bits", bits},
	{"header bits", headerBits},
	{"truncated", truncated},
	{"zeroed part", zeroed},
	{"repeated part", repeated},
	{"moved part", moved},
	{"inserted noise", inserted},
	{"trailing noise", trailing},
	{"dimensions", dimensions},
	{"exif bomb", exifBomb},
	{"segments", segments},
	{"scans", scans},
}

// File returns the n-th mutation of a file and its kind. The file itself is
// not changed.
func File(b []byte, n uint64) ([]byte, Kind) {
	r := rand.New(rand.NewPCG(n, 0x6d757461)) //nolint:gosec // reproducible on purpose
	k := Kinds[n%uint64(len(Kinds))]
	spoilt := k.do(r, bytes.Clone(b))
	return spoilt, k
}

// bits flips one to 32 bits anywhere.
func bits(r *rand.Rand, b []byte) []byte {
	flip(r, b, 1+r.IntN(32))
	return b
}

// headerBits flips bits where tables and dimensions are.
func headerBits(r *rand.Rand, b []byte) []byte {
	flip(r, b[:min(len(b), 700)], 1+r.IntN(8))
	return b
}

func flip(r *rand.Rand, b []byte, n int) {
	if len(b) == 0 {
		return
	}
	for range n {
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	}
}

func truncated(r *rand.Rand, b []byte) []byte { return b[:r.IntN(len(b)+1)] }

func zeroed(r *rand.Rand, b []byte) []byte {
	from, to := part(r, b)
	clear(b[from:to])
	return b
}

func repeated(r *rand.Rand, b []byte) []byte {
	from, to := part(r, b)
	return splice(b, to, bytes.Repeat(b[from:to], 1+r.IntN(4)))
}

func moved(r *rand.Rand, b []byte) []byte {
	from, to := part(r, b)
	cut := bytes.Clone(b[from:to])
	rest := slices.Delete(b, from, to)
	return splice(rest, r.IntN(len(rest)+1), cut)
}

func inserted(r *rand.Rand, b []byte) []byte {
	return splice(b, r.IntN(len(b)+1), noise(r, 1+r.IntN(4096)))
}

func trailing(r *rand.Rand, b []byte) []byte {
	return append(b, noise(r, 1+r.IntN(1<<16))...)
}

// part returns the bounds of a random part of at most an eighth of the file.
func part(r *rand.Rand, b []byte) (from, to int) {
	from = r.IntN(len(b) + 1)
	return from, min(len(b), from+r.IntN(len(b)/8+1))
}

func splice(b []byte, at int, in []byte) []byte {
	out := make([]byte, 0, len(b)+len(in))
	return append(append(append(out, b[:at]...), in...), b[at:]...)
}

func noise(r *rand.Rand, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(r.Uint32())
	}
	return out
}
