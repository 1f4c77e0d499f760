package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// An APIKey is what the console shows of a key.
type APIKey struct {
	ID, Name          string
	Scopes            []string
	Created, LastUsed time.Time
	Revoked           bool
}

// APIKeys makes and revokes the keys of programs.
type APIKeys interface {
	CreateKey(ctx context.Context, name string, scopes []string) (token string, err error)
	ListKeys(ctx context.Context) ([]APIKey, error)
	RevokeKey(ctx context.Context, id string) error
}

// Scopes of API keys.
var keyScopes = []string{"pbx:read"}

func (p *consolePages) keys(c *gin.Context, m StaffMember) error {
	return p.keyPage(c, http.StatusOK, m, "", templates.View{})
}

func (p *consolePages) keyPage(c *gin.Context, status int, m StaffMember, token string, v templates.View) error {
	keys, err := p.Console.Keys.ListKeys(c.Request.Context())
	if err != nil {
		return err
	}
	return p.staffPage(c, status, "console/keys", m, v, map[string]any{"Keys": keys, "Token": token, "Scopes": keyScopes})
}

func (p *consolePages) createKey(c *gin.Context, m StaffMember) error {
	ctx := c.Request.Context()
	name := strings.TrimSpace(c.PostForm("key_name"))
	if fault := keyNameFault(name); fault != "" {
		again := templates.View{
			Path: "/console/keys", Form: map[string]string{"key_name": name},
			Faults: []templates.Fault{{Field: "key_name", Code: fault}},
		}
		return p.keyPage(c, http.StatusUnprocessableEntity, m, "", again)
	}
	token, err := p.Console.Keys.CreateKey(ctx, name, keyScopes)
	if err != nil {
		return err
	}
	if err := p.Console.Auditor.Audit(ctx, kyc.AuditEntry{At: p.Clock(), Actor: actor(m), Action: "create_api_key", Detail: name}); err != nil {
		return err
	}
	// Rendered, not redirected to: the token is shown this once.
	return p.keyPage(c, http.StatusOK, m, token, templates.View{Path: "/console/keys"})
}

func keyNameFault(name string) string {
	switch {
	case name == "":
		return kyc.FieldRequired
	case len(name) > 100:
		return kyc.FieldTooLong
	default:
		return ""
	}
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
