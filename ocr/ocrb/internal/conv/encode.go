package conv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
)

// magic begins a file of weights; its last byte is the version.
const magic = "OCRB\x01"

// ErrWeights is a file that Encode did not write, or for another shape.
var ErrWeights = errors.New("conv: not the weights of this network")

// Encode writes the weights as whole numbers from -127 to 127, each row with a
// scale of its own, and the biases as they are.
func (n *Network) Encode() []byte {
	var b bytes.Buffer
	b.WriteString(magic)
	for _, l := range n {
		put(&b, uint32(l.In))
		put(&b, uint32(l.Out))
		for o := range l.Out {
			row := l.W[o*l.In:][:l.In]
			top := float32(0)
			for _, v := range row {
				top = max(top, v, -v)
			}
			scale := top / 127
			put(&b, math.Float32bits(scale))
			put(&b, math.Float32bits(l.B[o]))
			for _, v := range row {
				q := 0.0
				if scale > 0 {
					q = math.RoundToEven(float64(v / scale))
				}
				b.WriteByte(byte(int8(q)))
			}
		}
	}
	return b.Bytes()
}

func put(b *bytes.Buffer, v uint32) {
	b.Write(binary.LittleEndian.AppendUint32(nil, v))
}

// Decode reads what Encode wrote.
func Decode(b []byte) (*Network, error) {
	n := New()
	if !bytes.HasPrefix(b, []byte(magic)) {
		return nil, ErrWeights
	}
	b = b[len(magic):]
	take := func() uint32 {
		v := binary.LittleEndian.Uint32(b)
		b = b[4:]
		return v
	}
	for _, l := range n {
		if len(b) < 8+l.Out*(8+l.In) || int(take()) != l.In || int(take()) != l.Out {
			return nil, ErrWeights
		}
		for o := range l.Out {
			scale := math.Float32frombits(take())
			l.B[o] = math.Float32frombits(take())
			for i := range l.In {
				l.W[o*l.In+i] = float32(int8(b[i])) * scale
			}
			b = b[l.In:]
		}
	}
	if len(b) != 0 {
		return nil, ErrWeights
	}
	return n, nil
}
