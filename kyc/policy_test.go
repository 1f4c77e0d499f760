package kyc

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ocr"
)

func TestPolicy(t *testing.T) {
	t.Parallel()
	full := func(change ...Check) []Check {
		var checks []Check
		for _, name := range RequiredChecks() {
			checks = append(checks, Check{Name: name, Outcome: Passed})
		}
		for _, c := range change {
			checks = setCheck(checks, c)
		}
		return checks
	}
	for _, c := range []struct {
		name    string
		checks  []Check
		outcome Outcome
		reasons []Reason
	}{
		{"all passed", full(), Passed, nil},
		{"nothing at all", nil, Referred, []Reason{ReasonCheckMissing}},
		{"one missing", full()[1:], Referred, []Reason{ReasonCheckMissing}},
		{"one referred", full(Check{Name: CheckWords, Outcome: Referred, Reasons: []Reason{ReasonWords}}), Referred, []Reason{ReasonWords}},
		{"one failed", full(Check{Name: CheckSelfieLive, Outcome: Failed, Reasons: []Reason{ReasonFaceDifferent}}), Failed, []Reason{ReasonFaceDifferent}},
		{"failed without a reason", full(Check{Name: CheckSelfieLive, Outcome: Failed}), Failed, nil},
		{"referred without a reason", full(Check{Name: CheckSelfieLive, Outcome: Referred}), Referred, nil},
		{"an outcome nobody knows", full(Check{Name: CheckWords, Outcome: "maybe"}), Referred, nil},
		{"failed beats referred", full(Check{Name: CheckWords, Outcome: Referred, Reasons: []Reason{ReasonWords}},
			Check{Name: CheckSelfieLive, Outcome: Failed, Reasons: []Reason{ReasonFaceDifferent}}), Failed, []Reason{ReasonFaceDifferent}},
		{"an extra check can hold up", full(Check{Name: "extra", Outcome: Failed, Reasons: []Reason{"extra"}}), Referred, []Reason{"extra"}},
		{"an extra check cannot replace one", full(Check{Name: "extra", Outcome: Passed})[1:], Referred, []Reason{ReasonCheckMissing}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			outcome, reasons := Policy{}.Decide(c.checks)
			if outcome != c.outcome {
				t.Errorf("Decide = %s, want %s", outcome, c.outcome)
			}
			if diff := cmp.Diff(c.reasons, reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryFindingHasAReason: what a new reader finds must not pass for want of
// one, nor lack words.
func TestEveryFindingHasAReason(t *testing.T) {
	t.Parallel()
	for _, code := range ocr.FindingCodes() {
		if why, ok := findingReasons[code]; !ok || !slices.Contains(Reasons(), why) {
			t.Errorf("finding %s has the reason %q, want one of Reasons", code, why)
		}
	}
	for _, why := range Notices() {
		if !slices.Contains(Reasons(), why) {
			t.Errorf("notice %s is no reason", why)
		}
	}
}

func TestNormalizeProfile(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	good := Profile{
		GivenNames: "  Adjoa  Élise ", FamilyNames: "N'Dah-Kouassi", BirthDate: "1990-02-28", BirthPlace: "Porto-Novo", Sex: "f", Nationality: "ben",
		Phone: "01 97 12 34 56", Email: " Adjoa@Example.ORG ", Username: "Adjoa.K",
	}
	p, faults := normalizeProfile(good, "BJ", now)
	if len(faults) > 0 {
		t.Fatalf("faults = %v", faults)
	}
	want := Profile{
		GivenNames: "Adjoa Élise", FamilyNames: "N'Dah-Kouassi", BirthDate: "1990-02-28", BirthPlace: "Porto-Novo", Sex: "F", Nationality: "BEN",
		Phone: "+2290197123456", Email: "adjoa@example.org", Username: "adjoa.k",
	}
	if p != want {
		t.Errorf("normalizeProfile gave %+v", []string{p.GivenNames, p.Phone, p.Email, p.Username})
	}
	for _, c := range []struct {
		name, field, code string
		change            func(*Profile)
	}{
		{"no name", "given_names", FieldRequired, func(p *Profile) { p.GivenNames = " " }},
		{"digits in a name", "family_names", FieldInvalid, func(p *Profile) { p.FamilyNames = "R2D2" }},
		{"markup in a name", "family_names", FieldInvalid, func(p *Profile) { p.FamilyNames = "<b>Ada</b>" }},
		{"hidden direction change", "given_names", FieldInvalid, func(p *Profile) { p.GivenNames = "Ada\u202enhoJ" }},
		{"address as a name", "given_names", FieldInvalid, func(p *Profile) { p.GivenNames = "Win at evil.example" }},
		{"huge name", "given_names", FieldTooLong, func(p *Profile) { p.GivenNames = strings.Repeat("a", 101) }},
		{"impossible date", "birth_date", FieldInvalid, func(p *Profile) { p.BirthDate = "1990-02-30" }},
		{"born tomorrow", "birth_date", FieldFuture, func(p *Profile) { p.BirthDate = "2026-11-21" }},
		{"too young", "birth_date", FieldTooYoung, func(p *Profile) { p.BirthDate = "2010-11-21" }},
		{"too old", "birth_date", FieldInvalid, func(p *Profile) { p.BirthDate = "1874-01-01" }},
		{"no sex", "sex", FieldRequired, func(p *Profile) { p.Sex = "" }},
		{"no country", "nationality", FieldRequired, func(p *Profile) { p.Nationality = "B" }},
		{"short phone", "phone", FieldInvalid, func(p *Profile) { p.Phone = "123" }},
		{"address without domain", "email", FieldInvalid, func(p *Profile) { p.Email = "ada@localhost" }},
		{"address with a name", "email", FieldInvalid, func(p *Profile) { p.Email = "Ada <ada@example.org>" }},
		{"address with a header", "email", FieldInvalid, func(p *Profile) { p.Email = "ada@example.org\r\nBcc: x@example.org" }},
		{"username with spaces", "username", FieldInvalid, func(p *Profile) { p.Username = "a b c" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := good
			c.change(&p)
			if _, faults := normalizeProfile(p, "BJ", now); faults[c.field] != c.code || len(faults) != 1 {
				t.Errorf("faults = %v, want %s: %s alone", faults, c.field, c.code)
			}
		})
	}
}

func FuzzNormalizeProfile(f *testing.F) {
	f.Add("Anna", "1974-08-12", "+33612345678", "a@example.org")
	f.Add("\x00", "9999-99-99", "++", "@")
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, name, date, phone, email string) {
		p, faults := normalizeProfile(Profile{GivenNames: name, FamilyNames: name, BirthDate: date, Phone: phone, Email: email}, "BJ", now)
		again, _ := normalizeProfile(p, "BJ", now)
		if len(faults) == 0 && again != p {
			t.Errorf("normalising twice changes the profile")
		}
	})
}

func TestNormalizeAttribute(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ attribute, value, want string }{
		{AttrFamilyNames, "N'Dah-Kouassi", "N DAH KOUASSI"},
		{AttrFamilyNames, " Müller ", NormalizeAttribute(AttrFamilyNames, "müller")},
		{AttrEmail, "Ada@Example.org", "ada@example.org"},
		{AttrSex, "f", "F"},
		{AttrBirthDate, " 1990-01-02", "1990-01-02"},
	} {
		if got := NormalizeAttribute(c.attribute, c.value); got != c.want {
			t.Errorf("NormalizeAttribute(%s, %q) = %q, want %q", c.attribute, c.value, got, c.want)
		}
	}
}

// TestPersonalDataRedactsItself prints what holds personal data in every way a
// log line might.
func TestPersonalDataRedactsItself(t *testing.T) {
	t.Parallel()
	p := Profile{GivenNames: "Confidentia", Email: "confidentia@example.org"}
	mrz := ocr.MRZ{Lines: []string{"CONFIDENTIA"}, Fields: ocr.Fields{PrimaryIdentifier: "CONFIDENTIA"}}
	word := ocr.PrintedWord{Text: "Confidentia"}
	reading := ocr.Reading{
		MRZ:            &mrz,
		Printed:        &ocr.Printed{Lines: []ocr.PrintedLine{{Words: []ocr.PrintedWord{word}}}, Fields: []ocr.PrintedField{{Value: "Confidentia"}}},
		Corroborations: []ocr.Corroboration{{MRZ: "CONFIDENTIA", Printed: "Confidentia"}},
		PortraitJPEG:   []byte("confidentia"),
	}
	document := DocumentEvidence{
		Type: "passport", Reading: &reading, Comparisons: []ocr.FieldComparison{{Claimed: "Confidentia", Read: "CONFIDENTIA", Printed: "Confidentia"}},
	}
	joined := join([]shot{{Reading: reading, photo: "document-1"}}, time.Unix(0, 0))
	d := Data{Profile: p, Line: Line{Password: "confidentia"}, Document: document}
	e := NewEnrollment("en1", time.Unix(0, 0), d)
	var log strings.Builder
	text, json := slog.New(slog.NewTextHandler(&log, nil)), slog.New(slog.NewJSONHandler(&log, nil))
	for _, v := range []any{
		p, &p, d, &d, e, *e, document, &document, reading, &reading, reading.Corroborations[0], document.Comparisons[0],
		*reading.Printed, reading.Printed, reading.Printed.Fields[0], mrz, &mrz, mrz.Fields, joined.shots[0],
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			fmt.Fprintf(&log, verb+"\n", v)
		}
		text.Info("x", "v", v)
		json.Info("x", "v", v)
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(strings.ToLower(line), "confidentia") || strings.Contains(line, "0x63, 0x6f, 0x6e, 0x66") {
			t.Errorf("personal data in the log: %s", line)
		}
	}
}

func TestCommonPasswords(t *testing.T) {
	t.Parallel()
	p := Profile{Username: "adjoa.kossi", Email: "adjoa.long@example.org"}
	for password, want := range map[string]error{
		"short": ErrPasswordShort, "password": ErrPasswordCommon, "MotDePasse": ErrPasswordCommon, "adjoa.kossi": ErrPasswordCommon,
		"adjoa.long": ErrPasswordCommon, "vouchline": ErrPasswordCommon, strings.Repeat("x", 300): ErrPasswordLong, "kofi danse": nil, "éèêëàâäö": nil,
	} {
		if got := checkPassword(password, p, "Vouchline"); got != want { //nolint:errorlint // sentinels, not wrapped
			t.Errorf("checkPassword(%q) = %v, want %v", password, got, want)
		}
	}
}

// TestWordsAreReadable: words for the live step have no accents and differ.
func TestWordsAreReadable(t *testing.T) {
	t.Parallel()
	f := &Flow{}
	for _, locale := range []string{"en", "fr", "fr-BJ", "xx"} {
		words, err := f.randomWords(locale, 3)
		if err != nil || len(words) != 3 || words[0] == words[1] || words[1] == words[2] {
			t.Errorf("randomWords(%s) = %v, %v", locale, words, err)
		}
	}
	for _, w := range strings.Fields(wordsEnglish + wordsFrench) {
		if strings.Trim(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || len(w) < 4 {
			t.Errorf("word %q is not of four or more letters A to Z", w)
		}
	}
}
