package specimen_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/ocr"
)

// What this package builds from the standard, package ocr reads by its own
// understanding of the standard.
func TestOCRParsesWhatIsBuilt(t *testing.T) {
	t.Parallel()
	for _, f := range append(slices.Clone(specimen.Formats), specimen.FRID) {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(300) {
				p := specimen.RandomPerson(f, seed)
				got, err := ocr.ParseMRZ(specimen.MRZ(f, p))
				if err != nil || !got.Valid || string(got.Format) != string(f) {
					t.Fatalf("ParseMRZ(seed %d) = %s valid %t, %v, want %s valid", seed, got.Format, got.Valid, err, f)
				}
				want := []string{p.DocumentNumber, p.Nationality, birthOf(p), p.ExpiryDate.Format("060102"), p.Sex, p.IssuingState}
				if f == specimen.FRID { // whose zone has no date of expiry
					want[3] = ""
				}
				fields := got.Fields
				read := []string{fields.DocumentNumber, fields.Nationality, fields.BirthDate, fields.ExpiryDate, fields.Sex, fields.IssuingState}
				if diff := cmp.Diff(want, read); diff != "" {
					t.Errorf("ParseMRZ(seed %d) (-want +got):\n%s", seed, diff)
				}
				if p.BirthUnknown != "" || p.GivenNames == "" {
					continue // an applicant has both, and then they differ
				}
				claims := ocr.Claims{
					GivenNames: p.GivenNames, FamilyNames: p.FamilyNames, BirthDate: p.BirthDate.Format(time.DateOnly),
					Nationality: p.Nationality, DocumentNumber: p.DocumentNumber,
				}
				for _, c := range ocr.CompareSources(claims, got, nil, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
					if !c.OK() {
						t.Errorf("CompareSources(seed %d) %s: %q against %q = %s, want agreement", seed, c.Field, c.Claimed, c.Read, c.Agreement)
					}
				}
			}
		})
	}
}

// birthOf is the date of birth as the zone has it.
func birthOf(p specimen.Person) string {
	s := p.BirthDate.Format("060102")
	switch p.BirthUnknown {
	case specimen.UnknownDay:
		return s[:4] + "<<"
	case specimen.UnknownMonth:
		return s[:2] + "<<<<"
	}
	return s
}
