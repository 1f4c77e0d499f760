package ocr

import "strings"

// name looks for an identifier. A label for the whole name has both.
func (c *corroborator) name(field, identifier string, cut bool) {
	read := strings.Fields(identifier)
	if len(read) == 0 {
		return // the holder has one name
	}
	out := c.add(field, identifier)
	own := c.labelled(field)
	for _, f := range own {
		if a := printedName(f.Value, read, cut); a != Differ && a != Missing {
			out.set(a, f.Value, f.Confidence, true)
			return
		}
	}
	for _, f := range c.labelled(fieldNames) {
		words := strings.FieldsFunc(f.Value, separates)
		if a, from, to := nameWithin(words, read, cut); a != Differ {
			out.set(a, strings.Join(words[from:to], " "), f.Confidence, true)
			return
		}
	}
	if c.nameAnywhere(out, read, cut) {
		return
	}
	all := strings.Fields(c.mrz.Fields.PrimaryIdentifier + " " + c.mrz.Fields.SecondaryIdentifier)
	c.doubt(own, func(f PrintedField) bool { return unlikeName(f.Value, all) })
}

// unlikeName says whether no word of a printed name is like any of the zone:
// neither swapped labels nor poor reading then explain it.
func unlikeName(text string, read []string) bool {
	letters := 0
	for _, w := range wordsOf(text) {
		letters += len(w)
		first := recommended(w)
		for _, r := range read {
			if similarity(lookalikes.Replace(r), lookalikes.Replace(first)) > 0 || strings.HasPrefix(first, r) || strings.HasPrefix(r, first) {
				return false
			}
		}
	}
	return letters >= 3
}

// maxBeside is room for what may stand beside a name in print: a title, a name
// of birth.
const maxBeside = 30

// nameWithin looks for the identifier among neighbouring words and returns the
// place where it agrees best.
func nameWithin(words, read []string, cut bool) (best Agreement, from, to int) {
	best = Differ
	longest := 2*len(strings.Join(read, "")) + maxBeside
	for i := range words {
		n := 0
		for j := i + 1; j <= min(len(words), i+len(read)+2); j++ {
			if n += len(words[j-1]); n > longest {
				break
			}
			switch a := printedName(strings.Join(words[i:j], " "), read, cut); a {
			case Agree, Transliterated:
				return a, i, j
			case Truncated, Misread:
				if best == Differ {
					best, from, to = a, i, j
				}
			case Reordered, Missing, Differ:
			}
		}
	}
	return best, from, to
}

const (
	// minFoundName is how short a name may be and still not be found by chance
	// in print without its label; up to shortName it must have been read well.
	minFoundName = 3
	shortName    = 4
	readWell     = 0.6
)

// nameAnywhere looks for the whole identifier on one line, then for each of its
// words on any.
func (c *corroborator) nameAnywhere(out *Corroboration, read []string, cut bool) bool {
	if a, text, conf := c.wordsAnywhere(read, cut); a != Differ {
		out.set(a, text, conf, false)
		return true
	}
	if len(read) < 2 {
		return false
	}
	worst, texts, confidence := Agree, []string{}, 1.0
	for i, w := range read {
		a, text, conf := c.wordsAnywhere([]string{w}, cut && i == len(read)-1)
		if a == Differ {
			return false
		}
		if a != Agree && worst != Misread {
			worst = a
		}
		texts, confidence = append(texts, text), min(confidence, conf)
	}
	out.set(worst, strings.Join(texts, " "), confidence, false)
	return true
}

func (c *corroborator) wordsAnywhere(read []string, cut bool) (a Agreement, text string, confidence float64) {
	best := Differ
	if len(strings.Join(read, "")) < minFoundName {
		return best, "", 0
	}
	for tokens := range c.sheet.lines() {
		words := make([]string, len(tokens))
		for i, t := range tokens {
			words[i] = t.text
		}
		a, from, to := nameWithin(words, read, cut)
		if a == Differ || best != Differ && a != Agree && a != Transliterated {
			continue
		}
		conf := confidenceOf(tokens[from:to])
		if len(strings.Join(read, "")) <= shortName && conf < readWell {
			continue
		}
		best, text, confidence = a, textOf(tokens[from:to]), conf
		if a == Agree || a == Transliterated {
			break
		}
	}
	return best, text, confidence
}
