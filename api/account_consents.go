package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/templates"
)

// consentPages let a subscriber say who may read what, until when.
type consentPages struct{ *Server }

// Mount adds the routes.
func (p *consentPages) Mount(r gin.IRouter) {
	r.GET("/account/consents", p.do(p.show))
	r.POST("/account/consents", p.do(p.grant))
	r.POST("/account/consents/revoke", p.do(p.revoke))
}

// consentDays are how long a consent may be asked to hold.
var consentDays = []int{1, 30, 365}

func (p *consentPages) show(c *gin.Context) error {
	return p.render(c, http.StatusOK, templates.View{})
}

func (p *consentPages) render(c *gin.Context, status int, v templates.View) error {
	e, err := p.subscriber(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	consents, err := p.Flow.Consents(ctx, e.ID)
	if err != nil {
		return ledgerError(err)
	}
	all, err := p.organisations(ctx)
	if err != nil {
		return ledgerError(err)
	}
	rows := consentRows(consents, p.Clock())
	for i := range rows {
		if at := slices.IndexFunc(all, func(o ledger.Organisation) bool { return o.ID == rows[i].Organisation }); at >= 0 {
			rows[i].Name = all[at].Name
		}
	}
	readers, err := p.readers(ctx, all)
	if err != nil {
		return err
	}
	if v.Form == nil {
		v.Form = map[string]string{"days": strconv.Itoa(consentDays[1])}
	}
	private(c)
	v.Path = "/account/consents"
	v.Data = map[string]any{
		"Consents": rows, "Readers": readers, "Attributes": ticked(kyc.AttributeNames(), c.PostFormArray("attributes")),
		"Days": consentDays, "Done": c.Query("done"),
	}
	return p.page(c, status, "consents", v)
}

// readers are the organisations that could use a consent: active ones with an
// API key for attributes here, and on the ledger a key to wrap them for.
func (p *consentPages) readers(ctx context.Context, all []ledger.Organisation) ([]ledger.Organisation, error) {
	if p.Console.Keys == nil {
		return nil, nil
	}
	keys, err := p.Console.Keys.ListKeys(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(o ledger.Organisation) bool {
		asks := slices.ContainsFunc(keys, func(k APIKey) bool {
			return !k.Revoked && k.Organisation == o.ID && slices.Contains(k.Scopes, v1.ScopeAttributes)
		})
		return !asks || o.Status != ledger.StatusActive || o.Key == (ledger.PublicKey{})
	}), nil
}

// A tickBox is one of several boxes to tick.
type tickBox struct {
	Name   string
	Ticked bool
}

func ticked(names, on []string) []tickBox {
	boxes := make([]tickBox, len(names))
	for i, name := range names {
		boxes[i] = tickBox{name, slices.Contains(on, name)}
	}
	return boxes
}

func (p *consentPages) grant(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	form, attributes := typed(c, "organisation", "days"), c.PostFormArray("attributes")
	days, err := strconv.Atoi(form["days"])
	if err != nil || !slices.Contains(consentDays, days) {
		days = 0
	}
	var wrong []templates.Fault
	for _, f := range []struct {
		name    string
		missing bool
	}{{"organisation", form["organisation"] == ""}, {"attributes", len(attributes) == 0}, {"days", days == 0}} {
		if f.missing {
			wrong = append(wrong, templates.Fault{Field: f.name, Code: "consent"})
		}
	}
	if len(wrong) == 0 {
		err = p.Flow.GrantConsent(c.Request.Context(), id, ledger.Consent{
			Organisation: form["organisation"], Attributes: slices.Sorted(slices.Values(attributes)),
			Until: p.Clock().Add(time.Duration(days) * 24 * time.Hour),
		})
		if err == nil {
			return redirect(c, "/account/consents?done=granted")
		}
		var rest error
		if wrong, rest = faults(err, "organisation"); rest != nil {
			return ledgerError(rest)
		}
	}
	return p.render(c, http.StatusUnprocessableEntity, templates.View{Faults: wrong, Form: form})
}

func (p *consentPages) revoke(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	if err := p.Flow.RevokeConsent(c.Request.Context(), id, c.PostForm("organisation")); err != nil {
		return ledgerError(err)
	}
	return redirect(c, "/account/consents?done=revoked")
}
