package ocr

import (
	"slices"
	"strings"
	"testing"
)

// zoneOf parses a zone for tests.
func zoneOf(t testing.TB, lines ...string) MRZ {
	t.Helper()
	m, err := ParseMRZ(lines)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// utopian is the specimen of ICAO 9303-4 with other names.
func utopian(t testing.TB, names string) MRZ {
	t.Helper()
	return zoneOf(t, ("P<UTO" + names + strings.Repeat("<", 44))[:44], "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
}

const utopianPrint = `
UTOPIA
Passport No./Passeport No      Code
L898902C3                      UTO
Surname/Nom
ERIKSSON
Given names/Prénoms
ANNA MARIA
Nationality/Nationalité        Personal No
UTOPIAN                        ZE 184226 B
Date of birth/Date de naissance     Sex/Sexe
12 AUG/AOÛT 74                      F
Date of issue/Date de délivrance
16 APR/AVR 07
Date of expiry/Date d'expiration
15 APR/AVR 12
P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10
`

// found describes corroborations: field=agreement, with a * beside a label.
func describe(cs []Corroboration) map[string]string {
	out := map[string]string{}
	for _, c := range cs {
		s := string(c.Agreement)
		if c.Labelled {
			s += "*"
		}
		out[c.Field] = s
	}
	return out
}

func TestCorroborate(t *testing.T) {
	t.Parallel()
	eriksson := "ERIKSSON<<ANNA<MARIA"
	edit := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(utopianPrint) }
	for _, tc := range []struct {
		name  string
		zone  string // names
		print string
		want  map[string]string // of the fields that matter
	}{
		{"everything", eriksson, utopianPrint, map[string]string{
			fieldNumber: "agree*", fieldPrimary: "agree*", fieldSecondary: "agree*", fieldBirth: "agree*", fieldExpiry: "agree*",
			fieldSex: "agree*", fieldNationality: "agree*", fieldState: "agree*", fieldOptional: "agree*",
		}},
		{"only its own zone", eriksson, `
P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10
PUTOERIKSSON KK ANNA K MARIA
L898902C3 6UTO 7408122F 1204159 ZE184226B 10
ERIKSSON ANNA MARIA KKKKKKKKK`, map[string]string{
			fieldNumber: "missing", fieldPrimary: "missing", fieldSecondary: "missing", fieldBirth: "missing", fieldExpiry: "missing",
			fieldSex: "missing", fieldNationality: "missing", fieldState: "missing",
		}},
		{"names below the zone", eriksson, "DOCUMENT\nL898902C36UTO7408122F<<<<<\nERIKSSON ANNA MARIA", map[string]string{
			fieldPrimary: "missing", fieldSecondary: "missing",
		}},
		{"without labels", eriksson, "ERIKSSON\nANNA MARIA\nUTOPIAN\nL898902C3\n12 AUG/AOÛT 74\nF", map[string]string{
			fieldNumber: "agree", fieldPrimary: "agree", fieldSecondary: "agree", fieldBirth: "agree", fieldNationality: "agree",
			fieldSex: "missing", fieldExpiry: "missing",
		}},
		{"by the tables", "MUELLER<<JOERG<ASE", edit("ERIKSSON", "MÜLLER", "ANNA MARIA", "Jörg Åse"), map[string]string{
			fieldPrimary: "transliterated*", fieldSecondary: "transliterated*",
		}},
		{"marks lost by the engine", "MUELLER<<JOERG<ASE", edit("ERIKSSON", "MULLER", "ANNA MARIA", "JORG ASE"), map[string]string{
			fieldPrimary: "misread*", fieldSecondary: "misread*",
		}},
		{"cut off by the zone", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", edit("ERIKSSON", "NILAVADHANANANDA", "ANNA MARIA", "CHAYAPA DEJTHAMRONG KRASUANG"), map[string]string{
			fieldPrimary: "agree*", fieldSecondary: "truncated*",
		}},
		{"another order", eriksson, edit("ANNA MARIA", "MARIA ANNA"), map[string]string{fieldSecondary: "reordered*"}},
		{"two scripts", "PETROVA<<MARIIA", edit("ERIKSSON", "ПЕТРОВА / PETROVA", "ANNA MARIA", "Марія / Mariia"), map[string]string{
			fieldPrimary: "transliterated*", fieldSecondary: "transliterated*",
		}},
		{"particles", "VAN<DER<BERG<<ANNA<MARIA", edit("ERIKSSON", "van der Berg"), map[string]string{fieldPrimary: "agree"}},
		{"a title and a name of birth", eriksson, edit("ERIKSSON", "DR. ERIKSSON geb. SVENSSON"), map[string]string{fieldPrimary: "agree*"}},
		{"one letter misread in a long name", eriksson, edit("ERIKSSON", "ERIKSSUN"), map[string]string{fieldPrimary: "misread*"}},
		{"one letter misread and marks lost", "THURIDARDOTTIR<<ANNA<MARIA", edit("ERIKSSON", "PURIDARDOTTIB"), map[string]string{fieldPrimary: "misread*"}},
		{"one letter misread in a short name", "LIND<<ANNA<MARIA", edit("ERIKSSON", "LINN"), map[string]string{fieldPrimary: "missing"}},
		{"a short name without label", "NG<<LI", "NG\nLI", map[string]string{fieldPrimary: "missing", fieldSecondary: "missing"}},
		{"given names on two lines", eriksson, edit("ANNA MARIA", "ANNA\nMARIA"), map[string]string{fieldSecondary: "agree"}},
		{"figures for letters in the number", eriksson, edit("L898902C3", "L8989O2C3"), map[string]string{fieldNumber: "misread*"}},
		{"another number", eriksson, edit("L898902C3", "L777702C3"), map[string]string{fieldNumber: "differ*", fieldPrimary: "agree*"}},
		{"a number one figure away", eriksson, edit("L898902C3", "L898904C3"), map[string]string{fieldNumber: "differ*"}},
		{"another number below labels on two lines", eriksson, edit("Passport No./Passeport No      Code\nL898902C3                      UTO", "Passport No.\nPasseport No\nL777702C3"), map[string]string{fieldNumber: "differ*"}},
		{"a number with spaces", eriksson, edit("L898902C3", "L 898 902C3"), map[string]string{fieldNumber: "agree*"}},
		{"another birth date", eriksson, edit("12 AUG/AOÛT 74", "30.01.1990"), map[string]string{fieldBirth: "differ*"}},
		{"month first", eriksson, edit("12 AUG/AOÛT 74", "08/12/1974"), map[string]string{fieldBirth: "agree*"}},
		{"the birth date beside another label", eriksson, edit("12 AUG/AOÛT 74", "", "16 APR/AVR 07", "12 AUG 1974"), map[string]string{fieldBirth: "missing"}},
		{"another surname", eriksson, edit("ERIKSSON", "BJÖRKLUND"), map[string]string{fieldPrimary: "differ*"}},
		{"labels swapped", eriksson, edit("Surname/Nom", "Given names/Prénoms", "Given names/Prénoms", "Surname/Nom"), map[string]string{fieldPrimary: "agree", fieldSecondary: "agree"}},
		{"another sex", eriksson, edit("      F", "      M"), map[string]string{fieldSex: "differ*"}},
		{"another nationality", eriksson, edit("UTOPIAN", "FRANÇAISE"), map[string]string{fieldNationality: "differ*"}},
		{"a nationality that nobody knows", eriksson, edit("UTOPIAN", "ATLANTEAN"), map[string]string{fieldNationality: "missing"}},
		{"the whole name under one label", eriksson, "Name: ERIKSSON ANNA MARIA", map[string]string{fieldPrimary: "agree*", fieldSecondary: "agree*"}},
		{"a stray value beside one label accuses nobody", eriksson, "Surname: SPECIMEN", map[string]string{fieldPrimary: "missing"}},
		{"a whole other person", eriksson, "Surname: BJÖRKLUND\nDate of birth: 30.01.1990\nPassport No: K777777A1", map[string]string{
			fieldPrimary: "differ*", fieldBirth: "differ*", fieldNumber: "differ*",
		}},
		{"names of birth and marriage", eriksson, "Nom de naissance: ERIKSSON\nNom d'usage: DURAND", map[string]string{
			fieldPrimary: "agree", fieldBirthName: "missing*", fieldUsage: "missing*",
		}},
		{"nothing", eriksson, "", map[string]string{fieldNumber: "missing", fieldPrimary: "missing"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			lines := drawn(tc.print)
			for i := range lines {
				for j := range lines[i].Words {
					lines[i].Words[j].Confidence = 0.97
				}
			}
			got := describe(Corroborate(utopian(t, tc.zone), Printed{Lines: lines}, testNow))
			for field, want := range tc.want {
				if got[field] != want {
					t.Errorf("%s = %q, want %q (all: %v)", field, got[field], want, got)
				}
			}
		})
	}
}

// What was read with doubt contradicts nothing.
func TestCorroborateDoubtfully(t *testing.T) {
	t.Parallel()
	lines := drawn(strings.NewReplacer("ERIKSSON", "BJÖRKLUND", "L898902C3", "L777702C3", "12 AUG/AOÛT 74", "30.01.1990").Replace(utopianPrint))
	for i := range lines {
		for j := range lines[i].Words {
			lines[i].Words[j].Confidence = 0.6
		}
	}
	for _, c := range Corroborate(utopian(t, "ERIKSSON<<ANNA<MARIA"), Printed{Lines: lines}, testNow) {
		if c.Agreement == Differ {
			t.Errorf("%s differs on a reading of confidence %v", c.Field, c.Confidence)
		}
	}
}

// The French card of 1988 to 2021 has no nationality and no date of expiry.
func TestCorroborateFrenchCard(t *testing.T) {
	t.Parallel()
	m := zoneOf(t, "IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6")
	got := describe(Corroborate(m, Printed{Lines: drawn(`
CARTE NATIONALE D'IDENTITÉ No : 880692310285
Nom : BERTHIER
Prénom(s) : CORINNE
Sexe : F       Né(e) le : 06.12.1965
`)}, testNow))
	for _, field := range []string{fieldNumber, fieldPrimary, fieldSecondary, fieldBirth, fieldSex} {
		if got[field] != "agree*" {
			t.Errorf("%s = %q, want agree beside its label", field, got[field])
		}
	}
	for _, field := range []string{fieldNationality, fieldExpiry} {
		if _, ok := got[field]; ok {
			t.Errorf("%s is compared though the zone has none", field)
		}
	}
}

func TestBinds(t *testing.T) {
	t.Parallel()
	has := func(pairs ...string) []Corroboration {
		var out []Corroboration
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, Corroboration{Field: pairs[i], Agreement: Agreement(pairs[i+1])})
		}
		return out
	}
	for _, tc := range []struct {
		name  string
		found []Corroboration
		want  bool
	}{
		{"number and name", has(fieldNumber, "agree", fieldPrimary, "transliterated"), true},
		{"number and given names", has(fieldNumber, "misread", fieldSecondary, "agree", fieldPrimary, "missing"), true},
		{"number and birth date", has(fieldNumber, "agree", fieldBirth, "agree"), true},
		{"number alone", has(fieldNumber, "agree", fieldPrimary, "missing", fieldBirth, "missing"), false},
		{"names and birth date", has(fieldNumber, "missing", fieldPrimary, "agree", fieldSecondary, "truncated", fieldBirth, "agree"), true},
		{"names alone", has(fieldPrimary, "agree", fieldSecondary, "agree"), false},
		{"surname and birth date", has(fieldPrimary, "agree", fieldBirth, "agree"), false},
		{"the former card", has(fieldNumber, "differ", fieldPrimary, "agree", fieldSecondary, "agree", fieldBirth, "agree"), false},
		{"a contradiction elsewhere", has(fieldNumber, "agree", fieldPrimary, "agree", fieldSex, "differ"), false},
		{"what binds nobody", has(fieldSex, "agree", fieldNationality, "agree", fieldState, "agree", fieldExpiry, "agree"), false},
		{"nothing", nil, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := Binds(tc.found); got != tc.want {
				t.Errorf("Binds(%v) = %t, want %t", tc.found, got, tc.want)
			}
		})
	}
}

// A zone's own lines, however they were read, never bind it to itself.
func FuzzCorroborate(f *testing.F) {
	f.Add("ERIKSSON<<ANNA<MARIA", utopianPrint, true)
	f.Add("MUELLER<<JOERG", "Name MULLER\nJORG 12 08 74", false)
	f.Fuzz(func(t *testing.T, names, text string, boxes bool) {
		m, err := ParseMRZ([]string{("P<UTO" + names + strings.Repeat("<", 44))[:44], "L898902C36UTO7408122F1204159ZE184226B<<<<<10"})
		if err != nil {
			return
		}
		lines := typed(text)
		if boxes {
			lines = drawn(text)
		}
		found := Corroborate(m, Printed{Lines: lines}, testNow)
		for _, c := range found {
			if c.Agreement == Differ && !c.Labelled || c.found() && c.Printed == "" {
				t.Errorf("Corroborate(%q) has %#v", text, c)
			}
		}
		zone := slices.Concat(typed(strings.Join(m.Lines, "\n")), typed("MARIA\nKKK"))
		if Binds(Corroborate(m, Printed{Lines: zone}, testNow)) {
			t.Errorf("the zone of %q binds itself", names)
		}
	})
}
