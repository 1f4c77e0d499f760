package main

import (
	"cmp"
	"slices"

	"github.com/vouchline/vouchline/ocr"
)

// documentsTally counts outcomes.
type documentsTally struct {
	// Documents is how many images have an MRZ, Without how many have none.
	Documents int `json:"documents"`
	Without   int `json:"without_mrz"`
	// Exact is how many were read without a wrong character.
	Exact int `json:"exact"`
	// Accepted is how many were read and valid, WrongAccepted how many of
	// those had a wrong character, or no MRZ at all.
	Accepted      int `json:"accepted"`
	WrongAccepted int `json:"wrong_accepted"`
	// Refused is how many of the documents were read and not valid, or not
	// read; a specimen's own check digits may be wrong. Uncertain is how many of
	// them hold every check digit while readings of the picture disagree.
	Refused   int `json:"refused"`
	Uncertain int `json:"uncertain"`
}

func (t *documentsTally) add(documents, exact, accepted, wrong, uncertain bool) {
	count := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	count(&t.Documents, documents)
	count(&t.Without, !documents)
	count(&t.Exact, exact)
	count(&t.Accepted, accepted)
	count(&t.WrongAccepted, wrong)
	count(&t.Refused, documents && !accepted)
	count(&t.Uncertain, documents && uncertain)
}

// documentIntervals are exact 95 % intervals, as parts of one.
type documentIntervals struct {
	Exact         [2]float64 `json:"exact"`          // of the documents
	WrongAccepted [2]float64 `json:"wrong_accepted"` // of all images
}

func (t documentsTally) intervals() documentIntervals {
	return documentIntervals{interval(t.Exact, t.Documents), interval(t.WrongAccepted, t.Documents+t.Without)}
}

// documentsGroup is one row of the tables.
type documentsGroup struct {
	documentsTally
	Intervals documentIntervals `json:"intervals"`
	Baseline  *documentsTally   `json:"baseline,omitempty"`
}

func (d *documentsGroup) add(o outcome) {
	zone := len(o.truth.MRZ) > 0
	d.documentsTally.add(zone, o.exact, o.accepted, o.wrong, o.uncertain)
	d.Intervals = d.intervals()
	if o.plain == nil {
		return
	}
	if d.Baseline == nil {
		d.Baseline = &documentsTally{}
	}
	d.Baseline.add(zone, o.plain.exact, o.plain.accepted, o.plain.accepted && !o.plain.exact, false)
}

// share is a count with its 95 % interval.
type share struct {
	Count    int        `json:"count"`
	Of       int        `json:"of"`
	Interval [2]float64 `json:"interval"`
}

func (s share) with(is bool) share {
	s.Of++
	if is {
		s.Count++
	}
	s.Interval = interval(s.Count, s.Of)
	return s
}

// hintShares tell how often a hint is raised on what it hints at, and on what
// is genuine.
type hintShares struct {
	FalseAlarms share `json:"false_alarms"` // of the genuine documents it was looked for on
	Caught      share `json:"caught"`       // of the tampered ones it was looked for on
}

// documentTimes are milliseconds.
type documentTimes struct {
	P50    float64 `json:"p50_ms"`
	P95    float64 `json:"p95_ms"`
	CPUP50 float64 `json:"cpu_p50_ms"`
	CPUP95 float64 `json:"cpu_p95_ms"`
}

// documentsReport is what the benchmark prints.
type documentsReport struct {
	documentsGroup
	// The times without a name are of the zone, from pixels to lines; CPU is
	// what one core computes for it, whatever else the machine does meanwhile.
	// Those of the reading are of the whole photograph, from the file's bytes,
	// with print, portrait and hints.
	documentTimes
	Reading       documentTimes  `json:"reading"`
	BaselineTimes *documentTimes `json:"baseline_times,omitempty"`

	BySet         map[string]*documentsGroup `json:"by_set"`
	ByFormat      map[string]*documentsGroup `json:"by_format"`
	ByDegradation map[string]*documentsGroup `json:"by_degradation"`
	// Fields are the data elements of the zone that were read exactly.
	Fields map[string]share `json:"fields"`
	// Corroborated are the fields of the zone that the print of a genuine
	// document agreed with, Contradicted those it was found to differ in.
	Corroborated map[string]share            `json:"corroborated"`
	Contradicted map[string]share            `json:"contradicted"`
	Hints        map[ocr.HintName]hintShares `json:"hints"`
	// Several are the pictures of several documents that were called that.
	Several share `json:"several"`
	// Faults lists what was not exact, or wrongly accepted.
	Faults []documentOutcome `json:"faults"`
}

// documentOutcome says what happened to a file, without what it says.
type documentOutcome struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

func newDocumentsReport() documentsReport {
	groups := func() map[string]*documentsGroup { return map[string]*documentsGroup{} }
	return documentsReport{
		BySet: groups(), ByFormat: groups(), ByDegradation: groups(),
		Fields: map[string]share{}, Corroborated: map[string]share{}, Contradicted: map[string]share{},
		Hints: map[ocr.HintName]hintShares{}, Faults: []documentOutcome{},
	}
}

// add counts one outcome wherever it belongs.
func (r *documentsReport) add(o outcome) {
	r.documentsGroup.add(o)
	addTo(r.BySet, o.truth.Set, o)
	addTo(r.ByFormat, o.truth.Type, o)
	addTo(r.ByDegradation, o.truth.Degradation, o)
	for name, exact := range o.fields() {
		r.Fields[name] = r.Fields[name].with(exact)
	}
	if o.truth.Set == setSeveral {
		r.Several = r.Several.with(o.toldSeveral())
	}
	r.addPrint(o)
	r.addHints(o)
	if fault := o.fault(); fault != "" {
		r.Faults = append(r.Faults, documentOutcome{o.name, fault})
	}
}

// addTo counts an outcome in the group of that key, if it has one.
func addTo(groups map[string]*documentsGroup, key string, o outcome) {
	if key == "" {
		return
	}
	if groups[key] == nil {
		groups[key] = &documentsGroup{}
	}
	groups[key].add(o)
}

func (r *documentsReport) addPrint(o outcome) {
	if o.truth.Tampering != "" {
		return
	}
	for _, c := range o.reading.Corroborations {
		if c.MRZ == "" {
			continue // what only the print has
		}
		differs := c.Agreement == ocr.Differ
		r.Corroborated[c.Field] = r.Corroborated[c.Field].with(!differs && c.Agreement != ocr.Missing)
		r.Contradicted[c.Field] = r.Contradicted[c.Field].with(differs)
	}
}

// hinted is the hint that should be raised on a tampering. There is none for
// portrait_swap (ADR 0011).
var hinted = map[string]ocr.HintName{
	"screen_replay":   ocr.HintScreenReplay,
	"monochrome_copy": ocr.HintMonochromeCopy,
	"mrz_font":        ocr.HintMRZFont,
	"print_mismatch":  ocr.HintPrintDiffers,
}

func (r *documentsReport) addHints(o outcome) {
	for _, h := range o.reading.Hints {
		s := r.Hints[h.Name]
		switch {
		case o.truth.Tampering == "":
			s.FalseAlarms = s.FalseAlarms.with(h.Raised)
		case hinted[o.truth.Tampering] == h.Name:
			s.Caught = s.Caught.with(h.Raised)
		}
		r.Hints[h.Name] = s
	}
}

func (r *documentsReport) times(zone, whole, plain []spent) {
	r.documentTimes, r.Reading = percentiles(zone), percentiles(whole)
	if len(plain) > 0 {
		t := percentiles(plain)
		r.BaselineTimes = &t
	}
}

func percentiles(of []spent) documentTimes {
	var t documentTimes
	slices.SortFunc(of, func(a, b spent) int { return cmp.Compare(a.wall, b.wall) })
	t.P50, t.P95 = of[len(of)/2].wall, of[len(of)*95/100].wall
	slices.SortFunc(of, func(a, b spent) int { return cmp.Compare(a.cpu, b.cpu) })
	t.CPUP50, t.CPUP95 = of[len(of)/2].cpu, of[len(of)*95/100].cpu
	return t
}
