package ocr

// checkReadings is the check Consensus adds: the readings agree on what no check
// digit protects.
const checkReadings = "readings"

// Consensus makes one zone of several readings of the same photograph, which
// must have lines of the same number and length. In a field with a check digit
// the value that most readings with a right digit have wins; elsewhere each
// character needs more than quorum, a part of all votes of at least a half, where
// a letter coerced from a 4 or a 7, which are less like A and T than 0 is like O,
// counts half. The zone has a further check, "readings": false where names or
// other unprotected characters stayed in dispute. A name misread in one way by
// chance thus makes the zone uncertain instead of wrong.
func Consensus(readings [][]string, quorum float64) (MRZ, error) {
	if len(readings) == 0 {
		return MRZ{}, &Error{Code: CodeMRZUnreadable, Detail: "no reading"}
	}
	b := ballot{format: commonFormat(readings), quorum: max(quorum, 0.5)}
	b.admit(readings)
	return b.count()
}

// admit takes the readings of the ballot's shape.
func (b *ballot) admit(readings [][]string) {
	for _, r := range readings {
		m, err := ParseMRZ(r)
		if err != nil || !m.Format.sameShape(b.format) {
			continue
		}
		b.raw = append(b.raw, r)
		b.zones = append(b.zones, Coerce(b.format, r))
	}
}

// commonFormat is the format most readings have, since one wrong first letter
// makes a passport of a visa; the earliest among equals.
func commonFormat(readings [][]string) Format {
	counts := map[Format]int{}
	var best Format
	for _, r := range readings {
		if m, err := ParseMRZ(r); err == nil {
			counts[m.Format]++
		}
	}
	for _, r := range readings {
		if m, err := ParseMRZ(r); err == nil && counts[m.Format] > counts[best] {
			best = m.Format
		}
	}
	return best
}

// sameShape says whether zones of the two formats have lines of equal length.
func (f Format) sameShape(g Format) bool {
	fl, fc := f.Size()
	gl, gc := g.Size()
	return fl == gl && fc == gc
}

type ballot struct {
	quorum float64
	format Format
	raw    [][]string
	zones  [][]string
}

func (b ballot) count() (MRZ, error) {
	if len(b.zones) == 0 {
		return MRZ{}, &Error{Code: CodeMRZUnreadable, Detail: "no reading has a known form"}
	}
	lines := make([][]byte, len(b.zones[0]))
	for i, l := range b.zones[0] {
		lines[i] = make([]byte, len(l))
		for j := range lines[i] {
			lines[i][j] = b.vote(i, j)
		}
	}
	for _, fd := range layouts[b.format].fields {
		if value, digit, ok := b.checkedValue(fd); ok {
			copy(lines[fd.at.line][fd.at.from:], value)
			lines[fd.check.line][fd.check.from] = digit
		}
	}
	out := make([]string, len(lines))
	for i := range lines {
		out[i] = string(lines[i])
	}
	m, err := ParseMRZ(out)
	if err != nil {
		return MRZ{}, err
	}
	m.Confidence = b.confidence(m)
	agree := b.agree(m)
	m.Checks = append(m.Checks, Check{checkReadings, agree})
	if m.Valid && !agree {
		m.Valid, m.Status = false, StatusUncertain
	}
	return m, nil
}

// agree says whether every character of m is beyond dispute: it has its quorum,
// or a check digit that holds rules out what the other readings have. No check
// digit rules out a character of equal value modulo 10 (0, A, K, U and the filler;
// 7 and R), so there only the votes count.
func (b ballot) agree(m MRZ) bool {
	protected := m.protected()
	for i := range m.Lines {
		for j := range m.Lines[i] {
			c := m.Lines[i][j]
			if b.share(i, j, c) > b.quorum {
				continue
			}
			if !protected[position{i, j}] || b.hasTwin(i, j, c) {
				return false
			}
		}
	}
	return true
}

// protected returns the places under a check digit that holds.
func (m MRZ) protected() map[position]bool {
	l := layouts[m.Format]
	out := map[position]bool{}
	add := func(spans ...span) {
		for _, s := range spans {
			for _, p := range positions(s) {
				out[p] = true
			}
		}
	}
	held := map[string]bool{}
	for _, c := range m.Checks {
		held[c.Name] = c.OK
	}
	for _, fd := range l.fields {
		if fd.checked() && held[fd.name] {
			add(fd.at, fd.check)
		}
	}
	if held[checkComposite] {
		add(append([]span{l.compositeDigit}, l.composite...)...)
	}
	return out
}

// hasTwin says whether a reading has another character of c's value modulo 10.
func (b ballot) hasTwin(line, column int, c byte) bool {
	for _, z := range b.zones {
		if o := z[line][column]; o != c && checkValue(o)%10 == checkValue(c)%10 {
			return true
		}
	}
	return false
}

// share is the part of the votes, from 0 to 1, that c has in a place.
func (b ballot) share(line, column int, c byte) float64 {
	return float64(b.votes(line, column)[c]) / float64(2*len(b.zones))
}

// vote returns the character most readings have in a place.
func (b ballot) vote(line, column int) byte {
	votes := b.votes(line, column)
	winner := byte(Filler)
	for _, c := range []byte(alphabet) {
		if votes[c] > votes[winner] {
			winner = c
		}
	}
	return winner
}

func (b ballot) votes(line, column int) [256]int {
	var votes [256]int
	for i, z := range b.zones {
		weight := 2
		if r := b.raw[i][line][column]; r != z[line][column] && (r == '4' || r == '7') {
			weight = 1
		}
		votes[z[line][column]] += weight
	}
	return votes
}

// checkedValue returns the value of a field, with its digit, that most of the
// readings with a right digit have; not ok where none has, or two tie.
func (b ballot) checkedValue(fd field) (value string, digit byte, ok bool) {
	if !fd.checked() {
		return "", 0, false
	}
	counts := map[string]int{}
	for _, z := range b.zones {
		v, d := fd.at.of(z), fd.check.of(z)
		if checkHolds(fd, v, d[0]) {
			counts[v+d]++
		}
	}
	best, tie := "", false
	for v, n := range counts {
		switch {
		case n > counts[best]:
			best, tie = v, false
		case n == counts[best]:
			tie = true
		}
	}
	if best == "" || tie {
		return "", 0, false
	}
	return best[:len(best)-1], best[len(best)-1], true
}
