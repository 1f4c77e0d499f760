package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/phone"
	"github.com/vouchline/vouchline/templates"
)

// linePages show a subscriber's numbers, the phones on them, and set up more
// (P1, P2). What a phone is told is in the answer to a POST: no address, no
// history and no log holds it.
type linePages struct{ *Server }

const linesPath = "/account/phone"

// Mount adds the routes.
func (p *linePages) Mount(r gin.IRouter) {
	r.GET(linesPath, p.do(p.lines))
	r.GET(linesPath+"/add", p.do(p.choose))
	r.POST(linesPath+"/add", p.do(p.add))
	const device = linesPath + "/devices/:line/:device"
	r.GET(device, p.do(p.device))
	r.POST(device+"/name", p.do(p.rename))
	r.POST(device+"/password", p.do(p.renew))
	r.POST(device+"/signout", p.do(p.signOut))
}

func (p *linePages) lines(c *gin.Context) error {
	lines, err := p.own(c)
	if err != nil {
		return err
	}
	private(c)
	views := make([]phoneLine, len(lines))
	for i, l := range lines {
		views[i] = phoneLine{l, ready(l)}
	}
	return p.page(c, http.StatusOK, "phone_lines", templates.View{
		Path: linesPath, Data: map[string]any{"Lines": views, "Done": c.Query("done"), "Call": p.WebPhone.Ready()},
	})
}

// own returns the lines of the subscriber who is signed in.
func (s *Server) own(c *gin.Context) ([]kyc.LineView, error) {
	id, err := s.subscriberID(c)
	if err != nil {
		return nil, err
	}
	return s.Flow.Lines(c.Request.Context(), id)
}

// A phoneLine is a line with whether a phone can be added to it.
type phoneLine struct {
	kyc.LineView

	Ready bool
}

// ready reports whether a phone that is added would work. A line without one is
// off for no other reason: some PBXs let everybody in where there is no password.
func ready(l kyc.LineView) bool {
	spoken := slices.ContainsFunc(l.Devices, func(d kyc.DeviceView) bool { return !d.Silent })
	return l.Status == pbx.StatusOn || l.Status == pbx.StatusOff && !spoken
}

// usable are the lines that a phone can be added to.
func usable(lines []kyc.LineView) []kyc.LineView {
	return slices.DeleteFunc(slices.Clone(lines), func(l kyc.LineView) bool { return !ready(l) })
}

// A phoneView is one device with what its page needs.
type phoneView struct {
	Line   phoneLine
	Device kyc.DeviceView
}

// Path is the device's page.
func (v phoneView) Path() string {
	return linesPath + "/devices/" + v.Line.Extension + "/" + v.Device.ID
}

// named finds the device that the address names among the subscriber's own.
func (p *linePages) named(c *gin.Context) (phoneView, error) {
	lines, err := p.own(c)
	if err != nil {
		return phoneView{}, err
	}
	for _, l := range lines {
		for _, d := range l.Devices {
			if l.Extension == c.Param("line") && d.ID == c.Param("device") {
				return phoneView{phoneLine{l, ready(l)}, d}, nil
			}
		}
	}
	return phoneView{}, errNoPage
}

func (p *linePages) device(c *gin.Context) error {
	v, err := p.named(c)
	if err != nil {
		return err
	}
	private(c)
	return p.page(c, http.StatusOK, "phone_device", templates.View{
		Path: v.Path(), Form: map[string]string{"device_name": v.Device.Name}, Data: v,
	})
}

func (p *linePages) rename(c *gin.Context) error {
	return p.change(c, "renamed", func(ctx context.Context, id string) error {
		return p.Flow.RenameDevice(ctx, id, c.Param("line"), c.Param("device"), postedName(c))
	})
}

func (p *linePages) signOut(c *gin.Context) error {
	return p.change(c, "signed_out", func(ctx context.Context, id string) error {
		return p.Flow.RemoveDevice(ctx, id, c.Param("line"), c.Param("device"))
	})
}

func (p *linePages) change(c *gin.Context, done string, change func(ctx context.Context, id string) error) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	if err := change(c.Request.Context(), id); err != nil {
		return err
	}
	return redirect(c, linesPath+"?done="+done)
}

// postedName is what the subscriber calls a device, less what a PBX's
// configuration could not hold.
func postedName(c *gin.Context) string { return pbx.CleanDisplayName(c.PostForm("device_name")) }

// renew gives a device a new password: by a code to scan, by an address to type
// into it, or to type.
func (p *linePages) renew(c *gin.Context) error {
	v, err := p.named(c)
	if err != nil {
		return err
	}
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	d := kyc.NewDevice{Extension: v.Line.Extension, Name: v.Device.Name, Kind: v.Device.Kind, DeviceID: v.Device.ID}
	switch c.PostForm("how") {
	case "scan":
		return p.scan(c, id, d)
	case "address":
		return p.address(c, id, d)
	}
	setup, err := p.Flow.RotateDevice(c.Request.Context(), id, v.Line.Extension, v.Device.ID)
	if err != nil {
		return err
	}
	return p.typeIn(c, setup, typing{Name: v.Device.Name, Write: phone.Settings, Again: true})
}
