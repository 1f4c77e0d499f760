package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/templates"
)

// WebPhone is the test call from a subscriber's browser.
type WebPhone struct {
	// Lines gives the browser a credential of its own; nil is no web phone.
	Lines BrowserLines
	// PBX is where browsers find the PBX and what they call. Without its
	// WebSocket or its echo service there is no web phone.
	PBX pbx.Service
}

// Ready reports whether the PBX takes calls from browsers.
func (w WebPhone) Ready() bool { return w.Lines != nil && w.PBX.WebSocket != "" && w.PBX.Echo != "" }

// BrowserLines gives a subscriber's browser a short-lived credential of the
// line. [kyc.Flow] does.
type BrowserLines interface {
	BrowserLine(ctx context.Context, enrollmentID string) (pbx.Setup, error)
}

// callScript is built from webphone/ and JsSIP, which are not Go: a program
// that was built without it lacks it.
const callScript, callLicences = "built/call.js", "built/licences.txt"

// callPages let a subscriber hear the line work (P2): the browser registers
// over a WebSocket, calls the echo service and counts what comes back.
type callPages struct {
	*Server
	policy string // Content-Security-Policy of the page
}

// newCallPages checks where the PBX is: a page over https may reach nothing in
// the clear, and the address becomes part of a header.
func newCallPages(s *Server) (*callPages, error) {
	p := &callPages{Server: s, policy: securityPolicy}
	address := s.WebPhone.PBX.WebSocket
	if address == "" {
		return p, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "wss" && u.Scheme != "ws" || strings.ContainsAny(u.Host, ";, '\"*") {
		return nil, fmt.Errorf("api: the PBX's WebSocket %q is not a wss or ws address", address)
	}
	if s.secure && u.Scheme != "wss" {
		return nil, fmt.Errorf("api: the PBX's WebSocket %q must be wss: browsers refuse ws in a page of https", address)
	}
	p.policy = strings.Replace(securityPolicy, "connect-src 'self'", "connect-src 'self' "+u.Scheme+"://"+u.Host, 1)
	return p, nil
}

// Mount adds the routes.
func (p *callPages) Mount(r gin.IRouter) {
	r.GET("/account/phone/call", p.do(p.show))
	r.POST("/account/phone/call", p.do(p.setUp))
}

// missing says what keeps this installation from test calls; "" is nothing.
func (p *callPages) missing() string {
	if !p.WebPhone.Ready() {
		return "exchange"
	}
	if _, built := templates.Source(callScript); !built {
		return "script"
	}
	return ""
}

func (p *callPages) show(c *gin.Context) error {
	if _, err := p.subscriber(c); err != nil {
		return err
	}
	data := map[string]any{"Missing": p.missing()}
	if data["Missing"] == "" {
		for name, file := range map[string]string{"Script": callScript, "Licences": callLicences} {
			path, err := templates.Asset(file)
			if err != nil {
				return err
			}
			data[name] = path
		}
		// This page and no other speaks to the PBX and hears its subscriber.
		c.Header("Content-Security-Policy", p.policy)
		c.Header("Permissions-Policy", strings.Replace(permissionsPolicy, "microphone=()", "microphone=(self)", 1))
	}
	private(c)
	return p.page(c, http.StatusOK, "call", templates.View{Data: data})
}

// browserSetup is what the page's script needs. It holds a password, so it
// goes to that script alone: never into a page, a log or a cache.
type browserSetup struct {
	WebSocket   string   `json:"websocket"`
	Extension   string   `json:"extension"`
	DisplayName string   `json:"display_name,omitempty"`
	Domain      string   `json:"domain"`
	Username    string   `json:"username"`
	Password    string   `json:"password"`
	Realm       string   `json:"realm"`
	Expires     int      `json:"expires"`
	STUN        []string `json:"stun,omitempty"`
	Echo        string   `json:"echo"`
}

func (p *callPages) setUp(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	if p.missing() != "" {
		return errUnavailable
	}
	setup, err := p.WebPhone.Lines.BrowserLine(c.Request.Context(), id)
	if err != nil {
		return err
	}
	private(c)
	return writeJSON(c, "application/json", p.browserSetup(setup))
}

func (p *callPages) browserSetup(s pbx.Setup) browserSetup {
	at := p.WebPhone.PBX
	out := browserSetup{
		WebSocket: at.WebSocket, Extension: s.Extension, DisplayName: s.DisplayName, Domain: s.Domain,
		Username: s.Username, Password: s.Password.Reveal(), Realm: s.Realm, Expires: at.Expires, Echo: at.Echo,
	}
	if at.STUN != "" {
		out.STUN = []string{"stun:" + at.STUN}
	}
	return out
}
