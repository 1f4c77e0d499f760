package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/photo"
)

// BenchFacesCmd measures the comparison on pairs of which the truth is known.
type BenchFacesCmd struct {
	ModelsFlag
	Pairs string `arg:"" type:"existingfile" help:"CSV with columns file_a, file_b, same (1 or 0); files relative to it."`
}

// facesReport is what the benchmark prints. Rates are generalized (ISO/IEC
// 19795-1): a photograph without a face, or unreadable, counts as no match,
// hence as an error of its mated pairs.
type facesReport struct {
	Pairs  int `json:"pairs"`
	Mated  int `json:"mated"`
	Failed int `json:"failed"`
	// Accept and Refer are the rates at the thresholds in use.
	Accept faces.Rates `json:"accept"`
	Refer  faces.Rates `json:"refer"`
	// EqualError is the best these trials could give; its threshold is fitted
	// to them.
	EqualError faces.Rates `json:"equal_error"`
	// Accuracy is the share of pairs on the right side of Accept.
	Accuracy float64 `json:"accuracy"`
	// The times are of two photographs one after the other on one core, from
	// file to score.
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
}

// pair is a line of the list.
type pair struct {
	a, b  string
	mated bool
}

// Run measures and prints the report.
func (c *BenchFacesCmd) Run(g *Globals) error {
	pairs, err := readPairs(c.Pairs)
	if err != nil {
		return err
	}
	finder, err := c.finder()
	if err != nil {
		return err
	}
	engine, err := newFaceEngine(finder, g)
	if err != nil {
		return err
	}
	defer engine.Close()
	report, err := benchFaces(g, engine, pairs)
	if err != nil {
		return err
	}
	if g.JSON {
		return g.WriteJSON(report)
	}
	return report.print(g)
}

func readPairs(file string) ([]pair, error) {
	f, err := os.Open(file) //nolint:gosec // G304: the list that the command was told to read
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(rows) < 2 || !slices.Equal(rows[0], []string{"file_a", "file_b", "same"}) {
		return nil, fmt.Errorf("%s: want the columns file_a, file_b, same and at least one pair", file)
	}
	dir := filepath.Dir(file)
	pairs := make([]pair, 0, len(rows)-1)
	for i, row := range rows[1:] {
		if row[2] != "0" && row[2] != "1" {
			return nil, fmt.Errorf("%s: line %d: same is %q, want 0 or 1", file, i+2, row[2])
		}
		pairs = append(pairs, pair{a: filepath.Join(dir, row[0]), b: filepath.Join(dir, row[1]), mated: row[2] == "1"})
	}
	return pairs, nil
}

// embedded is what one file gave, kept because lists name files many times.
type embedded struct {
	template faces.Template
	took     time.Duration
}

// bench keeps what each file gave.
type bench struct {
	g      *Globals
	engine *opencv.Engine
	cache  map[string]embedded
}

// embed examines a file once. A photograph that cannot be compared has no
// embedding; other errors end the benchmark.
func (b *bench) embed(file string) (embedded, error) {
	if e, ok := b.cache[file]; ok {
		return e, nil
	}
	start := b.g.Now()
	x, err := embedFile(b.g.Context, b.engine, file)
	var noFace *faces.Error
	var refused *photo.Error
	switch {
	case errors.As(err, &noFace), errors.As(err, &refused):
		b.g.Log.Warn("counts as no match", "file", file, "error", err)
	case err != nil:
		return embedded{}, err
	}
	e := embedded{template: x.Template, took: b.g.Now().Sub(start)}
	b.cache[file] = e
	return e, nil
}

func benchFaces(g *Globals, engine *opencv.Engine, pairs []pair) (facesReport, error) {
	b := bench{g: g, engine: engine, cache: map[string]embedded{}}
	report := facesReport{Pairs: len(pairs)}
	var trials []faces.Trial
	var times []float64
	for _, p := range pairs {
		first, errFirst := b.embed(p.a)
		second, errSecond := b.embed(p.b)
		if err := errors.Join(errFirst, errSecond); err != nil {
			return facesReport{}, err
		}
		if p.mated {
			report.Mated++
		}
		if first.template == nil || second.template == nil {
			report.Failed++
		}
		trials = append(trials, faces.Trial{Score: engine.Matcher().Compare(first.template, second.template).Score, Mated: p.mated})
		times = append(times, milliseconds(first.took+second.took))
	}
	report.judge(engine.Matcher()[0].Thresholds, trials, times)
	return report, nil
}

func (r *facesReport) judge(t faces.Thresholds, trials []faces.Trial, times []float64) {
	r.Accept = faces.RatesAt(trials, t.Same)
	r.Refer = faces.RatesAt(trials, t.Refer)
	r.EqualError = faces.EqualErrorRate(trials)
	r.Accuracy = r.Accept.Accuracy
	slices.Sort(times)
	r.P50, r.P95 = times[len(times)/2], times[len(times)*95/100]
}

func (r facesReport) print(g *Globals) error {
	if err := g.Printf("pairs %d (%d mated, %d failed), %.0f ms median, %.0f ms p95\n",
		r.Pairs, r.Mated, r.Failed, r.P50, r.P95); err != nil {
		return err
	}
	for _, line := range []struct {
		name  string
		rates faces.Rates
	}{{"accept", r.Accept}, {"refer", r.Refer}, {"equal error", r.EqualError}} {
		if err := g.Printf("%-11s at %.3f: FMR %.4f FNMR %.4f right %.2f %%\n",
			line.name, line.rates.Threshold, line.rates.FMR, line.rates.FNMR, 100*line.rates.Accuracy); err != nil {
			return err
		}
	}
	return nil
}
