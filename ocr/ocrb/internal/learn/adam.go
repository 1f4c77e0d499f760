package learn

import (
	"math"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/conv"
)

// The decays of Adam.
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// adam keeps the running means of the gradient and of its square.
type adam struct {
	mean, square   *conv.Network
	power1, power2 float64
}

func newAdam() *adam { return &adam{conv.New(), conv.New(), 1, 1} }

// apply takes a step against the gradient times scale, which it clears.
func (a *adam) apply(n, grad *conv.Network, rate, scale float64) {
	a.power1 *= beta1
	a.power2 *= beta2
	step := float32(rate * math.Sqrt(1-a.power2) / (1 - a.power1))
	for i := range n {
		update(n[i].W, grad[i].W, a.mean[i].W, a.square[i].W, step, float32(scale))
		update(n[i].B, grad[i].B, a.mean[i].B, a.square[i].B, step, float32(scale))
	}
}

func update(w, grad, mean, square []float32, step, scale float32) {
	for i := range w {
		g := grad[i] * scale
		grad[i] = 0
		mean[i] += float32((1 - beta1) * (g - mean[i]))
		square[i] += float32((1 - beta2) * (float32(g*g) - square[i]))
		w[i] -= float32(step*mean[i]) / (float32(math.Sqrt(float64(square[i]))) + epsilon)
	}
}
