package ocr

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fields that only the printed zone has.
const (
	fieldIssue     = "issue_date"
	fieldPersonal  = "personal_number"
	fieldBirthName = "birth_name" // née, geb.
	fieldUsage     = "usage_name" // of marriage
	fieldOther     = ""           // a label whose value nobody needs, but which ends another's
)

// label is one field name as documents print it.
type label struct {
	field string
	text  string // as printed
	fold  string // for comparison
	// letters counts those of fold, a bound for the edit distance that is quick
	// to have.
	letters letterCount
	spanish bool // M below it may mean woman (mujer)
}

// letterCount counts each of A to Z, and all else together.
type letterCount [27]int8

func countLetters(fold string) letterCount {
	var c letterCount
	for i := range len(fold) {
		if k := fold[i] - 'A'; k < 26 {
			c[k]++
		} else {
			c[26]++
		}
	}
	return c
}

// apart is how many characters at least must change.
func (c letterCount) apart(o letterCount) int {
	more, less := 0, 0
	for i := range c {
		if d := int(c[i]) - int(o[i]); d > 0 {
			more += d
		} else {
			less -= d
		}
	}
	return max(more, less)
}

// allowed is how many errors of the engine a label of n characters may have
// and still be told from all others: the labels are the smallest print of a
// document, and the one the engine reads worst.
func allowed(n int) int {
	switch {
	case n < 5:
		return 0
	case n < 8:
		return 1
	case n < 14:
		return 2
	case n < 20:
		return 3
	}
	return 4
}

// matchLabel returns the label that a folded text is nearest to, and how many
// characters differ. A text as near to labels of two fields is neither's.
func matchLabel(fold string) (found label, errors int, ok bool) {
	letters := countLetters(fold)
	best, tied := len(fold)+1, false
	for _, l := range labels {
		bound := min(allowed(len(l.fold)), best)
		if abs(len(l.fold)-len(fold)) > bound || letters.apart(l.letters) > bound {
			continue
		}
		switch d := editDistance([]rune(l.fold), []rune(fold)); {
		case d > bound:
		case d < best:
			found, best, tied = l, d, false
		case l.field != found.field:
			tied = true
		}
	}
	return found, best, best <= len(fold) && !tied
}

func abs(n int) int { return max(n, -n) }

// foldText makes upper case letters without marks of text in a Latin script, so
// that print compares with what an engine made of it. Other scripts stay.
func foldText(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToUpper(plainLetters.Replace(s))) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plainLetters are those whose base is not what decomposition gives.
var plainLetters = strings.NewReplacer(
	"ß", "ss", "ẞ", "SS", "Æ", "AE", "æ", "ae", "Œ", "OE", "œ", "oe", "Ø", "O", "ø", "o", "Ł", "L", "ł", "l",
	"Đ", "D", "đ", "d", "ı", "i", "º", "o", "°", "o", "ª", "a", "’", "'",
)

// foldLabel keeps letters and digits only, look-alikes as one, since an engine
// takes the l and the 1 for I and the 0 for O.
func foldLabel(s string) string {
	return labelAlikes.Replace(keepAlnum(foldText(s)))
}

var labelAlikes = strings.NewReplacer("0", "O", "1", "I", "L", "I", "|", "I", "5", "S", "8", "B")

func keepAlnum(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '|' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
