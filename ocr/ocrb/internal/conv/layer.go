package conv

import "math"

// patch is where a window's features lie: runs of so many floats, so far apart.
type patch struct{ runs, run, stride int }

// field is what a window sees, cell what the second convolution does.
func (p *Pass) field() patch {
	return patch{runs: rows, run: reach * second, stride: p.width / Stride * second}
}

func (p *Pass) cell() patch {
	return patch{runs: 3, run: 3 * first, stride: (p.width/2 + 2) * first}
}

// one computes a layer at one place, all of whose features lie together.
func (l Layer) one(in, out []float32) {
	for o := range l.Out {
		s, w := l.B[o], l.W[o*l.In:][:len(in)]
		for i, v := range in {
			s += float32(v * w[i])
		}
		out[o] = s
	}
}

// pair computes a layer, whose outputs are a multiple of four, at two places at
// once, which halves the loads of weights.
func (l Layer) pair(a, b []float32, p patch, outA, outB []float32) {
	copy(outA, l.B)
	copy(outB, l.B)
	for r := range p.runs {
		x := a[r*p.stride:][:p.run]
		y := b[r*p.stride:][:len(x)]
		for o := 0; o+4 <= l.Out; o += 4 {
			at := o*l.In + r*p.run
			w0, w1, w2, w3 := l.W[at:][:len(x)], l.W[at+l.In:][:len(x)], l.W[at+2*l.In:][:len(x)], l.W[at+3*l.In:][:len(x)]
			var s0, s1, s2, s3, t0, t1, t2, t3 float32
			for i, u := range x {
				v := y[i]
				c0, c1, c2, c3 := w0[i], w1[i], w2[i], w3[i]
				s0 += float32(u * c0)
				t0 += float32(v * c0)
				s1 += float32(u * c1)
				t1 += float32(v * c1)
				s2 += float32(u * c2)
				t2 += float32(v * c2)
				s3 += float32(u * c3)
				t3 += float32(v * c3)
			}
			outA[o], outA[o+1], outA[o+2], outA[o+3] = outA[o]+s0, outA[o+1]+s1, outA[o+2]+s2, outA[o+3]+s3
			outB[o], outB[o+1], outB[o+2], outB[o+3] = outB[o]+t0, outB[o+1]+t1, outB[o+2]+t2, outB[o+3]+t3
		}
	}
}

func relu(s []float32) {
	for i, v := range s {
		s[i] = max(v, 0)
	}
}

// maxima halves a picture of so many features, leaving a border around out.
func maxima(in, out []float32, width, height, features, border int) {
	stride := (width/2 + 2*border) * features
	for y := range height / 2 {
		top, bottom := in[2*y*width*features:][:width*features], in[(2*y+1)*width*features:][:width*features]
		o := out[(y+border)*stride+border*features:][:width/2*features]
		for x := range width / 2 {
			a, b := top[2*x*features:][:2*features], bottom[2*x*features:][:2*features]
			for k := range features {
				o[x*features+k] = max(max(a[k], a[features+k]), max(b[k], b[features+k]))
			}
		}
	}
}

// Softmax turns outputs into probabilities in place.
func Softmax(out []float32) {
	top := out[0]
	for _, v := range out {
		top = max(top, v)
	}
	sum := 0.0
	for _, v := range out {
		sum += math.Exp(float64(v - top))
	}
	for i, v := range out {
		out[i] = float32(math.Exp(float64(v-top)) / sum)
	}
}

// Logistic turns the output of a yes or no into a probability.
func Logistic(v float32) float32 { return float32(1 / (1 + math.Exp(-float64(v)))) }
