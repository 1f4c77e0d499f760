package specimen

import (
	"fmt"
	"image"
	"strings"
	"time"
)

// viz prints the visual inspection zone, one field after another: a label in
// English and French (9303-3, 3.2) above its value.
type viz struct {
	img  *image.RGBA
	o    Options
	l    layout
	x, y float64 // millimetres
}

var (
	darkInk  = rgb{28, 28, 38}
	labelInk = rgb{78, 86, 122}
	titleInk = rgb{44, 52, 112}
)

func printVIZ(img *image.RGBA, o Options, l layout) {
	v := viz{img: img, o: o, l: l, x: l.portrait.x + l.portrait.w + 4, y: l.portrait.y + l.label}
	p := *o.Printed
	half := (l.width - v.x - 3) * 0.5
	v.title()
	v.field("Document No. / N° du document", p.DocumentNumber, 0)
	v.field("Type", kindOf(o), half*1.3)
	v.next()
	v.field("Surname / Nom", strings.ToUpper(p.FamilyNames), 0)
	v.next()
	v.field("Given names / Prénoms", strings.ToUpper(p.GivenNames), 0)
	v.next()
	v.field("Nationality / Nationalité", p.Nationality, 0)
	v.field("Sex / Sexe", strings.ReplaceAll(p.Sex, "<", "X"), half*1.3)
	v.next()
	v.field("Date of birth / Date de naissance", v.date(p.BirthDate), 0)
	if o.Format == TD1 {
		v.field("Expiry / Expiration", v.date(p.ExpiryDate), half*1.15)
		return
	}
	v.field("Place of birth / Lieu", p.PlaceOfBirth, half*1.15)
	v.next()
	v.field("Date of issue / Date de délivrance", v.date(p.IssueDate), 0)
	v.field("Expiry / Expiration", v.date(p.ExpiryDate), half*1.15)
}

func kindOf(o Options) string {
	if o.Person.DocumentCode != "" {
		return o.Person.DocumentCode
	}
	return layouts[o.Format].kind
}

// title is the head of the document: the state, what it is, and that it is
// not one.
func (v *viz) title() {
	english, french := v.o.Person.IssuingState, v.o.Person.IssuingState
	for _, s := range states {
		if s.code == english {
			english, french = s.english, s.french
			break
		}
	}
	state := english
	if french != english {
		state += " / " + french
	}
	what := v.l.title
	if v.l.titleFrench != what {
		what += " / " + v.l.titleFrench
	}
	size := v.l.value * 1.15
	y := v.l.portrait.y - size*1.4
	v.text(boldText, size, v.l.portrait.x, y, state, titleInk)
	v.text(plainText, size*0.8, v.l.portrait.x, y+size*1.05, what+"  ·  SPECIMEN", titleInk)
}

// field prints a label with its value below, dx millimetres into the line. A
// value too wide for what is left of the line is set narrower rather than cut.
func (v *viz) field(label, value string, dx float64) {
	v.text(plainText, v.l.label, v.x+dx, v.y, label, labelInk)
	size, room := v.l.value, v.l.width-v.x-dx-2
	if w := width(face(boldText, size*v.o.PerMM), value) / v.o.PerMM; w > room {
		size *= room / w
	}
	v.text(boldText, size, v.x+dx, v.y+v.l.value*1.1, value, darkInk)
}

func (v *viz) next() { v.y += v.l.line }

func (v *viz) text(path string, size, x, y float64, s string, c rgb) {
	write(v.img, face(path, size*v.o.PerMM), x*v.o.PerMM, y*v.o.PerMM, s, c.opaque())
}

var monthNames = [12]string{"JAN", "FEB/FÉV", "MAR", "APR/AVR", "MAY/MAI", "JUN/JUIN", "JUL/JUIL", "AUG/AOÛT", "SEP", "OCT", "NOV", "DEC/DÉC"}

// date is 9303-3, 3.3: month by name in passports, in figures on cards.
func (v *viz) date(t time.Time) string {
	if v.o.Format == TD3 || v.o.Format == MRVA {
		return fmt.Sprintf("%02d %s %d", t.Day(), monthNames[t.Month()-1], t.Year())
	}
	return t.Format("02.01.2006")
}
