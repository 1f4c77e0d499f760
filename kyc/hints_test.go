package kyc_test

import (
	"slices"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

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
