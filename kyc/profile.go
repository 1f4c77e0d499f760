package kyc

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"github.com/vouchline/vouchline/ocr"
)

// Codes of FieldErrors.
const (
	FieldRequired = "required"
	FieldInvalid  = "invalid"
	FieldTooLong  = "too_long"
	FieldTooYoung = "too_young"
	FieldFuture   = "future"
)

const (
	maxName     = 100 // characters; longer than any name field of ICAO 9303
	maxEmail    = 254 // RFC 5321 section 4.5.3.1
	minimumAge  = 16  // younger applicants need a guardian, which this flow does not ask for
	maximumAge  = 130
	maxUsername = 32
)

var (
	usernamePattern = regexp.MustCompile(`^[a-z][a-z0-9._-]{2,31}$`)
	hostForm        = regexp.MustCompile(`\pL\.\pL{2}`)
	countryPattern  = regexp.MustCompile(`^[A-Z]{3}$`)
)

// normalizeProfile puts a profile into the form in which it is stored and
// compared, and tells every fault at once.
func normalizeProfile(p Profile, country string, now time.Time) (Profile, FieldErrors) {
	faults := FieldErrors{}
	p.GivenNames = normalizeName("given_names", p.GivenNames, faults)
	p.FamilyNames = normalizeName("family_names", p.FamilyNames, faults)
	p.BirthPlace = normalizeName("birth_place", p.BirthPlace, faults)
	p.BirthDate = normalizeBirthDate(p.BirthDate, now, faults)
	p.Sex = strings.ToUpper(strings.TrimSpace(p.Sex))
	if p.Sex != "F" && p.Sex != "M" && p.Sex != "X" {
		faults["sex"] = FieldRequired
	}
	p.Nationality = strings.ToUpper(strings.TrimSpace(p.Nationality))
	if !countryPattern.MatchString(p.Nationality) {
		faults["nationality"] = FieldRequired
	}
	p.Phone = normalizePhone(p.Phone, country, faults)
	p.Email = normalizeEmail(p.Email, faults)
	p.Username = strings.ToLower(strings.TrimSpace(p.Username))
	switch {
	case p.Username == "":
		faults["username"] = FieldRequired
	case utf8.RuneCountInString(p.Username) > maxUsername:
		faults["username"] = FieldTooLong
	case !usernamePattern.MatchString(p.Username):
		faults["username"] = FieldInvalid
	}
	return p, faults
}

// normalizeName keeps the letters of every script, and refuses what cannot be
// part of a name: digits, control and formatting characters that would make
// two names look alike on a reviewer's screen.
func normalizeName(field, name string, faults FieldErrors) string {
	name = norm.NFC.String(strings.Join(strings.Fields(name), " "))
	switch {
	case name == "":
		faults[field] = FieldRequired
	case utf8.RuneCountInString(name) > maxName:
		faults[field] = FieldTooLong
	case hostForm.MatchString(name):
		// A greeting with a name that reads as an address becomes a link in
		// the recipient's mail program.
		faults[field] = FieldInvalid
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" '’.,-‐‑", r)
	}):
		faults[field] = FieldInvalid
	}
	return name
}

func normalizeBirthDate(typed string, now time.Time, faults FieldErrors) string {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		faults["birth_date"] = FieldRequired
		return ""
	}
	born, err := time.Parse(time.DateOnly, typed)
	switch {
	case err != nil || born.AddDate(maximumAge, 0, 0).Before(now):
		faults["birth_date"] = FieldInvalid
	case born.After(now):
		faults["birth_date"] = FieldFuture
	case born.AddDate(minimumAge, 0, 0).After(now):
		faults["birth_date"] = FieldTooYoung
	}
	return typed
}

// normalizePhone returns the number in E.164. A number without a country code
// is read in the operator's country.
func normalizePhone(typed, country string, faults FieldErrors) string {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		faults["phone"] = FieldRequired
		return ""
	}
	number, err := phonenumbers.Parse(typed, country)
	if err != nil || !phonenumbers.IsValidNumber(number) {
		faults["phone"] = FieldInvalid
		return typed
	}
	return phonenumbers.Format(number, phonenumbers.E164)
}

// normalizeEmail lowers the address: two spellings of one mailbox must not be
// two people.
func normalizeEmail(typed string, faults FieldErrors) string {
	typed = strings.ToLower(strings.TrimSpace(typed))
	address, err := mail.ParseAddress(typed)
	switch {
	case typed == "":
		faults["email"] = FieldRequired
	case len(typed) > maxEmail:
		faults["email"] = FieldTooLong
	case err != nil || address.Address != typed || !strings.Contains(typed[strings.LastIndexByte(typed, '@')+1:], "."):
		faults["email"] = FieldInvalid
	}
	return typed
}

// Attribute names of a minted identity.
const (
	AttrFamilyNames = "family_names"
	AttrGivenNames  = "given_names"
	AttrBirthDate   = "birth_date"
	AttrSex         = "sex"
	AttrNationality = "nationality"
	AttrPhone       = "phone"
	AttrEmail       = "email"
)

// AttributeNames returns the attributes that an identity commits to.
func AttributeNames() []string {
	return []string{AttrFamilyNames, AttrGivenNames, AttrBirthDate, AttrSex, AttrNationality, AttrPhone, AttrEmail}
}

// NormalizeAttribute puts a value into the form that is committed to, so that
// what a visitor types later gives the same digest: names in the letters of
// the MRZ without punctuation, everything else trimmed and in one case.
func NormalizeAttribute(name, value string) string {
	value = strings.TrimSpace(norm.NFC.String(value))
	switch name {
	case AttrFamilyNames, AttrGivenNames:
		letters := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsMark(r) {
				return r
			}
			return ' '
		}, value)
		return strings.Join(strings.Fields(strings.ReplaceAll(ocr.Transliterate(letters), "<", " ")), " ")
	case AttrEmail:
		return strings.ToLower(value)
	case AttrPhone:
		return value
	default:
		return strings.ToUpper(value)
	}
}

// attributes returns the values that are minted for a profile.
func (p Profile) attributes() map[string]string {
	values := map[string]string{
		AttrFamilyNames: p.FamilyNames, AttrGivenNames: p.GivenNames, AttrBirthDate: p.BirthDate, AttrSex: p.Sex,
		AttrNationality: p.Nationality, AttrPhone: p.Phone, AttrEmail: p.Email,
	}
	for name, value := range values {
		values[name] = NormalizeAttribute(name, value)
	}
	return values
}

func (p Profile) claims() ocr.Claims {
	return ocr.Claims{
		GivenNames: p.GivenNames, FamilyNames: p.FamilyNames, BirthDate: p.BirthDate, Sex: p.Sex, Nationality: p.Nationality,
	}
}
