package ocr

import (
	"strings"
	"testing"
)

func TestKnownState(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"FRA", "D", "D<<", "DEU", "UTO", "GBN", "XXA", "XOM", "EUE", "UNO", "RKS", "SUN", "ROM"} {
		if !KnownState(code) {
			t.Errorf("KnownState(%q) = false, want true", code)
		}
	}
	for _, code := range []string{"", "<<<", "FR", "FRB", "UT0", "fra", "A F", "XYZ", "WSA", "DD", "ABWA", " AB", "W A"} {
		if KnownState(code) {
			t.Errorf("KnownState(%q) = true, want false", code)
		}
	}
	if n := len(strings.Fields(isoStates)); n != 249 {
		t.Errorf("ISO 3166-1 has 249 codes, the list %d", n)
	}
}
