package api

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/templates"
)

// proofPages let anyone check an identity: what the ledger says of it, and,
// with the subscriber's share link, whether a value is the one that was
// minted.
type proofPages struct{ *Server }

// Mount adds the routes.
func (p *proofPages) Mount(r gin.IRouter) {
	r.GET("/i/:id", p.do(p.show))
	r.POST("/i/:id", p.do(p.match))
}

// proofView is what the page shows.
type proofView struct {
	ID, Status, Assurance, Issuer, Network, Channel, TxID string
	Block                                                 uint64
	From, To                                              time.Time // To is zero while it may be valid again
	Erased                                                bool
	Shared                                                []sharedAttribute
}

// sharedAttribute is one attribute whose salt is in the link.
type sharedAttribute struct {
	Name, Value    string
	Asked, Matches bool
	Fault          *templates.Fault
}

// shared lists the attributes that the link can check, in our order.
func shared(c *gin.Context) []sharedAttribute {
	var out []sharedAttribute
	for _, name := range kyc.AttributeNames() {
		if c.Query(name) != "" {
			out = append(out, sharedAttribute{Name: name})
		}
	}
	return out
}

func (p *proofPages) show(c *gin.Context) error {
	return p.render(c, http.StatusOK, templates.View{}, shared(c))
}

func (p *proofPages) render(c *gin.Context, status int, v templates.View, attributes []sharedAttribute) error {
	proof, err := p.Flow.Proof(c.Request.Context(), c.Param("id"))
	if err != nil {
		return ledgerError(err)
	}
	if proof.Erased() {
		attributes = nil // there is nothing left that a value could be checked against
	}
	private(c)
	v.Path = localPath(c.Request.URL.Path, "")
	query := c.Request.URL.Query()
	query.Del("lang")
	v.Query = template.URL(query.Encode()) //nolint:gosec // percent-encoded by Encode
	identity, location := proof.Identity, proof.Location
	v.Data = proofView{
		ID: identity.ID, Status: string(identity.Status), Assurance: identity.Assurance, Issuer: identity.Issuer,
		Network: location.Network, Channel: location.Channel, TxID: location.TxID, Block: location.Block,
		From: proof.From, To: proof.To, Erased: proof.Erased(), Shared: attributes,
	}
	return p.page(c, status, "proof", v)
}

func (p *proofPages) match(c *gin.Context) error {
	attribute, value := c.PostForm("attribute"), c.PostForm("value")
	attributes, status, v := shared(c), http.StatusOK, templates.View{}
	for i := range attributes {
		a := &attributes[i]
		if a.Name != attribute {
			continue
		}
		a.Value = value
		matches, err := p.Flow.Match(c.Request.Context(), c.Param("id"), attribute, value, c.Query(attribute))
		var fields kyc.FieldErrors
		switch {
		case errors.As(err, &fields):
			a.Fault = &templates.Fault{Field: "salt", Code: fields["salt"]}
			v.Faults, status = []templates.Fault{*a.Fault}, http.StatusUnprocessableEntity
		case err != nil:
			return ledgerError(err)
		default:
			a.Asked, a.Matches = true, matches
		}
		return p.render(c, status, v, attributes)
	}
	return errBadRequest
}

// ledgerError keeps an identity that does not exist apart from a ledger that
// cannot be asked: only the first may be believed.
func ledgerError(err error) error {
	if errors.Is(err, ledger.ErrInvalid) { // not the form of an id
		return errNoPage
	}
	return ledgerAway(err)
}

// ledgerAway is what came of asking the ledger where no code says it: another
// failure than a refusal means that it cannot be asked.
func ledgerAway(err error) error {
	if kyc.Code(err) != "" || errors.Is(err, context.Canceled) {
		return err
	}
	return errors.Join(errUnavailable, err)
}
