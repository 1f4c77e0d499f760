package ocr

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
)

var testNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// zone builds a TD3 zone around names, valid or not: comparison does not care.
func zone(t *testing.T, names string) MRZ {
	t.Helper()
	upper := ("P<UTO" + names + strings.Repeat("<", 44))[:44]
	m, err := ParseMRZ([]string{upper, "L898902C36UTO7408122F1204159ZE184226B<<<<<10"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func agreements(cs []FieldComparison) map[string]Agreement {
	out := map[string]Agreement{}
	for _, c := range cs {
		out[c.Field] = c.Agreement
	}
	return out
}

func TestCompareZoneNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, family, given, names string
		wantFamily, wantGiven      Agreement
	}{
		{"case", "Eriksson", "anna maria", "ERIKSSON<<ANNA<MARIA", Agree, Agree},
		{"hyphen", "Smith-Jones", "Anna-Maria", "SMITH<JONES<<ANNA<MARIA", Agree, Agree},
		{"hyphen dropped by the state", "Smith-Jones", "Annamaria", "SMITHJONES<<ANNA<MARIA", Agree, Agree},
		{"apostrophe", "D'Arc", "Jeanne", "DARC<<JEANNE", Agree, Agree},
		{"curly apostrophe", "O’Connor", "Enya", "OCONNOR<<ENYA", Agree, Agree},
		{"umlaut, recommended", "Müller", "Jörg", "MUELLER<<JOERG", Transliterated, Transliterated},
		{"umlaut, alternative", "Müller", "Jörg", "MULLER<<JORG", Transliterated, Transliterated},
		{"umlaut, UXX", "Müller", "Ñu", "MUXXLLER<<NXXU", Transliterated, Transliterated},
		{"typed without umlaut", "Mueller", "Joerg", "MUELLER<<JOERG", Agree, Agree},
		{"decomposed letters", "Mu\u0308ller", "A\u030Asa", "MUELLER<<AASA", Transliterated, Transliterated},
		{"sharp s", "Groß", "Åse", "GROSS<<ASE", Transliterated, Transliterated},
		{"Ukrainian", "Ткаченко", "Мар'яна", "TKACHENKO<<MARIANA", Transliterated, Transliterated},
		{"Ukrainian H and Y", "Григоренко", "Микола", "HRYHORENKO<<MYKOLA", Transliterated, Transliterated},
		{"Serbian", "Ђоковић", "Живка", "DOKOVIC<<ZIVKA", Transliterated, Transliterated},
		{"swapped", "Anna Maria", "Eriksson", "ERIKSSON<<ANNA<MARIA", Reordered, Reordered},
		{"given names in another order", "Eriksson", "Maria Anna", "ERIKSSON<<ANNA<MARIA", Agree, Reordered},
		{"no secondary identifier", "Eriksson", "Anna", "ANNA<ERIKSSON", Reordered, Reordered},
		{"fewer given names claimed", "Eriksson", "Maria", "ERIKSSON<<ANNA<MARIA", Agree, Missing},
		{"fewer given names read", "Eriksson", "Anna Maria Sofia", "ERIKSSON<<ANNA<SOFIA", Agree, Missing},
		{"truncated given", "Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", Agree, Truncated},
		{"truncated components", "Bennelong Wooloomooloo Warrandyte Warnambool", "Dingo Potoroo", "BENNELONG<WOOLOOMOOLOO<WARRANDY<W<<DING", Truncated, Truncated},
		{"prefix where there is room", "Eriksson", "Anna", "ERIK<<ANNA", Differ, Agree},
		{"another family name", "Ericsson", "Anna", "ERIKSSON<<ANNA", Differ, Agree},
		{"another given name", "Eriksson", "Hanna", "ERIKSSON<<ANNA<MARIA", Agree, Differ},
		{"part of a family name", "Garcia", "Ana", "GARCIA<MARQUEZ<<ANA", Differ, Agree},
		{"nothing claimed", "", "", "ERIKSSON<<ANNA", Missing, Missing},
		{"Greek", "Ιωάννου", "Άγγελος", "IOANNOU<<ANGELOS", Transliterated, Transliterated},
		{"Arabic by the codes", "الثاني", "محمد", "ALXTHANY<<MXHMD", Transliterated, Transliterated},
		{"Arabic by sound", "الثاني", "محمد", "ALTHANI<<MOHAMMED", Transliterated, Transliterated},
		{"another script", "王", "Anna", "WANG<<ANNA", Differ, Agree},
		{"only punctuation", "'", "Anna", "ERIKSSON<<ANNA", Missing, Agree},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := CompareSources(Claims{FamilyNames: tc.family, GivenNames: tc.given}, zone(t, tc.names), nil, testNow)
			if f := got[0].Agreement; f != tc.wantFamily {
				t.Errorf("family names %q against %q = %s, want %s", tc.family, tc.names, f, tc.wantFamily)
			}
			if g := got[1].Agreement; g != tc.wantGiven {
				t.Errorf("given names %q against %q = %s, want %s", tc.given, tc.names, g, tc.wantGiven)
			}
		})
	}
}

func TestCompareZoneOthers(t *testing.T) {
	t.Parallel()
	m := zone(t, "ERIKSSON<<ANNA")
	base := Claims{FamilyNames: "Eriksson", GivenNames: "Anna", BirthDate: "1974-08-12"}
	for _, tc := range []struct {
		name  string
		claim func(*Claims)
		field string
		want  Agreement
		ok    bool
	}{
		{"birth date", func(*Claims) {}, "birth_date", Agree, true},
		{"another day", func(c *Claims) { c.BirthDate = "1974-08-13" }, "birth_date", Differ, false},
		{"not a date", func(c *Claims) { c.BirthDate = "12.8.1974" }, "birth_date", Differ, false},
		{"no birth date", func(c *Claims) { c.BirthDate = "" }, "birth_date", Missing, false},
		{"another century", func(c *Claims) { c.BirthDate = "1874-08-12" }, "birth_date", Agree, true},
		{"sex", func(c *Claims) { c.Sex = "f" }, "sex", Agree, true},
		{"another sex", func(c *Claims) { c.Sex = "M" }, "sex", Differ, false},
		{"nationality", func(c *Claims) { c.Nationality = "UTO" }, "nationality", Agree, true},
		{"another nationality", func(c *Claims) { c.Nationality = "FRA" }, "nationality", Differ, false},
		{"document number", func(c *Claims) { c.DocumentNumber = "L 898902-C3" }, "document_number", Agree, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := base
			tc.claim(&c)
			for _, got := range CompareSources(c, m, nil, testNow) {
				if got.Field == tc.field && (got.Agreement != tc.want || got.OK() != tc.ok) {
					t.Errorf("%s = %s, OK %t, want %s, %t", tc.field, got.Agreement, got.OK(), tc.want, tc.ok)
				}
			}
		})
	}
	if got := agreements(CompareSources(base, m, nil, testNow)); len(got) != 3 {
		t.Errorf("CompareSources compared %v, want only what was claimed", got)
	}
	german := m
	german.Fields.Nationality = "D"
	if got := agreements(CompareSources(Claims{Nationality: "DEU"}, german, nil, testNow)); got["nationality"] != Agree {
		t.Errorf("nationality DEU against D = %s, want agree", got["nationality"])
	}
}

func TestTransliterate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Øst Ångström":        "OEST<AANGSTROEM",
		"Straße":              "STRASSE",
		"Éloïse Çelik":        "ELOISE<CELIK",
		"Þórður":              "THORDUR",
		"Łódź-Żak":            "LODZ<ZAK",
		"D'Arc, Jeanne":       "DARC<JEANNE",
		"Ionuț Gheorghiță":    "IONUT<GHEORGHITA",
		"Nguyễn Thị Hương":    "NGUYEN<THI<HUONG",
		"Щербаков Юрий":       "SHCHERBAKOV<IURII",
		"Подъячев":            "PODIEIACHEV",
		"Ильин":               "ILIN",
		"Işık":                "ISIK",
		"Παπαδόπουλος":        "PAPADOPOULOS",
		"Ευδοκία Μπάκα":       "EVDOKIA<BAKA",
		"Ευθυμίου Λαΐου":      "EFTHYMIOU<LAIOU",
		"محمد الثاني":         "MXHMD<ALXTHANY",
		"فاطِمة":              "FAXTTMXAH",
		"محمّد":               "MXHMMD",
		"王 John":              "王<JOHN",
		"  spaces   between ": "SPACES<BETWEEN",
		"":                    "",
	} {
		if got := Transliterate(in); got != want {
			t.Errorf("Transliterate(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestResolveDates(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in string
		resolve  func(string, time.Time) (time.Time, error)
		want     string
		code     string
	}{
		{"born this century", "261120", ResolveBirthDate, "2026-11-20", ""},
		{"born tomorrow is a hundred years ago", "261121", ResolveBirthDate, "1926-11-21", ""},
		{"born last century", "740812", ResolveBirthDate, "1974-08-12", ""},
		{"leap day of 2000", "000229", ResolveBirthDate, "2000-02-29", ""},
		{"no such day", "990229", ResolveBirthDate, "", CodeDateInvalid},
		{"unknown day", "7408<<", ResolveBirthDate, "", CodeDateUnknown},
		{"letters", "74O812", ResolveBirthDate, "", CodeDateInvalid},
		{"empty", "", ResolveBirthDate, "", CodeDateInvalid},
		{"expires soon", "330101", ResolveExpiryDate, "2033-01-01", ""},
		{"expired in 1996", "961210", ResolveExpiryDate, "1996-12-10", ""},
		{"fifty years ahead", "760101", ResolveExpiryDate, "2076-01-01", ""},
		{"fifty-one years ahead is past", "770101", ResolveExpiryDate, "1977-01-01", ""},
		{"no such expiry", "330230", ResolveExpiryDate, "", CodeDateInvalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.resolve(tc.in, testNow)
			if tc.code != "" {
				if !errors.Is(err, &Error{Code: tc.code}) {
					t.Errorf("resolve(%q) = %v, %v, want code %s", tc.in, got, err, tc.code)
				}
				return
			}
			if err != nil || got.Format(time.DateOnly) != tc.want {
				t.Errorf("resolve(%q) = %v, %v, want %s", tc.in, got, err, tc.want)
			}
		})
	}
}

func TestScoreWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name      string
		want, got []string
		score     float64
	}{
		{"all", []string{"RIVER", "STONE"}, []string{"RIVER", "STONE"}, 1},
		{"confusable letters", []string{"BLIZZARD", "SOLO"}, []string{"8L1ZZAR0", "5OL0"}, 1},
		{"accents", []string{"forêt", "été"}, []string{"FORET", "ETE"}, 1},
		{"noise between", []string{"RIVER", "STONE"}, []string{"EXIT", "RIVER", "XX", "STONE"}, 1},
		{"split word", []string{"RIVER", "STONE"}, []string{"RIV", "ER", "STONE"}, 1},
		{"one letter wrong", []string{"RIVER", "STONE"}, []string{"RIVER", "STOME"}, 0.9},
		{"one word missing", []string{"RIVER", "STONE"}, []string{"STONE"}, 0.5},
		{"wrong order", []string{"RIVER", "STONE"}, []string{"STONE", "RIVER"}, 0.5},
		{"other words", []string{"RIVER", "STONE"}, []string{"CLOUD", "MUGGY"}, 0},
		{"nothing read", []string{"RIVER"}, nil, 0},
		{"nothing wanted", nil, []string{"RIVER"}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := ScoreWords(tc.want, tc.got); math.Abs(got-tc.score) > 1e-9 {
				t.Errorf("ScoreWords(%q, %q) = %v, want %v", tc.want, tc.got, got, tc.score)
			}
		})
	}
}

func FuzzCompareZone(f *testing.F) {
	f.Add("Müller", "Jörg", "MUELLER<<JOERG", "1974-08-12")
	f.Add("Ткаченко", "", "TKACHENKO", "")
	f.Fuzz(func(t *testing.T, family, given, names, born string) {
		m, err := ParseMRZ([]string{("P<UTO" + names + strings.Repeat("<", 44))[:44], "L898902C36UTO7408122F1204159ZE184226B<<<<<10"})
		if err != nil {
			return
		}
		for _, c := range CompareSources(Claims{FamilyNames: family, GivenNames: given, BirthDate: born}, m, nil, testNow) {
			if c.OK() && (c.Claimed == "" || c.Read == "") {
				t.Errorf("%s agrees with nothing", c.Field)
			}
		}
	})
}

// What Transliterate makes of a name is what CompareSources accepts for it.
func FuzzTransliterate(f *testing.F) {
	for _, s := range []string{"Müller", "Ørsted Þór", "Щукин", "a-b c'd", "İı"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := Transliterate(s)
		for _, r := range out {
			if r != Filler && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				t.Fatalf("Transliterate(%q) = %q", s, out)
			}
		}
		n := name{words: wordsOf(s)}
		read := strings.Split(out, "<")
		if strings.Trim(out, "<") != "" && !n.exact(read) {
			t.Errorf("%q does not match its own transliteration %q", s, out)
		}
	})
}
