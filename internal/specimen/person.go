package specimen

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Person is the holder of a specimen document. Dates are whole days in UTC.
type Person struct {
	FamilyNames    string // as printed, before transliteration
	GivenNames     string
	BirthDate      time.Time
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
}

// names are chosen for what is hard about them: accents that ICAO 9303-3
// writes with two letters, hyphens, particles, apostrophes, and lengths that
// every format must truncate.
var names = []struct{ family, given, sex string }{
	{"Eriksson", "Anna Maria", "F"},
	{"Müller-Lüdenscheidt", "Jürgen", "M"},
	{"O'Connor", "Siobhán", "F"},
	{"García Hernández", "José Luis", "M"},
	{"Øvergård", "Bjørn", "M"},
	{"Papadopoulos-Konstantinidis-Alexandropoulos", "Aikaterini Despoina", "F"},
	{"Dupont", "Jean-Pierre", "M"},
	{"Łukaszewski", "Stanisław", "M"},
	{"Björnsdóttir", "Guðrún", "F"},
	{"Çelik", "Şule", "F"},
	{"van der Berg", "Pieter", "M"},
	{"Škvorecký", "Jiří", "M"},
	{"de Saint-Exupéry", "Antoine Marie Roger", "M"},
	{"Zimmermann", "Zoë", "F"},
	{"Quesada", "Xavier", "M"},
	{"Weiß", "Rüdiger", "M"},
	{"Bennelong Wooloomooloo Warrandyte Warnambool", "Dingo Potoroo", "M"},
	{"Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "F"},
	{"Smith", "Jo", "<"},
	{"Kowalczyk", "Wojciech Æneas", "M"},
}

// states pairs an issuing state's code with its name in English and French.
// UTO is the standard's own invention (9303-3, 5).
var states = []struct{ code, english, french string }{
	{"UTO", "UTOPIA", "UTOPIE"},
	{"D", "GERMANY", "ALLEMAGNE"},
	{"FRA", "FRANCE", "FRANCE"},
	{"NOR", "NORWAY", "NORVÈGE"},
	{"POL", "POLAND", "POLOGNE"},
	{"SWE", "SWEDEN", "SUÈDE"},
	{"CIV", "CÔTE D'IVOIRE", "CÔTE D'IVOIRE"},
}

var places = []string{"ZENITH", "PARIS", "ØRSTA", "KÖLN", "ABIDJAN", "GDAŃSK", "MALMÖ", "NEW HAVEN"}

// RandomPerson returns the person of that seed: an adult on any day from 2024
// whose document is valid until 2029 at least. Two of three are nationals of
// UTO.
func RandomPerson(f Format, seed uint64) Person {
	r := rand.New(rand.NewPCG(seed, 0x9303)) //nolint:gosec // reproducible on purpose
	name := names[r.IntN(len(names))]
	state := states[0]
	if r.IntN(3) == 0 {
		state = states[r.IntN(len(states))]
	}
	p := Person{
		FamilyNames:    name.family,
		GivenNames:     name.given,
		Sex:            name.sex,
		BirthDate:      day(1940+r.IntN(64), 1+r.IntN(12), 1+r.IntN(28)),
		PlaceOfBirth:   places[r.IntN(len(places))],
		Nationality:    state.code,
		IssuingState:   state.code,
		DocumentNumber: randomNumber(r, f),
		ExpiryDate:     day(2029+r.IntN(4), 1+r.IntN(12), 1+r.IntN(28)),
	}
	p.IssueDate = p.ExpiryDate.AddDate(-10, 0, 0)
	if f == MRVA || f == MRVB {
		p.IssueDate = p.ExpiryDate.AddDate(-5, 0, 0)
	}
	if f == TD3 && r.IntN(2) == 0 {
		p.OptionalData = fmt.Sprintf("ZE%06dB", r.IntN(1e6))
	}
	return p
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
