package conv

// Plane is a grey picture Height pixels high, dark strokes positive, around 0.
type Plane struct {
	Width int
	Pix   []float32
}

// NewPlane returns a plane of zeros.
func NewPlane(width int) Plane { return Plane{Width: width, Pix: make([]float32, width*Height)} }

// Pass holds what one pass through the network leaves at each layer. It may be
// used again for another plane.
type Pass struct {
	width   int       // of the plane, a multiple of Stride
	in      []float32 // the plane with a border of one
	a1, p1  []float32 // after the first convolution; its maxima, with a border
	a2, p2  []float32 // after the second; its maxima
	hidden  []float32
	Windows int       // how many windows the plane has
	Out     []float32 // Outputs for each window, not yet probabilities
}

// Windows returns how many windows a plane of a width has.
func Windows(width int) int { return max(width/Stride-reach+1, 0) }

// Centre returns where the middle of a window is, in pixels of the plane.
func Centre(window int) float64 { return float64(Stride*window) + Stride*reach/2.0 }

// Run lets a plane through. wanted chooses windows; nil is all of them.
func (n *Network) Run(p *Pass, plane Plane, wanted func(window int) bool) {
	p.load(plane)
	n.convolveFirst(p)
	maxima(p.a1, p.p1, p.width, Height, first, 1)
	n.convolveSecond(p)
	maxima(p.a2, p.p2, p.width/2, Height/2, second, 0)
	last := -1 // a wanted window that waits for another: two are cheaper at once
	for i := range p.Windows {
		switch {
		case wanted != nil && !wanted(i):
		case last < 0:
			last = i
		default:
			n.windows(p, last, i)
			last = -1
		}
	}
	if last >= 0 {
		n.windows(p, last, p.Windows)
	}
}

func (p *Pass) load(plane Plane) {
	w := plane.Width &^ (Stride - 1)
	p.width = w
	p.Windows = Windows(w)
	p.in = zeros(p.in, (w+2)*(Height+2))
	p.a1 = sized(p.a1, w*Height*first)
	p.p1 = zeros(p.p1, (w/2+2)*(Height/2+2)*first)
	p.a2 = sized(p.a2, w/2*Height/2*second)
	p.p2 = sized(p.p2, w/4*rows*second)
	p.hidden = sized(p.hidden, (p.Windows+1)*hidden)
	p.Out = sized(p.Out, p.Windows*Outputs)
	for y := range Height {
		copy(p.in[(y+1)*(w+2)+1:][:w], plane.Pix[y*plane.Width:])
	}
}

func sized(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

func zeros(s []float32, n int) []float32 {
	s = sized(s, n)
	clear(s)
	return s
}

// convolveFirst has one feature in, so that the nine pixels stay in registers.
func (n *Network) convolveFirst(p *Pass) {
	stride := p.width + 2
	for y := range Height {
		r0, r1, r2 := p.in[y*stride:][:stride], p.in[(y+1)*stride:][:stride], p.in[(y+2)*stride:][:stride]
		out := p.a1[y*p.width*first:][:p.width*first]
		for x := 0; x+2 < stride; x++ {
			a, b, c := r0[x], r0[x+1], r0[x+2]
			d, e, f := r1[x], r1[x+1], r1[x+2]
			g, h, i := r2[x], r2[x+1], r2[x+2]
			o := out[x*first:][:first]
			for k := range o {
				w := n[0].W[9*k:][:9]
				s := n[0].B[k] + float32(a*w[0]) + float32(b*w[1]) + float32(c*w[2])
				s += float32(d*w[3]) + float32(e*w[4]) + float32(f*w[5])
				s += float32(g*w[6]) + float32(h*w[7]) + float32(i*w[8])
				o[k] = max(s, 0)
			}
		}
	}
}

func (n *Network) convolveSecond(p *Pass) {
	w := p.width / 2
	stride := (w + 2) * first
	for y := range Height / 2 {
		for x := 0; x < w; x += 2 { // w is even: the width is a multiple of four
			in := p.p1[y*stride+x*first:]
			out := p.a2[(y*w+x)*second:][:2*second]
			n[1].pair(in, in[first:], p.cell(), out[:second], out[second:])
		}
	}
	relu(p.a2)
}

// windows fills hidden and Out of two windows; the second may be one after the
// last, which is none.
func (n *Network) windows(p *Pass, i, j int) {
	a, b := p.hidden[i*hidden:][:hidden], p.hidden[j*hidden:][:hidden]
	if j == p.Windows {
		n[2].pair(p.p2[i*second:], p.p2[i*second:], p.field(), a, b)
	} else {
		n[2].pair(p.p2[i*second:], p.p2[j*second:], p.field(), a, b)
	}
	relu(a)
	n[3].one(a, p.Out[i*Outputs:][:Outputs])
	if j < p.Windows {
		relu(b)
		n[3].one(b, p.Out[j*Outputs:][:Outputs])
	}
}
