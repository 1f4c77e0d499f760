package ocr

import (
	"slices"
	"time"
)

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
