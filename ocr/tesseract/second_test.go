package tesseract

import (
	"slices"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/ocr/ocrb"
)

// The second reader has a 6 in a number, or a letter in a name, where three
// variants have another character; G and 6 have the same check digit. The print,
// which has the names, settles the dispute about a name and no other.
func TestDoubtOutlivesPrint(t *testing.T) {
	t.Parallel()
	lines := []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8989G2C32UTO7408122F1204159ZE184226B<<<<<18"}
	for _, name := range []string{"number", "name"} {
		seen := slices.Clone(lines)
		if name == "number" {
			seen[1] = strings.Replace(lines[1], "G", "6", 1)
		} else {
			seen[0] = strings.Replace(lines[0], "ANNA", "AMNA", 1)
		}
		zone, err := ocr.Consensus([][]string{lines, lines, lines, seen}, quorum)
		if err != nil || !zone.Valid {
			t.Fatalf("Consensus = %v, %v, want a valid zone", zone, err)
		}
		zone = uncertain(zone)
		(opinion{lines: []ocrb.Line{{Fit: 1}, {Fit: 1}}, text: seen}).doubt(&zone)
		got := ocr.Confirm(zone, []ocr.Corroboration{
			{Field: "primary_identifier", Agreement: ocr.Agree}, {Field: "secondary_identifier", Agreement: ocr.Agree},
		})
		if want := name == "name"; got.Valid != want {
			t.Errorf("dispute about the %s: valid = %t, want %t", name, got.Valid, want)
		}
	}
}
