package ocr_test

import (
	"testing"

	"github.com/vouchline/vouchline/ocr"
)

const (
	upper = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
	lower = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
)

func TestConfidence(t *testing.T) {
	misread := "P<UTOERIKSSON<<ANHA<MARIA<<<<<<<<<<<<<<<<<<<"
	for _, tc := range []struct {
		name                string
		readings            [][]string
		primary, secondary  float64
		number, nationality float64
	}{
		{"alone", [][]string{{upper, lower}}, 0.5, 0.5, 0.5, 0.5},
		{"unanimous", [][]string{{upper, lower}, {upper, lower}}, 1, 1, 1, 1},
		{"one in four misread a name", [][]string{{upper, lower}, {misread, lower}, {upper, lower}, {upper, lower}}, 1, 0.75, 1, 1},
		{"a number misread", [][]string{{upper, lower}, {upper, "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}, {upper, "LB98902C36UTO7408122F1204159ZE184226B<<<<<10"}}, 1, 1, 0.667, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, err := ocr.Consensus(tc.readings, 0.7)
			if err != nil {
				t.Fatal(err)
			}
			for field, want := range map[string]float64{
				"primary_identifier": tc.primary, "secondary_identifier": tc.secondary,
				"document_number": tc.number, "nationality": tc.nationality,
			} {
				if got := m.Confidence[field]; got != want {
					t.Errorf("Confidence[%s] = %v, want %v", field, got, want)
				}
			}
			if again := ocr.Confidence(m, tc.readings); again["secondary_identifier"] != tc.secondary {
				t.Errorf("Confidence() = %v, want what Consensus gives", again)
			}
		})
	}
	if got := ocr.Confidence(ocr.MRZ{Format: ocr.TD3}, nil); got != nil {
		t.Errorf("Confidence without readings = %v, want none", got)
	}
}

// Check digits that hold do not make names of which readings disagree valid.
func TestDisputedNamesAreUncertain(t *testing.T) {
	m, err := ocr.Consensus([][]string{{upper, lower}, {"P<UTOERIKSSON<<ANHA<MARIA<<<<<<<<<<<<<<<<<<<", lower}}, 0.7)
	if err != nil || m.Valid || m.Status != ocr.StatusUncertain {
		t.Errorf("Consensus = %v %s, %v, want %s", m, m.Status, err, ocr.StatusUncertain)
	}
}

// The French card has no nationality to be sure of.
func TestConfidenceOfFrenchCard(t *testing.T) {
	card := []string{"IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "9409923102854CORINNE<<<<<<<6512068F4"}
	m, err := ocr.Consensus([][]string{card, card}, 0.7)
	if err != nil || m.Format != ocr.FRID {
		t.Fatalf("Consensus = %v, %v", m, err)
	}
	if _, ok := m.Confidence["nationality"]; ok || m.Confidence["primary_identifier"] != 1 {
		t.Errorf("Confidence = %v, want names and no nationality", m.Confidence)
	}
}
