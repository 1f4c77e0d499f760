package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// facePages take the applicant's photograph and the live camera session (E4).
type facePages struct{ *Server }

// Mount adds the routes.
func (p *facePages) Mount(r gin.IRouter) {
	r.GET("/enroll/selfie", p.do(p.selfie))
	r.POST("/enroll/selfie", p.do(p.submitSelfie))
	r.GET("/enroll/live", p.do(p.live))
	r.POST("/enroll/live", p.do(p.submitLive))
}

// tooLarge is what photo says of a photograph that is too large, for a body
// that was cut off before it got there.
func tooLarge() error { return &photo.Error{Code: photo.TooLarge} }

func (p *facePages) selfie(c *gin.Context) error {
	e, err := p.at(c, "/enroll/selfie")
	if e == nil {
		return err
	}
	return p.renderSelfie(c, http.StatusOK, e, templates.View{})
}

func (p *facePages) renderSelfie(c *gin.Context, status int, e *kyc.Enrollment, v templates.View) error {
	v.Step, v.Path, v.Data = "selfie", "/enroll/selfie", map[string]any{"Notice": e.Data.Notice}
	return p.page(c, status, "selfie", v)
}

func (p *facePages) submitSelfie(c *gin.Context) error {
	e, err := p.at(c, "/enroll/selfie")
	if e == nil {
		return err
	}
	cause := p.takeSelfie(c, e.ID)
	if cause == nil {
		return p.next(c)
	}
	if _, code := classify(cause); code == "too_large" {
		cause = tooLarge()
	}
	shown, rest := faults(cause, "photo")
	if rest != nil || wantsJSON(c) {
		return cause
	}
	return p.renderSelfie(c, faultStatus(cause), e, templates.View{Faults: shown})
}

func (p *facePages) takeSelfie(c *gin.Context, id string) error {
	f, done, err := p.uploads.read(c, parts{
		files:  map[string]int{"photo": 1},
		accept: func(map[string]string) error { return p.Flow.MayPhotograph(c.Request.Context(), id) },
	})
	if err != nil {
		return err
	}
	defer done()
	if _, err := p.enrollment(c); err != nil { // as for the document
		return err
	}
	selfie, err := p.uploads.normalize(c.Request.Context(), f.file("photo"))
	if err != nil {
		return err
	}
	return p.Flow.SubmitSelfie(c.Request.Context(), id, selfie)
}

func (p *facePages) live(c *gin.Context) error {
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
			"Words": session.Words, "Nonce": session.Nonce, "Notice": e.Data.Notice,
			"Seconds": int(left.Seconds()), "Left": fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60),
		},
	})
}

// submitLive takes a film. What the flow would refuse is refused before its
// frames are read: each is decoded, and decoding is the dear part.
func (p *facePages) submitLive(c *gin.Context) error {
	ctx := c.Request.Context()
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	if e.State() != kyc.Live {
		return &kyc.TransitionError{From: e.State(), Event: kyc.RecordLive}
	}
	f, done, err := p.uploads.read(c, parts{
		files:  map[string]int{"frame": kyc.MaxLiveFrames},
		accept: func(fields map[string]string) error { return p.Flow.MayRecord(ctx, e.ID, fields["nonce"]) },
	})
	if err != nil {
		return err
	}
	defer done()
	if _, err := p.enrollment(c); err != nil { // as for the document
		return err
	}
	var frames []kyc.Upload
	for _, raw := range f.files["frame"] {
		frame, err := p.uploads.normalize(ctx, raw)
		if err != nil {
			return err
		}
		frames = append(frames, frame)
	}
	if err := p.Flow.SubmitLive(ctx, e.ID, f.fields["nonce"], frames); err != nil {
		return err
	}
	return p.next(c)
}
