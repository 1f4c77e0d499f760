package proof

import "google.golang.org/protobuf/encoding/protowire"

// Content and Seal let the tests be a forger who mends the checksum.
var (
	Content = unseal
	Seal    = seal
)

// Edges returns where tag, length, the first two and the last two bytes of
// every field of a protobuf message are, also of those within.
func Edges(b []byte) []int { return edges(b, 0) }

func edges(b []byte, at int) (out []int) {
	span := func(from, to int) {
		for k := from; k < to; k++ {
			out = append(out, at+k)
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
		end := k + n + size
		if kind != protowire.BytesType {
			span(k, end)
			k = end
			continue
		}
		value, _ := protowire.ConsumeBytes(b[k+n:])
		start := end - len(value)
		span(k, min(start+2, end))
		span(max(start+2, end-2), end)
		out = append(out, edges(value, at+start)...)
		k = end
	}
	return out
}
