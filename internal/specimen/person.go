package specimen

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Person is the holder of a specimen document. Dates are whole days in UTC.
type Person struct {
	FamilyNames    string // as printed, before transliteration
	GivenNames     string // empty for a holder of a single name
	BirthDate      time.Time
	BirthUnknown   Unknown // what of BirthDate is not known
	PlaceOfBirth   string
	Sex            string // M, F or < (9303-3, 4.8)
	Nationality    string // three-letter code; D for Germany
	IssuingState   string
	DocumentCode   string // P, I, V ...; empty takes the format's usual one
	DocumentNumber string
	IssueDate      time.Time
	ExpiryDate     time.Time
	OptionalData   string
	OptionalData2  string // second line of TD1 only

	// The names in the script of the state, printed beside the Latin ones.
	NativeFamilyNames, NativeGivenNames string
}

// Unknown is the part of a date that is not known and is filled up.
type Unknown string

// The parts: the day alone, or day and month.
const (
	UnknownDay   Unknown = "day"
	UnknownMonth Unknown = "month"
)

// RandomPerson returns the person of that seed: an adult on any day from 2024
// whose document is valid until 2029 at least. One of three is a national of
// UTO, the others come from all the states that this package knows.
func RandomPerson(f Format, seed uint64) Person {
	r := rand.New(rand.NewPCG(seed, 0x9303)) //nolint:gosec // reproducible on purpose
	s := states[0]
	if r.IntN(3) != 0 {
		s = states[r.IntN(len(states))]
	}
	if f == FRID {
		s = stateOf("FRA")
	}
	return personOf(s, f, r)
}

// PersonOf returns the person of that seed with a document of the state, one of
// States.
func PersonOf(code string, f Format, seed uint64) Person {
	return personOf(stateOf(code), f, rand.New(rand.NewPCG(seed, 0x9304))) //nolint:gosec // reproducible on purpose
}

func personOf(s state, f Format, r *rand.Rand) Person {
	name := s.people[r.IntN(len(s.people))]
	p := Person{
		FamilyNames:       name.family,
		GivenNames:        name.given,
		NativeFamilyNames: name.nativeFamily,
		NativeGivenNames:  name.nativeGiven,
		Sex:               name.sex,
		BirthDate:         day(1940+r.IntN(64), 1+r.IntN(12), 1+r.IntN(28)),
		PlaceOfBirth:      s.places[r.IntN(len(s.places))],
		Nationality:       s.nationality(),
		IssuingState:      s.code,
		DocumentNumber:    randomNumber(r, f),
		ExpiryDate:        day(2029+r.IntN(4), 1+r.IntN(12), 1+r.IntN(28)),
	}
	p.IssueDate = p.ExpiryDate.AddDate(-10, 0, 0)
	if f == MRVA || f == MRVB {
		p.IssueDate = p.ExpiryDate.AddDate(-5, 0, 0)
	}
	if f == TD3 && r.IntN(2) == 0 {
		p.OptionalData = fmt.Sprintf("ZE%06dB", r.IntN(1e6))
	}
	p.rarities(f, r)
	if s.code == "FRA" && f == TD1 {
		p.DocumentCode = "ID" // the card of 2021
	}
	if f == FRID {
		p.french(r)
	}
	return p
}

// rarities are what forms rarely have room for: a single name, a sex that is
// not told, a day of birth that nobody knows (9303-3, 4.7 and 4.8), no state.
func (p *Person) rarities(f Format, r *rand.Rand) {
	switch r.IntN(40) {
	case 0, 1:
		if f != FRID {
			p.GivenNames, p.NativeGivenNames = "", ""
		}
	case 2, 3:
		p.Sex = "<"
	case 4:
		p.BirthUnknown = UnknownDay
	case 5:
		p.BirthUnknown = UnknownMonth
	case 6:
		p.Nationality = "XXA" // stateless (9303-3, 5, part D)
	}
}

// french makes the person the holder of a card of 1988 to 2021: its number is
// year and month of issue, department and sequence.
func (p *Person) french(r *rand.Rand) {
	p.DocumentCode, p.Nationality = "ID", p.IssuingState
	department := 1 + r.IntN(95)
	p.IssueDate = day(2014+r.IntN(7), 1+r.IntN(12), 1+r.IntN(28))
	p.ExpiryDate = p.IssueDate.AddDate(15, 0, 0)
	p.DocumentNumber = fmt.Sprintf("%s%03d%05d", p.IssueDate.Format("0601"), department*10+r.IntN(4), r.IntN(1e5))
	p.OptionalData = fmt.Sprintf("%03d%03d", department*10, 1+r.IntN(20))
	p.BirthUnknown = ""
	if p.Sex == "<" {
		p.Sex = "F"
	}
}

func randomNumber(r *rand.Rand, f Format) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	length := 9
	switch {
	case (f == TD1 || f == TD2) && r.IntN(5) == 0:
		length = 12 // 9303-5, 4.2.4: spills into the optional data
	case r.IntN(5) == 0:
		length = 8
	}
	number := make([]byte, length)
	for i := range number {
		number[i] = alphabet[26+r.IntN(10)]
		if i < 2 || r.IntN(4) == 0 {
			number[i] = alphabet[r.IntN(len(alphabet))]
		}
	}
	return string(number)
}

func day(year, month, d int) time.Time {
	return time.Date(year, time.Month(month), d, 0, 0, 0, 0, time.UTC)
}
