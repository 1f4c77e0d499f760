package outline

import (
	"fmt"
	"image"
	"image/draw"
	"os"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// Font is an OpenType font, with TrueType or CFF glyphs. It is not safe for
// concurrent use.
type Font struct {
	sfnt   *sfnt.Font
	buffer sfnt.Buffer
	cff    *cff // nil for TrueType
	em     float64
}

// Open reads a font file.
func Open(path string) (*Font, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the caller names fonts of the operating system
	if err != nil {
		return nil, err
	}
	return Parse(b)
}

// Parse reads the bytes of a font file.
func Parse(b []byte) (*Font, error) {
	parsed, err := sfnt.Parse(b)
	if err != nil {
		return nil, err
	}
	f := &Font{sfnt: parsed, em: float64(parsed.UnitsPerEm())}
	if table, ok := findCFF(b); ok {
		c, err := parseCFF(table)
		if err != nil {
			return nil, err
		}
		f.cff = &c
	}
	return f, nil
}

// Advance returns the width of a character in ems.
func (f *Font) Advance(r rune) (float64, error) {
	i, err := f.glyph(r)
	if err != nil {
		return 0, err
	}
	a, err := f.sfnt.GlyphAdvance(&f.buffer, i, fixed.I(1000), font.HintingNone)
	return float64(a) / 64 / 1000, err
}

func (f *Font) glyph(r rune) (sfnt.GlyphIndex, error) {
	i, err := f.sfnt.GlyphIndex(&f.buffer, r)
	if err == nil && i == 0 {
		err = fmt.Errorf("outline: no glyph for %q", r)
	}
	return i, err
}

// Draw returns the coverage of a character whose em is so many pixels, its
// origin at (x, y) of a picture of the given size.
func (f *Font) Draw(r rune, em, x, y float64, size image.Point) (*image.Alpha, error) {
	i, err := f.glyph(r)
	if err != nil {
		return nil, err
	}
	p := &rasterPen{r: vector.NewRasterizer(size.X, size.Y), scale: em / f.em, x: x, y: y}
	if f.cff != nil {
		if int(i) >= len(f.cff.glyphs) {
			return nil, errCFF
		}
		c := charstring{global: f.cff.global, local: f.cff.local, pen: p}
		err = c.run(f.cff.glyphs[i], 0)
	} else {
		err = f.trueType(i, p)
	}
	if err != nil {
		return nil, fmt.Errorf("%q: %w", r, err)
	}
	p.close()
	out := image.NewAlpha(image.Rectangle{Max: size})
	p.r.DrawOp = draw.Src
	p.r.Draw(out, out.Rect, image.Opaque, image.Point{})
	return out, nil
}

// trueType draws in font units: at that size nothing is rounded.
func (f *Font) trueType(i sfnt.GlyphIndex, p *rasterPen) error {
	segments, err := f.sfnt.LoadGlyph(&f.buffer, i, fixed.I(int(f.em)), nil)
	if err != nil {
		return err
	}
	at := func(q fixed.Point26_6) (float64, float64) { return float64(q.X) / 64, -float64(q.Y) / 64 }
	for _, s := range segments {
		x0, y0 := at(s.Args[0])
		x1, y1 := at(s.Args[1])
		x2, y2 := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			p.moveTo(x0, y0)
		case sfnt.SegmentOpLineTo:
			p.lineTo(x0, y0)
		case sfnt.SegmentOpQuadTo:
			p.quadTo(x0, y0, x1, y1)
		case sfnt.SegmentOpCubeTo:
			p.curveTo(x0, y0, x1, y1, x2, y2)
		}
	}
	return nil
}

// rasterPen draws paths of font units.
type rasterPen struct {
	r           *vector.Rasterizer
	scale, x, y float64
	open        bool
}

func (p *rasterPen) at(x, y float64) (float32, float32) {
	return float32(p.x + x*p.scale), float32(p.y - y*p.scale)
}

func (p *rasterPen) close() {
	if p.open {
		p.r.ClosePath()
	}
	p.open = false
}

func (p *rasterPen) moveTo(x, y float64) {
	p.close()
	p.r.MoveTo(p.at(x, y))
	p.open = true
}

func (p *rasterPen) lineTo(x, y float64) { p.r.LineTo(p.at(x, y)) }

func (p *rasterPen) quadTo(x1, y1, x2, y2 float64) {
	a, b := p.at(x1, y1)
	c, d := p.at(x2, y2)
	p.r.QuadTo(a, b, c, d)
}

func (p *rasterPen) curveTo(x1, y1, x2, y2, x3, y3 float64) {
	a, b := p.at(x1, y1)
	c, d := p.at(x2, y2)
	e, f := p.at(x3, y3)
	p.r.CubeTo(a, b, c, d, e, f)
}
