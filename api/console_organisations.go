package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/templates"
)

// Organisations is what administrators need of [kyc.Flow] to look after the
// parties to the channel.
type Organisations interface {
	Organisation(ctx context.Context, id string) (ledger.Organisation, error)
	Organisations(ctx context.Context) ([]ledger.Organisation, error)
	RegisterOrganisation(ctx context.Context, actor string, o ledger.Organisation) (ledger.Organisation, error)
	SetOrganisationStatus(ctx context.Context, actor, id string, status ledger.Status) (ledger.Organisation, error)
	SetOrganisationKey(ctx context.Context, actor, id string, key ledger.PublicKey) (ledger.Organisation, error)
}

type organisationPages struct{ *consolePages }

// Mount adds the routes.
func (p *organisationPages) Mount(r gin.IRouter) {
	if p.Console.Reviews == nil || p.Console.Organisations == nil {
		return
	}
	r.GET("/console/organisations", p.do(p.admin(p.list)))
	r.POST("/console/organisations", p.do(p.admin(p.register)))
	r.GET("/console/organisations/:id", p.do(p.admin(p.show)))
	r.POST("/console/organisations/:id/status", p.do(p.admin(p.setStatus)))
	r.POST("/console/organisations/:id/key", p.do(p.admin(p.setKey)))
}

// organisationFields are the form's, in its order; the contract names them
// without the prefix.
var organisationFields = []string{"organisation_id", "organisation_name", "organisation_role", "organisation_msp"}

var organisationRoles = []ledger.Role{ledger.RoleRelyingParty, ledger.RoleOperator, ledger.RoleIssuer}

func (p *organisationPages) list(c *gin.Context, m StaffMember) error {
	return p.listPage(c, http.StatusOK, m, templates.View{})
}

func (p *organisationPages) listPage(c *gin.Context, status int, m StaffMember, v templates.View) error {
	known, err := p.organisations(c.Request.Context())
	if err != nil {
		return ledgerError(err)
	}
	v.Path = "/console/organisations"
	return p.staffPage(c, status, "console/organisations", m, v, map[string]any{"Known": known, "Roles": organisationRoles})
}

// organisations returns all parties to the channel by name.
func (s *Server) organisations(ctx context.Context) ([]ledger.Organisation, error) {
	if s.Console.Organisations == nil {
		return nil, nil
	}
	all, err := s.Console.Organisations.Organisations(ctx)
	slices.SortFunc(all, func(a, b ledger.Organisation) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

func (p *organisationPages) register(c *gin.Context, m StaffMember) error {
	in := typed(c, organisationFields...)
	o := ledger.Organisation{
		ID: strings.TrimSpace(in["organisation_id"]), Name: strings.TrimSpace(in["organisation_name"]),
		Role: ledger.Role(in["organisation_role"]), MSP: strings.TrimSpace(in["organisation_msp"]),
	}
	if _, err := p.Console.Organisations.RegisterOrganisation(c.Request.Context(), actor(m), o); err != nil {
		shown, rest := faults(err, refusedField(err, organisationFields))
		if rest != nil {
			return ledgerError(rest)
		}
		return p.listPage(c, http.StatusUnprocessableEntity, m, templates.View{Faults: shown, Form: in})
	}
	return redirect(c, "/console/organisations/"+o.ID+"?done=registered")
}

// refusedField is the field that the contract names at the beginning of what
// it says of a wrong request, or the first.
func refusedField(err error, fields []string) string {
	var refused *ledger.Error
	if errors.As(err, &refused) && refused.Code == ledger.CodeInvalid {
		name, _, _ := strings.Cut(refused.Detail, ":")
		name, _, _ = strings.Cut(name, " ")
		for _, f := range fields {
			if strings.HasSuffix(f, "_"+name) {
				return f
			}
		}
	}
	return fields[0]
}

func (p *organisationPages) show(c *gin.Context, m StaffMember) error {
	return p.showPage(c, http.StatusOK, m, templates.View{})
}

func (p *organisationPages) showPage(c *gin.Context, status int, m StaffMember, v templates.View) error {
	o, err := p.Console.Organisations.Organisation(c.Request.Context(), c.Param("id"))
	if err != nil {
		return ledgerError(err)
	}
	v.Path = "/console/organisations/" + o.ID
	data := map[string]any{"Organisation": o, "Moves": organisationMoves(o.Status), "HasKey": o.Key != (ledger.PublicKey{}), "Done": c.Query("done")}
	return p.staffPage(c, status, "console/organisation", m, v, data)
}

// organisationMoves are those of an identity; an organisation's need no reason.
func organisationMoves(from ledger.Status) []move { return movesFrom(from, true) }

func (p *organisationPages) setStatus(c *gin.Context, m StaffMember) error {
	id := c.Param("id")
	_, err := p.Console.Organisations.SetOrganisationStatus(c.Request.Context(), actor(m), id, ledger.Status(c.PostForm("status")))
	if err != nil {
		return ledgerError(err)
	}
	return redirect(c, "/console/organisations/"+id+"?done=status")
}

func (p *organisationPages) setKey(c *gin.Context, m StaffMember) error {
	id, text := c.Param("id"), c.PostForm("public_key")
	again := func(code string) error {
		v := templates.View{Faults: []templates.Fault{{Field: "public_key", Code: code}}}
		if code != "private" { // which is not sent back over the wire
			v.Form = map[string]string{"public_key": text}
		}
		return p.showPage(c, http.StatusUnprocessableEntity, m, v)
	}
	key, err := readPublicKey(text)
	switch {
	case errors.Is(err, errPrivateKey):
		return again("private")
	case err != nil:
		return again(kyc.FieldInvalid)
	}
	_, err = p.Console.Organisations.SetOrganisationKey(c.Request.Context(), actor(m), id, key)
	if errors.Is(err, ledger.ErrInvalid) {
		return again(kyc.FieldInvalid)
	}
	if err != nil {
		return ledgerError(err)
	}
	return redirect(c, "/console/organisations/"+id+"?done=key")
}
