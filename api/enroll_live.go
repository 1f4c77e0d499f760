package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// livePages are the live camera session (E4): the words to write, and the
// frames of the camera while the page shows what to do.
type livePages struct{ *Server }

// Mount adds the routes.
func (p *livePages) Mount(r gin.IRouter) {
	r.GET("/enroll/live", p.do(p.show))
	r.POST("/enroll/live/frames", p.do(p.watch))
	r.POST("/enroll/live/person", p.do(p.person))
}

const (
	// maxFrameBytes and maxFrameSide bound one frame, as the page does.
	maxFrameBytes = 600 << 10
	maxFrameSide  = 1280
	// maxBatch is more batches than a session of three minutes can hold.
	maxBatch = 9999
	// maxTaken is longer than any session, by the browser's clock.
	maxTaken = 10 * time.Minute
)

// Refusals of what no page of ours would send.
var (
	errTaken = &v1.Refusal{Status: http.StatusBadRequest, Code: "taken_invalid"}
	errBatch = &v1.Refusal{Status: http.StatusBadRequest, Code: "batch_invalid"}
)

func (p *livePages) show(c *gin.Context) error {
	e, err := p.at(c, "/enroll/live")
	if e == nil {
		return err
	}
	session, err := p.Flow.OpenLive(c.Request.Context(), e.ID)
	if err != nil {
		return err
	}
	left := session.ExpiresAt.Sub(p.Clock()).Round(time.Second)
	private(c) // an old nonce out of the history would only be refused
	return p.page(c, http.StatusOK, "live", templates.View{
		Step: "live",
		Data: map[string]any{
			"Words": session.Words, "OnScreen": session.OnScreen, "Nonce": session.Nonce, "Notice": e.Data.Notice, "Advice": faces.Advices(), "Ends": liveEnds(),
			"Seconds": int(left.Seconds()), "Left": fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60),
		},
	})
}

// liveEnds are the ends that a person has to be told about.
func liveEnds() []liveness.End { return append(liveness.Ends(), kyc.Unjudged) }

// liveAnswer is what the page is told after a batch of frames.
type liveAnswer struct {
	Action liveness.Action `json:"action"`
	Advice faces.Advice    `json:"advice"`
	Step   int             `json:"step"`
	Steps  int             `json:"steps"`
	LeftMS int64           `json:"left_ms"`
	Batch  int             `json:"batch"`
	End    liveness.End    `json:"end"`
	// Page is where to go once the session is over.
	Page string `json:"page"`
}

func answerOf(v kyc.LiveView) liveAnswer {
	a := liveAnswer{
		Action: v.Action, Advice: v.Advice, Step: v.Step, Steps: v.Steps, LeftMS: v.Left.Milliseconds(), Batch: v.Batch, End: v.End,
	}
	if v.End != "" {
		a.Page = "/enroll" // the dispatcher knows what follows each end
	}
	return a
}

// person ends the step for somebody who cannot do it.
func (p *livePages) person(c *gin.Context) error {
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	if err := p.Flow.AskForPerson(c.Request.Context(), e.ID); err != nil {
		return err
	}
	return p.next(c)
}

// watch takes a batch of frames. What the flow would refuse is refused before
// they are read: each is decoded, and decoding is the dear part.
func (p *livePages) watch(c *gin.Context) error {
	ctx := c.Request.Context()
	c.Request.Header.Set("Accept", "application/json") // no person asks here
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	if e.State() != kyc.Live {
		return &kyc.TransitionError{From: e.State(), Event: kyc.RecordLive}
	}
	var batch kyc.LiveBatch
	f, done, err := p.uploads.read(c, parts{
		lane: p.uploads.films, files: map[string]int{"frame": kyc.MaxLiveFrames}, each: maxFrameBytes,
		accept: func(fields map[string]string) (err error) {
			if batch, err = batchOf(fields); err != nil {
				return err
			}
			if err := p.Flow.MayRecord(ctx, e.ID, batch.Nonce); err != nil {
				return err
			}
			return p.uploads.filmed.allow(e.ID)
		},
	})
	if err != nil {
		return err
	}
	defer done()
	if _, err := p.enrollment(c); err != nil { // as for the document
		return err
	}
	if len(f.files["frame"]) == 0 {
		return kyc.ErrNoPhotograph
	}
	if len(f.files["frame"]) != len(batch.Taken) {
		return errTaken
	}
	for _, raw := range f.files["frame"] {
		frame, err := p.uploads.normalizeWithin(ctx, raw, maxFrameSide)
		if err != nil {
			return err
		}
		batch.Frames = append(batch.Frames, frame)
	}
	view, err := p.Flow.WatchLive(ctx, e.ID, batch)
	if err != nil {
		return err
	}
	return writeJSON(c, "application/json", answerOf(view))
}

// batchOf reads the fields before the frames. Whether the times run backwards
// or contradict the server's clock is the session's to judge: that is no slip.
func batchOf(fields map[string]string) (kyc.LiveBatch, error) {
	number, ok := count(fields["batch"], maxBatch)
	if !ok {
		return kyc.LiveBatch{}, errBatch
	}
	b := kyc.LiveBatch{Nonce: fields["nonce"], Number: number}
	taken := strings.Split(fields["taken"], ",")
	if len(taken) > kyc.MaxLiveFrames {
		return kyc.LiveBatch{}, errTaken
	}
	for _, s := range taken {
		ms, ok := count(s, int(maxTaken.Milliseconds()))
		if !ok {
			return kyc.LiveBatch{}, errTaken
		}
		b.Taken = append(b.Taken, time.Duration(ms)*time.Millisecond)
	}
	return b, nil
}

// count reads a whole number from 0 to most, written as a browser writes it:
// no sign, no space, no zero before it.
func count(s string, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= most && strconv.Itoa(n) == s
}
