package api

import (
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/templates"
)

// subscriberKeyPages keep a subscriber's public keys (A2). The private halves
// never leave the browsers that made them.
type subscriberKeyPages struct{ *Server }

// Mount adds the routes.
func (p *subscriberKeyPages) Mount(r gin.IRouter) {
	r.GET("/account/keys", p.do(p.show))
	r.POST("/account/keys", p.do(p.add))
	r.POST("/account/keys/:thumbprint/revoke", p.do(p.revoke))
}

func (p *subscriberKeyPages) show(c *gin.Context) error {
	e, err := p.subscriber(c)
	if err != nil {
		return err
	}
	keys, err := p.Flow.Keys(c.Request.Context(), e.Data.Identity.ID)
	if err != nil {
		return ledgerError(err)
	}
	private(c)
	return p.page(c, http.StatusOK, "keys", templates.View{Data: map[string]any{"Keys": keys, "IdentityID": e.Data.Identity.ID}})
}

// add takes a public key as a JSON Web Key. Sending one twice changes nothing.
func (p *subscriberKeyPages) add(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	var key ledger.PublicKey
	in := json.NewDecoder(c.Request.Body)
	in.DisallowUnknownFields() // above all the members of a private key
	if err := in.Decode(&key); err != nil {
		return errBadRequest
	}
	added, err := p.Flow.AddKey(c.Request.Context(), id, key)
	if err != nil {
		return ledgerAway(err)
	}
	return writeJSON(c, "application/json", added)
}

func (p *subscriberKeyPages) revoke(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	if _, err := p.Flow.RevokeKey(c.Request.Context(), id, c.Param("thumbprint")); err != nil {
		return ledgerError(err)
	}
	return redirect(c, "/account/keys")
}
