package api

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/templates"
)

// Without scripts the form is the page: its file fields are there, and nothing
// that only a script could work is shown.
func TestDocumentPageWithoutScripts(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{state: kyc.Document, data: anna()})
	b.enter()
	_, text := b.get("/enroll/document")
	for _, want := range []string{`<div id="files">`, `<input id="front" name="front" type="file"`, `<input id="back" name="back" type="file"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, scripted := range []string{`<div id="start"`, `<section id="capture"`, `<p class="wrong" id="type-missing"`} {
		tag := regexp.MustCompile(regexp.QuoteMeta(scripted) + `[^>]*>`).FindString(text)
		if !strings.Contains(tag, " hidden") {
			t.Errorf("%s is shown without scripts: %q", scripted, tag)
		}
	}
	if regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=`).MatchString(text) {
		t.Error("the page holds inline style or script, which its policy forbids")
	}
}

// What a reading advises has words on the page where the document is
// photographed anew, and what the camera sees has words while it looks.
func TestAdviceHasWords(t *testing.T) {
	t.Parallel()
	while := []ocr.Advice{
		ocr.AdviceNoDocument, ocr.AdviceWhole, ocr.AdviceCloser, ocr.AdviceStraighten, ocr.AdviceLessGlare, ocr.AdviceMoreLight, ocr.AdviceLessLight, ocr.AdviceSteady,
	}
	b := newBrowser(t, &fakeFlow{state: kyc.Document, data: anna()})
	b.enter()
	_, page := b.get("/enroll/document")
	for _, advice := range while {
		if !strings.Contains(page, `<span data-say="`+string(advice)+`">`) {
			t.Errorf("the page has no words for the camera's %s", advice)
		}
	}
	for _, locale := range templates.Locales() {
		for _, advice := range append(while, ocr.AdviceSeveralDocuments) {
			if !templates.HasWords(locale, "notice", string(advice)) {
				t.Errorf("%s: no words for the notice %s", locale, advice)
			}
		}
	}
}

// What cannot be done any more is not offered.
func TestRetakeIsOfferedWhileATryIsLeft(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Confirmation, data: anna()}
	b := newBrowser(t, f)
	b.enter()
	for _, want := range []bool{true, false} {
		_, text := b.get("/enroll/confirmation")
		if got := strings.Contains(text, "/enroll/document/retake"); got != want {
			t.Errorf("with %d tries left the button is there: %t, want %t", f.data.Document.TriesLeft(noon), got, want)
		}
		f.data.Document.Tries = []time.Time{noon, noon, noon, noon, noon}
	}
}

// TestConfirmationExplainsEveryDifference: what the person wrote, what print and
// coded lines say, and what that means, in words and as a table to screen
// readers whatever its layout.
func TestConfirmationExplainsEveryDifference(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Confirmation, data: anna()}
	f.data.Document.Comparisons = comparisons()
	b := newBrowser(t, f)
	b.enter()
	for locale, wants := range map[string][]string{
		"en": {"Lines of &lt;&lt;&lt;", "What this means", "Ü → UE", "letters from A to Z only", "Day and month seem to be swapped", "8 December 1974", "do not say the same", "not found", "Something differs"},
		"fr": {"Lignes de &lt;&lt;&lt;", "Ce que cela veut dire", "Ü → UE", "n’ont que les lettres de A à Z", "Le jour et le mois semblent inversés", "8 décembre 1974", "ne disent pas la même chose", "non trouvé", "Quelque chose diffère"},
	} {
		b.header.Set("Accept-Language", locale)
		_, text := b.get("/enroll/confirmation")
		for _, want := range append(wants, `role="table"`, `role="columnheader"`, `role="rowheader"`) {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the page does not say %q", locale, want)
			}
		}
		if got := strings.Count(text, `class="differs"`); got != 2 {
			t.Errorf("%s: %d rows are marked, want birth date and nationality", locale, got)
		}
	}
}

// TestConfirmationWithoutPrint has no column for it.
func TestConfirmationWithoutPrint(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Confirmation, data: anna()}
	f.data.Document.Comparisons = []ocr.FieldComparison{{Field: "sex", Claimed: "F", Read: "F", Agreement: ocr.Agree}}
	b := newBrowser(t, f)
	b.enter()
	_, text := b.get("/enroll/confirmation")
	if strings.Contains(text, ">Printed<") || !strings.Contains(text, "Everything agrees") {
		t.Error("the page has a column for print that was not read, or finds a difference")
	}
}

func comparisons() []ocr.FieldComparison {
	return []ocr.FieldComparison{
		{
			Field: "family_names", Claimed: "Müller", Read: "MUELLER", Agreement: ocr.Transliterated, Explanation: ocr.ExplainSpelling,
			Spellings: []ocr.Spelling{{Letter: "Ü", Zone: "UE"}}, Printed: "MÜLLER", Document: ocr.Transliterated,
		},
		{Field: "given_names", Claimed: "Anna Maria", Read: "ANNA MARIA", Agreement: ocr.Agree, Explanation: ocr.ExplainSame},
		{
			Field: "birth_date", Claimed: "1974-12-08", Read: "1974-08-12", Agreement: ocr.Differ, Explanation: ocr.ExplainDayMonth,
			Printed: "1974-08-12", Document: ocr.Agree,
		},
		{Field: "sex", Claimed: "F", Read: "F", Agreement: ocr.Agree, Explanation: ocr.ExplainSame, Printed: "F", Document: ocr.Agree},
		{
			Field: "nationality", Claimed: "SWE", Read: "SWE", Agreement: ocr.Agree, Explanation: ocr.ExplainSame, Printed: "NORSK", Document: ocr.Differ,
		},
	}
}
