package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// phonePages let a phone go on where the computer has no camera, or a poor
// one: a QR code there, a question here, and both are in the enrollment.
type phonePages struct{ *Server }

// Mount adds the routes.
func (p *phonePages) Mount(r gin.IRouter) {
	// The code is in the answer to a POST; asked for otherwise there is nothing.
	r.GET("/enroll/phone", p.do(func(c *gin.Context) error { return redirect(c, "/enroll") }))
	r.POST("/enroll/phone", p.do(p.handOff))
	r.GET("/p/:token", p.do(p.ask))
	r.POST("/p/:token", p.do(p.takeOver))
}

// onPhone reports whether a phone has come in by the code that was made last.
func onPhone(e *kyc.Enrollment) bool {
	h := e.Data.HandOff
	return h.Hash == "" && !h.TakenAt.IsZero()
}

func (p *phonePages) handOff(c *gin.Context) error {
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	token, expires, err := p.Flow.HandOff(c.Request.Context(), e.ID)
	if err != nil {
		return err
	}
	code, err := newQR(p.BaseURL + "/p/" + token)
	if err != nil {
		return err
	}
	private(c) // the code is a key
	return p.page(c, http.StatusOK, "phone", templates.View{
		Path: "/enroll/phone", Step: strings.TrimPrefix(pageOf(e), "/enroll/"),
		Data: map[string]any{"Code": code, "Seconds": int(expires.Sub(p.Clock()).Seconds()), "States": kyc.CameraStates()},
	})
}

// takeOverView is what the phone is told before it goes on.
type takeOverView struct {
	Invalid bool
	Name    string
	Asks    []string // catalogue keys
}

// ask uses nothing up: previews of links and scanners follow every address.
// It names the applicant, so that somebody who was sent the code of another
// sees whose identity they would be lending their face to.
func (p *phonePages) ask(c *gin.Context) error {
	private(c)
	e, err := p.Flow.HandedOff(c.Request.Context(), c.Param("token"))
	if kyc.Code(err) == "link_invalid" {
		return (&setupPages{p.Server}).show(c) // a line's settings have the same address
	}
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(e.Data.Profile.GivenNames, " ")
	return p.page(c, http.StatusOK, "takeover", templates.View{Data: takeOverView{Name: name, Asks: asks(e.State())}})
}

// asks are what is still asked for in front of a camera.
func asks(s kyc.State) []string {
	all := []string{"takeover.document", "takeover.selfie", "takeover.live"}
	switch s {
	case kyc.Selfie, kyc.Checking:
		return all[1:]
	case kyc.Live, kyc.Comparing:
		return all[2:]
	default:
		return all
	}
}

func (p *phonePages) takeOver(c *gin.Context) error {
	ctx := c.Request.Context()
	e, err := p.Flow.TakeOver(ctx, c.Param("token"))
	if err != nil {
		return p.refuse(c, err)
	}
	if err := p.enterEnrollment(ctx, e); err != nil {
		return err
	}
	return redirect(c, "/enroll")
}

// refuse tells of a code that is used, late or unknown, which look alike.
func (p *phonePages) refuse(c *gin.Context, err error) error {
	if kyc.Code(err) != "link_invalid" || wantsJSON(c) {
		return err
	}
	return p.page(c, http.StatusNotFound, "takeover", templates.View{Data: takeOverView{Invalid: true}})
}
