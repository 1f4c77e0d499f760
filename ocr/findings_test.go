package ocr

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindings(t *testing.T) {
	t.Parallel()
	clean := MRZ{Format: TD3, Fields: Fields{
		DocumentCode: "P", IssuingState: "FRA", Nationality: "FRA", BirthDate: "740812", ExpiryDate: "310415",
	}}
	on := func(field, value string) []PrintedField { return []PrintedField{{Field: field, Value: value}} }
	for _, tc := range []struct {
		name    string
		change  func(*MRZ)
		printed []PrintedField
		want    []Finding
	}{
		{"nothing", func(*MRZ) {}, nil, nil},
		{"last day", func(m *MRZ) { m.Fields.ExpiryDate = "261120" }, nil, nil},
		{"the day after", func(m *MRZ) { m.Fields.ExpiryDate = "261119" }, nil, []Finding{{FindingExpired, fieldExpiry}}},
		{"no such expiry", func(m *MRZ) { m.Fields.ExpiryDate = "310431" }, nil, []Finding{{FindingImpossibleDate, fieldExpiry}}},
		{"no expiry", func(m *MRZ) { m.Fields.ExpiryDate = "<<<<<<" }, nil, nil},
		{"a passport for twenty years", func(m *MRZ) { m.Fields.ExpiryDate = "461120" }, nil, []Finding{{FindingValidTooLong, fieldExpiry}}},
		{"a card for twenty years", func(m *MRZ) { m.Format, m.Fields.DocumentCode, m.Fields.ExpiryDate = TD1, "ID", "461120" }, nil, nil},
		{"a card for forty years", func(m *MRZ) { m.Format, m.Fields.DocumentCode, m.Fields.ExpiryDate = TD1, "ID", "661120" }, nil, []Finding{{FindingValidTooLong, fieldExpiry}}},
		{"no such birth", func(m *MRZ) { m.Fields.BirthDate = "740230" }, nil, []Finding{{FindingImpossibleDate, fieldBirth}}},
		{"unknown day of birth", func(m *MRZ) { m.Fields.BirthDate = "7408<<" }, nil, []Finding{{FindingUnknownDate, fieldBirth}}},
		{"unknown birth", func(m *MRZ) { m.Fields.BirthDate = "<<<<<<" }, nil, []Finding{{FindingUnknownDate, fieldBirth}}},
		{"born before the document ended", func(m *MRZ) { m.Fields.BirthDate, m.Fields.ExpiryDate = "250101", "200101" }, nil, []Finding{{FindingExpired, fieldExpiry}}},
		{"too old, since the document ended long ago", func(m *MRZ) { m.Fields.BirthDate, m.Fields.ExpiryDate = "990101", "900101" }, nil, []Finding{{FindingExpired, fieldExpiry}, {FindingTooOld, fieldBirth}}},
		{"too old by the print", func(*MRZ) {}, on(fieldBirth, "1874-08-12"), []Finding{{FindingTooOld, fieldBirth}}},
		{"unborn by the print", func(*MRZ) {}, on(fieldBirth, "2074-08-12"), []Finding{{FindingBirthInFuture, fieldBirth}, {FindingBirthAfterExpiry, fieldBirth}}},
		{"born on the first of January 2001", func(m *MRZ) { m.Fields.BirthDate = "010101" }, nil, nil},
		{"the print has another day", func(*MRZ) {}, on(fieldBirth, "1874-08-13"), nil},
		{"unknown state", func(m *MRZ) { m.Fields.IssuingState = "FRB" }, nil, []Finding{{FindingUnknownState, fieldState}}},
		{"unknown nationality", func(m *MRZ) { m.Fields.Nationality = "XYZ" }, nil, []Finding{{FindingUnknownNationality, fieldNationality}}},
		{"another nationality in a passport", func(m *MRZ) { m.Fields.Nationality = "ESP" }, nil, []Finding{{FindingOtherNationality, fieldNationality}}},
		{"another nationality on a permit", func(m *MRZ) { m.Format, m.Fields.DocumentCode, m.Fields.Nationality = TD1, "IR", "ESP" }, nil, nil},
		{"a refugee's travel document", func(m *MRZ) { m.Fields.Nationality = "XXB" }, nil, nil},
		{"a passport of the United Nations", func(m *MRZ) { m.Fields.IssuingState = "UNO" }, nil, nil},
		{"Germany in both ways", func(m *MRZ) { m.Fields.IssuingState, m.Fields.Nationality = "D", "DEU" }, nil, nil},
		{"Utopia", func(m *MRZ) { m.Fields.IssuingState, m.Fields.Nationality = "UTO", "UTO" }, nil, []Finding{{FindingSpecimen, fieldState}}},
		{"issued tomorrow", func(*MRZ) {}, on(fieldIssue, "2026-11-21"), []Finding{{FindingFutureIssue, fieldIssue}}},
		{"issued after its end", func(m *MRZ) { m.Fields.ExpiryDate = "200101" }, on(fieldIssue, "2021-01-01"), []Finding{{FindingExpired, fieldExpiry}, {FindingIssuedAfterExpiry, fieldIssue}}},
		{"issued before the birth", func(*MRZ) {}, on(fieldIssue, "1970-01-01"), []Finding{{FindingIssuedBeforeBirth, fieldIssue}}},
		{"an issue that can be read two ways", func(*MRZ) {}, []PrintedField{{Field: fieldIssue, Value: "2027-01-02", Alternatives: []string{"2027-02-01"}}}, nil},
		{"a French card", func(m *MRZ) {
			m.Format, m.Fields = FRID, Fields{DocumentCode: "ID", IssuingState: "FRA", Nationality: "FRA", BirthDate: "651206"}
		}, nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := clean
			tc.change(&m)
			got := Findings(m, tc.printed, testNow)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("Findings (-want +got):\n%s", diff)
			}
			for _, f := range got {
				if !slices.Contains(FindingCodes(), f.Code) {
					t.Errorf("FindingCodes lacks %s", f.Code)
				}
			}
		})
	}
}
