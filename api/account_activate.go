package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// activationPages set up the new subscriber's password and second factor, and
// show what is shown once (A1).
type activationPages struct{ *Server }

// Mount adds the routes.
func (p *activationPages) Mount(r gin.IRouter) {
	r.GET("/enroll/activate", p.do(p.show))
	r.POST("/enroll/activate", p.do(p.activate))
}

func (p *activationPages) show(c *gin.Context) error {
	e, err := p.at(c, "/enroll/activate")
	if e == nil {
		return err
	}
	return p.render(c, http.StatusOK, e, templates.View{})
}

func (p *activationPages) render(c *gin.Context, status int, e *kyc.Enrollment, v templates.View) error {
	a, err := p.Flow.PrepareActivation(c.Request.Context(), e.ID)
	if err != nil {
		return err
	}
	qr, err := newQR(a.URI)
	if err != nil {
		return err
	}
	private(c)
	v.Step, v.Path = "line", "/enroll/activate"
	v.Data = map[string]any{
		"Name": e.Data.Profile.GivenNames, "Username": e.Data.Profile.Username, "Secret": a.Secret, "QR": qr,
	}
	return p.page(c, status, "activate", v)
}

func (p *activationPages) activate(c *gin.Context) error {
	e, err := p.at(c, "/enroll/activate")
	if e == nil {
		return err
	}
	ctx := c.Request.Context()
	password, code := c.PostForm("password"), c.PostForm("totp")
	var backup string
	switch {
	case password == "":
		err = kyc.FieldErrors{"password": kyc.FieldRequired}
	case code == "":
		err = kyc.FieldErrors{"totp": kyc.FieldRequired}
	default:
		b, refused := p.Flow.Activate(ctx, e.ID, password, code)
		backup, err = b.Grouped(), refused
	}
	if err != nil {
		return p.again(c, e, err)
	}
	p.sessions.Remove(ctx, keyEnrollment)
	if err := p.enter(ctx, keySubscriber, e.ID); err != nil {
		return err
	}
	return p.showOnce(c, e.ID, backup)
}

func (p *activationPages) again(c *gin.Context, e *kyc.Enrollment, cause error) error {
	order := []string{"totp", "password"}
	if strings.HasPrefix(kyc.Code(cause), "password") {
		slices.Reverse(order)
	}
	shown, rest := faults(cause, order...)
	if rest != nil {
		return rest
	}
	return p.render(c, faultStatus(cause), e, templates.View{Faults: shown})
}

// sipAccount is a line as a subscriber enters it into a phone.
type sipAccount struct {
	Server, Realm, Extension, Password string
}

// showOnce shows the backup code, if there is a new one, and the line's
// password, which is gone from the server after that.
func (s *Server) showOnce(c *gin.Context, id, backup string) error {
	data := map[string]any{"Backup": backup, "Line": nil, "LineShown": false}
	line, err := s.Flow.RevealLine(c.Request.Context(), id)
	switch kyc.Code(err) {
	case "already_shown":
		data["LineShown"] = true
	case "":
		if err != nil && backup == "" {
			return err
		}
		if err != nil { // the backup code must be seen whatever happens to the line
			s.Logger.ErrorContext(c.Request.Context(), "line not shown", "error", err)
			break
		}
		data["Line"] = &sipAccount{s.SIP.Server, s.SIP.Realm, line.Extension, line.Password}
	default:
		return err
	}
	private(c)
	return s.page(c, http.StatusOK, "once", templates.View{Path: "/account", Data: data})
}
