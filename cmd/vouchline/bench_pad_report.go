package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/vouchline/vouchline/faces"
)

// padReport is what the benchmark prints: APCER and BPCER (ISO/IEC 30107-3) of
// single photographs, at the thresholds in use.
type padReport struct {
	BonaFide   int `json:"bona_fide"`
	Attacks    int `json:"attacks"`
	NoResponse int `json:"no_response"`
	// Passive is the classifier pair alone, Moire and Reflectance each sign
	// alone, Combined takes for an attack what any of them does.
	Passive     padRates `json:"passive"`
	Moire       padRates `json:"moire"`
	Reflectance padRates `json:"reflectance"`
	Combined    padRates `json:"combined"`
	// The times are processor times of Examine, of one photograph.
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`

	times []float64
}

// padRates are the error rates of one detector.
type padRates struct {
	Threshold float64 `json:"threshold"`
	// BPCER is the bona fide presentations taken for attacks.
	BPCER share `json:"bpcer"`
	// APCER is the attacks of each species taken for bona fide; MaxAPCER is the
	// worst of them, which is the detector's (ISO/IEC 30107-3, 13.2.2).
	APCER    map[string]share `json:"apcer"`
	MaxAPCER float64          `json:"max_apcer"`
}

func newPADReport(bonaFide float64) *padReport {
	rates := func(threshold float64) padRates {
		return padRates{Threshold: threshold, APCER: map[string]share{}}
	}
	return &padReport{
		Passive: rates(bonaFide), Moire: rates(faces.MoireRaised), Reflectance: rates(faces.ReflectanceRaised), Combined: rates(bonaFide),
	}
}

// add counts what was found in one presentation.
func (r *padReport) add(p presentation, x faces.Examination) {
	if p.bonaFide {
		r.BonaFide++
	} else {
		r.Attacks++
	}
	passive := x.BonaFide < r.Passive.Threshold
	moire := x.Attack.Moire >= r.Moire.Threshold
	reflectance := x.Attack.Reflectance >= r.Reflectance.Threshold
	r.Passive.add(p, passive)
	r.Moire.add(p, moire)
	r.Reflectance.add(p, reflectance)
	r.Combined.add(p, passive || moire || reflectance)
}

func (r *padRates) add(p presentation, attack bool) {
	if p.bonaFide {
		r.BPCER = r.BPCER.with(attack)
		return
	}
	r.APCER[p.species] = r.APCER[p.species].with(!attack)
	r.MaxAPCER = 0
	for _, s := range r.APCER {
		r.MaxAPCER = max(r.MaxAPCER, float64(s.Count)/float64(s.Of))
	}
}

// finish computes what needs all presentations.
func (r *padReport) finish() {
	slices.Sort(r.times)
	if n := len(r.times); n > 0 {
		r.P50, r.P95 = r.times[n/2], r.times[n*95/100]
	}
}

func (r *padReport) print(g *Globals) error {
	if err := g.Printf("%d bona fide, %d attacks, %d without a face, processor time %.0f ms median, %.0f ms p95\n",
		r.BonaFide, r.Attacks, r.NoResponse, r.P50, r.P95); err != nil {
		return err
	}
	for _, line := range []struct {
		name  string
		rates padRates
	}{{"passive", r.Passive}, {"moire", r.Moire}, {"reflectance", r.Reflectance}, {"combined", r.Combined}} {
		if err := line.rates.print(g, line.name); err != nil {
			return err
		}
	}
	return nil
}

func (r padRates) print(g *Globals, name string) error {
	if err := g.Printf("%-11s at %.2f: BPCER %s\n", name, r.Threshold, shareText(r.BPCER)); err != nil {
		return err
	}
	for _, species := range slices.SortedFunc(maps.Keys(r.APCER), cmp.Compare[string]) {
		if err := g.Printf("  %-12s APCER %s\n", species, shareText(r.APCER[species])); err != nil {
			return err
		}
	}
	return nil
}

// shareText prints a count with its interval.
func shareText(s share) string {
	if s.Of == 0 {
		return "of nothing"
	}
	return fmt.Sprintf("%d of %d, %s", s.Count, s.Of, rateText(float64(s.Count)/float64(s.Of), s.Interval))
}
