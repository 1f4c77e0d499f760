package api

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// startPages are the start page, the profile, the way back into an enrollment
// and the dispatcher.
type startPages struct{ *Server }

// Mount adds the routes.
func (p *startPages) Mount(r gin.IRouter) {
	r.GET("/", p.do(func(c *gin.Context) error { return p.page(c, http.StatusOK, "start", templates.View{}) }))
	r.GET("/privacy", p.do(func(c *gin.Context) error { return p.page(c, http.StatusOK, "privacy", templates.View{}) }))
	r.GET("/enroll", p.do(p.dispatch))
	r.GET("/enroll/status", p.do(p.status))
	r.GET("/enroll/profile", p.do(p.profile))
	r.POST("/enroll/profile", p.do(p.begin))
	r.GET("/enroll/link/:token", p.do(p.link))
	r.POST("/enroll/link/:token", p.do(p.openLink))
	r.GET("/resume", p.do(p.resume))
	r.POST("/resume", p.do(p.requestLink))
	r.POST("/enroll/withdraw", p.do(p.withdraw))
}

// pageOf is the page of a state. Only the dispatcher and the status know it:
// a step never sends the browser to the next one.
func pageOf(e *kyc.Enrollment) string {
	switch e.State() {
	case kyc.Contacts:
		return "/enroll/contacts"
	case kyc.Document:
		return "/enroll/document"
	case kyc.Reading, kyc.Checking, kyc.Comparing, kyc.Approved, kyc.Minted:
		return "/enroll/working"
	case kyc.Confirmation:
		return "/enroll/confirmation"
	case kyc.Selfie:
		return "/enroll/selfie"
	case kyc.Live:
		return "/enroll/live"
	case kyc.Questions:
		return "/enroll/questions"
	case kyc.InReview, kyc.Rejected, kyc.Expired, kyc.Withdrawn:
		return "/enroll/outcome"
	case kyc.Issued:
		if e.Data.Account.Active() {
			return "/account"
		}
		return "/enroll/activate"
	default:
		return "/"
	}
}

func (p *startPages) dispatch(c *gin.Context) error {
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	return redirect(c, pageOf(e))
}

// at returns the enrollment if it is due at one of this page's states;
// otherwise it sends the browser to the page that is due and returns nil.
func (s *Server) at(c *gin.Context, page string) (*kyc.Enrollment, error) {
	e, err := s.enrollment(c)
	return s.due(c, page, e, err)
}

func (s *Server) due(c *gin.Context, page string, e *kyc.Enrollment, err error) (*kyc.Enrollment, error) {
	if err != nil {
		return nil, err
	}
	if pageOf(e) != page {
		return nil, redirect(c, "/enroll")
	}
	return e, nil
}

// status is what a waiting page asks for.
type status struct {
	State   kyc.State `json:"state"`
	Version int       `json:"version"`
	Page    string    `json:"page"`
	// Phone and Email are how far the two addresses are, while they count.
	Phone delivery `json:"phone,omitempty"`
	Email delivery `json:"email,omitempty"`
	// Slow says that the work takes longer than it should.
	Slow bool `json:"slow,omitempty"`
	// OnPhone says that a phone has come in beside the computer.
	OnPhone bool `json:"on_phone,omitempty"`
}

func (s *Server) statusOf(e *kyc.Enrollment) status {
	now := status{State: e.State(), Version: e.Version(), Page: pageOf(e), Slow: slow(e, s.Clock()), OnPhone: onPhone(e)}
	if e.State() == kyc.Contacts {
		now.Phone, now.Email = deliveryOf(e.Data.PhoneCode), deliveryOf(e.Data.EmailLink)
	}
	return now
}

// status is asked by pages and so is no activity: a page left open must not
// keep a session for ever.
func (p *startPages) status(c *gin.Context) error {
	private(c)
	c.Request.Header.Set("Accept", "application/json") // also where a person opens it
	e, err := p.watched(c)
	if err != nil {
		return err
	}
	return writeJSON(c, "application/json", p.statusOf(e))
}

// next answers a step that was taken: a program gets the state, a person is
// sent to the dispatcher.
func (s *Server) next(c *gin.Context) error {
	if !wantsJSON(c) {
		return redirect(c, "/enroll")
	}
	e, err := s.enrollment(c)
	if err != nil {
		return err
	}
	return writeJSON(c, "application/json", s.statusOf(e))
}

func (p *startPages) profile(c *gin.Context) error {
	old, err := p.open(c)
	if err != nil {
		return err
	}
	view := templates.View{}
	if old != nil {
		if old.State() != kyc.Contacts {
			return redirect(c, "/enroll")
		}
		view.Form = profileForm(old.Data.Profile)
	}
	return p.showProfile(c, http.StatusOK, view)
}

// open returns the enrollment of this browser while it can go on, or nil.
func (p *startPages) open(c *gin.Context) (*kyc.Enrollment, error) {
	e, err := p.enrollment(c)
	switch {
	case errors.Is(err, errNoSession), errors.Is(err, errMovedOn): // what was taken over is not this browser's to replace
		return nil, nil //nolint:nilnil // no enrollment is an answer, not a fault
	case err != nil:
		return nil, err
	case e.State().Terminal():
		return nil, nil //nolint:nilnil // as above
	}
	return e, nil
}

func (p *startPages) showProfile(c *gin.Context, status int, v templates.View) error {
	v.Step, v.Path = "details", "/enroll/profile"
	v.Data = map[string]any{"Countries": countries(c.GetString(localeKey))}
	return p.page(c, status, "profile", v)
}

func (p *startPages) begin(c *gin.Context) error {
	old, err := p.open(c)
	if err != nil {
		return err
	}
	if old != nil && old.State() != kyc.Contacts {
		return redirect(c, "/enroll")
	}
	ctx := c.Request.Context()
	profile, in := postedProfile(c)
	a := kyc.Application{Profile: profile, Locale: c.GetString(localeKey), Source: source(c)}
	for _, purpose := range kyc.RequiredConsents() {
		if in["consent_"+purpose] == "yes" {
			a.Consents = append(a.Consents, purpose)
		}
	}
	e, err := p.Flow.Begin(ctx, a)
	if err != nil {
		shown, rest := faults(err, profileFields...)
		if rest != nil {
			return rest
		}
		return p.showProfile(c, faultStatus(err), templates.View{Form: in, Faults: shown})
	}
	if old != nil { // went back to correct the profile: the new enrollment replaces the old
		if err := p.Flow.Withdraw(ctx, old.ID); err != nil {
			p.Logger.WarnContext(ctx, "replaced enrollment not withdrawn", "enrollment", old.ID, "error", err)
		}
	}
	if err := p.enterEnrollment(ctx, e); err != nil {
		return err
	}
	return redirect(c, "/enroll")
}

// link asks before it opens the link: mail scanners follow every address they
// see, and must not validate one for somebody who never read the mail.
func (p *startPages) link(c *gin.Context) error {
	private(c)
	return p.page(c, http.StatusOK, "link", templates.View{})
}

func (p *startPages) openLink(c *gin.Context) error {
	ctx := c.Request.Context()
	e, err := p.Flow.OpenLink(ctx, c.Param("token"))
	if kyc.Code(err) == "link_invalid" {
		return p.page(c, http.StatusNotFound, "resume", templates.View{Path: "/resume", Data: resumeView{Invalid: true}})
	}
	if err != nil {
		return err
	}
	if e.Data.Account.Active() { // e-mail is never a login factor (SP 800-63B-4 section 3.1.3)
		return redirect(c, "/signin")
	}
	if err := p.enterEnrollment(ctx, e); err != nil {
		return err
	}
	return redirect(c, "/enroll")
}

// resumeView says why the resume page is shown.
type resumeView struct {
	Sent    bool // a link is on its way, if there is an enrollment
	Invalid bool // a link was tried that is not valid
	Moved   bool // somebody opened the link on another device
}

func (p *startPages) resume(c *gin.Context) error {
	return p.showResume(c, http.StatusOK, templates.View{}, false)
}

func (p *startPages) showResume(c *gin.Context, status int, v templates.View, sent bool) error {
	v.Path, v.Data = "/resume", resumeView{Sent: sent}
	return p.page(c, status, "resume", v)
}

func (p *startPages) requestLink(c *gin.Context) error {
	in := typed(c, "email")
	err := p.Flow.RequestLink(c.Request.Context(), in["email"], source(c))
	if err != nil {
		shown, rest := faults(err, "email")
		if rest != nil {
			return rest
		}
		return p.showResume(c, faultStatus(err), templates.View{Form: in, Faults: shown}, false)
	}
	return p.showResume(c, http.StatusOK, templates.View{}, true)
}

func (p *startPages) withdraw(c *gin.Context) error {
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	if err := p.Flow.Withdraw(c.Request.Context(), e.ID); err != nil {
		return err
	}
	return redirect(c, "/enroll")
}
