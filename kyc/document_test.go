package kyc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

// photograph sends photographs of a document and has them read.
func (b *bench) photograph(t *testing.T, id, kind string, photos ...string) *kyc.Enrollment {
	t.Helper()
	uploads := make([]kyc.Upload, len(photos))
	for i, p := range photos {
		uploads[i] = upload(p)
	}
	must(t, b.flow.SubmitDocument(t.Context(), id, kyc.DocumentUpload{Type: kind, Photos: uploads}))
	b.work(t)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	return e
}

func check(t *testing.T, e *kyc.Enrollment, name kyc.CheckName) kyc.Check {
	t.Helper()
	for _, c := range e.Data.Checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("state %s with notice %q has no check %s", e.State(), e.Data.Notice, name)
	return kyc.Check{}
}

func wantCheck(t *testing.T, e *kyc.Enrollment, name kyc.CheckName, outcome kyc.Outcome, reasons ...kyc.Reason) {
	t.Helper()
	c := check(t, e, name)
	if diff := cmp.Diff(reasons, c.Reasons); c.Outcome != outcome || diff != "" {
		t.Errorf("check %s = %s, want %s; reasons (-want +got):\n%s", name, c.Outcome, outcome, diff)
	}
}

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
func (b *bench) card(t *testing.T, print *ocr.Printed) {
	t.Helper()
	mrz, err := ocr.ParseMRZ([]string{"I<SWED231458907<<<<<<<<<<<<<<<", "7408122F3204153SWE<<<<<<<<<<<2", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"})
	must(t, err)
	if !mrz.Valid {
		t.Fatal("the zone of the test is not valid")
	}
	b.engines.reading["back"] = ocr.Reading{MRZ: &mrz}
	b.engines.reading["front"] = ocr.Reading{Portrait: &ocr.Rect{W: 100, H: 120}, PortraitJPEG: []byte("portrait of ada"), Printed: print}
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
		print   *ocr.Printed
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
				b.card(t, c.print)
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
	for name, print := range map[string][]string{"another person's": evesPrint, "the person's former card": formerCard} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.card(t, printed(print...))
			id := b.to(t, 1, kyc.Document)
			e := b.photograph(t, id, "identity_card", "front", "back")
			if e.State() != kyc.Document || e.Data.Notice != string(kyc.ReasonSidesDiffer) {
				t.Fatalf("state = %s with notice %q, want document with %s", e.State(), e.Data.Notice, kyc.ReasonSidesDiffer)
			}
			wantReferred(t, b, id, "identity_card", kyc.ReasonSidesDiffer, "front", "back")
		})
	}
}

// again names the same photograph with other bytes, as one taken anew has.
func (b *bench) again(photo string, n int) string {
	name := fmt.Sprintf("%s #%d", photo, n)
	b.engines.reading[name] = b.engines.reading[photo]
	if code := b.engines.fault[photo]; code != "" {
		b.engines.fault[name] = code
	}
	return name
}

// wantReferred sends the same document until it is taken, and wants the third
// one referred for that reason alone.
func wantReferred(t *testing.T, b *bench, id, kind string, why kyc.Reason, photos ...string) {
	t.Helper()
	var e *kyc.Enrollment
	tries := 1
	for ; tries < 5 && b.state(t, id) == kyc.Document; tries++ {
		var taken []string
		for _, p := range photos {
			taken = append(taken, b.again(p, tries))
		}
		e = b.photograph(t, id, kind, taken...)
	}
	if tries != 3 {
		t.Errorf("taken after %d tries, want 3", tries)
	}
	wantCheck(t, e, kyc.CheckDocument, kyc.Referred, why)
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

// TestZoneThatCannotBeReliedOn: another photograph is asked for, then a person
// looks, who is told whether characters or check digits are in doubt.
func TestZoneThatCannotBeReliedOn(t *testing.T) {
	t.Parallel()
	for status, why := range map[ocr.Status]kyc.Reason{ocr.StatusUncertain: kyc.ReasonUncertain, ocr.StatusInvalid: kyc.ReasonCheckDigits} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := reading(t, "L898902C3")
			r.MRZ.Valid, r.MRZ.Status = false, status
			b.engines.reading["doubt"] = r
			id := b.to(t, 1, kyc.Document)
			e := b.photograph(t, id, "passport", "doubt")
			if e.State() != kyc.Document || e.Data.Notice != string(why) {
				t.Fatalf("state = %s with notice %q, want document with %s", e.State(), e.Data.Notice, why)
			}
			wantReferred(t, b, id, "passport", why, "doubt")
			e, err := b.flow.Enrollment(t.Context(), id)
			must(t, err)
			if !e.Data.Document.NeedsNumber() {
				t.Error("an agent may approve without reading the number with their own eyes")
			}
		})
	}
}

// TestOneInstruction: of all that is wrong the applicant is told what helps
// most, and never to photograph better what no photograph mends.
func TestOneInstruction(t *testing.T) {
	t.Parallel()
	good := ocr.Quality{Width: 1600, Height: 1200, Document: ocr.SightOne, Sharpness: 0.5, Contrast: 120, Brightness: 140, MRZHeight: 20}
	glare, dark := good, good
	glare.Glare, glare.ZoneGlare = 0.5, 0.5
	dark.Contrast, dark.Brightness = 10, 20
	invalid := func(q ocr.Quality) ocr.Reading {
		r := reading(t, "L898902C3")
		r.MRZ.Valid, r.MRZ.Status, r.Quality = false, ocr.StatusInvalid, q
		return r
	}
	expired := reading(t, "L898902C3")
	expired.MRZ.Fields.ExpiryDate, expired.Quality = "120415", glare
	faceless, poor := reading(t, "L898902C3"), reading(t, "L898902C3")
	faceless.PortraitJPEG, faceless.Quality = nil, dark
	poor.PortraitQuality, poor.Quality = &ocr.PortraitQuality{Score: 0.01}, good
	for _, c := range []struct {
		name    string
		kind    string
		reading ocr.Reading
		fault   string
		want    string
	}{
		{"unreadable under glare", "passport", ocr.Reading{Quality: glare}, ocr.CodeMRZUnreadable, string(ocr.AdviceLessGlare)},
		{"unreadable, nothing known", "passport", ocr.Reading{Quality: good}, ocr.CodeMRZUnreadable, ocr.CodeMRZUnreadable},
		{"several documents under glare", "passport", ocr.Reading{Quality: glare}, ocr.CodeSeveralDocuments, ocr.CodeSeveralDocuments},
		{"no document in the dark", "passport", ocr.Reading{Quality: dark}, ocr.CodeNoDocument, ocr.CodeNoDocument},
		{"misread in the dark", "passport", invalid(dark), "", string(ocr.AdviceMoreLight)},
		{"misread, nothing known", "passport", invalid(good), "", string(kyc.ReasonCheckDigits)},
		{"expired under glare", "passport", expired, "", string(kyc.ReasonExpired)},
		{"another kind, expired", "visa", expired, "", string(kyc.ReasonTypeDiffers)},
		{"no portrait in the dark", "passport", faceless, "", string(ocr.AdviceMoreLight)},
		{"poor portrait", "passport", poor, "", string(kyc.ReasonPortraitQuality)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.engines.reading["photo"], b.engines.fault["photo"] = c.reading, c.fault
			e := b.photograph(t, b.to(t, 1, kyc.Document), c.kind, "photo")
			if e.State() != kyc.Document || e.Data.Notice != c.want {
				t.Errorf("state = %s with notice %q, want document with %s", e.State(), e.Data.Notice, c.want)
			}
		})
	}
}

// TestInstructionOfTwoSides: the photograph at fault is spoken of.
func TestInstructionOfTwoSides(t *testing.T) {
	t.Parallel()
	glare := ocr.Quality{Width: 1600, Height: 1200, Document: ocr.SightOne, Sharpness: 0.5, Contrast: 120, Glare: 0.5}
	dark := ocr.Quality{Width: 1600, Height: 1200, Document: ocr.SightOne, Sharpness: 0.5, Contrast: 10, Brightness: 20}
	for _, c := range []struct {
		name        string
		front, back ocr.Quality
		backFault   string
		want        string
	}{
		{"both are poor: the zone should be on the back", glare, dark, ocr.CodeMRZNotFound, string(ocr.AdviceMoreLight)},
		{"the front may be the side with the zone", glare, ocr.Quality{}, ocr.CodeMRZNotFound, string(ocr.AdviceLessGlare)},
		{"what is not the usual word of a front", ocr.Quality{}, ocr.Quality{}, ocr.CodeMRZWrongLength, ocr.CodeMRZWrongLength},
		{"nothing known", ocr.Quality{}, ocr.Quality{}, ocr.CodeMRZNotFound, ocr.CodeMRZNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.engines.reading["front"], b.engines.reading["back"] = ocr.Reading{Quality: c.front}, ocr.Reading{Quality: c.back}
			b.engines.fault["front"], b.engines.fault["back"] = ocr.CodeMRZNotFound, c.backFault
			e := b.photograph(t, b.to(t, 1, kyc.Document), "identity_card", "front", "back")
			if e.Data.Notice != c.want {
				t.Errorf("notice = %q, want %s", e.Data.Notice, c.want)
			}
		})
	}
	t.Run("the front without a portrait", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		b.card(t, nil)
		back := b.engines.reading["back"]
		back.Quality = glare
		b.engines.reading["back"], b.engines.reading["front"] = back, ocr.Reading{Quality: dark}
		e := b.photograph(t, b.to(t, 1, kyc.Document), "identity_card", "front", "back")
		if e.Data.Notice != string(ocr.AdviceMoreLight) {
			t.Errorf("notice = %q, want what the front needs", e.Data.Notice)
		}
	})
}

// TestUnreadableDocumentIsAskedForAgain: twice, then a person looks; who goes
// back after the last try would have no way on.
func TestUnreadableDocumentIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Document)
	for i := range 2 {
		photo := fmt.Sprintf("blur %d", i)
		e := b.photograph(t, id, "passport", photo)
		if e.State() != kyc.Document || e.Data.Notice != ocr.CodeMRZNotFound {
			t.Fatalf("state = %s with notice %q, want document with %s", e.State(), e.Data.Notice, ocr.CodeMRZNotFound)
		}
		err := b.flow.SubmitDocument(t.Context(), id, kyc.DocumentUpload{Type: "passport", Photos: []kyc.Upload{upload(photo)}})
		if !errors.Is(err, kyc.ErrSameImage) {
			t.Errorf("the same bytes again = %v, want ErrSameImage", err)
		}
	}
	e := b.photograph(t, id, "passport", "blur 9")
	wantCheck(t, e, kyc.CheckDocument, kyc.Referred, kyc.ReasonUnreadable, kyc.ReasonNoPortrait)
	for i := range 2 {
		must(t, b.flow.RetakeDocument(t.Context(), id))
		b.photograph(t, id, "passport", fmt.Sprintf("more %d", i))
	}
	if err := b.flow.RetakeDocument(t.Context(), id); !errors.Is(err, kyc.ErrTooManyTries) {
		t.Errorf("RetakeDocument without a try left = %v, want ErrTooManyTries", err)
	}
	b.wantState(t, id, kyc.Confirmation)
	b.advance(6*time.Hour + time.Minute)
	must(t, b.flow.RetakeDocument(t.Context(), id))
	e = b.photograph(t, id, "passport", "blur the next day")
	if e.State() != kyc.Document {
		t.Errorf("state = %s, want to be asked again in a new window", e.State())
	}
}

// TestNoDocumentAtAll: a photograph of a table is of no use to anyone, so it
// is asked for to the last try, and then nobody is locked out.
func TestNoDocumentAtAll(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.to(t, 1, kyc.Document)
	for i := range 5 {
		b.wantState(t, id, kyc.Document)
		table := fmt.Sprintf("table %d", i)
		b.engines.fault[table] = ocr.CodeNoDocument
		b.photograph(t, id, "passport", table)
	}
	b.wantState(t, id, kyc.Confirmation)
}

// TestPoorPortrait: asked for again, then referred.
func TestPoorPortrait(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := reading(t, "L898902C3")
	r.PortraitQuality = &ocr.PortraitQuality{Score: 0.01}
	b.engines.reading["poor"] = r
	id := b.to(t, 1, kyc.Document)
	b.photograph(t, id, "passport", "poor")
	wantReferred(t, b, id, "passport", kyc.ReasonPortraitQuality, "poor")
}

// TestHints: nobody is stopped by a hint, and no single one about how the
// photograph looks refers.
func TestHints(t *testing.T) {
	t.Parallel()
	raised := func(names ...ocr.HintName) []ocr.Hint {
		var out []ocr.Hint
		for _, n := range kyc.HintNames() {
			out = append(out, ocr.Hint{Name: n, Score: 0.9, Threshold: 0.5, Raised: slices.Contains(names, n)})
		}
		return out
	}
	for _, c := range []struct {
		name    string
		lone    []ocr.HintName
		hints   []ocr.Hint
		outcome kyc.Outcome
		reasons []kyc.Reason
	}{
		{"none", nil, nil, kyc.Passed, nil},
		{"none raised", nil, raised(), kyc.Passed, nil},
		{"one about the photograph", nil, raised(ocr.HintScreenReplay), kyc.Passed, []kyc.Reason{"hint_screen_replay"}},
		{"zone and print disagree", nil, raised(ocr.HintPrintDiffers), kyc.Referred, []kyc.Reason{"hint_print_differs"}},
		{"two", nil, raised(ocr.HintMonochromeCopy, ocr.HintMRZFont), kyc.Referred, []kyc.Reason{"hint_monochrome_copy", "hint_mrz_font"}},
		{"one that the operator chose", []ocr.HintName{ocr.HintScreenReplay}, raised(ocr.HintScreenReplay), kyc.Referred, []kyc.Reason{"hint_screen_replay"}},
		{"one that the operator left out", []ocr.HintName{}, raised(ocr.HintPrintDiffers), kyc.Passed, []kyc.Reason{"hint_print_differs"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.flow.Policy.LoneHints = c.lone
			r := reading(t, "L898902C3")
			r.Hints = c.hints
			b.engines.reading["ada passport"] = r
			want := kyc.Issued
			if c.outcome == kyc.Referred {
				want = kyc.InReview
			}
			id := b.to(t, 1, want)
			e, err := b.flow.Enrollment(t.Context(), id)
			must(t, err)
			wantCheck(t, e, kyc.CheckHints, c.outcome, c.reasons...)
		})
	}
}

// TestHintsOfTwoSides: the more suspicious side counts.
func TestHintsOfTwoSides(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.card(t, printed(annasPrint...))
	for side, raised := range map[string]bool{"front": true, "back": false} {
		r := b.engines.reading[side]
		r.Hints = []ocr.Hint{{Name: ocr.HintPrintDiffers, Raised: raised}}
		b.engines.reading[side] = r
	}
	e := b.photograph(t, b.to(t, 1, kyc.Document), "identity_card", "front", "back")
	wantCheck(t, e, kyc.CheckHints, kyc.Referred, "hint_print_differs")
}

// TestRetakeForgetsTheHintsBefore: an engine that fails on the next photograph
// says nothing about it.
func TestRetakeForgetsTheHintsBefore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := reading(t, "L898902C3")
	r.Hints = []ocr.Hint{{Name: ocr.HintPrintDiffers, Raised: true}}
	b.engines.reading["photo"] = r
	id := b.to(t, 1, kyc.Document)
	b.photograph(t, id, "passport", "photo")
	must(t, b.flow.RetakeDocument(t.Context(), id))
	b.engines.readErr = &ocr.UnavailableError{}
	e := b.photograph(t, id, "passport", "another")
	if slices.ContainsFunc(e.Data.Checks, func(c kyc.Check) bool { return c.Name == kyc.CheckHints }) {
		t.Errorf("checks = %v, want none of the photograph before", e.Data.Checks)
	}
}

// TestStoredReadingsOfFormerVersions: sealed rows outlive the program that
// wrote them.
func TestStoredReadingsOfFormerVersions(t *testing.T) {
	t.Parallel()
	for stored, want := range map[string]ocr.Status{
		`{}`:                                     "",
		`{"reading":{"quality":{}}}`:             "",
		`{"reading":{"mrz":{"valid":true}}}`:     ocr.StatusValid,
		`{"reading":{"mrz":{"valid":false}}}`:    ocr.StatusInvalid,
		`{"reading":{"mrz":{"status":"valid"}}}`: ocr.StatusInvalid, // says both; the careful one counts
		`{"type":"passport","photos":["document-1"],"reading":{"mrz":{"format":"TD3","lines":["P<"],"valid":true,"fields":{"document_number":"L898902C3"},` +
			`"checks":[{"name":"composite","ok":true}]},"portrait":{"x":1,"y":2,"w":3,"h":4},"quality":{"sharpness":812.5,"brightness":120,"glare":0,"width":1600,` +
			`"height":1200,"mrz_height":21},"rotation":0},"comparisons":[{"field":"birth_date","claimed":"1974-08-12","read":"1974-08-12","agreement":"agree"}]}`: ocr.StatusValid,
	} {
		var d kyc.DocumentEvidence
		if err := json.Unmarshal([]byte(stored), &d); err != nil {
			t.Errorf("%s: %v", stored, err)
		}
		if got := d.Status(); got != want {
			t.Errorf("%s: status = %q, want %q", stored, got, want)
		}
		if len(d.Comparisons) > 0 && (!d.Comparisons[0].OK() || d.NeedsNumber()) {
			t.Errorf("%s: what was decided has changed", stored)
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

// TestPrintBesideTheZoneContradicts: the flow sees it where the engine gave no
// hint.
func TestPrintBesideTheZoneContradicts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := reading(t, "L898902C3")
	r.Printed = printed(evesPrint...)
	b.engines.reading["photo"] = r
	e := b.photograph(t, b.to(t, 1, kyc.Document), "passport", "photo")
	wantCheck(t, e, kyc.CheckHints, kyc.Referred, kyc.HintReason(ocr.HintPrintDiffers))
	wantCheck(t, e, kyc.CheckDocument, kyc.Passed)
}

// TestFindings: what is odd about dates and states refers, and only an expiry
// read beyond doubt fails.
func TestFindings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		change  func(r *ocr.Reading)
		check   kyc.CheckName
		outcome kyc.Outcome
		reasons []kyc.Reason
	}{
		{"in force", func(*ocr.Reading) {}, kyc.CheckExpiry, kyc.Passed, nil},
		{"last day", func(r *ocr.Reading) { r.MRZ.Fields.ExpiryDate = "261120" }, kyc.CheckExpiry, kyc.Passed, nil},
		{"expired", func(r *ocr.Reading) { r.MRZ.Fields.ExpiryDate = "261119" }, kyc.CheckExpiry, kyc.Failed, []kyc.Reason{kyc.ReasonExpired}},
		{"perhaps expired", func(r *ocr.Reading) {
			r.MRZ.Fields.ExpiryDate, r.MRZ.Valid, r.MRZ.Status = "261119", false, ocr.StatusInvalid
		}, kyc.CheckExpiry, kyc.Referred, []kyc.Reason{kyc.ReasonExpired}},
		{"no such day", func(r *ocr.Reading) { r.MRZ.Fields.ExpiryDate = "300231" }, kyc.CheckExpiry, kyc.Referred, []kyc.Reason{kyc.ReasonBadDates}},
		{"no date of expiry", func(r *ocr.Reading) { r.MRZ.Fields.ExpiryDate = "" }, kyc.CheckExpiry, kyc.Referred, []kyc.Reason{kyc.ReasonBadDates}},
		{"in force for too long", func(r *ocr.Reading) { r.MRZ.Fields.ExpiryDate = "600101" }, kyc.CheckExpiry, kyc.Referred, []kyc.Reason{kyc.ReasonFuture}},
		{"issued tomorrow", func(r *ocr.Reading) { r.Printed = printed("DATE OF ISSUE", "21 NOV 2026") }, kyc.CheckExpiry, kyc.Referred, []kyc.Reason{kyc.ReasonFuture}},
		{"issued yesterday", func(r *ocr.Reading) { r.Printed = printed("DATE OF ISSUE", "19 NOV 2026") }, kyc.CheckExpiry, kyc.Passed, nil},
		{"no such state", func(r *ocr.Reading) { r.MRZ.Fields.IssuingState = "QQQ" }, kyc.CheckDocument, kyc.Referred, []kyc.Reason{kyc.ReasonStateUnknown}},
		{"neither state", func(r *ocr.Reading) {
			r.MRZ.Fields.IssuingState, r.MRZ.Fields.Nationality = "QQQ", "QQR"
		}, kyc.CheckDocument, kyc.Referred, []kyc.Reason{kyc.ReasonStateUnknown}},
		{"a passport of another state", func(r *ocr.Reading) { r.MRZ.Fields.IssuingState = "NOR" }, kyc.CheckDocument, kyc.Referred, []kyc.Reason{kyc.ReasonNationality}},
		{"a specimen", func(r *ocr.Reading) {
			r.MRZ.Fields.IssuingState, r.MRZ.Fields.Nationality = "UTO", "UTO"
		}, kyc.CheckDocument, kyc.Referred, []kyc.Reason{kyc.ReasonSpecimen}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := reading(t, "L898902C3")
			c.change(&r)
			b.engines.reading["photo"] = r
			id := b.to(t, 1, kyc.Document)
			e := b.photograph(t, id, "passport", "photo")
			for n := range 2 { // what may be mended is asked for twice
				if e.State() == kyc.Document {
					e = b.photograph(t, id, "passport", b.again("photo", n))
				}
			}
			wantCheck(t, e, c.check, c.outcome, c.reasons...)
		})
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
