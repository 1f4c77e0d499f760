package ocr

import "time"

// printedDay is a date as it stands in print: a day for each order it can be
// read in, the likelier first.
type printedDay struct {
	days []day
	// soft says that letters were taken for the digits they look like.
	soft bool
}

// day has its year as printed: with two digits where that is all there is.
type day struct {
	year, month, day int
	short            bool
}

// yymmdd is the day as an MRZ has it.
func (d day) yymmdd() string {
	t, _ := date(d.anyYear(), d.month, d.day)
	return t.Format(mrzDate)
}

// anyYear is a year for arithmetic where the century does not matter: in the one
// from 2000 every 29 February exists that exists in another.
func (d day) anyYear() int {
	if d.short {
		return 2000 + d.year
	}
	return d.year
}

// resolve gives the day its century by the role of the date.
func (d day) resolve(field string, now time.Time) (time.Time, bool) {
	if !d.short {
		return date(d.year, d.month, d.day)
	}
	resolver := ResolveBirthDate // an issue, like a birth, is not in the future
	if field == fieldExpiry {
		resolver = ResolveExpiryDate
	}
	t, err := resolver(d.yymmdd(), now)
	return t, err == nil
}

// resolved returns the days in the form of time.DateOnly, the likelier first.
func (p printedDay) resolved(field string, now time.Time) []string {
	var out []string
	for _, d := range p.days {
		if t, ok := d.resolve(field, now); ok {
			out = append(out, t.Format(time.DateOnly))
		}
	}
	return distinct(out)
}

// Years that a document can print. Calendars other than the Gregorian, of whose
// dates documents repeat the Gregorian, mostly fall outside.
const minYear, maxYear = 1850, 2150

// findDays reads all dates of a line of print. glued also takes dates without
// any separator, which elsewhere than beside a label are numbers.
func findDays(text string, glued bool) []printedDay {
	parts := dateParts(text)
	var out []printedDay
	for i := 0; i < len(parts); {
		d, n := dayAt(parts[i:])
		if n == 0 && glued {
			d, n = gluedDay(parts[i])
		}
		if n == 0 {
			i++
			continue
		}
		out = append(out, d)
		i += n
	}
	return out
}

// dayAt reads a date that begins with the first part, and returns how many
// parts it took.
func dayAt(parts []datePart) (printedDay, int) {
	if len(parts) == 0 {
		return printedDay{}, 0
	}
	if parts[0].digits == "" {
		return monthFirst(parts)
	}
	months, n := monthsAt(parts[1:])
	if n > 0 {
		return withMonth(parts[0], months, parts[1+n:], 1+n)
	}
	return figures(parts)
}

// monthsAt reads the name of a month and its repetitions in other languages,
// of which one may be in a language that is not in the table: 13 LIP/JUL 2006.
func monthsAt(parts []datePart) (monthSet, int) {
	months, known, unknown, n := monthSet(0), 0, 0, 0
	for _, p := range parts {
		switch {
		case p.digits != "" || n > 5:
			if known == 0 || unknown > 1 {
				return 0, 0
			}
			return months, n
		case p.filler:
		case p.months == 0:
			unknown++
		case known == 0:
			months, known = p.months, 1
		default:
			months &= p.months
			known++
		}
		n++
	}
	return 0, 0 // a year must follow
}

// withMonth joins day, month by name and year, in the order of the print or,
// with the year first, in that of ISO 8601.
func withMonth(first datePart, months monthSet, rest []datePart, n int) (printedDay, int) {
	if len(rest) == 0 || rest[0].digits == "" {
		return printedDay{}, 0
	}
	last := rest[0]
	if len(first.digits) == 4 {
		first, last = last, first
	}
	if len(first.digits) > 2 {
		return printedDay{}, 0
	}
	out := printedDay{soft: first.soft || last.soft}
	for m := 1; m <= 12; m++ {
		if months.has(m) {
			out.add(last, m, first.number())
		}
	}
	if len(out.days) == 0 {
		return printedDay{}, 0
	}
	return out, n + 1
}

// monthFirst is the American order with the month by name: AUG 12, 1974.
func monthFirst(parts []datePart) (printedDay, int) {
	if parts[0].months == 0 || len(parts) < 3 || parts[1].digits == "" || parts[2].digits == "" || len(parts[2].digits) != 4 {
		return printedDay{}, 0
	}
	return withMonth(parts[1], parts[0].months, parts[2:], 2)
}

// figures reads a date all in figures: day, month, year, or with the year in
// front ISO 8601. Month before day comes second, where nothing else makes a day
// or the separators allow it: the date then stays ambiguous.
func figures(parts []datePart) (printedDay, int) {
	if len(parts) < 3 || parts[1].digits == "" || parts[2].digits == "" {
		return printedDay{}, 0
	}
	a, b, c := parts[0], parts[1], parts[2]
	out := printedDay{soft: a.soft || b.soft || c.soft}
	switch {
	case len(b.digits) > 2:
		return printedDay{}, 0
	case len(a.digits) == 4 && len(c.digits) <= 2:
		out.add(a, b.number(), c.number())
	case len(a.digits) <= 2 && (len(c.digits) == 4 || len(c.digits) == 2):
		out.add(c, b.number(), a.number())
		if a.number() != b.number() && (b.american || len(out.days) == 0) {
			out.add(c, a.number(), b.number())
		}
	}
	if len(out.days) == 0 {
		return printedDay{}, 0
	}
	return out, 3
}

// gluedDay reads DDMMYYYY, YYYYMMDD and DDMMYY.
func gluedDay(p datePart) (printedDay, int) {
	s := p.digits
	split := func(i, j int) []datePart {
		return []datePart{{digits: s[:i], soft: p.soft}, {digits: s[i:j], soft: p.soft}, {digits: s[j:], soft: p.soft}}
	}
	switch len(s) {
	case 8:
		if d, _ := figures(split(2, 4)); len(d.days) > 0 {
			return d, 1
		}
		d, n := figures(split(4, 6))
		return d, min(n, 1)
	case 6:
		d, n := figures(split(2, 4))
		return d, min(n, 1)
	}
	return printedDay{}, 0
}

// add keeps only days that exist.
func (p *printedDay) add(year datePart, month, dayOfMonth int) {
	d := day{year: year.number(), month: month, day: dayOfMonth}
	switch len(year.digits) {
	case 2:
		d.short = true
	case 4:
		if d.year < minYear || d.year > maxYear {
			return
		}
	default:
		return
	}
	if _, ok := date(d.anyYear(), d.month, d.day); ok {
		p.days = append(p.days, d)
	}
}
