package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

func (r documentsReport) print(g *Globals) error {
	var b bytes.Buffer
	r.printGroups(&b)
	r.printShares(&b)
	r.printTimes(&b)
	for _, f := range r.Faults {
		fmt.Fprintf(&b, "%s: %s\n", f.File, f.Reason)
	}
	return g.Printf("%s", b.String())
}

// table aligns rows of cells.
func table(w io.Writer, rows func(row func(format string, args ...any))) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	rows(func(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) })
	_ = t.Flush() // into memory
}

func (r documentsReport) printGroups(w io.Writer) {
	table(w, func(row func(string, ...any)) {
		head := "\tdocuments\texact\t95 %%\twrong accepted\tof images\tuncertain\trefused"
		if r.Baseline != nil {
			head += "\ttesseract exact\twrong accepted"
		}
		row(head)
		line := func(name string, d documentsGroup) {
			s := fmt.Sprintf("%s\t%d\t%s\t%s\t%d\t%d\t%d\t%d", name, d.Documents, percent(d.Exact, d.Documents), span(d.Intervals.Exact),
				d.WrongAccepted, d.Documents+d.Without, d.Uncertain, d.Refused)
			if d.Baseline != nil {
				s += fmt.Sprintf("\t%s\t%d", percent(d.Baseline.Exact, d.Documents), d.Baseline.WrongAccepted)
			}
			row("%s", s)
		}
		line("all", r.documentsGroup)
		for _, groups := range []map[string]*documentsGroup{r.BySet, r.ByFormat, r.ByDegradation} {
			for _, key := range slices.Sorted(maps.Keys(groups)) {
				line(key, *groups[key])
			}
		}
	})
}

func (r documentsReport) printShares(w io.Writer) {
	table(w, func(row func(string, ...any)) {
		line := func(what, name string, s share) {
			if s.Of > 0 {
				row("%s\t%s\t%d of %d\t%s\t%s", what, name, s.Count, s.Of, percent(s.Count, s.Of), span(s.Interval))
			}
		}
		for _, shares := range []struct {
			what string
			of   map[string]share
		}{{"field exact", r.Fields}, {"print agrees", r.Corroborated}, {"print differs", r.Contradicted}} {
			for _, key := range slices.Sorted(maps.Keys(shares.of)) {
				line(shares.what, key, shares.of[key])
			}
		}
		for _, name := range slices.Sorted(maps.Keys(r.Hints)) {
			line("hint, false alarms", string(name), r.Hints[name].FalseAlarms)
			line("hint, caught", string(name), r.Hints[name].Caught)
		}
		line("several documents", "told", r.Several)
	})
}

func (r documentsReport) printTimes(w io.Writer) {
	table(w, func(row func(string, ...any)) {
		line := func(name string, t documentTimes) {
			row("%s\tp50 %.0f ms\tCPU %.0f ms\tp95 %.0f ms\tCPU %.0f ms", name, t.P50, t.CPUP50, t.P95, t.CPUP95)
		}
		line("zone", r.documentTimes)
		line("whole reading", r.Reading)
		if r.BaselineTimes != nil {
			line("tesseract", *r.BaselineTimes)
		}
	})
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

func span(of [2]float64) string {
	return fmt.Sprintf("%.1f to %.1f", 100*of[0], 100*of[1])
}
