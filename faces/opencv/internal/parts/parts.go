// Package parts judges small pictures of parts of a face: whether an eye is
// open, and whether an eye or a mouth can be seen at all.
//
// The landmark network tells neither: its eye aspect ratio falls by 0.015 when
// an eye closes, from a mean of 0.29 that varies by 0.02 among people, and it
// puts a mouth on every mask. These are perceptrons with one hidden layer,
// trained by the command beside them. They find nothing: the detector's points
// say where the parts are.
package parts

import (
	_ "embed"
	"encoding/binary"
	"math"
)

// Size of a Patch in fields, and its width as a part of a Place's vector.
const (
	Width  = 24
	Height = 16
	reach  = 0.66
)

// Hidden is the number of hidden units.
const Hidden = 32

// Network are the weights: of each hidden unit its bias and inputs, then of
// the output.
type Network [Hidden*(Width*Height+1) + Hidden + 1]float32

//go:embed open.bin
var openWeights []byte

//go:embed eye.bin
var eyeWeights []byte

//go:embed mouth.bin
var mouthWeights []byte

// The trained networks. Each answers with a probability, 0 to 1.
var (
	Open  = read(openWeights)  // the eye is open
	Eye   = read(eyeWeights)   // an eye, open or closed, is seen and nothing before it
	Mouth = read(mouthWeights) // a mouth is seen and nothing before it
)

// read takes weights apart. Any other length answers a half for everything:
// loud in every test.
func read(raw []byte) *Network {
	var n Network
	if len(raw) != 4*len(n) {
		return &n
	}
	for i := range n {
		n[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return &n
}

// Patch is a part in grey, upright, of mean 0 and deviation 1.
type Patch [Width * Height]float32

// Place says where a part is: its middle, and a vector along the line of the
// eyes. An eye's has the length of the distance of the eyes and points towards
// the nose, so that all eyes are seen as right eyes.
type Place struct{ X, Y, DX, DY float64 }

// Gray reads the brightness of a pixel, 0 to 255; any place may be asked for.
type Gray func(x, y int) float64

// Cut takes a part out of a picture, mirrored where the vector points to the
// left.
func Cut(at Gray, e Place) Patch {
	const step = reach / Width
	downX, downY := -e.DY, e.DX
	if e.DX < 0 {
		downX, downY = e.DY, -e.DX
	}
	// Means of as many samples as there are pixels below a field.
	grid := max(1, min(8, int(math.Ceil(step*math.Hypot(e.DX, e.DY)))))
	var p Patch
	for i := range p {
		var sum float64
		for k := range grid * grid {
			u := step * (float64(i%Width) - Width/2 + (float64(k%grid)+0.5)/float64(grid))
			v := step * (float64(i/Width) - Height/2 + (float64(k/grid)+0.5)/float64(grid))
			sum += between(at, e.X+u*e.DX+v*downX, e.Y+u*e.DY+v*downY)
		}
		p[i] = float32(sum / float64(grid*grid))
	}
	p.normalize(2)
	return p
}

// between interpolates between four pixels.
func between(at Gray, x, y float64) float64 {
	x, y = x-0.5, y-0.5
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	i, j := int(x0), int(y0)
	return (at(i, j)*(1-fx)+at(i+1, j)*fx)*(1-fy) + (at(i, j+1)*(1-fx)+at(i+1, j+1)*fx)*fy
}

// normalize takes light and contrast away. The deviation is bounded below:
// nothing must not become something.
func (p *Patch) normalize(least float64) {
	var sum, squares float64
	for _, v := range p {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	mean := sum / float64(len(p))
	deviation := math.Sqrt(math.Max(0, squares/float64(len(p))-mean*mean))
	for i := range p {
		p[i] = float32((float64(p[i]) - mean) / math.Max(deviation, least))
	}
}

// Judge runs the network.
func (n *Network) Judge(p *Patch) float64 {
	y, _ := n.Forward(p)
	return y
}

// Forward runs the network and returns its hidden units too, for training.
func (n *Network) Forward(p *Patch) (y float64, hidden [Hidden]float64) {
	const row = Width*Height + 1
	out := n[Hidden*row:]
	sum := float64(out[0])
	for h := range hidden {
		w := n[h*row : (h+1)*row]
		s := w[0]
		for i, v := range p {
			s += w[1+i] * v
		}
		hidden[h] = math.Tanh(float64(s))
		sum += float64(out[1+h]) * hidden[h]
	}
	return 1 / (1 + math.Exp(-sum)), hidden
}

// Disturbed blurs a patch, by the deviation in fields, and adds something to
// each field: how training makes examples of poorer pictures.
func (p *Patch) Disturbed(blur float64, add func(x, y int) float64) Patch {
	out := *p
	// Two passes of a kernel of three have the variance of one Gaussian.
	side := blur * blur / 4
	side = math.Min(side, 0.5)
	for range 2 {
		out = out.smooth(1, Width, side).smooth(Width, Height, side)
	}
	for i := range out {
		out[i] += float32(add(i%Width, i/Width))
	}
	out.normalize(1) // what is flat stays flat
	return out
}

// smooth runs the kernel (side, 1-2·side, side) along one direction.
func (p Patch) smooth(stride, length int, side float64) Patch {
	out := p
	for i := range p {
		before, after := i, i
		if at := i / stride % length; at > 0 {
			before = i - stride
		}
		if at := i / stride % length; at < length-1 {
			after = i + stride
		}
		out[i] = float32(side)*(p[before]+p[after]) + float32(1-2*side)*p[i]
	}
	return out
}
