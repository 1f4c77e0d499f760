package api

import (
	"cmp"
	"errors"
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
	r.GET("/account/secrets", p.do(p.secrets))
	r.POST("/account/secrets", p.do(p.acknowledge))
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
	switch {
	case password == "":
		err = kyc.FieldErrors{"password": kyc.FieldRequired}
	case code == "":
		err = kyc.FieldErrors{"totp": kyc.FieldRequired}
	default:
		err = p.Flow.Activate(ctx, e.ID, password, code)
	}
	if err != nil {
		return p.again(c, e, err)
	}
	p.leave(ctx, roleApplicant)
	if err := p.enter(ctx, roleSubscriber, e.ID); err != nil {
		return err
	}
	return redirect(c, "/account/secrets")
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
	Server, Realm, Extension, Device, Username, Password string
}

// unacknowledged reports whether there are secrets that the subscriber has not
// written down yet.
func unacknowledged(e *kyc.Enrollment) bool {
	return e.Data.Account.PendingBackup != "" || e.Data.Line.Password != ""
}

// secrets shows backup code and line as often as it is asked for, until the
// subscriber says that they are written down: a page that broke off must not
// cost a line.
func (p *activationPages) secrets(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	secrets, err := p.Flow.Secrets(c.Request.Context(), id)
	if errors.Is(err, kyc.ErrAlreadyShown) {
		return redirect(c, "/account")
	}
	if err != nil {
		return err
	}
	line := &sipAccount{
		p.SIP.Server, p.SIP.Realm, secrets.Line.Extension, cmp.Or(secrets.Line.Device, "first"), secrets.Line.Username(), secrets.Line.Password,
	}
	private(c)
	return p.page(c, http.StatusOK, "once", templates.View{Data: map[string]any{"Backup": secrets.Backup.Grouped(), "Line": line}})
}

// acknowledge destroys what was written down.
func (p *activationPages) acknowledge(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	if err := p.Flow.Acknowledge(c.Request.Context(), id); err != nil {
		return err
	}
	return redirect(c, "/account")
}
