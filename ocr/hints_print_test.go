package ocr_test

import (
	"testing"

	"github.com/vouchline/vouchline/ocr"
)

func TestPrintHint(t *testing.T) {
	t.Parallel()
	differs := func(field string, confidence float64) ocr.Corroboration {
		return ocr.Corroboration{Field: field, Agreement: ocr.Differ, Labelled: true, Confidence: confidence}
	}
	agrees := ocr.Corroboration{Field: "primary_identifier", Agreement: ocr.Agree, Labelled: true, Confidence: 0.9}
	missing := ocr.Corroboration{Field: "document_number", Agreement: ocr.Missing}
	for _, tc := range []struct {
		name   string
		found  []ocr.Corroboration
		ok     bool
		raised bool
	}{
		{"nothing", nil, false, false},
		{"all missing", []ocr.Corroboration{missing, missing}, false, false},
		{"agrees", []ocr.Corroboration{agrees, missing}, true, false},
		{"birth date differs", []ocr.Corroboration{agrees, differs("birth_date", 0.9)}, true, true},
		{"birth date read with doubt", []ocr.Corroboration{agrees, differs("birth_date", 0.6)}, true, false},
		{"sex differs", []ocr.Corroboration{agrees, differs("sex", 1)}, true, false},
		{"two lesser fields differ", []ocr.Corroboration{agrees, differs("sex", 1), differs("nationality", 1)}, true, false},
		{"number and sex differ", []ocr.Corroboration{agrees, differs("sex", 0.9), differs("document_number", 0.7)}, true, true},
		{"differs without a label", []ocr.Corroboration{agrees, {Field: "birth_date", Agreement: ocr.Differ, Confidence: 1}}, true, false},
		{"confidence out of range", []ocr.Corroboration{differs("birth_date", 7), differs("sex", -3)}, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, ok := ocr.PrintHint(tc.found)
			if ok != tc.ok || got.Raised != tc.raised {
				t.Errorf("PrintHint = %+v, %t, want raised %t, %t", got, ok, tc.raised, tc.ok)
			}
			if ok && (got.Name != ocr.HintPrintDiffers || got.Score < 0 || got.Score > 1 || got.Raised != (got.Score >= got.Threshold)) {
				t.Errorf("PrintHint = %+v", got)
			}
		})
	}
}
