package ocr

import "testing"

// uncertain is a zone whose readings dispute its names and nothing else.
func uncertain(t *testing.T, names string) MRZ {
	t.Helper()
	m := utopian(t, names)
	m.Valid, m.Status = false, StatusUncertain
	m.Checks = append(m.Checks, Check{checkReadings, false})
	m.Confidence = map[string]float64{
		fieldPrimary: 0.6, fieldSecondary: 0.55, fieldNumber: 0.9, fieldBirth: 1, fieldNationality: 0.8,
	}
	return m
}

func TestConfirmLifts(t *testing.T) {
	t.Parallel()
	both := []Corroboration{inPrint(fieldPrimary, Agree, "ERIKSSON"), inPrint(fieldSecondary, Transliterated, "ÅSA")}
	for _, tc := range []struct {
		name  string
		zone  func(*MRZ)
		found []Corroboration
		want  Status
	}{
		{"the print has both names", func(*MRZ) {}, both, StatusValid},
		{"the print has one", func(*MRZ) {}, both[:1], StatusUncertain},
		{"the print is misread too", func(*MRZ) {}, []Corroboration{both[0], inPrint(fieldSecondary, Misread, "ASA")}, StatusUncertain},
		{"the print has them in another order", func(*MRZ) {}, []Corroboration{both[0], inPrint(fieldSecondary, Reordered, "ÅSA")}, StatusUncertain},
		{"the nationality is disputed as well", func(m *MRZ) { m.Confidence[fieldNationality] = 0.6 }, both, StatusUncertain},
		{"and the print has that", func(m *MRZ) { m.Confidence[fieldNationality] = 0.6 }, append(both, inPrint(fieldNationality, Agree, "UTOPIAN")), StatusValid},
		{"nobody counted the readings", func(m *MRZ) { m.Confidence = nil }, both, StatusUncertain},
		{"a check digit is wrong", func(m *MRZ) { m.Checks[1].OK = false }, both, StatusUncertain},
		{"invalid", func(m *MRZ) { m.Status = StatusInvalid }, both, StatusInvalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := uncertain(t, "ERIKSSON<<AASA")
			tc.zone(&m)
			got := Confirm(m, tc.found)
			if got.Status != tc.want || got.Valid != (tc.want == StatusValid) {
				t.Errorf("Confirm = %s, valid %t, want %s", got.Status, got.Valid, tc.want)
			}
			for _, c := range got.Checks {
				if c.Name == checkReadings && c.OK != got.Valid {
					t.Errorf("check of the readings = %t in a zone that is %s", c.OK, got.Status)
				}
			}
		})
	}
}

func TestConfirmRaisesConfidence(t *testing.T) {
	t.Parallel()
	m := uncertain(t, "ERIKSSON<<AASA")
	got := Confirm(m, []Corroboration{inPrint(fieldNumber, Agree, "L898902C3"), inPrint(fieldPrimary, Missing, "")})
	if c := got.Confidence[fieldNumber]; c <= 0.9 || c > 1 {
		t.Errorf("confidence of a field the print has = %v, want more than the 0.9 it had", c)
	}
	if got.Confidence[fieldPrimary] != 0.6 || m.Confidence[fieldNumber] != 0.9 {
		t.Error("confidence of a field the print lacks changed, or the zone that was given")
	}
}

func TestConfirmContests(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, zone, printed string
		labelled            bool
		confidence          float64
		want                Status
	}{
		{"D for the O of Ö", "THURIDUR DESP", "ÞURÍÐUR ÖSP", false, 0.93, StatusUncertain},
		{"the same without marks", "THURIDUR DESP", "PURIDUR OSP", false, 0.93, StatusUncertain},
		{"the same, hardly legible", "THURIDUR DESP", "ÞURÍÐUR ÖSP", false, 0.8, StatusValid},
		{"another letter without label", "CHRISTINE", "CHRISTIME", false, 0.99, StatusValid},
		{"another letter beside the label", "CHRISTINE", "CHRISTIME", true, 0.97, StatusUncertain},
		{"I for L", "CHRISTINE", "CHRLSTINE", true, 0.99, StatusValid},
		{"a figure", "CHRISTINE", "CHR1STINE", true, 0.99, StatusValid},
		{"marks lost", "JOERGEN OEST", "JORGEN OST", true, 0.99, StatusValid},
		{"a letter lost", "CHRISTINE", "CHRISTNE", true, 0.99, StatusValid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := utopian(t, "ERIKSSON<<"+Transliterate(tc.zone))
			got := Confirm(m, []Corroboration{{
				Field: fieldSecondary, MRZ: tc.zone, Printed: tc.printed, Agreement: Misread, Labelled: tc.labelled, Confidence: tc.confidence,
			}})
			if got.Status != tc.want {
				t.Errorf("Confirm(%s against %s) = %s, want %s", tc.zone, tc.printed, got.Status, tc.want)
			}
		})
	}
	m := utopian(t, "ERIKSSON<<ANNA")
	if got := Confirm(m, []Corroboration{{Field: fieldPrimary, MRZ: "ERIKSSON", Printed: "BJÖRKLUND", Agreement: Differ, Labelled: true, Confidence: 1}}); got.Status != StatusValid {
		t.Errorf("another name in print makes the reading %s, want the zone left as it is", got.Status)
	}
}
