package kyc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

// printed is a visual inspection zone with these lines, each a label and its
// value.
func printed(fields ...string) *ocr.Printed {
	p := &ocr.Printed{}
	for i, line := range fields {
		var words []ocr.PrintedWord
		for j, text := range strings.Fields(line) {
			words = append(words, ocr.PrintedWord{Text: text, Confidence: 0.96, Box: ocr.Rect{X: 40 + 160*j, Y: 40 + 60*i, W: 150, H: 30}})
		}
		p.Lines = append(p.Lines, ocr.PrintedLine{Words: words})
	}
	p.Fields = ocr.ParsePrinted(p.Lines, time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	return p
}

// card puts a card of Anna Eriksson's on the table: the front with portrait and
// the given print, the back with the zone.
func (b *bench) card(t *testing.T, front *ocr.Printed) {
	t.Helper()
	mrz, err := ocr.ParseMRZ([]string{"I<SWED231458907<<<<<<<<<<<<<<<", "7408122F3204153SWE<<<<<<<<<<<2", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"})
	must(t, err)
	if !mrz.Valid {
		t.Fatal("the zone of the test is not valid")
	}
	b.engines.reading["back"] = ocr.Reading{MRZ: &mrz}
	b.engines.reading["front"] = ocr.Reading{Portrait: &ocr.Rect{W: 100, H: 120}, PortraitJPEG: []byte("portrait of ada"), Printed: front, Outline: outline()}
}

var (
	annasPrint = []string{"SURNAME", "ERIKSSON", "GIVEN NAMES", "ANNA MARIA", "DATE OF BIRTH", "12 AUG 1974", "CARD NUMBER", "D23145890"}
	evesPrint  = []string{"SURNAME", "MALLORY", "GIVEN NAMES", "EVE", "DATE OF BIRTH", "03 MAR 1981", "CARD NUMBER", "X99988877"}
	formerCard = []string{"SURNAME", "ERIKSSON", "GIVEN NAMES", "ANNA MARIA", "DATE OF BIRTH", "12 AUG 1974", "CARD NUMBER", "C11122233"}
)

// TestCardHasTwoSides: the zone is on the back and the portrait on the front;
// the front's own print ties them together, whichever is sent first.
func TestCardHasTwoSides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		front   *ocr.Printed
		outcome kyc.Outcome
		reasons []kyc.Reason
	}{
		{"the print has the zone's values", printed(annasPrint...), kyc.Passed, nil},
		{"nothing printed was read", nil, kyc.Referred, []kyc.Reason{kyc.ReasonPortraitUnbound}},
		{"print of no use", printed("UTOPIA", "IDENTITY CARD"), kyc.Referred, []kyc.Reason{kyc.ReasonPortraitUnbound}},
	} {
		for _, order := range [][]string{{"front", "back"}, {"back", "front"}} {
			t.Run(c.name+", "+order[0]+" first", func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.card(t, c.front)
				e := b.photograph(t, b.to(t, 1, kyc.Document), "identity_card", order...)
				wantCheck(t, e, kyc.CheckDocument, c.outcome, c.reasons...)
				doc := e.Data.Document
				if doc.Portrait == "" || doc.Status() != ocr.StatusValid || len(doc.Sides) != 2 || len(doc.Reading.PortraitJPEG) > 0 {
					t.Errorf("the two sides were not joined: portrait %q, zone %s, %d sides", doc.Portrait, doc.Status(), len(doc.Sides))
				}
			})
		}
	}
}

// TestFrontOfAnotherCard: what contradicts the zone is told first, for people
// do mix up their cards, and then a person looks.
func TestFrontOfAnotherCard(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][]string{"another person's": evesPrint, "the person's former card": formerCard} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.card(t, printed(lines...))
			id := b.to(t, 1, kyc.Document)
			e := b.photograph(t, id, "identity_card", "front", "back")
			if e.State() != kyc.Document || e.Data.Notice != string(kyc.ReasonSidesDiffer) {
				t.Fatalf("state = %s with notice %q, want document with %s", e.State(), e.Data.Notice, kyc.ReasonSidesDiffer)
			}
			wantReferred(t, b, id, "identity_card", kyc.ReasonSidesDiffer, "front", "back")
		})
	}
}

// TestForgedFrontIsNotBound: a front with one's own face beside any broken
// zone, and the back of a stolen card.
func TestForgedFrontIsNotBound(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"forged", "stolen"}, {"stolen", "forged"}} {
		b := newBench(t)
		stolen := reading(t, "D23145890")
		stolen.Portrait, stolen.PortraitJPEG = nil, nil
		forged := reading(t, "X00000000")
		broken := *forged.MRZ
		broken.Valid, broken.Status = false, ocr.StatusInvalid
		forged.MRZ = &broken
		b.engines.reading["stolen"], b.engines.reading["forged"] = stolen, forged
		e := b.photograph(t, b.to(t, 1, kyc.Document), "passport", order...)
		wantCheck(t, e, kyc.CheckDocument, kyc.Referred, kyc.ReasonPortraitUnbound)
	}
}

// TestTwoZones: two photographs with a zone each are of one document only if
// the zones say so.
func TestTwoZones(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, other := reading(t, "L898902C3"), reading(t, "Z00000000")
	bare := reading(t, "L898902C3")
	bare.Portrait, bare.PortraitJPEG = nil, nil
	b.engines.reading["first"], b.engines.reading["other"], b.engines.reading["bare"] = first, other, bare
	e := b.photograph(t, b.to(t, 1, kyc.Document), "passport", "bare", "first")
	wantCheck(t, e, kyc.CheckDocument, kyc.Passed)
	e = b.photograph(t, b.to(t, 2, kyc.Document), "passport", "first", "other")
	if e.Data.Notice != string(kyc.ReasonSidesDiffer) {
		t.Errorf("two documents: state %s with notice %q, want %s", e.State(), e.Data.Notice, kyc.ReasonSidesDiffer)
	}
}

// TestSameSideTwice: the missing side is asked for.
func TestSameSideTwice(t *testing.T) {
	t.Parallel()
	for side, want := range map[string]string{"front": ocr.CodeMRZNotFound, "back": string(kyc.ReasonNoPortrait)} {
		b := newBench(t)
		b.card(t, printed(annasPrint...))
		e := b.photograph(t, b.to(t, 1, kyc.Document), "identity_card", side, b.again(side, 1))
		if e.State() != kyc.Document || e.Data.Notice != want {
			t.Errorf("%s twice: state %s with notice %q, want %s", side, e.State(), e.Data.Notice, want)
		}
	}
}

// TestPrintOfTheFrontSettlesNames: what the readings of the back dispute in the
// names, the front of the same card settles, and what they got wrong together it
// contests.
func TestPrintOfTheFrontSettlesNames(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.card(t, printed(annasPrint...))
	back := b.engines.reading["back"]
	back.MRZ.Valid, back.MRZ.Status = false, ocr.StatusUncertain
	back.MRZ.Checks = append(back.MRZ.Checks, ocr.Check{Name: "readings"})
	back.MRZ.Confidence = map[string]float64{"primary_identifier": 0.5, "secondary_identifier": 1, "document_number": 1, "birth_date": 1}
	e := b.photograph(t, b.to(t, 1, kyc.Document), "identity_card", "front", "back")
	wantCheck(t, e, kyc.CheckDocument, kyc.Passed)
	if e.Data.Document.Status() != ocr.StatusValid {
		t.Errorf("status = %s, want what the print settled", e.Data.Document.Status())
	}
}

// TestPortraitBesideTheDocument: a card of one's own laid beside a stolen one
// lends it no face.
func TestPortraitBesideTheDocument(t *testing.T) {
	t.Parallel()
	outline := []ocr.Point{{X: 100, Y: 120}, {X: 900, Y: 100}, {X: 920, Y: 700}, {X: 90, Y: 680}}
	for name, c := range map[string]struct {
		portrait ocr.Rect
		outcome  kyc.Outcome
		reasons  []kyc.Reason
	}{
		"inside":     {ocr.Rect{X: 150, Y: 250, W: 200, H: 260}, kyc.Passed, nil},
		"beside it":  {ocr.Rect{X: 950, Y: 250, W: 200, H: 260}, kyc.Referred, []kyc.Reason{kyc.ReasonPortraitUnbound}},
		"left of it": {ocr.Rect{X: -150, Y: 250, W: 200, H: 260}, kyc.Referred, []kyc.Reason{kyc.ReasonPortraitUnbound}},
		"above it":   {ocr.Rect{X: 300, Y: -200, W: 200, H: 260}, kyc.Referred, []kyc.Reason{kyc.ReasonPortraitUnbound}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := reading(t, "L898902C3")
			r.Outline, r.Portrait = outline, &c.portrait
			b.engines.reading["photo"] = r
			e := b.photograph(t, b.to(t, 1, kyc.Document), "passport", "photo")
			wantCheck(t, e, kyc.CheckDocument, c.outcome, c.reasons...)
		})
	}
}

// TestPortraitBesideAnotherSide: nor does a second photograph, of the same zone
// or of the stolen front, with a portrait of one's own beside it.
func TestPortraitBesideAnotherSide(t *testing.T) {
	t.Parallel()
	outline := []ocr.Point{{X: 100, Y: 120}, {X: 900, Y: 100}, {X: 920, Y: 700}, {X: 90, Y: 680}}
	for name, portrait := range map[string]ocr.Rect{
		"inside":          {X: 150, Y: 250, W: 200, H: 260},
		"beside it":       {X: 950, Y: 250, W: 200, H: 260},
		"nobody knows it": {X: 150, Y: 250, W: 200, H: 260},
	} {
		for _, by := range []string{"zone", "print"} {
			t.Run(name+", bound by "+by, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.card(t, printed(annasPrint...))
				front := b.engines.reading["front"]
				if by == "zone" {
					front.MRZ, front.Printed = b.engines.reading["back"].MRZ, nil
				}
				front.Outline, front.Portrait = outline, &portrait
				if name == "nobody knows it" { // no outline was found: a face held up with the card may be larger
					front.Outline = nil
				}
				b.engines.reading["front"] = front
				e := b.photograph(t, b.to(t, 1, kyc.Document), "identity_card", "back", "front")
				if name == "inside" {
					wantCheck(t, e, kyc.CheckDocument, kyc.Passed)
				} else {
					wantCheck(t, e, kyc.CheckDocument, kyc.Referred, kyc.ReasonPortraitUnbound)
				}
			})
		}
	}
}

// TestNumberOfAnotherHolder: a number and a state do not make a document the
// same whose holder was born another day.
func TestNumberOfAnotherHolder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, other := reading(t, "L898902C3"), reading(t, "L898902C3")
	first.Portrait, first.PortraitJPEG = nil, nil
	other.MRZ.Fields.BirthDate = "810303"
	b.engines.reading["first"], b.engines.reading["other"] = first, other
	e := b.photograph(t, b.to(t, 1, kyc.Document), "passport", "first", "other")
	if e.Data.Notice != string(kyc.ReasonSidesDiffer) {
		t.Errorf("state %s with notice %q, want %s", e.State(), e.Data.Notice, kyc.ReasonSidesDiffer)
	}
}
