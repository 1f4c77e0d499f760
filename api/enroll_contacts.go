package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// contactPages validate the phone number and the e-mail address (E2).
type contactPages struct{ *Server }

// Mount adds the routes.
func (p *contactPages) Mount(r gin.IRouter) {
	r.GET("/enroll/contacts", p.do(p.show))
	r.POST("/enroll/contacts/code", p.do(p.confirm))
	r.POST("/enroll/contacts/resend-code", p.do(p.resendCode))
	r.POST("/enroll/contacts/resend-link", p.do(p.resendLink))
	r.POST("/enroll/contacts/change", p.do(p.change))
}

// A delivery is how far an address is on its way to being validated.
type delivery string

const (
	sending   delivery = "sending" // nothing is known of the message yet
	sent      delivery = "sent"    // the provider took it
	delayed   delivery = "delayed" // the provider does not answer; it is tried again
	failed    delivery = "failed"  // the provider refused it, or was tried in vain
	confirmed delivery = "confirmed"
)

func deliveryOf(c kyc.Contact) delivery {
	switch {
	case c.Validated():
		return confirmed
	case c.SendFailed:
		return failed
	case c.SendDelayed:
		return delayed
	case c.SentAt.IsZero():
		return sending
	default:
		return sent
	}
}

func (p *contactPages) show(c *gin.Context) error {
	e, err := p.at(c, "/enroll/contacts")
	if e == nil {
		return err
	}
	return p.render(c, http.StatusOK, e, templates.View{})
}

func (p *contactPages) render(c *gin.Context, status int, e *kyc.Enrollment, v templates.View) error {
	profile := e.Data.Profile
	if v.Form == nil {
		v.Form = map[string]string{}
	}
	for field, value := range map[string]string{"phone": profile.Phone, "email": profile.Email} {
		if _, ok := v.Form[field]; !ok {
			v.Form[field] = value
		}
	}
	v.Step, v.Path = "contacts", "/enroll/contacts"
	v.Data = map[string]any{
		"Phone": profile.Phone, "PhoneState": deliveryOf(e.Data.PhoneCode),
		"Email": profile.Email, "EmailState": deliveryOf(e.Data.EmailLink),
	}
	return p.page(c, status, "contacts", v)
}

// again shows the page with what was wrong.
func (p *contactPages) again(c *gin.Context, in map[string]string, cause error, order ...string) error {
	shown, rest := faults(cause, order...)
	if rest != nil {
		return rest
	}
	e, err := p.at(c, "/enroll/contacts")
	if e == nil {
		return err
	}
	return p.render(c, faultStatus(cause), e, templates.View{Form: in, Faults: shown})
}

func (p *contactPages) confirm(c *gin.Context) error {
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	code := c.PostForm("code")
	if code == "" {
		return p.again(c, nil, kyc.FieldErrors{"code": kyc.FieldRequired}, "code")
	}
	if err := p.Flow.ConfirmCode(c.Request.Context(), e.ID, code, source(c)); err != nil {
		return p.again(c, nil, err, "code")
	}
	return redirect(c, "/enroll")
}

func (p *contactPages) resendCode(c *gin.Context) error {
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	if err := p.Flow.ResendCode(c.Request.Context(), e.ID, source(c)); err != nil {
		return p.again(c, nil, err, "code")
	}
	return redirect(c, "/enroll")
}

func (p *contactPages) resendLink(c *gin.Context) error {
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	if err := p.Flow.ResendLink(c.Request.Context(), e.ID, source(c)); err != nil {
		return p.again(c, nil, err, "email")
	}
	return redirect(c, "/enroll")
}

func (p *contactPages) change(c *gin.Context) error {
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	in := typed(c, "phone", "email")
	if err := p.Flow.ChangeContacts(c.Request.Context(), e.ID, in["phone"], in["email"], source(c)); err != nil {
		return p.again(c, in, err, "phone", "email")
	}
	return redirect(c, "/enroll")
}
