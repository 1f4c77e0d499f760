package conv

// Back carries gradients back through a pass. It may be used again.
type Back struct {
	dHidden []float32
	dP2     []float32
	dA2     []float32
	dP1     []float32
	dA1     []float32
}

// Window adds to grad what the gradient of one window's outputs asks of the
// last two layers, and keeps what it asks of the earlier ones for Finish. Begin
// comes first.
func (b *Back) Window(n, grad *Network, p *Pass, i int, dOut []float32) {
	b.dHidden = zeros(b.dHidden, hidden)
	h := p.hidden[i*hidden:][:hidden]
	backOne(n[3], grad[3], h, b.dHidden, patch{runs: 1, run: hidden}, dOut)
	for k, v := range h {
		if v <= 0 {
			b.dHidden[k] = 0
		}
	}
	at := i * second
	backOne(n[2], grad[2], p.p2[at:], b.dP2[at:], p.field(), b.dHidden)
}

// Begin forgets the pass before.
func (b *Back) Begin(p *Pass) { b.dP2 = zeros(b.dP2, len(p.p2)) }

// Finish adds to grad what the windows ask of the convolutions.
func (b *Back) Finish(n, grad *Network, p *Pass) {
	w := p.width / 2
	b.dA2 = zeros(b.dA2, len(p.a2))
	backMaxima(p.a2, p.p2, b.dP2, b.dA2, w, Height/2, second, 0)
	b.dP1 = zeros(b.dP1, len(p.p1))
	stride := (w + 2) * first
	for y := range Height / 2 {
		for x := range w {
			at := y*stride + x*first
			backOne(n[1], grad[1], p.p1[at:], b.dP1[at:], p.cell(), b.dA2[(y*w+x)*second:][:second])
		}
	}
	b.dA1 = zeros(b.dA1, len(p.a1))
	backMaxima(p.a1, p.p1, b.dP1, b.dA1, p.width, Height, first, 1)
	for y := range Height {
		for x := range p.width {
			backOne(n[0], grad[0], p.in[y*(p.width+2)+x:], nil, patch{runs: 3, run: 3, stride: p.width + 2}, b.dA1[(y*p.width+x)*first:][:first])
		}
	}
}

// backOne is the way back through Layer.one. Most gradients are zero behind
// maxima and rectifiers.
func backOne(l, grad Layer, in, dIn []float32, p patch, dOut []float32) {
	for o, g := range dOut {
		if g == 0 {
			continue
		}
		grad.B[o] += g
		for r := range p.runs {
			at := o*l.In + r*p.run
			add(grad.W[at:][:p.run], g, in[r*p.stride:])
			if dIn != nil {
				add(dIn[r*p.stride:][:p.run], g, l.W[at:])
			}
		}
	}
}

// add adds g times x to y.
func add(y []float32, g float32, x []float32) {
	x = x[:len(y)]
	for i, v := range x {
		y[i] += float32(g * v)
	}
}

// backMaxima gives the gradient of a maximum to the first pixel that has it;
// where the rectifier before it gave zero, to none.
func backMaxima(in, out, dOut, dIn []float32, width, height, features, border int) {
	stride := (width/2 + 2*border) * features
	for y := range height / 2 {
		for x := range width / 2 {
			o := (y+border)*stride + (x+border)*features
			corners := [4]int{2 * y * width, 2*y*width + 1, (2*y + 1) * width, (2*y+1)*width + 1}
			for k := range features {
				g, top := dOut[o+k], out[o+k]
				if g == 0 || top <= 0 {
					continue
				}
				for _, c := range corners {
					if at := (c+2*x)*features + k; in[at] == top {
						dIn[at] = g
						break
					}
				}
			}
		}
	}
}
