package ocrb_test

import (
	"math"
	"testing"

	"github.com/vouchline/vouchline/ocr/ocrb"
)

// cell gives a character a probability and another the rest.
func cell(char byte, p float32, other byte) ocrb.Cell {
	var c ocrb.Cell
	for i := range ocrb.Alphabet {
		switch ocrb.Alphabet[i] {
		case char:
			c.P[i] = p
		case other:
			c.P[i] = 1 - p
		}
	}
	return c
}

func TestLine(t *testing.T) {
	l := ocrb.Line{Cells: []ocrb.Cell{cell('P', 1, '<'), cell('<', 0.875, 'K'), cell('0', 0.75, 'O')}}
	if got, want := l.Best(), "P<0"; got != want {
		t.Errorf("Best = %q, want %q", got, want)
	}
	tests := []struct {
		name, text string
		least      float64
	}{
		{"as seen", "P<0", 0.75},
		{"second best", "P<O", 0.25},
		{"doubtful", "PK0", 0.125},
		{"never", "8<0", 0},
		{"lower case", "p<0", 0},
		{"short", "P<", 0},
		{"long", "P<0<", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := l.Least(tt.text); got != tt.least {
				t.Errorf("Least(%q) = %v, want %v", tt.text, got, tt.least)
			}
			if got, want := l.Agrees(tt.text, 0.2), tt.least >= 0.2; got != want {
				t.Errorf("Agrees(%q, 0.2) = %v, want %v", tt.text, got, want)
			}
		})
	}
}

func TestLineEmpty(t *testing.T) {
	var l ocrb.Line
	if l.Best() != "" || l.Agrees("", 0) || l.OCRB() != 0 || l.Least("") != 0 {
		t.Errorf("an empty line agrees with nothing: %q %v %v", l.Best(), l.OCRB(), l.Least(""))
	}
}

func TestLineOCRB(t *testing.T) {
	l := ocrb.Line{Cells: []ocrb.Cell{{Font: 1}, {Font: 0.5}}}
	if got := l.OCRB(); math.Abs(got-0.75) > 1e-6 {
		t.Errorf("OCRB = %v, want 0.75", got)
	}
}
