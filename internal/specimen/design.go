package specimen

// Design is how a document's maker arranged and printed it. The zero value is
// the plain one: portrait on the left, labels above values, waves behind.
type Design struct {
	Right    bool     // portrait on the right
	Inline   bool     // labels beside their values, not above
	Capitals bool     // labels in capitals
	Ghost    bool     // a small faint copy of the portrait
	Hologram bool     // a translucent pattern over portrait and print
	Form     int      // which forms of the labels
	Type     Typeface // of the print
	Ground   Ground   // what is printed behind everything
	Hue      float64  // turns the colours of ground and labels, 0 to 1

	// Of the MRZ: how much of its blackness is missing (0 to 0.5), by how much
	// its characters are larger than nominal (-0.03 to 0.03), and how much
	// wider their strokes are, in millimetres (9303-3, 4.3 takes OCR-B of 10
	// characters to the inch from any printer).
	MRZPale, MRZSize, MRZBold float64
}

// Typeface is a family of Debian's fonts-dejavu-core.
type Typeface int

// The typefaces.
const (
	SansType Typeface = iota
	SerifType
	MonoType
)

// paths of the plain and the bold cut.
func (t Typeface) paths() (plain, bold string) {
	switch t {
	case SerifType:
		return serifText, serifBold
	case MonoType:
		return string(Mono), string(MonoBold)
	default:
		return plainText, boldText
	}
}

// Ground is the pattern that issuers print behind everything.
type Ground int

// The grounds.
const (
	Waves Ground = iota
	Rosettes
	Mesh
	Microtext
)

// RandomDesign returns the design of that seed.
func RandomDesign(seed uint64) Design {
	r := source(seed, 30)
	d := Design{
		Right:    r.IntN(3) == 0,
		Inline:   r.IntN(5) == 0,
		Capitals: r.IntN(4) == 0,
		Ghost:    r.IntN(2) == 0,
		Hologram: r.IntN(3) == 0,
		Form:     r.IntN(4),
		Type:     SansType,
		Ground:   Ground(r.IntN(4)),
		Hue:      r.Float64(),
		MRZPale:  0.4 * r.Float64() * r.Float64(),
		MRZSize:  0.06*r.Float64() - 0.03,
		MRZBold:  0.06 * r.Float64(),
	}
	switch r.IntN(6) {
	case 0:
		d.Type = SerifType
	case 1:
		d.Type = MonoType
	}
	return d
}

// turn changes a colour by the design's hue, keeping its luminance nearly.
func (d Design) turn(c rgb) rgb {
	if d.Hue == 0 {
		return c
	}
	part := d.Hue * 3
	for part > 0 {
		c = c.mix(rgb{c[2], c[0], c[1]}, min(part, 1))
		part--
	}
	return c
}
