package learn

import (
	"bytes"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr/ocrb/internal/press"
)

func needFonts(t *testing.T) {
	t.Helper()
	_, err := press.New(1)
	testenv.Need(t, "fonts-ocr-b", err)
}

func TestRunReproducible(t *testing.T) {
	needFonts(t)
	var got [2][]byte
	for i := range got {
		n, err := Run(Plan{Seed: 3, Steps: 3}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got[i] = n.Encode()
	}
	if !bytes.Equal(got[0], got[1]) {
		t.Error("the same seed gave other weights")
	}
}

// TestTeacherLearns shows one line again and again.
func TestTeacherLearns(t *testing.T) {
	needFonts(t)
	printer, err := press.New(4)
	if err != nil {
		t.Fatal(err)
	}
	example := printer.Example(8)
	n := initial(4)
	teach := newTeacher(n)
	loss := func(steps int) float64 {
		teach.loss, teach.seen = 0, 0
		for range steps {
			teach.show(example)
			teach.step(0.003)
		}
		return teach.loss / float64(teach.seen)
	}
	before := loss(1)
	loss(40)
	if after := loss(1); after > before/4 {
		t.Errorf("loss after 40 steps = %.3f, before %.3f", after, before)
	}
}
