package ocr

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// typed makes lines without boxes of text.
func typed(text string) []PrintedLine {
	var out []PrintedLine
	for l := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		var line PrintedLine
		for _, w := range strings.Fields(l) {
			line.Words = append(line.Words, PrintedWord{Text: w, Confidence: 0.95})
		}
		out = append(out, line)
	}
	return out
}

// drawn makes lines with boxes of a drawing: a character is 10 wide, a line 20
// high, and lines are 30 apart.
func drawn(text string) []PrintedLine {
	var out []PrintedLine
	for y, l := range strings.Split(strings.Trim(text, "\n"), "\n") {
		var line PrintedLine
		runes := []rune(l)
		for x := 0; x < len(runes); x++ {
			from := x
			for x < len(runes) && runes[x] != ' ' {
				x++
			}
			if x > from {
				line.Words = append(line.Words, PrintedWord{
					Text: string(runes[from:x]), Confidence: 0.95, Box: Rect{from * 10, y * 30, (x - from) * 10, 20},
				})
			}
		}
		out = append(out, line)
	}
	return out
}

func valuesOf(fields []PrintedField) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		v := strings.Join(append([]string{f.Value}, f.Alternatives...), " or ")
		if old, ok := out[f.Field]; ok {
			v = old + " | " + v
		}
		out[f.Field] = v
	}
	return out
}

func TestParsePrinted(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		lines []PrintedLine
		want  map[string]string
	}{
		{"passport of Utopia", drawn(`
Type/Type     Code/Code     Passport No./Passeport No
P             UTO           L898902C3
Surname/Nom
ERIKSSON
Given names/Prénoms
ANNA MARIA
Nationality/Nationalité
UTOPIAN
Date of birth/Date de naissance      Personal No./No personnel
12 AUG/AOÛT 74                       ZE 184226 B
Sex/Sexe     Place of birth/Lieu de naissance
F            ZENITH
Date of issue/Date de délivrance     Authority/Autorité
16 APR/AVR 07                        PASSPORT OFFICE
Date of expiry/Date d'expiration
15 APR/AVR 12
P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10
`), map[string]string{
			fieldState: "UTO", fieldNumber: "L898902C3", fieldPrimary: "ERIKSSON", fieldSecondary: "ANNA MARIA", fieldNationality: "UTOPIAN",
			fieldBirth: "1974-08-12", fieldPersonal: "ZE 184226 B", fieldSex: "F", fieldIssue: "2007-04-16", fieldExpiry: "2012-04-15",
		}},
		{"without boxes", typed(`
Surname / Nom
ERIKSSON
Given names: Anna Maria
Date of birth 12.08.1974
Sex: F
Valid until: 15.04.2032
`), map[string]string{
			fieldPrimary: "ERIKSSON", fieldSecondary: "Anna Maria", fieldBirth: "1974-08-12", fieldSex: "F", fieldExpiry: "2032-04-15",
		}},
		{"label and value in two columns", drawn(`
Name             MUSTERFRAU
Vornamen         ERIKA
Staatsangehörigkeit   DEUTSCH
Geburtsdatum     12.08.1964
Gültig bis       31.10.2030
Ausweisnummer    T22000129
`), map[string]string{
			fieldNames: "MUSTERFRAU", fieldSecondary: "ERIKA", fieldNationality: "DEUTSCH", fieldBirth: "1964-08-12",
			fieldExpiry: "2030-10-31", fieldNumber: "T22000129",
		}},
		{"German card", drawn(`
(a) Name/Surname/Nom
MUSTERMANN
(b) Geburtsname/Name at birth/Nom de naissance
GABLER
Vornamen/Given names/Prénoms
ERIKA
Geburtstag/Date of birth/        Staatsangehörigkeit/Nationality/
Date de naissance                Nationalité
12.08.1983                       DEUTSCH
`), map[string]string{
			fieldPrimary: "MUSTERMANN", fieldBirthName: "GABLER", fieldSecondary: "ERIKA",
			fieldBirth: "1983-08-12", fieldNationality: "DEUTSCH",
		}},
		{"Spanish card", drawn(`
PRIMER APELLIDO
UTOPICA
NOMBRE
CARMEN
SEXO      NACIONALIDAD    FECHA DE NACIMIENTO
F         ESP             01 01 1980
IDESP             VÁLIDO HASTA
BAA000589         01 01 2035
DNI NÚM. 99999999R
`), map[string]string{
			fieldPrimary: "UTOPICA", fieldSecondary: "CARMEN", fieldSex: "F", fieldNationality: "ESP", fieldBirth: "1980-01-01",
			fieldNumber: "BAA000589", fieldExpiry: "2035-01-01", fieldPersonal: "99999999R",
		}},
		{"Portuguese card", drawn(`
APELIDO(S) / SURNAME
CARVALHO DA SILVA
NOME(S) / GIVEN NAME(S)
MARIA JOANA
SEXO / SEX    ALTURA / HEIGHT    NACIONALIDADE / NATIONALITY   DATA DE NASCIMENTO / DATE OF BIRTH
F             1,66               PRT                           12 08 1974
N.º DOCUMENTO / DOCUMENT No.     DATA DE VALIDADE / EXPIRY DATE
00000000 0 ZZ4                   15 04 2031
`), map[string]string{
			fieldPrimary: "CARVALHO DA SILVA", fieldSecondary: "MARIA JOANA", fieldSex: "F", fieldNationality: "PRT",
			fieldBirth: "1974-08-12", fieldNumber: "00000000 0 ZZ4", fieldExpiry: "2031-04-15",
		}},
		{"French card with a name of marriage", drawn(`
Nom : MARTIN
épouse DURAND
Prénom(s) : CAMILLE
Sexe : F      Né(e) le : 12.08.1974
`), map[string]string{
			fieldPrimary: "MARTIN", fieldUsage: "DURAND", fieldSecondary: "CAMILLE", fieldSex: "F", fieldBirth: "1974-08-12",
		}},
		{"a label in a language that is not known", drawn(`
Nazwisko / Surname / Nom / Sukunimi
ERIKSSON
Data urodzenia / Date of birth
30 MAR/MAR 1972
Data ważności / Date of expiry
13 LIP/JUL 2036
`), map[string]string{fieldPrimary: "ERIKSSON", fieldBirth: "1972-03-30", fieldExpiry: "2036-07-13"}},
		{"labels misread", drawn(`
Surnane/Non
ERIKSSON
Glven narnes
ANNA
Date of blrth
12 08 1974
Natlonallty
UTOPIAN
`), map[string]string{fieldPrimary: "ERIKSSON", fieldSecondary: "ANNA", fieldBirth: "1974-08-12", fieldNationality: "UTOPIAN"}},
		{"numbered fields of a permit", drawn(`
1. Surname/Nom
ERIKSSON
2. Given names/Prénoms
ANNA MARIA
3. Date of birth/Date de naissance
03/04/1974
`), map[string]string{fieldPrimary: "ERIKSSON", fieldSecondary: "ANNA MARIA", fieldBirth: "1974-04-03 or 1974-03-04"}},
		{"Mexican sex", typed("Sexo: M"), map[string]string{fieldSex: "M or F"}},
		{"sex in two languages", typed("Lytis/Sex: V/M"), map[string]string{fieldSex: "M"}},
		{"the slash misread", drawn("Citizenship 7 Nationalité\nEST"), map[string]string{fieldNationality: "EST"}},
		{"a period", drawn("01.01.2004 - 01.01.2009\nGültig von - bis / Valid from - until"), map[string]string{}},
		{"a value beside and one below", drawn(`
Surname        ERIKSSON
SWENSON
`), map[string]string{fieldPrimary: "ERIKSSON | SWENSON"}},
		{"only a zone", typed("P<UTOERIKSSON<<ANNA\nName L898902C36UTO7408122F1204159ZE184226B"), map[string]string{}},
		{"labels without values", typed("Surname\nGiven names\nDate of birth\nSex"), map[string]string{}},
		{"nothing", nil, map[string]string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := valuesOf(ParsePrinted(tc.lines, testNow))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("ParsePrinted (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindDays(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"12 AUG/AOÛT 1974":           "1974-08-12",
		"12 AUG/AOU 74":              "1974-08-12",
		"12 AUG 1974":                "1974-08-12",
		"12AUG1974":                  "1974-08-12",
		"12.08.1974":                 "1974-08-12",
		"12/08/74":                   "1974-08-12 1974-12-08",
		"1974-08-12":                 "1974-08-12",
		"12 08 1974":                 "1974-08-12",
		"12-Aug-1974":                "1974-08-12",
		"Aug 12, 1974":               "1974-08-12",
		"12 de agosto de 1974":       "1974-08-12",
		"12. August 1974":            "1974-08-12",
		"12th of August 1974":        "1974-08-12",
		"1er août 1974":              "1974-08-01",
		"12 août 1974":               "1974-08-12",
		"12 VIII 1974":               "1974-08-12",
		"13 LIP/JUL 2006":            "2006-07-13",
		"01 JAN/JAN 2030":            "2030-01-01",
		"2 MÄR/MAR 20":               "2020-03-02",
		"08/25/1974":                 "1974-08-25",
		"25/08/1974":                 "1974-08-25",
		"10 0CT 1974":                "1974-10-10",
		"l2.O8.1974":                 "1974-08-12",
		"12 Septernber 1974":         "",
		"12 Septenber 1974":          "1974-09-12",
		"12 JUI 1974":                "1974-06-12 1974-07-12",
		"31 JUI 1974":                "1974-07-31",
		"12 MAY/JUN 1974":            "",
		"30 FEB 1974":                "",
		"29.02.2000":                 "2000-02-29",
		"29.02.1900":                 "",
		"12.08.2974":                 "",
		"12 AUG":                     "",
		"from 01.02.2020 to 3.4.30":  "2020-02-01 | 2030-04-03",
		"L898902C3":                  "",
		"١٢.٠٨.١٩٧٤":                 "",
		"99999999999999999999.1.2":   "",
		"12 AUG 12 AUG 12 AUG 12 12": "2012-08-12 | 2012-08-12",
		"12-08-1974":                 "1974-08-12 1974-12-08",
		"08 25 1974":                 "1974-08-25",
		"":                           "",
	} {
		var got []string
		for _, d := range findDays(in, false) {
			got = append(got, strings.Join(d.resolved(fieldExpiry, time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)), " "))
		}
		if s := strings.Join(got, " | "); s != want {
			t.Errorf("findDays(%q) = %q, want %q", in, s, want)
		}
	}
}

// Where a label asks for a day, one without anything between its parts counts.
func TestFindDaysGlued(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"12081974": "1974-08-12", "19740812": "1974-08-12", "250874": "1974-08-25", "123456789": ""} {
		got := ""
		for _, d := range findDays(in, true) {
			got = d.resolved(fieldBirth, testNow)[0]
		}
		if got != want {
			t.Errorf("findDays(%q, glued) = %q, want %q", in, got, want)
		}
	}
}

// A date in print names the role's century, as one in a zone does.
func TestPrintedDateCentury(t *testing.T) {
	t.Parallel()
	got := valuesOf(ParsePrinted(typed("Date of birth 15 AUG 30\nDate of expiry 15 AUG 30\nDate of issue 15 AUG 20"), testNow))
	want := map[string]string{fieldBirth: "1930-08-15", fieldExpiry: "2030-08-15", fieldIssue: "2020-08-15"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ParsePrinted (-want +got):\n%s", diff)
	}
}

// Each label of the table is found as itself, and with one letter misread as
// nothing else.
func TestLabelsAreTold(t *testing.T) {
	t.Parallel()
	for _, l := range labels {
		got, errors, ok := matchLabel(l.fold)
		if !ok || errors != 0 || got.field != l.field {
			t.Errorf("%q of %q is taken for %q of %q (%d errors, %t)", l.text, l.field, got.text, got.field, errors, ok)
		}
		if len(l.fold) < 5 {
			continue
		}
		misread := l.fold[:2] + "~" + l.fold[3:]
		if got, _, ok := matchLabel(misread); ok && got.field != l.field {
			t.Errorf("%q of %q, misread, is taken for %q of %q", l.text, l.field, got.text, got.field)
		}
	}
}

func TestMatchLabel(t *testing.T) {
	t.Parallel()
	for field, texts := range map[string][]string{
		fieldNumber: {
			"Passport No.", "PASSEPORT N°", "Pasaporte N.º", "Nº de documento", "N.º do cartão", "Pass-Nr.", "Ausweisnummer", "Document nurnber",
			"Numéro du docurnent", "Núm. soporte", "Dokurnentennummer", "Card No",
		},
		fieldPrimary:     {"Surname", "SURNAME(S)", "Nom", "Apellidos", "1er apellido", "Apelido(s)", "Sobrenome", "Familienname", "Farnilienname", "Nachname"},
		fieldSecondary:   {"Given names", "Given name(s)", "Prénom(s)", "Prenoms", "Nombres", "Nomes próprios", "Vornamen", "Vorname(n)", "First narne"},
		fieldNames:       {"Name", "Nome", "Full name", "Nom, prénoms"},
		fieldBirthName:   {"Nom de naissance", "Geburtsname", "Name at birth"},
		fieldNationality: {"Nationality", "NATIONALITÉ", "Nacionalidad", "Nacionalidade", "Staatsangehörigkeit", "Staatsangehorlgkeit", "Natlonallty"},
		fieldBirth:       {"Date of birth", "Date of blrth", "Date de naiss.", "Né(e) le", "Fecha de nacimiento", "Data de nascimento", "Geburtsdatum", "Geboren am"},
		fieldSex:         {"Sex", "Sexe", "SEXO", "Geschlecht", "Geschlccht"},
		fieldExpiry: {
			"Date of expiry", "Date of explry", "Date d'expiration", "Date d'expir.", "Valable jusqu'au", "Fecha de caducidad", "Válido hasta",
			"Data de validade", "Válido até", "Gültig bis", "Giiltig bis", "Ablaufdatum",
		},
		fieldIssue:    {"Date of issue", "Date de délivrance", "Fecha de expedición", "Data de emissão", "Ausgestellt am", "Valid from"},
		fieldState:    {"Code", "Code of issuing State", "Código del Estado", "Kode"},
		fieldPersonal: {"Personal No", "I.D. No.", "DNI", "No personnel", "Personal identifying number"},
		fieldOther:    {"Place of birth", "Lieu de naissance", "Authority", "Height", "Signature of bearer", "Gültig von - bis"},
	} {
		for _, text := range texts {
			if got, _, ok := matchLabel(foldLabel(text)); !ok || got.field != field {
				t.Errorf("%q is the label of %q (%q, %t), want %q", text, got.field, got.text, ok, field)
			}
		}
	}
	for _, text := range []string{"ERIKSSON", "ANNA MARIA", "12 AUG 1974", "L898902C3", "UTOPIA", "UTO", "ZENITH", "F", "M", "", "P", "ROSE", "MANN", "GARCIA", "DE", "LE"} {
		if got, _, ok := matchLabel(foldLabel(text)); ok {
			t.Errorf("the value %q passes for the label %q", text, got.text)
		}
	}
}

func FuzzParsePrinted(f *testing.F) {
	f.Add("Surname/Nom\nERIKSSON\nDate of birth: 12 AUG/AOÛT 74\nSex F", true)
	f.Add("Name: ::/ (|)\n\n//\nNom Nom Nom", false)
	f.Add("né(e) le 1 1 1\nPassport No L 898902", true)
	f.Fuzz(func(t *testing.T, text string, boxes bool) {
		lines := typed(text)
		if boxes {
			lines = drawn(text)
		}
		for _, p := range ParsePrinted(lines, testNow) {
			if p.Value == "" || p.Field == "" || p.Confidence < 0 || p.Confidence > 1 {
				t.Errorf("ParsePrinted(%q) has %#v", text, p)
			}
		}
	})
}

func FuzzFindDays(f *testing.F) {
	f.Add("12 AUG/AOÛT 74")
	f.Add("2020-13-99 1.1.1 ١٢.٠٨")
	f.Fuzz(func(t *testing.T, text string) {
		for _, glued := range []bool{false, true} {
			for _, d := range findDays(text, glued) {
				if len(d.days) == 0 {
					t.Fatalf("findDays(%q) has a date without a day", text)
				}
				for _, s := range append(d.resolved(fieldBirth, testNow), d.resolved(fieldExpiry, testNow)...) {
					if _, err := time.Parse(time.DateOnly, s); err != nil {
						t.Errorf("findDays(%q) has %q", text, s)
					}
				}
			}
		}
	})
}
