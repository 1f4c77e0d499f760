package api

import (
	"context"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/templates"
)

// Identities is what staff need of [kyc.Flow] to look after issued identities.
type Identities interface {
	Lifeline(ctx context.Context, actor, identityID string) (kyc.Lifeline, error)
	ChangeStatus(ctx context.Context, r kyc.StatusRequest) error
	EraseSubject(ctx context.Context, actor, id string) error
}

// identityPages show staff an issued identity and let them end it.
type identityPages struct{ *consolePages }

// Mount adds the routes.
func (p *identityPages) Mount(r gin.IRouter) {
	if p.Console.Reviews == nil || p.Console.Identities == nil {
		return
	}
	r.GET("/console/identities", p.do(p.staff(p.search)))
	r.GET("/console/identities/:id", p.do(p.staff(p.show)))
	r.POST("/console/identities/:id/status", p.do(p.staff(p.changeStatus)))
	r.POST("/console/identities/:id/erase", p.do(p.admin(p.erase)))
}

// search takes an identity's id, or the address of its public page as a QR
// code has it.
func (p *identityPages) search(c *gin.Context, m StaffMember) error {
	typed, asked := c.GetQuery("identity_id")
	id := path.Base(strings.TrimRight(strings.TrimSpace(typed), "/"))
	id, _, _ = strings.Cut(id, "?")
	v, status := templates.View{Form: map[string]string{"identity_id": typed}}, http.StatusOK
	switch {
	case !asked:
	case ledger.ValidID(id):
		return redirect(c, "/console/identities/"+id)
	default:
		v.Faults, status = []templates.Fault{{Field: "identity_id", Code: kyc.FieldInvalid}}, http.StatusUnprocessableEntity
	}
	return p.staffPage(c, status, "console/identities", m, v, map[string]any{})
}

// An identityView is an identity's life as a page shows it.
type identityView struct {
	kyc.Lifeline

	Changes  []changeRow // the newest first
	Consents []consentRow
	Moves    []move
	ProofURL string
	MayErase bool
}

// A changeRow is a version of the identity and the block that has it.
type changeRow struct {
	ledger.Change

	Located bool
	Block   uint64
}

// A consentRow is a consent and whether it holds now.
type consentRow struct {
	ledger.Consent

	Name  string // the organisation's
	State string // active, ended or revoked
}

// A move is a change of status that can be asked for.
type move struct {
	Status  ledger.Status
	Name    string // of the catalogue's move family
	Reasons []string
}

// changesLocated is how many changes are looked up by block: the newest ones.
const changesLocated = 25

func (p *identityPages) show(c *gin.Context, m StaffMember) error {
	return p.render(c, http.StatusOK, m, templates.View{})
}

func (p *identityPages) render(c *gin.Context, status int, m StaffMember, v templates.View) error {
	ctx, id := c.Request.Context(), c.Param("id")
	line, err := p.Console.Identities.Lifeline(ctx, actor(m), id)
	if err != nil {
		return ledgerError(err)
	}
	admin := m.Role == administrator
	erased := line.Identity.Status == ledger.StatusErased
	view := identityView{
		Lifeline: line, Changes: p.locate(ctx, line), Consents: consentRows(line.Consents, p.Clock()),
		ProofURL: "/i/" + line.Identity.ID, MayErase: admin && !erased && !line.Erasing,
	}
	if !erased && !line.Erasing && !line.Standing.Pending() {
		view.Moves = movesFrom(line.Identity.Status, admin)
	}
	v.Path = "/console/identities/" + id
	return p.staffPage(c, status, "console/identity", m, v, map[string]any{"View": view, "Asked": c.Query("asked")})
}

// locate finds the blocks of an identity's changes. A block that cannot be
// found at this moment is left out: the change is true without it.
func (p *identityPages) locate(ctx context.Context, line kyc.Lifeline) []changeRow {
	ctx, cancel := context.WithTimeout(ctx, explorerPatience)
	defer cancel()
	rows := make([]changeRow, len(line.Changes))
	for i := range line.Changes {
		row := &rows[i]
		row.Change = line.Changes[len(line.Changes)-1-i]
		switch {
		case row.TxID == line.Location.TxID:
			row.Located, row.Block = true, line.Location.Block
		case p.Console.Ledger != nil && i < changesLocated && ctx.Err() == nil:
			at, err := p.Console.Ledger.Locate(ctx, row.TxID)
			row.Located, row.Block = err == nil, at.Block
		}
	}
	return rows
}

func consentRows(consents []ledger.Consent, now time.Time) []consentRow {
	rows := make([]consentRow, len(consents))
	for i, c := range consents {
		rows[i] = consentRow{Consent: c, Name: c.Organisation, State: "ended"}
		switch {
		case c.ActiveAt(now):
			rows[i].State = "active"
		case !c.RevokedAt.IsZero():
			rows[i].State = "revoked"
		}
	}
	return rows
}
