package ocr

import (
	"slices"
	"strings"
)

// side is one of the two names of a claim beside its identifier.
type side struct {
	claimed   name
	read      []string
	cut       bool
	agreement Agreement
	why       Explanation
}

// compareNames compares family with primary and given with secondary names, then,
// when that fails, the other way round.
func compareNames(c Claims, m MRZ, p printed) []FieldComparison {
	cutPrimary, cutSecondary := m.namesTruncated()
	f := side{claimed: newName(c.FamilyNames), read: strings.Fields(m.Fields.PrimaryIdentifier), cut: cutPrimary}
	g := side{claimed: newName(c.GivenNames), read: strings.Fields(m.Fields.SecondaryIdentifier), cut: cutSecondary}
	f.agreement = f.claimed.against(f.read, f.cut)
	g.agreement = g.claimed.againstGiven(g.read, g.cut)
	f.byPrint(p[fieldPrimary])
	g.byPrint(p[fieldSecondary])
	if (f.poor() || g.poor()) && len(f.claimed.words) > 0 && len(g.claimed.words) > 0 {
		rearrange(&f, &g)
	}
	f.explain(p)
	g.explain(p)
	return []FieldComparison{f.comparison("family_names"), g.comparison("given_names")}
}

func newName(text string) name {
	return name{text: strings.TrimSpace(text), words: wordsOf(text)}
}

func (s side) poor() bool { return s.agreement == Differ || s.agreement == Missing && len(s.read) == 0 }

// byPrint accepts a name that was given as it is printed, but without the marks,
// where the MRZ has the printed name: Muller, for the Müller whom the zone writes
// MUELLER. It does not matter whether the marks are missing in the print itself or
// in what the engine made of it.
func (s *side) byPrint(r Corroboration) {
	if s.agreement != Differ || !r.found() || r.Printed == "" {
		return
	}
	read := strings.Join(s.read, "")
	for _, printed := range nameVariants(r.Printed) {
		words := wordsOf(printed)
		switch {
		case foldName(s.claimed.text) != foldName(printed):
		case (name{words: words}).exact(s.read) || marksLost(words, read):
			s.agreement, s.why = Transliterated, ExplainMarksLeftOut
			return
		case s.cut && (name{words: words}).truncated(s.read):
			s.agreement, s.why = Truncated, ExplainCutOff
			return
		}
	}
}

// rearrange tries the names in each other's place.
func rearrange(f, g *side) {
	all := slices.Concat(f.claimed.words, g.claimed.words)
	switch {
	case len(g.read) == 0 && name{words: all}.anyOrder(f.read):
		// A document without secondary identifier has every name in the primary
		// one (ICAO 9303-3, 4.6).
		f.agreement, g.agreement = Reordered, Reordered
		f.why, g.why = ExplainOrder, ExplainOrder
		g.read = f.read
	case f.claimed.exact(g.read) && g.claimed.exact(f.read):
		f.agreement, g.agreement = Reordered, Reordered
		f.why, g.why = ExplainSwapped, ExplainSwapped
		f.read, g.read = g.read, f.read
	case f.agreement == Differ && name{words: all}.anyOrder(slices.Concat(f.read, g.read)):
		f.why, g.why = ExplainDivided, ExplainDivided
	}
}

func (s side) comparison(field string) FieldComparison {
	out := FieldComparison{
		Field: field, Claimed: s.claimed.text, Read: strings.Join(s.read, " "), Agreement: s.agreement, Explanation: s.why,
	}
	if s.why == ExplainSpelling {
		out.Spellings = spellings(slices.Concat(s.claimed.words...), strings.Join(s.read, ""))
	}
	return out
}

// explain finds the reason for an agreement that has none yet.
func (s *side) explain(p printed) {
	if s.why != "" {
		return
	}
	switch s.agreement {
	case Agree:
		s.why = ExplainSame
	case Transliterated:
		s.why = ExplainSpelling
	case Truncated:
		s.why = ExplainCutOff
	case Reordered:
		s.why = ExplainOrder
	case Missing:
		s.why = s.explainMissing()
	case Differ, Misread:
		s.why = s.explainDifference(p)
	}
}

func (s side) explainMissing() Explanation {
	switch {
	case len(s.claimed.words) == 0:
		return ExplainNotGiven
	case len(s.read) == 0:
		return ExplainNotInDocument
	case len(s.claimed.words) < len(s.read):
		return ExplainMoreNames
	}
	return ExplainFewerNames
}

func (s side) explainDifference(p printed) Explanation {
	claimed := foldName(s.claimed.text)
	read := strings.Join(s.read, "")
	distance := nameDistance(s.claimed.words, read)
	switch {
	case claimed == foldName(p[fieldBirthName].Printed) || claimed == foldName(p[fieldUsage].Printed):
		return ExplainOtherName
	case s.claimed.someOf(s.read) && len(s.claimed.words) < len(s.read):
		return ExplainMoreNames
	case s.claimed.someOf(s.read):
		return ExplainFewerNames
	case s.claimed.initialsOf(s.read):
		return ExplainInitials
	case distance == 1:
		return ExplainOneLetter
	case 3*distance <= len(read):
		return ExplainSimilar
	}
	return ExplainOther
}

// initialsOf says whether each word begins the word in its place.
func (n name) initialsOf(read []string) bool {
	if len(n.words) == 0 || len(n.words) > len(read) {
		return false
	}
	for i, w := range n.words {
		form := recommended(w)
		if form == "" || !strings.HasPrefix(read[i], form) {
			return false
		}
	}
	return true
}
