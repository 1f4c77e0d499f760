package specimen

import "image"

// layout holds a format's measures in millimetres.
type layout struct {
	width, height      float64
	portrait           mm      // of the printed portrait
	label, value, line float64 // type sizes and distance of the VIZ's lines
	mrzBottom, mrzLine float64 // last baseline above the edge, line distance
}

type mm struct{ x, y, w, h float64 }

const (
	// pitch is OCR-B's ten characters to the inch (9303-3, 4.3).
	pitch = 2.54
	// em of OCRBS.otf whose advance is 0.723 of it.
	em = pitch / 0.723
)

// mrzEm is the size in which each font's capitals are about as high as OCR-B's.
var mrzEm = map[MRZFont]float64{OCRB: em, Mono: 0.94 * em, MonoBold: 0.94 * em, Sans: 0.94 * em}

var layouts = map[Format]layout{
	TD1:  {85.6, 54, mm{4, 13, 22, 28}, 1.35, 2.15, 4.6, 5.4, 4.6},
	TD2:  {105, 74, mm{5, 14, 26, 33}, 1.5, 2.5, 5.3, 7.2, 6.35},
	TD3:  {125, 88, mm{6, 18, 34, 43.7}, 1.7, 2.9, 6.5, 8.2, 6.35},
	MRVA: {120, 80, mm{6, 15, 28, 36}, 1.6, 2.7, 5.8, 7.4, 6.35},
	MRVB: {105, 74, mm{5, 14, 26, 33}, 1.5, 2.5, 5.3, 7.2, 6.35},
	FRID: {105, 74, mm{5, 14, 28, 36}, 1.7, 2.7, 5.3, 7.2, 6.35},
}

// in returns the layout as the design has it.
func (l layout) in(d Design) layout {
	if d.Right {
		l.portrait.x = l.width - l.portrait.x - l.portrait.w
	}
	return l
}

// print returns where the VIZ's lines begin and end.
func (l layout) print(d Design) (left, right float64) {
	if d.Right {
		return l.width - l.portrait.x - l.portrait.w, l.portrait.x - 3
	}
	return l.portrait.x + l.portrait.w + 4, l.width - 3
}

// pixels turns a box in millimetres into one in pixels.
func (m mm) pixels(perMM float64) image.Rectangle {
	return image.Rect(int(m.x*perMM), int(m.y*perMM), int((m.x+m.w)*perMM), int((m.y+m.h)*perMM))
}

// mrzBand returns where lines of that shape are printed, in millimetres.
func (l layout) mrzBand(lines, characters int) mm {
	w := float64(characters) * pitch
	top := l.height - l.mrzBottom - float64(lines-1)*l.mrzLine - 0.75*em
	return mm{(l.width - w) / 2, top, w, l.height - l.mrzBottom - top + 0.08*em}
}
