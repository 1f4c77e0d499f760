package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/templates"
)

// An APIKey is what the console shows of a key.
type APIKey struct {
	ID, Name          string
	Scopes            []string
	Organisation      string // beyond which it sees nothing; empty for the operator's own
	Created, LastUsed time.Time
	Revoked           bool
}

// APIKeys makes and revokes the keys of programs.
type APIKeys interface {
	CreateKey(ctx context.Context, name string, scopes []string, organisation string) (token string, err error)
	ListKeys(ctx context.Context) ([]APIKey, error)
	RevokeKey(ctx context.Context, id string) error
}

// keyScopes are what the console makes keys for, each for one of them: what
// fetches accounts has no business with attributes.
var keyScopes = v1.Scopes()

// keyExamples are the ends of commands that try a new key.
var keyExamples = map[string]string{
	v1.ScopePBX:        "…/v1/pbx/accounts",
	v1.ScopePBXWrite:   "-X POST …/v1/pbx/accounts/2000000/suspend",
	v1.ScopeAttributes: "…/v1/identities/id…/attributes",
	v1.ScopePassport:   "-d extension=2000000 -d to=2000001 …/v1/pbx/passport",
}

func (p *consolePages) keys(c *gin.Context, m StaffMember) error {
	return p.keyPage(c, http.StatusOK, m, "", templates.View{})
}

func (p *consolePages) keyPage(c *gin.Context, status int, m StaffMember, token string, v templates.View) error {
	keys, err := p.Console.Keys.ListKeys(c.Request.Context())
	if err != nil {
		return err
	}
	known, err := p.organisations(c.Request.Context())
	if err != nil {
		// Keys must be revocable also while the ledger is away.
		p.Logger.WarnContext(c.Request.Context(), "organisations not read", "error", err)
	}
	if v.Form == nil {
		v.Form = map[string]string{"key_scope": v1.ScopePBX}
	}
	scopes := slices.Clone(keyScopes)
	if p.Console.Organisations == nil {
		scopes = slices.DeleteFunc(scopes, func(s string) bool { return s == v1.ScopeAttributes })
	}
	v.Path = "/console/keys"
	data := map[string]any{"Keys": keys, "Token": token, "Scopes": scopes, "Known": known, "Example": keyExamples[c.PostForm("key_scope")]}
	return p.staffPage(c, status, "console/keys", m, v, data)
}

func (p *consolePages) createKey(c *gin.Context, m StaffMember) error {
	ctx := c.Request.Context()
	form := typed(c, "key_name", "key_scope", "key_organisation")
	name, scope, organisation := strings.TrimSpace(form["key_name"]), form["key_scope"], strings.TrimSpace(form["key_organisation"])
	wrong, err := p.keyFaults(ctx, name, scope, organisation)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return p.keyPage(c, http.StatusUnprocessableEntity, m, "", templates.View{Form: form, Faults: wrong})
	}
	token, err := p.Console.Keys.CreateKey(ctx, name, []string{scope}, organisation)
	if err != nil {
		return err
	}
	detail := name
	if organisation != "" {
		detail += " for " + organisation
	}
	if err := p.Console.Auditor.Audit(ctx, kyc.AuditEntry{At: p.Clock(), Actor: actor(m), Action: "create_api_key", Detail: detail}); err != nil {
		return err
	}
	// Rendered, not redirected to: the token is shown this once.
	return p.keyPage(c, http.StatusOK, m, token, templates.View{})
}

// keyFaults are what is wrong with the form, in its order.
func (p *consolePages) keyFaults(ctx context.Context, name, scope, organisation string) (wrong []templates.Fault, err error) {
	switch {
	case name == "":
		wrong = append(wrong, templates.Fault{Field: "key_name", Code: kyc.FieldRequired})
	case len(name) > 100:
		wrong = append(wrong, templates.Fault{Field: "key_name", Code: kyc.FieldTooLong})
	}
	if !slices.Contains(keyScopes, scope) {
		wrong = append(wrong, templates.Fault{Field: "key_scope", Code: kyc.FieldRequired})
	}
	known, err := p.organisationKnown(ctx, organisation)
	switch {
	case err != nil:
	case organisation == "" && scope == v1.ScopeAttributes:
		wrong = append(wrong, templates.Fault{Field: "key_organisation", Code: kyc.FieldRequired})
	case organisation != "" && !known:
		wrong = append(wrong, templates.Fault{Field: "key_organisation", Code: kyc.FieldInvalid})
	}
	return wrong, err
}

// organisationKnown asks the ledger: with a name that is misspelt a PBX would be
// given no line and nobody would say why.
func (p *consolePages) organisationKnown(ctx context.Context, id string) (bool, error) {
	if id == "" || p.Console.Organisations == nil {
		return false, nil
	}
	_, err := p.Console.Organisations.Organisation(ctx, id)
	if errors.Is(err, ledger.ErrNotFound) || errors.Is(err, ledger.ErrInvalid) {
		return false, nil
	}
	return err == nil, err
}

func (p *consolePages) revokeKey(c *gin.Context, m StaffMember) error {
	ctx, id := c.Request.Context(), c.Param("id")
	if err := p.Console.Keys.RevokeKey(ctx, id); err != nil {
		return err
	}
	if err := p.Console.Auditor.Audit(ctx, kyc.AuditEntry{At: p.Clock(), Actor: actor(m), Action: "revoke_api_key", Subject: id}); err != nil {
		return err
	}
	return redirect(c, "/console/keys")
}
