package learn

import (
	"math"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/conv"
	"github.com/vouchline/vouchline/ocr/ocrb/internal/press"
)

// The outputs after the characters.
const (
	none    = len(press.Alphabet) // no whole character in the middle
	font    = none + 1
	classes = none + 1

	unasked = -1 // a window that may show what it likes
)

// A window within near of a character's middle shows it, one farther than far
// shows none; what is between is asked nothing.
const (
	near = 3.2
	far  = 5.5
)

// fontWeight is what the question of the font counts beside that of the character.
const fontWeight = 0.15

// teacher compares what the network says with what was printed.
type teacher struct {
	net, grad *conv.Network
	adam      *adam
	pass      conv.Pass
	back      conv.Back
	windows   int // in this step

	loss                    float64
	seen, right, characters int
}

func newTeacher(n *conv.Network) *teacher {
	return &teacher{net: n, grad: conv.New(), adam: newAdam()}
}

// step changes the network by the mean gradient of what was shown.
func (t *teacher) step(rate float64) {
	t.adam.apply(t.net, t.grad, rate, 1/float64(max(t.windows, 1)))
	t.windows = 0
}

// show adds one example's gradient.
func (t *teacher) show(e press.Example) {
	labels := label(e)
	t.net.Run(&t.pass, e.Plane, func(i int) bool { return labels[i] != unasked })
	t.back.Begin(&t.pass)
	for i, want := range labels {
		if want != unasked {
			out := t.pass.Out[i*conv.Outputs:][:conv.Outputs]
			t.judge(out, want, e.OCRB)
			t.back.Window(t.net, t.grad, &t.pass, i, out)
			t.windows++
		}
	}
	t.back.Finish(t.net, t.grad, &t.pass)
}

// label says for each window what it should see.
func label(e press.Example) []int {
	out := make([]int, conv.Windows(e.Plane.Width))
	for i := range out {
		x := conv.Centre(i)
		nearest, distance := 0, math.Inf(1)
		for k, c := range e.Centres {
			if d := math.Abs(x - c); d < distance {
				nearest, distance = k, d
			}
		}
		switch char := e.Chars[nearest]; {
		case distance > far || char == press.Blank && distance < near:
			out[i] = none
		case distance < near && char >= 0:
			out[i] = char
		default:
			out[i] = unasked
		}
	}
	return out
}

// judge turns outputs into the gradient of the loss: cross entropy of the
// classes, and of the font where there is a character to have one.
func (t *teacher) judge(out []float32, want int, isOCRB bool) {
	best := 0
	for k, v := range out[:classes] {
		if v > out[best] {
			best = k
		}
	}
	conv.Softmax(out[:classes])
	t.loss -= math.Log(max(float64(out[want]), 1e-12))
	t.seen++
	out[want]--
	if want == none {
		out[font] = 0
		return
	}
	t.characters++
	if best == want {
		t.right++
	}
	p := conv.Logistic(out[font])
	if isOCRB {
		p--
	}
	out[font] = fontWeight * p
}
