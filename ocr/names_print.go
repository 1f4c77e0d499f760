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
	return marksLost(words, read) || len(read) >= 8 && nameDistance(words, read) <= 1
}

// marksLost says whether read is the name once the engine's losses are made up
// for: the U that MUELLER has is an ü, and a figure the letter it looks like.
func marksLost(words [][]letter, read string) bool {
	letters := slices.Concat(words...)
	lax := make([]letter, len(letters))
	for i, l := range letters {
		lax[i] = l
		if more, ok := lostMarks[l.forms[0]]; ok {
			lax[i].forms = append(slices.Clone(l.forms), more...)
		}
	}
	return len(lax) > 0 && matches(lax, read, false)
}

// lostMarks are the letters of an MRZ that print read without its marks, or as
// figures, may stand for.
var lostMarks = map[string][]string{
	"A": {"AE", "AA"}, "O": {"OE"}, "U": {"UE", "UXX"}, "N": {"NXX"}, "B": {"SS"}, "P": {"TH"},
	"0": {"O", "OE", "D"}, "1": {"I", "L"}, "2": {"Z"}, "5": {"S"}, "6": {"G"}, "8": {"B", "SS"}, "4": {"A"}, "7": {"T"},
}

// nameDistance is the edit distance between print and an identifier, by the
// form of the letters that comes nearest of the first, the last and the base.
func nameDistance(words [][]letter, read string) int {
	first, last := "", ""
	for _, l := range slices.Concat(words...) {
		first += l.forms[0]
		last += l.forms[len(l.forms)-1]
	}
	r := []rune(read)
	return min(editDistance([]rune(first), r), editDistance([]rune(last), r))
}

// nameTitles stand before printed names; ICAO 9303-3, 4.6 leaves them out of the
// MRZ, but not every state does.
const nameTitles = " DR DRA PROF MR MRS MS MISS MME MLLE M SR SRA HERR FRAU SIR DAME LORD LADY ING MAG DIPL REV "

// nameMarkers begin a name of birth or of marriage beside the name itself.
const nameMarkers = " NEE NE GEB GEBORENE GEBOREN BORN NACIDA EPOUSE EPOUX EP EPSE VEUVE VVE VEUF WITWE VERW "

// nameVariants returns what of a printed name may be the identifier: all of it,
// without a title, before a marker and after it.
func nameVariants(text string) []string {
	words := strings.FieldsFunc(text, separates)
	plain := func(i int) string { return keepAlnum(foldText(words[i])) }
	out := []string{text}
	from := 0
	for from < len(words)-1 && strings.Contains(nameTitles, " "+plain(from)+" ") {
		from++
	}
	if from > 0 {
		out = append(out, strings.Join(words[from:], " "))
	}
	for i := from; i < len(words); i++ {
		if !strings.Contains(nameMarkers, " "+plain(i)+" ") {
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
