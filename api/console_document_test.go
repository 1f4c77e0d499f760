package api

import (
	"strings"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

// TestCaseShowsTheDocument: what a proofing agent decides on, field by field,
// with the doubts marked and the places drawn over the photograph.
func TestCaseShowsTheDocument(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.data.Document = readDocument()
	for _, locale := range []struct{ name, uncertain, hint, low string }{
		{"en", "readings disagree", "Photographed from a screen", "low"},
		{"fr", "lectures discordantes", "Photographié sur un écran", "faible"},
	} {
		b := staffBrowser(t, d, "desk")
		d.links["desk"] = StaffMember{"rob", "reviewer"}
		b.header.Set("Accept-Language", locale.name)
		_, text := b.get("/console/cases/en1")
		for _, want := range []string{
			"TD1 " + locale.uncertain, locale.hint, "0.90 / 0.50", `class="doubt"`, "55 %", locale.low, "ERIKSSON", "Eriksson", "D23145890", "D23145891",
			`points="10,20 790,20 790,580 10,580"`, `viewBox="0 0 800 600"`, `class="portrait" x="50" y="60" width="200" height="260"`, `class="ghost" x="600"`, "0.71",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the case does not show %q", locale.name, want)
			}
		}
	}
}

// TestCaseOfAFormerVersion: rows without sides, status or print are shown as
// far as they go.
func TestCaseOfAFormerVersion(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.data.Document.Reading = &ocr.Reading{MRZ: &ocr.MRZ{Format: ocr.TD3, Lines: []string{"P<UTOERIKSSON"}, Valid: true}}
	d.data.Document.Comparisons = []ocr.FieldComparison{{Field: "birth_date", Claimed: "1974-08-12", Read: "1974-08-12", Agreement: ocr.Agree}}
	_, text := staffBrowser(t, d, "desk").get("/console/cases/en1")
	for _, want := range []string{"TD3 read without a doubt", "/photos/front-1", "1974-08-12"} {
		if !strings.Contains(text, want) {
			t.Errorf("the case does not show %q", want)
		}
	}
	if strings.Contains(text, "<svg viewBox=\"0 0 0") || strings.Contains(text, `class="doubt"`) {
		t.Error("the case shows marks or doubts that nothing was measured for")
	}
}

// readDocument is a card read with doubts.
func readDocument() kyc.DocumentEvidence {
	return kyc.DocumentEvidence{
		Type: "identity_card", Photos: []string{"front-1", "back-1"},
		Reading: &ocr.Reading{
			MRZ: &ocr.MRZ{
				Format: ocr.TD1, Status: ocr.StatusUncertain, Lines: []string{"I<SWED231458907<<<<<<<<<<<<<<<"},
				Confidence: map[string]float64{"primary_identifier": 0.55, "birth_date": 1},
			},
			Corroborations: []ocr.Corroboration{
				{Field: "primary_identifier", MRZ: "ERIKSSON", Printed: "Eriksson", Agreement: ocr.Agree},
				{Field: "document_number", MRZ: "D23145890", Printed: "D23145891", Agreement: ocr.Differ},
			},
			Hints: []ocr.Hint{
				{Name: ocr.HintScreenReplay, Score: 0.9, Threshold: 0.5, Raised: true},
				{Name: ocr.HintMRZFont, Score: 0.1, Threshold: 0.5},
			},
			PortraitQuality: &ocr.PortraitQuality{Score: 0.71},
		},
		Sides: []kyc.DocumentSide{
			{
				Photo: "front-1", Outline: []ocr.Point{{X: 10, Y: 20}, {X: 790, Y: 20}, {X: 790, Y: 580}, {X: 10, Y: 580}},
				Portrait: &ocr.Rect{X: 50, Y: 60, W: 200, H: 260}, Ghosts: []ocr.Rect{{X: 600, Y: 300, W: 80, H: 100}},
				Quality: ocr.Quality{Width: 800, Height: 600, Sharpness: 0.4, Contrast: 120, Brightness: 140},
			},
			{Photo: "back-1", Zone: true, Quality: ocr.Quality{Width: 800, Height: 600, MRZHeight: 18.2}},
		},
		Comparisons: []ocr.FieldComparison{
			{Field: "family_names", Claimed: "Eriksson", Read: "ERIKSSON", Agreement: ocr.Agree, Printed: "Eriksson", Document: ocr.Agree},
			{Field: "birth_date", Claimed: "1974-08-12", Read: "1974-08-12", Agreement: ocr.Agree},
		},
	}
}
