package ocr

import (
	"slices"
	"strings"
	"time"
)

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
		first := ""
		for _, l := range w {
			first += l.forms[0]
		}
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

// number looks for a number: exactly, or but for characters that look alike.
// Anything less finds a neighbour's.
func (c *corroborator) number(field, label, number string) {
	number = normalNumber(number)
	if number == "" {
		return
	}
	out := c.add(field, number)
	own := c.labelled(label)
	for _, f := range own {
		if a := sameNumber(f.Value, number, true); a != Differ {
			out.set(a, f.Value, f.Confidence, true)
			return
		}
	}
	if c.numberAnywhere(out, number) {
		return
	}
	c.doubt(own, func(f PrintedField) bool {
		printed := normalNumber(f.Value)
		d := editDistance([]rune(likeness.Replace(printed)), []rune(likeness.Replace(number)))
		return abs(len(printed)-len(number)) <= 1 && (d > 1 || d == 1 && f.Confidence >= certain)
	})
}

// minFoundNumber is as minFoundName.
const minFoundNumber = 5

func (c *corroborator) numberAnywhere(out *Corroboration, number string) bool {
	if len(number) < minFoundNumber {
		return false
	}
	for tokens := range c.sheet.lines() {
		for from := range tokens {
			for to := from + 1; to <= min(len(tokens), from+4); to++ {
				window := textOf(tokens[from:to])
				if a := sameNumber(window, number, false); a != Differ {
					out.set(a, window, confidenceOf(tokens[from:to]), false)
					return true
				}
			}
		}
	}
	return false
}

// likeness makes one of characters that an engine confuses in print.
var likeness = strings.NewReplacer("0", "O", "Q", "O", "D", "O", "1", "I", "L", "I", "2", "Z", "5", "S", "6", "G", "8", "B")

// sameNumber: beside a label, more may be printed than fits the zone, or a
// check digit with it.
func sameNumber(printed, number string, labelled bool) Agreement {
	printed = normalNumber(printed)
	a, b := likeness.Replace(printed), likeness.Replace(number)
	switch {
	case printed == "":
		return Differ
	case printed == number:
		return Agree
	case labelled && len(number) >= 8 && (strings.HasPrefix(printed, number) || strings.HasPrefix(number, printed) && len(printed) >= 8):
		return Agree
	case a == b:
		return Misread
	}
	return Differ
}

// personal looks for what the optional data has: often a personal number, but a
// state may put there what it likes, so that nothing missing says nothing.
func (c *corroborator) personal(field, data string) {
	if number := normalNumber(data); len(number) < 6 || digitsIn(number) < 3 {
		return
	}
	c.number(field, fieldPersonal, data)
	if last := len(c.out) - 1; !c.out[last].found() {
		delete(c.doubts, last)
		c.out = c.out[:last]
	}
}

// date looks for a day, of which an MRZ has no century. Anywhere else than
// beside its label it must not be another label's.
func (c *corroborator) date(field, yymmdd string) {
	if len(yymmdd) != 6 || digitsIn(yymmdd) != 6 {
		return
	}
	out := c.add(field, yymmdd)
	own := c.labelled(field)
	for _, f := range own {
		if i := slices.IndexFunc(f.readings(), func(v string) bool { return zoneDate(v) == yymmdd }); i >= 0 {
			out.set(Agree, f.readings()[i], f.Confidence, true)
			return
		}
	}
	if c.dateAnywhere(out, field, yymmdd) {
		return
	}
	c.doubt(own, func(f PrintedField) bool {
		for _, v := range f.readings() {
			d := editDistance([]rune(zoneDate(v)), []rune(yymmdd))
			if d < 2 && (d == 0 || f.Confidence < certain) {
				return false
			}
		}
		return true
	})
}

func (f PrintedField) readings() []string { return append([]string{f.Value}, f.Alternatives...) }

// zoneDate gives a day in the form of time.DateOnly the MRZ's.
func zoneDate(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return d.Format(mrzDate)
}

func (c *corroborator) dateAnywhere(out *Corroboration, field, yymmdd string) bool {
	for _, f := range c.labelled(fieldBirth, fieldExpiry, fieldIssue) {
		if f.Field != field && slices.ContainsFunc(f.readings(), func(v string) bool { return zoneDate(v) == yymmdd }) {
			return false
		}
	}
	for tokens := range c.sheet.lines() {
		for _, d := range findDays(textOf(tokens), false) {
			for _, day := range d.days {
				if day.yymmdd() != yymmdd {
					continue
				}
				a := Agree
				if d.soft {
					a = Misread
				}
				t, ok := day.resolve(field, c.now)
				if !ok {
					continue
				}
				out.set(a, t.Format(time.DateOnly), confidenceOf(tokens), false)
				return true
			}
		}
	}
	return false
}

// sex is looked for beside its label only: a single letter is everywhere.
func (c *corroborator) sex(read string) {
	if read == "" {
		return
	}
	out := c.add(fieldSex, read)
	own := c.labelled(fieldSex)
	for _, f := range own {
		if slices.Contains(f.readings(), normalSex(read)) {
			out.set(Agree, normalSex(read), f.Confidence, true)
			return
		}
	}
	c.doubt(own, func(f PrintedField) bool { return len(f.Alternatives) == 0 })
}

// state looks for a code, or for words that mean it.
func (c *corroborator) state(field, code string) {
	code = normalState(code)
	if code == "" {
		return
	}
	out := c.add(field, code)
	own := c.labelled(field)
	for _, f := range own {
		if slices.Contains(statesNamed(f.Value), code) {
			out.set(Agree, f.Value, f.Confidence, true)
			return
		}
	}
	if len(own) == 0 && c.stateAnywhere(out, code) {
		return
	}
	// A permit or visa says where its holder comes from, in words that the table
	// may lack: only a code or a name it has can contradict.
	c.doubt(own, func(f PrintedField) bool { return len(statesNamed(f.Value)) == 1 })
}

// stateAnywhere is for fields whose label was not found; else the state in the
// head of a permit would be its holder's nationality.
func (c *corroborator) stateAnywhere(out *Corroboration, code string) bool {
	for tokens := range c.sheet.lines() {
		for _, text := range append(c.sheet.pieces(tokens), textOf(tokens)) {
			if slices.Contains(statesNamed(text), code) && len(text) > 1 {
				out.set(Agree, text, confidenceOf(tokens), false)
				return true
			}
		}
	}
	return false
}
