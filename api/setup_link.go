package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/phone"
	"github.com/vouchline/vouchline/templates"
)

// setupPages hand a phone its settings, once. Their address is a key that
// people send through chats, where previews and scanners follow every link:
// these get a page that explains. A key is used up by a phone that says what it
// is, or by a person who presses a button.
type setupPages struct{ *Server }

// Mount adds the routes. The page itself, /p/:token, is shared with the phones
// that go on with an enrollment; see phonePages.
func (p *setupPages) Mount(r gin.IRouter) {
	r.HEAD("/p/:token", p.do((&phonePages{p.Server}).ask))
	r.GET("/p/:token/", p.do(p.show)) // what is typed into a desk phone, in a browser
	r.HEAD("/p/:token/:file", p.do(p.show))
	r.GET("/p/:token/:file", p.do(p.fetch))
	r.POST("/p/:token/:file", p.do(p.take))
}

// A setupFile is one form of the settings, and how a request for it by a phone
// differs from a browser's or a preview's.
type setupFile struct {
	phone.File
	asked func(r *http.Request) bool
}

// setupFileOf returns the form by the end of the address.
func setupFileOf(name string) (setupFile, bool) {
	switch name {
	case "linphone.xml":
		return setupFile{phone.File{MediaType: phone.LinphoneType, Write: phone.Linphone}, byLinphone}, true
	case "settings.json":
		return setupFile{phone.File{MediaType: "application/json", Write: phone.JSON}, byProgram}, true
	}
	file, ok := phone.Desk(name)
	return setupFile{file, byNobodyElse}, ok
}

// byLinphone knows the header that liblinphone sends when it is provisioned,
// and its name or its SIP stack's in the user agent of earlier versions.
func byLinphone(r *http.Request) bool {
	agent := strings.ToLower(r.UserAgent())
	return r.Header.Get("X-Linphone-Provisioning") != "" || strings.Contains(agent, "linphone") || strings.Contains(agent, "belle-sip")
}

func byProgram(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

// byNobodyElse is for names that hold a phone's hardware address: a person who
// types one into a browser has it on a label and not from a link.
func byNobodyElse(r *http.Request) bool {
	return !strings.Contains(r.Header.Get("Accept"), "text/html")
}

// show says what the link is for, and uses nothing up.
func (p *setupPages) show(c *gin.Context) error {
	private(c)
	offer, err := p.Flow.SetupOffered(c.Request.Context(), c.Param("token"), source(c))
	if err != nil {
		return p.refuse(c, err)
	}
	return p.page(c, http.StatusOK, "phone_link", templates.View{Path: "/p/" + c.Param("token"), Data: map[string]any{
		"Link": newSetupLink(p.BaseURL, c.Param("token")), "Device": offer.Device, "Expires": offer.Expires,
	}})
}

func (p *setupPages) fetch(c *gin.Context) error {
	file, ok := setupFileOf(c.Param("file"))
	switch {
	case !ok: // a desk phone that asks for what there may be goes on at this
		return errNoPage
	case !file.asked(c.Request):
		return p.show(c)
	default:
		return p.hand(c, file)
	}
}

// take is a person's word that the key may be used up.
func (p *setupPages) take(c *gin.Context) error {
	if c.Param("file") == "settings" {
		setup, err := p.taken(c)
		if err != nil {
			return p.refuse(c, err)
		}
		return p.typeIn(c, setup, typing{Write: phone.Settings})
	}
	file, ok := setupFileOf(c.Param("file"))
	if !ok {
		return errNoPage
	}
	c.Header("Content-Disposition", `attachment; filename="`+c.Param("file")+`"`)
	return p.hand(c, file)
}

func (p *setupPages) taken(c *gin.Context) (pbx.Setup, error) {
	private(c)
	return p.Flow.TakeSetup(c.Request.Context(), c.Param("token"), source(c))
}

func (p *setupPages) hand(c *gin.Context, file setupFile) error {
	setup, err := p.taken(c)
	if err != nil {
		c.Writer.Header().Del("Content-Disposition")
		return p.refuse(c, err)
	}
	b, err := file.Write(setup)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, file.MediaType, b)
	return nil
}

// refuse tells a link that was used from one that is late, replaced or
// unknown: whoever has the first once had a key, and has to know that somebody
// used it.
func (p *setupPages) refuse(c *gin.Context, err error) error {
	_, code := classify(err)
	if code != "setup_taken" {
		return (&phonePages{p.Server}).refuse(c, err)
	}
	if wantsJSON(c) {
		return &v1.Refusal{Status: http.StatusGone, Code: code}
	}
	return p.page(c, http.StatusGone, "phone_link", templates.View{Path: "/", Data: map[string]any{"Taken": true}})
}
