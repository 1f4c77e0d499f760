package specimen

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// anna is the standard's own specimen holder.
var anna = Person{
	FamilyNames: "Eriksson", GivenNames: "Anna Maria", Sex: "F",
	BirthDate: day(1974, 8, 12), ExpiryDate: day(2012, 4, 15),
	Nationality: "UTO", IssuingState: "UTO",
}

// The lines printed in ICAO 9303, parts 4 to 7, appendix A or B.
func TestMRZOfTheStandard(t *testing.T) {
	t.Parallel()
	with := func(change func(*Person)) Person { p := anna; change(&p); return p }
	tests := []struct {
		name   string
		format Format
		person Person
		want   []string
	}{
		{"TD3", TD3, with(func(p *Person) { p.DocumentNumber, p.OptionalData = "L898902C3", "ZE184226B" }), []string{
			"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
			"L898902C36UTO7408122F1204159ZE184226B<<<<<10",
		}},
		{"TD2", TD2, with(func(p *Person) { p.DocumentNumber = "D23145890" }), []string{
			"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
			"D231458907UTO7408122F1204159<<<<<<<6",
		}},
		{"TD1", TD1, with(func(p *Person) { p.DocumentNumber = "D23145890" }), []string{
			"I<UTOD231458907<<<<<<<<<<<<<<<",
			"7408122F1204159UTO<<<<<<<<<<<6",
			"ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
		}},
		{"TD1 long number", TD1, with(func(p *Person) {
			p.DocumentNumber = "D23145890734"
			p.BirthDate = day(1934, 7, 12)
			p.ExpiryDate = day(1995, 7, 12)
		}), []string{
			"I<UTOD23145890<7349<<<<<<<<<<<",
			"3407127F9507122UTO<<<<<<<<<<<2",
			"ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
		}},
		{"MRV-A", MRVA, with(func(p *Person) { p.DocumentNumber, p.OptionalData = "L8988901C", "6ZE184226B" }), []string{
			"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
			"L8988901C4UTO7408122F12041596ZE184226B<<<<<<",
		}},
		{"MRV-B", MRVB, with(func(p *Person) { p.DocumentNumber, p.OptionalData = "L8988901C", "6ZE18422" }), []string{
			"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
			"L8988901C4UTO7408122F12041596ZE18422",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, MRZ(tt.format, tt.person)); diff != "" {
				t.Errorf("MRZ(%s) (-want +got):\n%s", tt.format, diff)
			}
		})
	}
}

func TestNameField(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, family, given, want string }{
		{"fits", "van der Muellen", "Martin Jan", "VAN<DER<MUELLEN<<MARTIN<JAN<<<<<<<<<<<<"},
		{"no given name", "Arkfreith", "", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"},
		{"apostrophe and accents", "D'Artagnan-Müß", "Čeněk Åse", "DARTAGNAN<MUESS<<CENEK<AASE<<<<<<<<<<<<"},
		{"given names cut", "Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"},
		{"family names cut", "Papadopoulos-Konstantinidis-Alexandropoulos", "Aikaterini Despoina", "PAPADOPOULOS<KONSTANTINIDIS<ALEXANDR<<A"},
		{"cut between components", "Nilavadhanananda", "Chayapa Dejthamronga Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := nameField(Person{FamilyNames: tt.family, GivenNames: tt.given}, 39)
			if got != tt.want || len(got) != 39 {
				t.Errorf("nameField(%s, %s) = %s, want %s", tt.family, tt.given, got, tt.want)
			}
		})
	}
}

func TestRandomPeopleFillEveryFormat(t *testing.T) {
	t.Parallel()
	shape := map[Format][2]int{FRID: {2, 36}, TD1: {3, 30}, TD2: {2, 36}, TD3: {2, 44}, MRVA: {2, 44}, MRVB: {2, 36}}
	for f := range shape {
		for seed := range uint64(200) {
			lines := MRZ(f, RandomPerson(f, seed))
			if len(lines) != shape[f][0] {
				t.Fatalf("MRZ(%s, seed %d) has %d lines, want %d", f, seed, len(lines), shape[f][0])
			}
			for _, line := range lines {
				if len(line) != shape[f][1] || strings.Trim(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<") != "" {
					t.Errorf("MRZ(%s, seed %d) has line %q, want %d characters of the MRZ's alphabet", f, seed, line, shape[f][1])
				}
			}
		}
	}
}
