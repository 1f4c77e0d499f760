package proof

import (
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// Content and Seal let the tests be a forger who mends the checksum.
var (
	Content = unseal
	Seal    = seal
)

// EdgeBits returns every bit of the first and last two bytes, and of tag and
// length, of every field of a protobuf message, also of those within.
func EdgeBits(b []byte) []int { return edges(b, 0) }

func edges(b []byte, at int) (bits []int) {
	bytes := func(from, to int) {
		for k := from; k < to; k++ {
			for bit := range 8 {
				bits = append(bits, 8*(at+k)+bit)
			}
		}
	}
	for k := 0; k < len(b); {
		_, kind, n := protowire.ConsumeTag(b[k:])
		if n < 0 {
			return nil // not a message
		}
		size := protowire.ConsumeFieldValue(1, kind, b[k+n:])
		if size < 0 {
			return nil
		}
		if kind != protowire.BytesType {
			bytes(k, k+n+size)
			k += n + size
			continue
		}
		value, _ := protowire.ConsumeBytes(b[k+n:])
		start := k + n + size - len(value)
		bytes(k, min(start+2, len(b)))
		bytes(max(start, k+n+size-2), k+n+size)
		if !utf8.Valid(value) || len(value) > 2000 {
			bits = append(bits, edges(value, at+start)...)
		}
		k += n + size
	}
	return bits
}
