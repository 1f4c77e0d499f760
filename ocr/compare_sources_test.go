package ocr

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inPrint is a corroboration for tests.
func inPrint(field string, a Agreement, value string) Corroboration {
	return Corroboration{Field: field, Agreement: a, Printed: value}
}

func TestCompareSourcesNames(t *testing.T) {
	t.Parallel()
	type want struct {
		agreement   Agreement
		explanation Explanation
		document    Agreement
	}
	for _, tc := range []struct {
		name, family, given, zone string
		found                     []Corroboration
		wantFamily, wantGiven     want
	}{
		{
			"as printed", "Müller", "Jörg", "MUELLER<<JOERG",
			[]Corroboration{inPrint(fieldPrimary, Transliterated, "MÜLLER"), inPrint(fieldSecondary, Transliterated, "JÖRG")},
			want{Transliterated, ExplainSpelling, Transliterated},
			want{Transliterated, ExplainSpelling, Transliterated},
		},
		{
			"as printed but for the marks", "Muller", "Jorg", "MUELLER<<JOERG",
			[]Corroboration{inPrint(fieldPrimary, Transliterated, "MÜLLER"), inPrint(fieldSecondary, Misread, "JORG")},
			want{Transliterated, ExplainMarksLeftOut, Transliterated},
			want{Transliterated, ExplainMarksLeftOut, Misread},
		},
		{
			"without marks, and nothing printed", "Muller", "Jorg", "MUELLER<<JOERG", nil,
			want{Differ, ExplainOneLetter, ""},
			want{Differ, ExplainOneLetter, ""},
		},
		{
			"cut off", "Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K",
			[]Corroboration{inPrint(fieldSecondary, Truncated, "CHAYAPA DEJTHAMRONG KRASUANG")},
			want{Agree, ExplainSame, ""},
			want{Truncated, ExplainCutOff, Truncated},
		},
		{
			"only the print agrees", "Björklund", "Anna", "ERIKSSON<<ANNA",
			[]Corroboration{inPrint(fieldPrimary, Differ, "BJÖRKLUND")},
			want{Differ, ExplainPrintDiffers, Differ},
			want{Agree, ExplainSame, ""},
		},
		{
			"neither agrees", "Svensson", "Anna", "ERIKSSON<<ANNA",
			[]Corroboration{inPrint(fieldPrimary, Differ, "BJÖRKLUND")},
			want{Differ, ExplainOther, Differ},
			want{Agree, ExplainSame, ""},
		},
		{"order", "Eriksson", "Maria Anna", "ERIKSSON<<ANNA<MARIA", nil, want{Agree, ExplainSame, ""}, want{Reordered, ExplainOrder, ""}},
		{
			"swapped", "Anna Maria", "Eriksson", "ERIKSSON<<ANNA<MARIA",
			[]Corroboration{inPrint(fieldPrimary, Agree, "ERIKSSON"), inPrint(fieldSecondary, Agree, "ANNA MARIA")},
			want{Reordered, ExplainSwapped, Agree},
			want{Reordered, ExplainSwapped, Agree},
		},
		{"divided otherwise", "Maria Eriksson", "Anna", "ERIKSSON<<ANNA<MARIA", nil, want{Differ, ExplainDivided, ""}, want{Missing, ExplainDivided, ""}},
		{"a second given name in the document", "Eriksson", "Anna", "ERIKSSON<<ANNA<MARIA", nil, want{Agree, ExplainSame, ""}, want{Missing, ExplainMoreNames, ""}},
		{"a second given name in the profile", "Eriksson", "Anna Maria", "ERIKSSON<<ANNA", nil, want{Agree, ExplainSame, ""}, want{Missing, ExplainFewerNames, ""}},
		{"half of the family name", "García", "Ana", "GARCIA<MARQUEZ<<ANA", nil, want{Differ, ExplainMoreNames, ""}, want{Agree, ExplainSame, ""}},
		{"more than the family name", "García Márquez", "Ana", "GARCIA<<ANA", nil, want{Differ, ExplainFewerNames, ""}, want{Agree, ExplainSame, ""}},
		{"initials", "Eriksson", "A. M.", "ERIKSSON<<ANNA<MARIA", nil, want{Agree, ExplainSame, ""}, want{Differ, ExplainInitials, ""}},
		{
			"the name of marriage", "Durand", "Camille", "MARTIN<<CAMILLE",
			[]Corroboration{inPrint(fieldUsage, Missing, "DURAND")},
			want{Differ, ExplainOtherName, ""},
			want{Agree, ExplainSame, ""},
		},
		{"one letter", "Ericsson", "Anna", "ERIKSSON<<ANNA", nil, want{Differ, ExplainOneLetter, ""}, want{Agree, ExplainSame, ""}},
		{"some letters", "Erichson", "Anna", "ERIKSSON<<ANNA", nil, want{Differ, ExplainSimilar, ""}, want{Agree, ExplainSame, ""}},
		{"nothing given", "", "Anna", "ERIKSSON<<ANNA", nil, want{Missing, ExplainNotGiven, ""}, want{Agree, ExplainSame, ""}},
		{"no given names", "Eriksson", "Anna", "ERIKSSON", nil, want{Agree, ExplainSame, ""}, want{Missing, ExplainNotInDocument, ""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := CompareSources(Claims{FamilyNames: tc.family, GivenNames: tc.given}, zone(t, tc.zone), tc.found, testNow)
			for i, w := range []want{tc.wantFamily, tc.wantGiven} {
				if g := (want{got[i].Agreement, got[i].Explanation, got[i].Document}); g != w {
					t.Errorf("%s = %v, want %v", got[i].Field, g, w)
				}
			}
		})
	}
}

func TestCompareSourcesOthers(t *testing.T) {
	t.Parallel()
	m := zone(t, "ERIKSSON<<ANNA") // UTO, 12 August 1974, F
	for _, tc := range []struct {
		name  string
		claim Claims
		found []Corroboration
		zone  func(*Fields)
		field string
		want  Explanation
	}{
		{"same day", Claims{BirthDate: "1974-08-12"}, nil, nil, "birth_date", ExplainSame},
		{"day and month", Claims{BirthDate: "1974-12-08"}, nil, nil, "birth_date", ExplainDayMonth},
		{"a digit of the year", Claims{BirthDate: "1975-08-12"}, nil, nil, "birth_date", ExplainYearDigit},
		{"another year", Claims{BirthDate: "1999-08-12"}, nil, nil, "birth_date", ExplainYear},
		{"a digit of the day", Claims{BirthDate: "1974-08-13"}, nil, nil, "birth_date", ExplainOneDigit},
		{"digits swapped", Claims{BirthDate: "1947-08-12"}, nil, nil, "birth_date", ExplainDigitsSwapped},
		{"born in the future", Claims{BirthDate: "2074-08-12"}, nil, nil, "birth_date", ExplainCentury},
		{"another day", Claims{BirthDate: "1990-01-30"}, nil, nil, "birth_date", ExplainOther},
		{"the print's day", Claims{BirthDate: "1990-01-30"}, []Corroboration{inPrint(fieldBirth, Differ, "1990-01-30")}, nil, "birth_date", ExplainPrintDiffers},
		{"no day", Claims{}, nil, nil, "birth_date", ExplainNotGiven},
		{"an unknown month", Claims{BirthDate: "1974-08-12"}, nil, func(f *Fields) { f.BirthDate = "74<<<<" }, "birth_date", ExplainPartUnknown},
		{"an impossible month", Claims{BirthDate: "1974-08-12"}, nil, func(f *Fields) { f.BirthDate = "741312" }, "birth_date", ExplainNotInDocument},
		{"another sex", Claims{Sex: "M"}, nil, nil, "sex", ExplainOther},
		{"an open sex", Claims{Sex: "M"}, nil, func(f *Fields) { f.Sex = "<" }, "sex", ExplainUnspecified},
		{"the issuing state", Claims{Nationality: "DEU"}, nil, func(f *Fields) { f.IssuingState = "D" }, "nationality", ExplainIssuer},
		{"a British national", Claims{Nationality: "GBR"}, nil, func(f *Fields) { f.Nationality = "GBN" }, "nationality", ExplainOtherCode},
		{"another state", Claims{Nationality: "FRA"}, nil, nil, "nationality", ExplainOther},
		{"no nationality", Claims{Nationality: "FRA"}, nil, func(f *Fields) { f.Nationality = "" }, "nationality", ExplainNotInDocument},
		{"the print's nationality", Claims{Nationality: "FRA"}, []Corroboration{inPrint(fieldNationality, Differ, "Française")}, nil, "nationality", ExplainPrintDiffers},
		{"O for 0", Claims{DocumentNumber: "L8989O2C3"}, nil, nil, "document_number", ExplainLookAlike},
		{"one character", Claims{DocumentNumber: "L898902C4"}, nil, nil, "document_number", ExplainOneCharacter},
		{"another number", Claims{DocumentNumber: "K111111A1"}, nil, nil, "document_number", ExplainOther},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := m
			if tc.zone != nil {
				tc.zone(&m.Fields)
			}
			got := CompareSources(tc.claim, m, tc.found, testNow)
			i := slices.IndexFunc(got, func(c FieldComparison) bool { return c.Field == tc.field })
			if i < 0 || got[i].Explanation != tc.want {
				t.Errorf("CompareSources = %v, want %s explained as %s", got, tc.field, tc.want)
			}
		})
	}
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		claimed, zone string
		want          []Spelling
	}{
		{"Müller-Lüdenscheidt", "MUELLER<LUEDENSCHEIDT", []Spelling{{"Ü", "UE"}}},
		{"Müller", "MULLER", []Spelling{{"Ü", "U"}}},
		{"Çağla Ñuño Þór", "CAGLA<NXXUNXXO<THOR", []Spelling{{"Ç", "C"}, {"Ğ", "G"}, {"Ñ", "NXX"}, {"Þ", "TH"}, {"Ó", "O"}}},
		{"Ευάγγελος", "EVANGELOS", []Spelling{{"ΕΥ", "EV"}, {"Ά", "A"}, {"ΓΓ", "NG"}, {"Ε", "E"}, {"Λ", "L"}, {"Ο", "O"}, {"Σ", "S"}}},
	} {
		got := CompareSources(Claims{FamilyNames: tc.claimed, GivenNames: "Anna"}, zone(t, tc.zone+"<<ANNA"), nil, testNow)
		if diff := cmp.Diff(tc.want, got[0].Spellings); diff != "" {
			t.Errorf("spellings of %s in %s (-want +got):\n%s", tc.claimed, tc.zone, diff)
		}
	}
}

// Whatever a comparison says, it says why, with a word that pages know.
func FuzzCompareSources(f *testing.F) {
	f.Add("Müller", "Jörg", "MUELLER<<JOERG", "1974-08-12", "MÜLLER")
	f.Add("", "A", "A", "1974-12-08", "")
	f.Fuzz(func(t *testing.T, family, given, names, born, text string) {
		m, err := ParseMRZ([]string{("P<UTO" + names + strings.Repeat("<", 44))[:44], "L898902C36UTO7408122F1204159ZE184226B<<<<<10"})
		if err != nil {
			return
		}
		found := Corroborate(m, Printed{Lines: typed(text)}, testNow)
		for _, c := range CompareSources(Claims{FamilyNames: family, GivenNames: given, BirthDate: born, Sex: "F", Nationality: "UTO"}, m, found, testNow) {
			if !slices.Contains(Explanations(), c.Explanation) {
				t.Errorf("%s is explained by %q", c.Field, c.Explanation)
			}
			if c.Agreement == Agree && c.Explanation != ExplainSame && c.Explanation != ExplainOtherCode {
				t.Errorf("%s agrees, explained by %q", c.Field, c.Explanation)
			}
		}
	})
}
