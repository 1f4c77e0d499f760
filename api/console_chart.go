package api

import (
	"fmt"
	"strings"
	"time"

	"github.com/vouchline/vouchline/faces/liveness"
)

// Measures of the track's chart, in the units of its view box.
const (
	chartWidth  = 900
	chartLeft   = 110 // the lanes' names
	chartTop    = 22  // the actions' numbers
	laneHeight  = 62
	laneGap     = 14
	chartBottom = 22 // the times
)

// A chart is the track of a live session as an SVG is drawn from it: lanes
// over one time, behind them the windows of the actions. Everything is
// geometry; the words are the page's.
type chart struct {
	Width, Height int
	Lanes         []trackLane
	Windows       []actionWindow
	Times         []timeTick
	Marks         []frameColumn
}

// A trackLane is one measure over the time.
type trackLane struct {
	Name        string // of the catalogue's track family
	Y, Bottom   string // its upper and lower edge
	Middle      string
	High, Low   string   // what the edges stand for
	Lines       []string // points of polylines, broken where nothing was measured
	Guide       string   // height of a dashed line; empty without
	GuideMeans  string   // of the catalogue's track family
	Kept        []spot   // places of the frames that were kept
	scale       [2]float64
	top, bottom float64
}

// A spot is a place in the chart.
type spot struct{ X, Y string }

// An actionWindow is the time in which an action was asked for.
type actionWindow struct {
	Number   int
	Action   liveness.Action
	X, Width string
	Label    string // where its number stands
	Even     bool
	Done     bool
	Height   int
}

// A timeTick is a whole number of seconds on the axis.
type timeTick struct {
	X, Text string
	Y       int
}

// A frameColumn is one frame's column, for reading its values.
type frameColumn struct {
	X, Width string
	Frame    frameRow
	Height   int
}

// A trackClock places frames and actions on one time. Frames carry the browser's time
// and the server's of their batch; the fastest one tells how the two lie.
type trackClock struct {
	delay, start, end time.Duration
}

func clockOf(s liveness.Session) trackClock {
	var c trackClock
	for i, f := range s.Frames {
		if delay := f.Arrived - f.Taken; i == 0 || delay < c.delay {
			c.delay = delay
		}
	}
	c.start, c.end = c.at(s.Frames[0]), c.at(s.Frames[len(s.Frames)-1])
	for _, step := range s.Steps {
		c.start, c.end = min(c.start, step.Began), max(c.end, step.Ended)
	}
	c.end = max(c.end, s.Ended, c.start+time.Second)
	return c
}

// at is when a frame was taken, on the server's clock.
func (c trackClock) at(f liveness.Frame) time.Duration { return f.Taken + c.delay }

// x is the place of a time in the chart.
func (c trackClock) x(t time.Duration) float64 {
	return chartLeft + float64(t-c.start)/float64(c.end-c.start)*(chartWidth-chartLeft-10)
}

// chartOf draws a track; same is the score from which a face is the same
// person's, or 0 where it is not known.
func chartOf(s liveness.Session, rows []frameRow, same float64) *chart {
	if len(s.Frames) < 2 {
		return nil
	}
	clock := clockOf(s)
	lanes := []struct {
		trackLane
		value func(liveness.Frame) (float64, bool)
		guide float64
	}{
		{trackLane{Name: "yaw", High: "+45°", Low: "−45°", GuideMeans: "straight", scale: [2]float64{-45, 45}}, yaw, s.Watch.Base.Yaw},
		{trackLane{Name: "eyes", High: "1", Low: "0", GuideMeans: "open", scale: [2]float64{0, 1}}, eyes, s.Watch.Base.Eyes},
		{trackLane{Name: "size", High: "80 %", Low: "0", scale: [2]float64{0, 0.8}}, faceSize, 0},
		{trackLane{Name: "identity", High: "1", Low: "0", GuideMeans: "same", scale: [2]float64{0, 1}}, identity, same},
	}
	c := &chart{Width: chartWidth, Height: chartTop + len(lanes)*(laneHeight+laneGap) + chartBottom}
	for i, l := range lanes {
		l.top = float64(chartTop + i*(laneHeight+laneGap))
		l.bottom = l.top + laneHeight
		l.draw(s.Frames, clock, l.value)
		if l.guide > 0 || l.Name == "yaw" {
			l.Guide = coordinate(l.y(l.guide))
		}
		c.Lanes = append(c.Lanes, l.trackLane)
	}
	c.windows(s, clock)
	c.axis(s, clock, rows)
	return c
}

func (l *trackLane) draw(frames []liveness.Frame, clock trackClock, value func(liveness.Frame) (float64, bool)) {
	l.Y, l.Middle, l.Bottom = coordinate(l.top), coordinate((l.top+l.bottom)/2+4), coordinate(l.bottom)
	var points []string
	flush := func() {
		if len(points) > 0 {
			l.Lines = append(l.Lines, strings.Join(points, " "))
		}
		points = nil
	}
	for _, f := range frames {
		v, ok := value(f)
		if !ok {
			flush()
			continue
		}
		x, y := coordinate(clock.x(clock.at(f))), coordinate(l.y(v))
		points = append(points, x+","+y)
		if f.Photo != "" {
			l.Kept = append(l.Kept, spot{x, y})
		}
	}
	flush()
}

// y is the height of a value, held inside the lane.
func (l *trackLane) y(v float64) float64 {
	share := (v - l.scale[0]) / (l.scale[1] - l.scale[0])
	return l.bottom - max(0, min(1, share))*(l.bottom-l.top)
}

func (c *chart) windows(s liveness.Session, clock trackClock) {
	for i, step := range s.Steps {
		end := step.Ended
		if end == 0 {
			end = clock.end
		}
		x, to := clock.x(step.Began), clock.x(end)
		c.Windows = append(c.Windows, actionWindow{
			Number: i + 1, Action: step.Action, X: coordinate(x), Width: coordinate(max(1, to-x)), Label: coordinate((x + to) / 2),
			Even: i%2 == 1, Done: step.Ended > 0, Height: c.Height - chartTop - chartBottom,
		})
	}
}

func (c *chart) axis(s liveness.Session, clock trackClock, rows []frameRow) {
	every := time.Second
	for _, longer := range []time.Duration{2, 5, 10, 20, 30, 60} {
		if (clock.end-clock.start)/every > 12 {
			every = longer * time.Second
		}
	}
	for t := clock.start.Truncate(every); t <= clock.end; t += every {
		if t >= clock.start {
			c.Times = append(c.Times, timeTick{X: coordinate(clock.x(t)), Text: fmt.Sprintf("%.0f s", t.Seconds()), Y: c.Height - 4})
		}
	}
	for i, f := range s.Frames {
		from, to := clock.x(clock.at(f)), float64(chartWidth-10)
		if i+1 < len(s.Frames) {
			to = clock.x(clock.at(s.Frames[i+1]))
		}
		c.Marks = append(c.Marks, frameColumn{
			X: coordinate(from), Width: coordinate(max(1, to-from)), Frame: rows[i], Height: c.Height - chartTop - chartBottom,
		})
	}
}

func coordinate(v float64) string { return fmt.Sprintf("%.1f", v) }

func hasFace(f liveness.Frame) bool { return f.Face.Box.W > 0 && f.Face.Box.H > 0 }

func yaw(f liveness.Frame) (float64, bool) { return f.Quality.Yaw, hasFace(f) }

func eyes(f liveness.Frame) (float64, bool) {
	return f.Quality.Eyes, hasFace(f) && f.Quality.Eyes >= 0
}

func identity(f liveness.Frame) (float64, bool) { return f.Identity, hasFace(f) && f.Identity >= 0 }
