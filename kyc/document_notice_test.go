package kyc_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

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
