package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vouchline/vouchline/ocr"
)

// wordsReport is what the benchmark prints.
type wordsReport struct {
	Threshold float64 `json:"threshold"`
	// Right are the frames whose words passed, by what they show.
	Right   share             `json:"right"`
	ByScene map[string]*share `json:"by_scene"`
	ByHand  map[string]*share `json:"by_hand"`
	// False are the comparisons with words that were not shown that passed.
	False map[string]*share `json:"false_accepts"`
	// Times are milliseconds of one core for a frame, from pixels to words.
	Mean float64 `json:"cpu_mean_ms"`
	P50  float64 `json:"cpu_p50_ms"`
	P95  float64 `json:"cpu_p95_ms"`

	times []float64
}

func newWordsReport() wordsReport {
	return wordsReport{Threshold: ocr.MinWordScore, ByScene: map[string]*share{}, ByHand: map[string]*share{}, False: map[string]*share{}}
}

func (r *wordsReport) took(ms float64) { r.times = append(r.times, ms) }

func (r *wordsReport) mated(scene, hand string, want, got []string) {
	right := passes(want, got)
	for _, s := range []*share{&r.Right, entry(r.ByScene, scene), entry(r.ByHand, hand)} {
		s.count(right)
	}
}

func (r *wordsReport) nonMated(kind string, want, got []string) {
	entry(r.False, kind).count(passes(want, got))
}

func passes(want, got []string) bool { return ocr.ScoreWords(want, got) >= ocr.MinWordScore }

// count is with without the interval, which finish computes once.
func (s *share) count(is bool) {
	s.Of++
	if is {
		s.Count++
	}
}

func entry(m map[string]*share, key string) *share {
	if m[key] == nil {
		m[key] = &share{}
	}
	return m[key]
}

// finish computes intervals and times.
func (r *wordsReport) finish() {
	all := []*share{&r.Right}
	for _, m := range []map[string]*share{r.ByScene, r.ByHand, r.False} {
		all = slices.AppendSeq(all, maps.Values(m))
	}
	for _, s := range all {
		s.Interval = interval(s.Count, s.Of)
	}
	if len(r.times) == 0 {
		return
	}
	slices.Sort(r.times)
	for _, t := range r.times {
		r.Mean += t / float64(len(r.times))
	}
	r.P50, r.P95 = r.times[len(r.times)/2], r.times[len(r.times)*95/100]
}

func (r *wordsReport) print(g *Globals) error {
	line := func(name string, s *share) error {
		_, err := fmt.Fprintf(g.Stdout, "  %-26s %7d of %7d  %6.2f %%  (%.4g to %.4g)\n", name, s.Count, s.Of,
			100*float64(s.Count)/float64(max(s.Of, 1)), 100*s.Interval[0], 100*s.Interval[1])
		return err
	}
	if err := line("read right", &r.Right); err != nil {
		return err
	}
	for _, part := range []struct {
		title string
		rows  map[string]*share
	}{{"by scene", r.ByScene}, {"by hand", r.ByHand}, {"accepted wrongly", r.False}} {
		if _, err := fmt.Fprintf(g.Stdout, "%s\n", part.title); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(part.rows)) {
			if err := line(name, part.rows[name]); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(g.Stdout, "processor time a frame: mean %.0f ms, p50 %.0f ms, p95 %.0f ms\n", r.Mean, r.P50, r.P95)
	return err
}
