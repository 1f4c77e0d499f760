package tesseract

import (
	"strings"

	"github.com/vouchline/vouchline/ocr"
)

// slack is how many characters a line may have too many or too few: Tesseract
// miscounts runs of fillers and takes the page's edge for a letter.
const slack = 3

// interpretation is a parsed reading of one picture.
type interpretation struct {
	mrz    ocr.MRZ
	raw    []string // the lines before Coerce
	passed int      // checks that hold
	cost   int      // how much the lines had to be fitted; 0 is as read
	// fillers tells that there were runs of fillers, whatever became of them.
	fillers bool
	// second tells that it is the second reader's.
	second bool
}

// better orders interpretations: more checks, then less fitting.
func (a interpretation) better(b interpretation) bool {
	if pa, pb := a.passed*len(b.mrz.Checks), b.passed*len(a.mrz.Checks); pa != pb {
		return pa > pb
	}
	return a.cost < b.cost
}

// plausible says whether this is likely an MRZ at all and not other print.
func (a interpretation) plausible() bool {
	return len(a.mrz.Checks) > 0 && 2*a.passed >= len(a.mrz.Checks)
}

// interpret finds the best MRZ in lines of text, of any format.
func interpret(text []string) (interpretation, bool) {
	var lines []string
	for _, l := range text {
		if l = clean(l); len(l) >= 30-slack {
			lines = append(lines, l)
		}
	}
	var best interpretation
	found := false
	for _, size := range []struct{ lines, columns int }{{2, 44}, {2, 36}, {3, 30}} {
		for at := 0; at+size.lines <= len(lines); at++ {
			i, ok := fitZone(lines[at:at+size.lines], size.columns)
			if ok && (!found || i.better(best)) {
				best, found = i, true
			}
		}
	}
	return best, found
}

// clean keeps what an MRZ may hold.
func clean(s string) string {
	s = strings.NewReplacer("«", "<<", "‹", "<").Replace(strings.ToUpper(s))
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == ocr.Filler {
			return r
		}
		return -1
	}, s)
}

// fitZone tries the ways to bring each line to n columns and keeps the zone
// whose checks hold best. With lines of the right length there is one way.
func fitZone(lines []string, n int) (interpretation, bool) {
	ways := make([][]string, len(lines))
	for i, l := range lines {
		if ways[i] = fitLineTo(l, n); len(ways[i]) == 0 {
			return interpretation{}, false
		}
	}
	var best interpretation
	found := false
	pick := make([]string, len(lines))
	var try func(i, cost int)
	try = func(i, cost int) {
		if i < len(lines) {
			for k, w := range ways[i] {
				pick[i] = w
				try(i+1, cost+k)
			}
			return
		}
		if z, ok := parse(pick); ok {
			if z.cost = cost; !found || z.better(best) {
				best, found = z, true
			}
		}
	}
	try(0, 0)
	if found {
		for _, l := range lines {
			if len(l) != n {
				best.cost++
			}
		}
	}
	return best, found
}

// parse coerces and parses lines of the right length.
func parse(raw []string) (interpretation, bool) {
	m, err := ocr.ParseMRZ(raw)
	if err != nil {
		return interpretation{}, false
	}
	out := interpretation{raw: append([]string(nil), raw...)}
	if out.mrz, err = ocr.ParseMRZ(ocr.Coerce(m.Format, raw)); err != nil {
		return interpretation{}, false
	}
	for _, c := range out.mrz.Checks {
		if c.OK {
			out.passed++
		}
	}
	return out, true
}

// maxWays bounds the search in fitZone.
const maxWays = 8

// fitLineTo returns the ways to make s n characters long, likeliest first:
// fillers are miscounted, and letters are seen in the page's edge.
func fitLineTo(s string, n int) []string {
	d := len(s) - n
	if d == 0 {
		return []string{s}
	}
	if d > slack || -d > slack {
		return nil
	}
	var out []string
	add := func(w string) {
		for _, o := range out {
			if o == w {
				return
			}
		}
		if len(w) == n && len(out) < maxWays {
			out = append(out, w)
		}
	}
	if d > 0 {
		add(s[d:])
		add(s[:n])
		for cut := 1; cut < d; cut++ {
			add(s[cut : cut+n])
		}
	}
	for _, r := range fillerRuns(s) {
		switch {
		case d < 0:
			add(s[:r.from] + strings.Repeat("<", -d) + s[r.from:])
		case r.to-r.from > d:
			add(s[:r.from] + s[r.from+d:])
		}
	}
	if d > 0 {
		for _, r := range fillerRuns(s) { // a mark read into a run of fillers
			if r.from >= d {
				add(s[:r.from-d] + s[r.from:])
			}
			if r.to+d <= len(s) {
				add(s[:r.to] + s[r.to+d:])
			}
		}
	}
	return out
}

type run struct{ from, to int }

// fillerRuns returns the runs of fillers, longest first.
func fillerRuns(s string) []run {
	var out []run
	for i := 0; i < len(s); {
		if s[i] != ocr.Filler {
			i++
			continue
		}
		j := i
		for j < len(s) && s[j] == ocr.Filler {
			j++
		}
		out = append(out, run{i, j})
		i = j
	}
	for i := range out {
		for j := i; j > 0 && out[j].to-out[j].from > out[j-1].to-out[j-1].from; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}
