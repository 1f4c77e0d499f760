package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/templates"
)

// pairPages let a subscriber decide about a phone that shows a code (RFC 8628
// section 3.3).
type pairPages struct{ *Server }

const pairPath = linesPath + "/pair"

// Mount adds the routes.
func (p *pairPages) Mount(r gin.IRouter) {
	r.GET(pairPath, p.do(p.ask))
	r.POST(pairPath, p.do(p.find))
	r.POST(pairPath+"/decide", p.do(p.decide))
}

// ask asks for the code. One that came with the address is filled in and no
// more: who sends such an address must not get further by it than to the
// question (RFC 8628 section 5.4).
func (p *pairPages) ask(c *gin.Context) error {
	if _, err := p.subscriberID(c); err != nil {
		return err
	}
	return p.question(c, http.StatusOK, templates.View{Form: map[string]string{"user_code": c.Query("user_code")}})
}

func (p *pairPages) question(c *gin.Context, status int, v templates.View) error {
	lines, err := p.own(c)
	if err != nil {
		return err
	}
	lines = usable(lines)
	if len(lines) == 0 {
		return redirect(c, linesPath)
	}
	private(c)
	v.Path, v.Data = pairPath, map[string]any{"Lines": lines}
	return p.page(c, status, "pair", v)
}

// again asks for the code once more, saying what was wrong with it.
func (p *pairPages) again(c *gin.Context, cause error) error {
	shown, rest := faults(cause, "user_code")
	if rest != nil {
		return rest
	}
	return p.question(c, faultStatus(cause), templates.View{Faults: shown, Form: typed(c, "user_code")})
}

func (p *pairPages) find(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	code := c.PostForm("user_code")
	if code == "" {
		return p.again(c, kyc.FieldErrors{"user_code": kyc.FieldRequired})
	}
	request, err := p.Flow.PairingOf(c.Request.Context(), id, code)
	if err != nil {
		return p.again(c, err)
	}
	lines, err := p.own(c)
	if err != nil {
		return err
	}
	private(c)
	lines = usable(lines)
	if len(lines) == 0 {
		return redirect(c, linesPath)
	}
	return p.page(c, http.StatusOK, "pair_request", templates.View{
		Path: pairPath, Form: map[string]string{"line": lines[0].Extension}, Data: map[string]any{"Request": request, "Lines": lines},
	})
}

func (p *pairPages) decide(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	allow := c.PostForm("decision") == "allow"
	d := kyc.NewDevice{Extension: c.PostForm("line"), Name: postedName(c), Kind: pbx.Desk}
	if err := p.Flow.DecidePairing(c.Request.Context(), id, c.PostForm("user_code"), d, allow); err != nil {
		return p.again(c, err)
	}
	if allow {
		return redirect(c, linesPath+"?done=allowed")
	}
	return redirect(c, linesPath+"?done=denied")
}
