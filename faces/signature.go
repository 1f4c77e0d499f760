package faces

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"log/slog"
	"math"
)

// SignatureSide is the side of the grid that a Signature is made of.
const SignatureSide = 16

// A Signature is the mean brightness of the 16 by 16 fields of a picture, row
// by row, in hundredths of a grey level of 255. Two pictures from a camera
// differ in it, for light, hands and noise move; a picture that is shown again
// does not, even when it was compressed anew. Whole grey levels would be too
// coarse: rounding to them alone is a distance of 0.2 to 0.35.
//
// In JSON it is base64 of big-endian pairs of bytes. It is a small picture of
// a person: it does not print itself.
type Signature []uint16

// SameSignature is the Distance up to which two pictures count as one picture
// shown twice. Of 45 photographs at 640 by 480 with a sensor's noise, those
// compressed anew as JPEG of quality 70 to 90 lay at most 0.15 apart; a scene
// that moved by a quarter of a pixel at least 0.24, by a whole one 0.86, one
// whose light changed by three thousandths 0.23. A still life, seen with noise
// alone, lies at 0.09 to 0.12 and cannot be told from a repeated picture: a
// person who lives is never so still.
const SameSignature = 0.2

// Distance is the root mean square of the fields' differences in grey levels,
// 0 to 255. Signatures that cannot be compared are as far apart as can be:
// what is unknown is no repetition.
func (s Signature) Distance(o Signature) float64 {
	if len(s) == 0 || len(s) != len(o) {
		return math.MaxUint8
	}
	var sum float64
	for i := range s {
		d := (float64(s[i]) - float64(o[i])) / 100
		sum += d * d
	}
	return math.Min(math.MaxUint8, math.Sqrt(sum/float64(len(s))))
}

// MarshalText makes the signature a third as long as a list of numbers.
func (s Signature) MarshalText() ([]byte, error) {
	raw := make([]byte, 0, 2*len(s))
	for _, v := range s {
		raw = binary.BigEndian.AppendUint16(raw, v)
	}
	return base64.StdEncoding.AppendEncode(nil, raw), nil
}

// UnmarshalText reads what MarshalText wrote and refuses any other length.
func (s *Signature) UnmarshalText(text []byte) error {
	raw, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return err
	}
	if len(raw) != 0 && len(raw) != 2*SignatureSide*SignatureSide {
		return errors.New("faces: signature of an unexpected length")
	}
	*s = nil
	for i := 0; i < len(raw); i += 2 {
		*s = append(*s, binary.BigEndian.Uint16(raw[i:]))
	}
	return nil
}

// String hides the picture.
func (Signature) String() string { return "signature(redacted)" }

// GoString hides the picture from %#v.
func (s Signature) GoString() string { return s.String() }

// LogValue hides the picture.
func (s Signature) LogValue() slog.Value { return slog.StringValue(s.String()) }
