package api

import (
	"regexp"
	"strings"
	"testing"

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
