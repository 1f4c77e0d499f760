package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// erasurePages let a subscriber be forgotten.
type erasurePages struct{ *Server }

// Mount adds the routes.
func (p *erasurePages) Mount(r gin.IRouter) {
	r.GET("/account/erase", p.do(p.show))
	r.POST("/account/erase", p.do(p.erase))
}

func (p *erasurePages) show(c *gin.Context) error {
	return p.render(c, http.StatusOK, templates.View{})
}

func (p *erasurePages) render(c *gin.Context, status int, v templates.View) error {
	if _, err := p.subscriber(c); err != nil {
		return err
	}
	private(c)
	v.Path = "/account/erase"
	return p.page(c, status, "erase", v)
}

// erase signs the subscriber in once more, as if they came anew: an open
// session on a lent device must not be enough for what cannot be undone.
func (p *erasurePages) erase(c *gin.Context) error {
	e, err := p.subscriber(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	again, err := p.Flow.SignIn(ctx, kyc.Credentials{
		Login: e.Data.Profile.Username, Password: c.PostForm("password"), Code: c.PostForm("totp"), Source: source(c),
	})
	if err == nil && again.ID != e.ID { // another account with that name and these secrets
		err = kyc.ErrSignInRefused
	}
	if err != nil {
		shown, rest := faults(err, "password")
		if rest != nil {
			return rest
		}
		return p.render(c, faultStatus(err), templates.View{Faults: shown})
	}
	if err := p.Flow.RequestErasure(ctx, e.ID); err != nil {
		return err
	}
	proof := "/i/" + e.Data.Identity.ID
	if err := p.sessions.Destroy(ctx); err != nil {
		return err
	}
	// What the browser still holds of the account goes too, its key among it.
	c.Header("Clear-Site-Data", `"cache", "storage"`)
	private(c)
	return p.page(c, http.StatusOK, "erased", templates.View{Path: "/", Data: map[string]any{"Proof": proof}})
}
