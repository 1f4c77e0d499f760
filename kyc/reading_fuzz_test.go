package kyc

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ocr"
)

// FuzzReading: readings come from a process that parses strangers' pictures, or
// from rows that an older version sealed. Whatever they hold, the flow judges
// them without a panic, and what it keeps can be sealed and judged again.
func FuzzReading(f *testing.F) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	zone, err := ocr.ParseMRZ([]string{
		"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
	})
	if err != nil {
		f.Fatal(err)
	}
	good, err := json.Marshal([]ocr.Reading{{MRZ: &zone, PortraitJPEG: []byte("jpeg")}, {Printed: &ocr.Printed{
		Lines: []ocr.PrintedLine{{Words: []ocr.PrintedWord{{Text: "ERIKSSON", Confidence: 0.9}}}},
	}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good))
	f.Add(`[{"mrz":{"format":"TD3","lines":[],"valid":true,"status":"valid"}}]`)
	f.Add(`[{"mrz":{"format":"none","lines":["<"],"valid":true}},{"mrz":null,"printed":{"lines":[{"words":null}]}}]`)
	f.Add(`[{"outline":[{"x":1,"y":2}],"hints":[{"name":"screen_replay","raised":true}],"quality":{"width":1}}]`)
	f.Add(`[{"mrz":{"format":"TD1","lines":[""]}}]`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, in string) {
		var readings []ocr.Reading
		if json.Unmarshal([]byte(in), &readings) != nil || len(readings) > 3 {
			return
		}
		shots := make([]shot, len(readings))
		for i, r := range readings {
			shots[i] = shot{Reading: r, photo: "photo"}
		}
		s := join(shots, now)
		for _, kind := range DocumentTypes() {
			checks := documentChecks(kind, s, now)
			mend(s, checks)
		}
		Policy{}.hintsCheck(s.Hints, now)
		if s.MRZ != nil {
			ocr.CompareSources(ocr.Claims{GivenNames: "Anna Maria", FamilyNames: "Eriksson", BirthDate: "1974-08-12"}, *s.MRZ, s.Corroborations, now)
		}
		if _, err := json.Marshal(s.kept()); err != nil {
			t.Errorf("what join kept cannot be sealed: %v", err)
		}
	})
}
