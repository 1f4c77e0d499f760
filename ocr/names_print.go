package ocr

import (
	"slices"
	"strings"
)

// printedName compares a name in print with the words of an identifier. To what
// an MRZ does to names it adds what an engine does to print.
func printedName(text string, read []string, cut bool) Agreement {
	for _, variant := range nameVariants(text) {
		if a := (name{words: wordsOf(variant)}).against(read, cut); a != Differ && a != Missing {
			return a
		}
	}
	for _, variant := range nameVariants(text) {
		if misreadName(variant, strings.Join(read, "")) {
			return Misread
		}
	}
	return Differ
}

// misreadName allows what engines do to print: marks are lost, letters become
// figures, and of eight characters or more one may be wrong. Names have redundancy
// enough for that; numbers and dates have none, where one wrong figure is another
// person's.
func misreadName(text, read string) bool {
	words := wordsOf(text)
	if len(words) == 0 || read == "" {
		return false
	}
	if marksLost(words, read) || len(read) >= 8 && nameDistance(words, read) <= 1 {
		return true
	}
	_, _, one := oneLetter(words, read)
	return one && len(read) >= 8
}

// marksLost says whether read is the name once the engine's losses are made up
// for: the U that MUELLER has is an ü, and a figure the letter it looks like.
func marksLost(words [][]letter, read string) bool {
	lax := withMarks(words)
	return len(lax) > 0 && matches(lax, read, false)
}

// withMarks gives letters the forms they have with the marks an engine may have
// lost.
func withMarks(words [][]letter) []letter {
	out := slices.Concat(words...)
	for i, l := range out {
		if more, ok := lostMarks[l.forms[0]]; ok {
			out[i].forms = append(slices.Clone(l.forms), more...)
		}
	}
	return out
}

// oneLetter returns the only letter in which a name, in one of its forms, is
// another than read.
func oneLetter(words [][]letter, read string) (printed, zone byte, ok bool) {
	letters := withMarks(words)
	type place struct {
		i, at   int
		changed bool
	}
	dead := map[place]bool{}
	var walk func(p place) bool
	walk = func(p place) bool {
		if p.i == len(letters) {
			return p.at == len(read) && p.changed
		}
		if dead[p] {
			return false
		}
		for _, f := range letters[p.i].forms {
			if p.at+len(f) > len(read) {
				continue
			}
			a, b, n := changedIn(f, read[p.at:p.at+len(f)])
			if n > 1 || n == 1 && p.changed || !walk(place{p.i + 1, p.at + len(f), p.changed || n == 1}) {
				continue
			}
			if n == 1 {
				printed, zone = a, b
			}
			return true
		}
		dead[p] = true
		return false
	}
	ok = walk(place{}) && isLetter(printed) && isLetter(zone)
	return printed, zone, ok
}

// changedIn compares texts of one length and returns the last characters that
// differ, and how many do.
func changedIn(a, b string) (x, y byte, n int) {
	for i := range len(a) {
		if a[i] != b[i] {
			x, y, n = a[i], b[i], n+1
		}
	}
	return x, y, n
}

// lostMarks are the letters of an MRZ that print read without its marks, or as
// figures, may stand for.
var lostMarks = map[string][]string{
	"A": {"AE", "AA"}, "O": {"OE"}, "U": {"UE", "UXX"}, "N": {"NXX"}, "B": {"SS"}, "P": {"TH"},
	"0": {"O", "OE", "D"}, "1": {"I", "L"}, "2": {"Z"}, "5": {"S"}, "6": {"G"}, "8": {"B", "SS"}, "4": {"A"}, "7": {"T"},
}

// nameDistance is the edit distance between print and an identifier, by the
// recommended forms of the letters or by the last of each, which is the plainest.
func nameDistance(words [][]letter, read string) int {
	letters := slices.Concat(words...)
	var last strings.Builder
	for _, l := range letters {
		last.WriteString(l.forms[len(l.forms)-1])
	}
	r := []rune(read)
	return min(editDistance([]rune(recommended(letters)), r), editDistance([]rune(last.String()), r))
}

// nameTitles stand before printed names; ICAO 9303-3, 4.6 leaves them out of the
// MRZ, but not every state does.
var nameTitles = strings.Fields("DR DRA PROF MR MRS MS MISS MME MLLE M SR SRA HERR FRAU SIR DAME LORD LADY ING MAG DIPL REV")

// nameMarkers begin a name of birth or of marriage beside the name itself.
var nameMarkers = strings.Fields("NEE NE GEB GEBORENE GEBOREN BORN NACIDA EPOUSE EPOUX EP EPSE VEUVE VVE VEUF WITWE VERW")

// nameVariants returns what of a printed name may be the identifier: all of it,
// without a title, before a marker and after it; and of a name printed in two
// scripts, parted by a slash, the same of either.
func nameVariants(text string) []string {
	out := variantsOf(text)
	if strings.Contains(text, "/") {
		for piece := range strings.SplitSeq(text, "/") {
			out = append(out, variantsOf(piece)...)
		}
	}
	return out
}

func variantsOf(text string) []string {
	words := strings.FieldsFunc(text, separates)
	plain := func(i int) string { return keepAlnum(foldText(words[i])) }
	out := []string{text}
	from := 0
	for from < len(words)-1 && slices.Contains(nameTitles, plain(from)) {
		from++
	}
	if from > 0 {
		out = append(out, strings.Join(words[from:], " "))
	}
	for i := from; i < len(words); i++ {
		if !slices.Contains(nameMarkers, plain(i)) {
			continue
		}
		if i > from {
			out = append(out, strings.Join(words[from:i], " "))
		}
		if i+1 < len(words) {
			out = append(out, strings.Join(words[i+1:], " "))
		}
	}
	return out
}
