package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/templates"
)

// accountPages sign a subscriber in and show identity and line (A1).
type accountPages struct{ *Server }

// Mount adds the routes.
func (p *accountPages) Mount(r gin.IRouter) {
	r.GET("/signin", p.do(p.signin))
	r.POST("/signin", p.do(p.submitSignIn))
	r.POST("/signout", p.do(p.signOut))
	r.GET("/account", p.do(p.account))
	r.POST("/account/share", p.do(p.share))
}

func (p *accountPages) signin(c *gin.Context) error {
	if _, err := p.subscriberID(c); err == nil {
		return redirect(c, "/account")
	}
	return p.page(c, http.StatusOK, "signin", templates.View{})
}

func (p *accountPages) submitSignIn(c *gin.Context) error {
	ctx := c.Request.Context()
	e, err := p.Flow.SignIn(ctx, kyc.Credentials{
		Login: c.PostForm("login"), Password: c.PostForm("password"), Code: c.PostForm("totp"), Source: source(c),
	})
	if err != nil {
		shown, rest := faults(err, "login")
		if rest != nil {
			return rest
		}
		view := templates.View{Path: "/signin", Form: typed(c, "login"), Faults: shown}
		return p.page(c, faultStatus(err), "signin", view)
	}
	p.leave(ctx, roleApplicant)
	if err := p.enter(ctx, roleSubscriber, e.ID); err != nil {
		return err
	}
	return redirect(c, "/account")
}

func (p *accountPages) signOut(c *gin.Context) error {
	if err := p.sessions.Destroy(c.Request.Context()); err != nil {
		return err
	}
	// What a shared browser still holds of the account goes too.
	c.Header("Clear-Site-Data", `"cache"`)
	return redirect(c, "/")
}

func (p *accountPages) account(c *gin.Context) error {
	return p.render(c, http.StatusOK, templates.View{}, "")
}

func (p *accountPages) render(c *gin.Context, status int, v templates.View, share string) error {
	e, err := p.subscriber(c)
	if err != nil {
		return err
	}
	if unacknowledged(e) && c.Request.Method == http.MethodGet {
		return redirect(c, "/account/secrets")
	}
	identity := e.Data.Identity
	proofPath := "/i/" + identity.ID
	qr, err := newQR(p.BaseURL + proofPath)
	if err != nil {
		return err
	}
	record, away := p.ledgerRecord(c, identity.ID)
	private(c)
	v.Path = "/account"
	v.Data = map[string]any{
		"Name": e.Data.Profile.GivenNames, "IdentityID": identity.ID, "Assurance": identity.Assurance,
		"Status": string(record.Status), "LedgerAway": away, "FirstKey": record.Status == ledger.StatusActive && len(record.Keys) == 0, "QR": qr, "ProofPath": proofPath, "ProofURL": p.BaseURL + proofPath,
		"Extension":  e.Data.Line.Extension,
		"Attributes": kyc.AttributeNames(), "Share": share, "BackupUsed": !e.Data.Account.BackupUsedAt.IsZero(),
	}
	return p.page(c, status, "account", v)
}

// ledgerRecord asks the ledger, whose word counts. The page is of use without
// its answer, so a ledger that is away is said and not an error.
func (p *accountPages) ledgerRecord(c *gin.Context, id string) (ledger.Identity, bool) {
	proof, err := p.Flow.Proof(c.Request.Context(), id)
	if err != nil {
		p.Logger.WarnContext(c.Request.Context(), "ledger not read", "error", err)
		return ledger.Identity{}, true
	}
	return proof.Identity, false
}

func (p *accountPages) share(c *gin.Context) error {
	id, err := p.subscriberID(c)
	if err != nil {
		return err
	}
	attributes := c.PostFormArray("attributes")
	if len(attributes) == 0 {
		fault := templates.Fault{Field: "attributes", Code: kyc.FieldRequired}
		return p.render(c, http.StatusUnprocessableEntity, templates.View{Faults: []templates.Fault{fault}}, "")
	}
	link, err := p.Flow.ShareLink(c.Request.Context(), id, attributes)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, templates.View{}, link)
}
