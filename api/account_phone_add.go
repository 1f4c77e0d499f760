package api

import (
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/phone"
	"github.com/vouchline/vouchline/templates"
)

// phoneApps are what a subscriber may set up, by how it is told its settings:
// by one scan, by hand in the order of its own screens, by hand, or by a code
// that it shows.
var phoneApps = []string{"linphone", "zoiper", "other", "desk"}

func (p *linePages) choose(c *gin.Context) error {
	return p.choice(c, http.StatusOK, templates.View{Form: map[string]string{"app": phoneApps[0], "line": c.Query("line")}})
}

func (p *linePages) choice(c *gin.Context, status int, v templates.View) error {
	lines, err := p.own(c)
	if err != nil {
		return err
	}
	lines = usable(lines)
	if len(lines) == 0 {
		return redirect(c, linesPath) // which says why
	}
	private(c)
	if !slices.ContainsFunc(lines, func(l kyc.LineView) bool { return l.Extension == v.Form["line"] }) {
		v.Form["line"] = lines[0].Extension
	}
	v.Path, v.Data = linesPath+"/add", map[string]any{"Lines": lines, "Apps": phoneApps}
	return p.page(c, status, "phone_add", v)
}

func (p *linePages) add(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	d := kyc.NewDevice{Extension: c.PostForm("line"), Name: postedName(c), Kind: pbx.App}
	switch app := c.PostForm("app"); app {
	case "linphone":
		err = p.scan(c, id, d)
	case "zoiper":
		err = p.addTyped(c, id, d, phone.Zoiper)
	case "other":
		err = p.addTyped(c, id, d, phone.Settings)
	case "desk":
		return redirect(c, linesPath+"/pair")
	case "desk_address":
		d.Kind = pbx.Desk
		err = p.address(c, id, d)
	default:
		err = kyc.FieldErrors{"app": kyc.FieldRequired}
	}
	if err == nil {
		return nil
	}
	shown, rest := faults(err, "app")
	if rest != nil {
		return rest
	}
	return p.choice(c, faultStatus(err), templates.View{Faults: shown, Form: typed(c, "app", "line", "device_name")})
}

// scan shows a code that the app reads: the address of its settings, for one
// use.
func (p *linePages) scan(c *gin.Context, id string, d kyc.NewDevice) error {
	offer, err := p.Flow.OfferSetup(c.Request.Context(), id, d)
	if err != nil {
		return err
	}
	link := newSetupLink(p.BaseURL, offer.Token)
	code, err := newQR(link.Linphone)
	if err != nil {
		return err
	}
	private(c) // the code is a key
	return p.page(c, http.StatusOK, "phone_scan", templates.View{Path: linesPath + "/add", Data: map[string]any{
		"Code": code, "Link": link, "Device": d, "Minutes": minutes(offer.Expires.Sub(p.Clock())), "Expires": offer.Expires,
		"Renew": c.Request.URL.Path,
	}})
}

// address shows a short address for a phone that fetches its settings and shows
// no code.
func (p *linePages) address(c *gin.Context, id string, d kyc.NewDevice) error {
	offer, err := p.Flow.OfferSetup(c.Request.Context(), id, d)
	if err != nil {
		return err
	}
	private(c)
	return p.page(c, http.StatusOK, "phone_address", templates.View{Path: linesPath + "/pair", Data: map[string]any{
		"Address": p.BaseURL + "/p/" + offer.Token + "/", "Device": d, "Expires": offer.Expires, "Minutes": minutes(offer.Expires.Sub(p.Clock())),
	}})
}

// minutes counts down what is left, for a page that a browser without scripts
// counts down too.
func minutes(left time.Duration) []int {
	var out []int
	for m := int((left + time.Minute - 1) / time.Minute); m > 0; m-- {
		out = append(out, m)
	}
	return out
}

// typing is how settings are shown that a person types.
type typing struct {
	Name  string // of the device
	App   string // whose screens the settings follow; empty is any
	Write func(pbx.Setup) ([]phone.Setting, error)
	Again bool // a device that was there before
}

func (p *linePages) addTyped(c *gin.Context, id string, d kyc.NewDevice, write func(pbx.Setup) ([]phone.Setting, error)) error {
	setup, err := p.Flow.AddDevice(c.Request.Context(), id, d)
	if err != nil {
		return err
	}
	t := typing{Name: d.Name, Write: write}
	if c.PostForm("app") == "zoiper" {
		t.App = "zoiper"
	}
	return p.typeIn(c, setup, t)
}

// typeIn shows settings once: they are in this answer and nowhere else.
func (s *Server) typeIn(c *gin.Context, setup pbx.Setup, t typing) error {
	settings, err := t.Write(setup)
	if err != nil {
		return err
	}
	private(c)
	return s.page(c, http.StatusOK, "phone_settings", templates.View{Path: linesPath, Data: map[string]any{
		"Settings": settings, "Typing": t, "NotAfter": setup.NotAfter,
	}})
}

// A setupLink is the addresses that one token opens.
type setupLink struct {
	// Linphone is the address of its file.
	Linphone string
	// File and Settings are where a person takes the same file, or what to
	// type: paths, for whatever name of ours the browser knows.
	File, Settings string
	// Open starts the app where it is installed. Linphone replaces the scheme
	// by https, so there is none for a service without.
	Open template.URL
}

func newSetupLink(base, token string) setupLink {
	path := "/p/" + token
	l := setupLink{Linphone: base + path + "/linphone.xml", File: path + "/linphone.xml", Settings: path + "/settings"}
	if rest, ok := strings.CutPrefix(l.Linphone, "https:"); ok {
		l.Open = template.URL("linphone-config:" + rest) //nolint:gosec // our own address with a token of letters
	}
	return l
}
