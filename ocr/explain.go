package ocr

import (
	"slices"
	"strings"
	"time"
)

// Explanation says why a claim and a document agree or differ, so that a page
// can put it into words for the applicant. The strings never change.
type Explanation string

// The explanations. "Coded lines" are what applicants know the MRZ as.
const (
	ExplainSame          Explanation = "same"
	ExplainSpelling      Explanation = "spelling"        // the coded lines write ü as UE; see Spellings
	ExplainMarksLeftOut  Explanation = "marks_left_out"  // given without the marks of the print: Muller for Müller
	ExplainCutOff        Explanation = "cut_off"         // the coded line had no room for the whole name
	ExplainOrder         Explanation = "order"           // the names in another order
	ExplainSwapped       Explanation = "swapped"         // family and given names in each other's place
	ExplainDivided       Explanation = "divided"         // a name counted as a family name that the document has as a given one, or the reverse
	ExplainMoreNames     Explanation = "more_names"      // the document has further names
	ExplainFewerNames    Explanation = "fewer_names"     // the document has not all of the names
	ExplainInitials      Explanation = "initials"        // given as initials or the beginning of a name
	ExplainOtherName     Explanation = "other_name"      // the name of birth or of marriage that the print has as well
	ExplainOneLetter     Explanation = "one_letter"      // one letter differs
	ExplainSimilar       Explanation = "similar"         // some letters differ
	ExplainDayMonth      Explanation = "day_month"       // day and month are swapped
	ExplainYearDigit     Explanation = "year_digit"      // the year differs by one digit
	ExplainOneDigit      Explanation = "one_digit"       // day or month differ by one digit
	ExplainDigitsSwapped Explanation = "digits_swapped"  // two digits that stand side by side are swapped
	ExplainYear          Explanation = "year"            // only the year differs
	ExplainCentury       Explanation = "century"         // only the century differs
	ExplainPartUnknown   Explanation = "part_unknown"    // the document does not state day, month or year
	ExplainUnspecified   Explanation = "unspecified"     // the document leaves the sex open
	ExplainOtherCode     Explanation = "other_code"      // the same nationality under a code of its own: GBN for British National (Overseas)
	ExplainIssuer        Explanation = "issuer"          // given the state that issued the document, which is not the holder's
	ExplainLookAlike     Explanation = "look_alike"      // a letter for a figure it looks like: O for 0
	ExplainOneCharacter  Explanation = "one_character"   // one character of the number differs
	ExplainPrintDiffers  Explanation = "print_differs"   // the print says as claimed, the coded lines do not
	ExplainNotGiven      Explanation = "not_given"       // nothing was claimed
	ExplainNotInDocument Explanation = "not_in_document" // the document says nothing
	ExplainOther         Explanation = "other"           // something else altogether
)

// Explanations lists all explanations, for whoever must have words for each.
func Explanations() []Explanation {
	return []Explanation{
		ExplainSame, ExplainSpelling, ExplainMarksLeftOut, ExplainCutOff, ExplainOrder, ExplainSwapped, ExplainDivided,
		ExplainMoreNames, ExplainFewerNames, ExplainInitials, ExplainOtherName, ExplainOneLetter, ExplainSimilar,
		ExplainDayMonth, ExplainYearDigit, ExplainOneDigit, ExplainDigitsSwapped, ExplainYear, ExplainCentury, ExplainPartUnknown,
		ExplainUnspecified, ExplainOtherCode, ExplainIssuer, ExplainLookAlike, ExplainOneCharacter, ExplainPrintDiffers,
		ExplainNotGiven, ExplainNotInDocument, ExplainOther,
	}
}

// Spelling is a letter of a name and what the MRZ has for it.
type Spelling struct {
	Letter string `json:"letter"` // Ü
	Zone   string `json:"zone"`   // UE
}

// spellings returns how read writes the letters that are not from A to Z, each
// once, or nil where it is not a form of them.
func spellings(letters []letter, read string) []Spelling {
	dead := map[[2]int]bool{} // places from which the rest does not match
	var walk func(i, at int) ([]Spelling, bool)
	walk = func(i, at int) ([]Spelling, bool) {
		if i == len(letters) || at == len(read) {
			return nil, at == len(read)
		}
		if dead[[2]int{i, at}] {
			return nil, false
		}
		for _, f := range letters[i].forms {
			if !strings.HasPrefix(read[at:], f) {
				continue
			}
			rest, ok := walk(i+1, at+len(f))
			if !ok {
				continue
			}
			s := Spelling{letters[i].from, f}
			if !letters[i].plain && s.Letter != s.Zone {
				rest = append([]Spelling{s}, rest...)
			}
			return rest, true
		}
		dead[[2]int{i, at}] = true
		return nil, false
	}
	all, _ := walk(0, 0)
	var out []Spelling
	for _, s := range all {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// explainDate says how two days differ that are not the same.
func explainDate(claimed, read time.Time) Explanation {
	a, b := claimed.Format("20060102"), read.Format("20060102")
	differ := 0
	at := 0
	for i := range len(a) {
		if a[i] != b[i] {
			differ, at = differ+1, i
		}
	}
	switch {
	case a[:4] == b[:4] && a[4:6] == b[6:] && a[6:] == b[4:6]:
		return ExplainDayMonth
	case a[2:] == b[2:]:
		return ExplainCentury
	case differ == 1 && at < 4:
		return ExplainYearDigit
	case differ == 1:
		return ExplainOneDigit
	case differ == 2 && a[at] == b[at-1] && a[at-1] == b[at]:
		return ExplainDigitsSwapped
	case a[4:] == b[4:]:
		return ExplainYear
	}
	return ExplainOther
}

// explainNumber says how two document numbers differ.
func explainNumber(claimed, read string) Explanation {
	switch {
	case likeness.Replace(claimed) == likeness.Replace(read):
		return ExplainLookAlike
	case editDistance([]rune(claimed), []rune(read)) == 1:
		return ExplainOneCharacter
	}
	return ExplainOther
}
