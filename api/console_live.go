package api

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
)

// A liveView is a camera session for a proofing agent: what was asked, when it
// was shown, and what was measured all along.
type liveView struct {
	End    endRow
	Past   []endRow
	Steps  []stepRow
	Chart  *chart
	Frames []frameRow
	// Means are of the presentation attack detector and its further signs over
	// the frames that it was asked for; empty where none was.
	Means []figure
}

// An endRow is how a session ended.
type endRow struct {
	End     liveness.End
	Suspect bool
}

// A stepRow is one action that was asked for.
type stepRow struct {
	Number int
	Action liveness.Action
	Asked  string
	Took   string // empty where it was not shown
	Misses int
	Proof  []frameRow // those of them that were kept
}

// A frameRow is what was measured in one frame; – stands for what was not.
type frameRow struct {
	At, Faces, Yaw, Eyes, Size, Identity string
	BonaFide, Moire, Reflectance, Words  string
	Photo                                string
}

// Seen reports whether there is anything to show.
func (v liveView) Seen() bool { return len(v.Frames) > 0 || len(v.Past) > 0 || v.End.End != "" }

// liveOf makes the view of a session from it and from what the checks say of
// it.
func liveOf(s kyc.LiveSession, checks []kyc.Check) liveView {
	v := liveView{End: endRow{s.Track.End, s.Track.End.Suspect()}, Means: presentationMeans(checks)}
	for _, end := range s.Past {
		v.Past = append(v.Past, endRow{end, end.Suspect()})
	}
	if len(s.Track.Frames) == 0 {
		return v
	}
	clock := clockOf(s.Track)
	for _, f := range s.Track.Frames {
		v.Frames = append(v.Frames, frameOf(f, clock))
	}
	for i, step := range s.Track.Steps {
		row := stepRow{Number: i + 1, Action: step.Action, Asked: seconds(step.Began), Misses: step.Misses}
		if step.Ended > 0 {
			row.Took = seconds(step.Ended - step.Began)
		}
		for _, place := range step.Proof {
			if place >= 0 && place < len(v.Frames) && v.Frames[place].Photo != "" {
				row.Proof = append(row.Proof, v.Frames[place])
			}
		}
		v.Steps = append(v.Steps, row)
	}
	v.Chart = chartOf(s.Track, v.Frames, sameThreshold(checks))
	return v
}

func presentationMeans(checks []kyc.Check) []figure {
	for _, c := range checks {
		if p := c.Presentation; c.Name == kyc.CheckPresentation && p != nil {
			return []figure{
				{"bona_fide", against(p.BonaFide, c.Threshold)},
				{"moire", against(p.Attack.Moire, faces.MoireRaised)},
				{"reflectance", against(p.Attack.Reflectance, faces.ReflectanceRaised)},
				{"frames", fmt.Sprint(p.Frames)},
			}
		}
	}
	return nil
}

func frameOf(f liveness.Frame, clock trackClock) frameRow {
	row := frameRow{At: seconds(clock.at(f)), Faces: "0", Yaw: none, Eyes: none, Size: none, Photo: f.Photo}
	row.Identity, row.Words = share(f.Identity), share(f.Words)
	row.BonaFide, row.Moire, row.Reflectance = share(f.BonaFide), share(f.Attack.Moire), share(f.Attack.Reflectance)
	if !hasFace(f) {
		row.Identity, row.BonaFide, row.Moire, row.Reflectance = none, none, none, none
		return row
	}
	row.Faces = "1"
	if f.Several {
		row.Faces = "2+"
	}
	row.Yaw, row.Eyes = fmt.Sprintf("%+.0f°", f.Quality.Yaw), share(f.Quality.Eyes)
	if size, ok := faceSize(f); ok {
		row.Size = fmt.Sprintf("%.0f %%", 100*size)
	}
	return row
}

// none stands for what was not measured.
const none = "–"

// share writes a measure that is negative where it was not computed.
func share(v float64) string {
	if v < 0 {
		return none
	}
	return fmt.Sprintf("%.2f", v)
}

// against writes a measure beside the limit that it is held against.
func against(v, limit float64) string {
	if v < 0 {
		return none
	}
	return fmt.Sprintf("%.2f / %.2f", v, limit)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// faceSize is the side of the face as a share of the picture's shorter side.
func faceSize(f liveness.Frame) (float64, bool) {
	side := min(f.Width, f.Height)
	if !hasFace(f) || side <= 0 {
		return 0, false
	}
	return math.Sqrt(f.Face.Box.Area()) / float64(side), true
}

// bestFrame names the kept frame that shows the one face straightest, or the
// first kept one where nothing was measured.
func bestFrame(s kyc.LiveSession) string {
	var kept []liveness.Frame
	for _, f := range s.Track.Frames {
		if f.Photo != "" && hasFace(f) && !f.Several {
			kept = append(kept, f)
		}
	}
	if len(kept) > 0 {
		return slices.MinFunc(kept, func(a, b liveness.Frame) int { return cmp.Compare(askew(a), askew(b)) }).Photo
	}
	if len(s.Frames) > 0 {
		return s.Frames[0]
	}
	return ""
}

func askew(f liveness.Frame) float64 {
	q := f.Quality
	return math.Abs(q.Yaw) + math.Abs(q.Pitch) + math.Abs(q.Roll)
}
