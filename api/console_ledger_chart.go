package api

import (
	"math"
	"slices"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// A latencyChart shows how long commits took, one bar each in the order in
// which they came. Its picture is stretched to the page, so the words stand
// beside it.
type latencyChart struct {
	Bars          []latencyBar
	Width, Height int // of the view box
	Median, Slow  time.Duration
	MedianY       string
	SlowY         string
	Top           time.Duration // what the upper edge stands for
	First, Last   time.Time
	Identities    int // that all of them wrote
}

// A latencyBar is one commit.
type latencyBar struct {
	ledger.Commit

	X      int
	Y      string
	Height string
	Over   bool // it took longer than the chart is high
}

const (
	latencyHeight = 100
	latencyStep   = 4 // of one bar and the gap beside it
	// latencyRoom keeps few commits from being drawn as broad blocks.
	latencyRoom = 60
)

// latencyOf draws commits, or nothing where there are none.
func latencyOf(commits []ledger.Commit) *latencyChart {
	if len(commits) == 0 {
		return nil
	}
	took := make([]time.Duration, len(commits))
	for i, c := range commits {
		took[i] = c.Took
	}
	slices.Sort(took)
	chart := &latencyChart{
		Width: latencyStep * max(len(commits), latencyRoom), Height: latencyHeight,
		Median: quantile(took, 0.5), Slow: quantile(took, 0.95),
		First: commits[0].At, Last: commits[len(commits)-1].At,
	}
	// One that took a hundred times longer must not press the others flat.
	chart.Top = roundUp(min(took[len(took)-1], 2*chart.Slow))
	chart.MedianY, chart.SlowY = coordinate(chart.y(chart.Median)), coordinate(chart.y(chart.Slow))
	left := chart.Width - latencyStep*len(commits)
	for i, c := range commits {
		y := chart.y(c.Took)
		chart.Bars = append(chart.Bars, latencyBar{
			Commit: c, X: left + latencyStep*i, Y: coordinate(y), Height: coordinate(latencyHeight - y), Over: c.Took > chart.Top,
		})
		chart.Identities += c.Identities
	}
	return chart
}

// y is the height of a duration, held inside the picture. No commit is so
// fast that it is not seen.
func (l *latencyChart) y(d time.Duration) float64 {
	share := min(1, float64(d)/float64(l.Top))
	return latencyHeight - max(1, share*latencyHeight)
}

// quantile is the smallest of the sorted durations that at least the share q
// of them do not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	rank := int(math.Ceil(q * float64(len(sorted))))
	return sorted[max(rank, 1)-1]
}

// roundUp is the next of 1, 2, 5, 10, 20, … milliseconds.
func roundUp(d time.Duration) time.Duration {
	for unit := time.Millisecond; ; unit *= 10 {
		for _, n := range []time.Duration{1, 2, 5} {
			if d <= n*unit {
				return n * unit
			}
		}
	}
}
