package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/templates"
)

// moveNames are the changes of status that the console offers, by the status
// that they lead to.
var moveNames = []struct {
	to        ledger.Status
	name      string
	adminOnly bool // what cannot be taken back
}{
	{ledger.StatusSuspended, "suspend", false},
	{ledger.StatusActive, "resume", false},
	{ledger.StatusRevoked, "revoke", true},
}

// movesFrom lists what may be asked for in a status: what the contract's table
// allows and the member of staff may do.
func movesFrom(from ledger.Status, admin bool) []move {
	var moves []move
	for _, m := range moveNames {
		if from.May(m.to) && (admin || !m.adminOnly) {
			moves = append(moves, move{m.to, m.name, kyc.StatusReasons(m.to)})
		}
	}
	return moves
}

// changeStatus asks for a change; PBX and ledger follow in the background.
func (p *identityPages) changeStatus(c *gin.Context, m StaffMember) error {
	id := c.Param("id")
	to, reason := ledger.Status(c.PostForm("status")), c.PostForm("reason")
	var name string
	for _, known := range moveNames {
		if known.to != to {
			continue
		}
		if known.adminOnly && m.Role != administrator {
			return errNoStaff
		}
		name = known.name
	}
	if name == "" {
		return errBadRequest
	}
	err := p.Console.Identities.ChangeStatus(c.Request.Context(), kyc.StatusRequest{Actor: actor(m), IdentityID: id, Status: to, Reason: reason})
	if err == nil {
		return redirect(c, "/console/identities/"+id+"?asked="+name)
	}
	shown, rest := faults(err, "reason-"+name)
	if rest != nil {
		return ledgerError(rest)
	}
	return p.render(c, http.StatusUnprocessableEntity, m, templates.View{Faults: shown, Form: map[string]string{"reason-" + name: reason}})
}

// erase asks that a person be forgotten. It cannot be taken back, so the id is
// typed once more.
func (p *identityPages) erase(c *gin.Context, m StaffMember) error {
	id := c.Param("id")
	if strings.TrimSpace(c.PostForm("confirm_id")) != id {
		fault := templates.Fault{Field: "confirm_id", Code: "differs"}
		return p.render(c, http.StatusUnprocessableEntity, m, templates.View{Faults: []templates.Fault{fault}})
	}
	if err := p.Console.Identities.EraseSubject(c.Request.Context(), actor(m), id); err != nil {
		return ledgerError(err)
	}
	return redirect(c, "/console/identities/"+id+"?asked=erase")
}
