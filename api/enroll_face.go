package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// facePages take the applicant's photograph (E4).
type facePages struct{ *Server }

// Mount adds the routes.
func (p *facePages) Mount(r gin.IRouter) {
	r.GET("/enroll/selfie", p.do(p.selfie))
	r.POST("/enroll/selfie", p.do(p.submitSelfie))
	r.POST("/enroll/selfie/advice", p.do(p.advise))
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
	v.Step, v.Path, v.Data = "selfie", "/enroll/selfie", map[string]any{"Notice": e.Data.Notice, "Advice": faces.Advices()}
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

// Bounds of the picture that the page asks about.
const (
	maxAdviceBytes = 300 << 10
	maxAdviceSide  = 480
)

// advise says the one thing to mend in what the camera shows, while the person
// looks into it. Nothing is kept, and it is no try.
func (p *facePages) advise(c *gin.Context) error {
	ctx := c.Request.Context()
	c.Request.Header.Set("Accept", "application/json") // no person asks here
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	if e.State() != kyc.Selfie {
		return &kyc.TransitionError{From: e.State(), Event: kyc.TakeSelfie}
	}
	f, done, err := p.uploads.read(c, parts{lane: p.uploads.previews, files: map[string]int{"photo": 1}, each: maxAdviceBytes})
	if err != nil {
		return err
	}
	defer done()
	preview, err := p.uploads.normalizeWithin(ctx, f.file("photo"), maxAdviceSide)
	if err != nil {
		return err
	}
	advice, err := p.Flow.AdviseSelfie(ctx, e.ID, preview.JPEG)
	if err != nil {
		return err
	}
	return writeJSON(c, "application/json", map[string]faces.Advice{"advice": advice})
}
