package specimen

import (
	"fmt"
	"image"
	"strings"
	"unicode"
)

// viz prints the visual inspection zone, one field after another, each value
// with its label in the languages of the issuing state (9303-3, 3.2).
type viz struct {
	img         *image.RGBA
	o           Options
	l           layout
	s           state
	plain, bold string
	x, y, right float64 // millimetres
	split       float64 // where the second column begins
}

var (
	darkInk  = rgb{28, 28, 38}
	labelInk = rgb{78, 86, 122}
	titleInk = rgb{44, 52, 112}
)

func newVIZ(img *image.RGBA, o Options, l layout) viz {
	v := viz{img: img, o: o, l: l, s: stateOf(o.Person.IssuingState)}
	v.plain, v.bold = o.Design.Type.paths()
	v.x, v.right = l.print(o.Design)
	v.split = v.x + (v.right-v.x)*0.58
	v.y = l.portrait.y + l.label
	return v
}

func printVIZ(img *image.RGBA, o Options, l layout) {
	v := newVIZ(img, o, l)
	p := *o.Printed
	v.title()
	v.row(capNumber, p.DocumentNumber, capType, documentCode(o.Format, p))
	v.row(capSurname, v.name(p.FamilyNames, p.NativeFamilyNames), "", "")
	v.row(capGiven, v.name(p.GivenNames, p.NativeGivenNames), "", "")
	v.row(capNationality, v.nationality(p), capSex, strings.ReplaceAll(p.Sex, "<", "X"))
	switch o.Format {
	case TD1:
		v.row(capBirth, v.birth(p), capExpiry, v.date(p.ExpiryDate.Date()))
	case FRID:
		v.row(capBirth, v.birth(p), "", "")
		v.row(capPlace, p.PlaceOfBirth, "", "")
	default:
		v.row(capBirth, v.birth(p), capPlace, p.PlaceOfBirth)
		v.row(capIssue, v.date(p.IssueDate.Date()), capExpiry, v.date(p.ExpiryDate.Date()))
	}
}

// printBack is the back of a card above its MRZ: a stripe, and what the front
// has no room for.
func printBack(img *image.RGBA, o Options, l layout) {
	rectangle(img, mm{0, 6, l.width, 7}.pixels(o.PerMM), rgb{52, 50, 54})
	v := newVIZ(img, o, l)
	v.x, v.y, v.right, v.split = 6, 17, l.width-4, l.width*0.5
	v.row(capPlace, o.Printed.PlaceOfBirth, capIssue, v.date(o.Printed.IssueDate.Date()))
	v.row(capAuthority, "SPECIMEN 07", capHeight, fmt.Sprintf("1,%d m", 52+o.Seed%40))
}

// title is the head of the document: the state, what it is, and that it is
// not one.
func (v *viz) title() {
	size, x := v.l.value*1.15, min(v.l.portrait.x, v.x)
	y := v.l.portrait.y - size*1.4
	v.text(v.bold, size, x, y, v.l.width-x-3, v.s.title, v.o.Design.turn(titleInk))
	kind := kindTitle(v.o.Format, v.s.languages) + "  ·  SPECIMEN"
	v.text(v.plain, size*0.8, x, y+size*1.05, v.l.width-x-3, kind, v.o.Design.turn(titleInk))
}

// row prints one field or two, and goes to the next line.
func (v *viz) row(first caption, value string, second caption, other string) {
	if second == "" {
		v.field(first, value, v.x, v.right)
	} else {
		v.field(first, value, v.x, v.split-1)
		v.field(second, other, v.split, v.right)
	}
	v.y += v.l.line
}

// field prints a label with its value below or beside it. What is too wide for
// its room is set narrower rather than cut.
func (v *viz) field(c caption, value string, x, right float64) {
	languages := v.s.languages
	if v.o.Design.Inline {
		languages = languages[:1]
	}
	form := v.o.Design.Form
	if c == capNumber && form == passportForm && v.o.Format != TD3 {
		form = 0
	}
	label := c.label(languages, form)
	if v.o.Design.Capitals {
		label = strings.ToUpper(label)
	}
	ink := v.o.Design.turn(labelInk)
	if v.o.Design.Inline {
		size := v.l.label * 1.15
		taken := v.text(v.plain, size, x, v.y+v.l.value*0.7, (right-x)*0.55, label+" : ", ink)
		v.text(v.bold, v.l.value, x+taken, v.y+v.l.value*0.7, right-x-taken, value, darkInk)
		return
	}
	v.text(v.plain, v.l.label, x, v.y, right-x, label, ink)
	v.text(v.bold, v.l.value, x, v.y+v.l.value*1.1, right-x, value, darkInk)
}

// text prints s with its baseline at (x, y), smaller where it would take more
// than room, and returns how much it took. Everything is in millimetres.
func (v *viz) text(path string, size, x, y, room float64, s string, c rgb) float64 {
	if path != v.plain && !covers(path, s) {
		path = boldText
	}
	w := width(face(path, size*v.o.PerMM), s) / v.o.PerMM
	if w > room {
		size, w = size*room/w, room
	}
	write(v.img, face(path, size*v.o.PerMM), x*v.o.PerMM, y*v.o.PerMM, s, c.opaque())
	return w
}

// name is printed in capitals, in the state's own script first.
func (v *viz) name(latin, native string) string {
	if latin == "" {
		return "-"
	}
	latin = v.capitals(latin)
	if native != "" {
		return v.capitals(native) + " / " + latin
	}
	return latin
}

func (v *viz) capitals(s string) string {
	if v.s.code == "TUR" {
		return strings.ToUpperSpecial(unicode.TurkishCase, s) // i has a dotted capital
	}
	return strings.ToUpper(s)
}

// nationality is printed as the code, or as the state's name where the
// document is its own.
func (v *viz) nationality(p Person) string {
	if v.o.Design.Form%2 == 1 && p.Nationality == v.s.code {
		return v.s.title
	}
	return p.Nationality
}
