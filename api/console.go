package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// Reviews is what proofing agents need of [kyc.Flow].
type Reviews interface {
	Referrals(ctx context.Context, limit int) ([]*kyc.Enrollment, error)
	Review(ctx context.Context, agent, id string) (*kyc.Enrollment, error)
	ReviewPhoto(ctx context.Context, agent, id, name string) ([]byte, error)
	// ReviewMatch and ReviewMatchPhoto show another enrollment that the search
	// for duplicates found for the case.
	ReviewMatch(ctx context.Context, agent, id, other string) (*kyc.Enrollment, error)
	ReviewMatchPhoto(ctx context.Context, agent, id, other, name string) ([]byte, error)
	Rule(ctx context.Context, id string, r kyc.Ruling) error
}

// A StaffMember is who signed in to the console.
type StaffMember struct{ Name, Role string }

// Staff redeems one-time links. It returns kyc.ErrLinkInvalid for a link that
// is unknown, used or too old.
type Staff interface {
	RedeemLink(ctx context.Context, token string) (StaffMember, error)
}

// Console is what the console is made of; without Reviews there is none.
type Console struct {
	Reviews Reviews
	Staff   Staff
	Keys    APIKeys
	Auditor kyc.Auditor
	// Ledger is what the explorer shows, Identities and Organisations what is
	// on it, and Lines what is on the PBX; without one of them its pages are not
	// there.
	Ledger        Explorer
	Identities    Identities
	Organisations Organisations
	Lines         Lines
}

// What a staff session holds, beside an applicant's in the same browser.
const (
	keyStaff     = "staff"
	keyStaffRole = "staff_role"
	// staffIdle ends a console session that nobody uses: it shows strangers'
	// documents.
	staffIdle     = 15 * time.Minute
	administrator = "administrator"
	queueLimit    = 200
	// maxDocumentNumber is that of a TD1 card whose number runs on into the
	// optional data (ICAO 9303-5 section 4.2.2).
	maxDocumentNumber = 22
)

type consolePages struct{ *Server }

// Mount adds the console's routes.
func (p *consolePages) Mount(r gin.IRouter) {
	if p.Console.Reviews == nil {
		return
	}
	r.GET("/console/link/:token", p.do(p.askToEnter))
	r.POST("/console/link/:token", p.do(p.enterConsole))
	r.POST("/console/leave", p.do(p.leaveConsole))
	r.GET("/console", p.do(p.staff(p.queue)))
	r.GET("/console/cases/:id", p.do(p.staff(p.showCase)))
	r.GET("/console/cases/:id/photos/:name", p.do(p.staff(p.photo)))
	r.GET("/console/cases/:id/compare/:other", p.do(p.staff(p.compare)))
	r.GET("/console/cases/:id/compare/:other/photos/:name", p.do(p.staff(p.comparePhoto)))
	r.POST("/console/cases/:id/ruling", p.do(p.staff(p.rule)))
	r.GET("/console/keys", p.do(p.admin(p.keys)))
	r.POST("/console/keys", p.do(p.admin(p.createKey)))
	r.POST("/console/keys/:id/revoke", p.do(p.admin(p.revokeKey)))
}

// askToEnter asks for a click, so that a mail scanner which follows links does
// not use the link up.
func (p *consolePages) askToEnter(c *gin.Context) error {
	private(c)
	return p.page(c, http.StatusOK, "console/enter", templates.View{})
}

func (p *consolePages) enterConsole(c *gin.Context) error {
	ctx := c.Request.Context()
	member, err := p.Console.Staff.RedeemLink(ctx, c.Param("token"))
	if err != nil {
		return err
	}
	if err := p.enter(ctx, roleStaff, member.Name); err != nil {
		return err
	}
	p.sessions.Put(ctx, keyStaffRole, member.Role)
	entry := kyc.AuditEntry{At: p.Clock(), Actor: actor(member), Action: "console_sign_in"}
	if err := p.Console.Auditor.Audit(ctx, entry); err != nil {
		return err
	}
	return redirect(c, "/console")
}

func (p *consolePages) leaveConsole(c *gin.Context) error {
	p.leave(c.Request.Context(), roleStaff)
	p.sessions.Remove(c.Request.Context(), keyStaffRole)
	return redirect(c, "/")
}

func actor(m StaffMember) string { return kyc.AgentPrefix + m.Name }

// A staffHandler answers a member of staff.
type staffHandler func(c *gin.Context, m StaffMember) error

// staff lets only signed-in staff through.
func (p *consolePages) staff(h staffHandler) handler { return p.signedIn(p.holder, h) }

// onlooker is staff for a page that asks again by itself, which is no sign
// that anybody sits there.
func (p *consolePages) onlooker(h staffHandler) handler { return p.signedIn(p.watcher, h) }

func (p *consolePages) signedIn(who func(context.Context, role) string, h staffHandler) handler {
	return func(c *gin.Context) error {
		private(c)
		ctx := c.Request.Context()
		m := StaffMember{Name: who(ctx, roleStaff), Role: p.sessions.GetString(ctx, keyStaffRole)}
		if m.Name == "" {
			return errNoStaff
		}
		return h(c, m)
	}
}

// admin lets only administrators through.
func (p *consolePages) admin(h staffHandler) handler {
	return p.staff(func(c *gin.Context, m StaffMember) error {
		if m.Role != administrator {
			return errNoStaff
		}
		return h(c, m)
	})
}

// staffPage renders a page of the console. What leads to the others is added
// here.
func (p *consolePages) staffPage(c *gin.Context, status int, name string, m StaffMember, v templates.View, data map[string]any) error {
	data["Admin"] = m.Role == administrator
	data["Explorer"] = p.Console.Ledger != nil
	data["Identities"] = p.Console.Identities != nil
	data["Organisations"] = p.Console.Organisations != nil
	data["Lines"] = p.Console.Lines != nil
	v.Data = data
	return p.page(c, status, name, v)
}

func (p *consolePages) queue(c *gin.Context, m StaffMember) error {
	cases, err := p.Console.Reviews.Referrals(c.Request.Context(), queueLimit)
	if err != nil {
		return err
	}
	return p.staffPage(c, http.StatusOK, "console/queue", m, templates.View{}, map[string]any{"Cases": cases, "Done": c.Query("done")})
}

func (p *consolePages) showCase(c *gin.Context, m StaffMember) error {
	e, err := p.Console.Reviews.Review(c.Request.Context(), actor(m), c.Param("id"))
	if err != nil {
		return err
	}
	return p.caseOf(c, http.StatusOK, e, m, templates.View{})
}

func (p *consolePages) caseOf(c *gin.Context, status int, e *kyc.Enrollment, m StaffMember, v templates.View) error {
	ticked := c.PostFormArray("reason")
	reasons := make([]reasonBox, len(rulingReasons))
	for i, r := range rulingReasons {
		reasons[i] = reasonBox{r, slices.Contains(ticked, string(r))}
	}
	v.Path = "/console/cases/" + e.ID
	return p.staffPage(c, status, "console/case", m, v, map[string]any{
		"Case": e, "Open": e.State() == kyc.InReview, "NeedsNumber": e.Data.Document.NeedsNumber(),
		"Reasons": reasons, "Checks": checkRows(e.Data.Checks),
		"Document": documentOf(e.Data.Document), "Best": bestFrame(e.Data.Live), "Pairs": pairRows(e.Data.Checks),
		"Live": liveOf(e.Data.Live, e.Data.Checks), "Matches": matchRows(e.Data.Checks), "FaceHints": faceHints(e),
	})
}

// A checkRow is a check with its scores as they are shown.
type checkRow struct {
	kyc.Check

	Scores string
}

func checkRows(checks []kyc.Check) []checkRow {
	rows := make([]checkRow, len(checks))
	for i, c := range checks {
		rows[i].Check = c
		switch {
		case c.Face != nil:
			rows[i].Scores = fmt.Sprintf("%.3f / %.3f", c.Face.Score, c.Face.Threshold)
		case c.Score > 0 && c.Threshold > 0:
			rows[i].Scores = fmt.Sprintf("%.3f / %.3f", c.Score, c.Threshold)
		case c.Score > 0: // negative where it was not computed
			rows[i].Scores = fmt.Sprintf("%.2f", c.Score)
		}
	}
	return rows
}

// A reasonBox is a reason to tick on the form.
type reasonBox struct {
	Code   kyc.Reason
	Ticked bool
}

// rulingReasons are what an agent can give for a refusal.
var rulingReasons = []kyc.Reason{
	kyc.ReasonFaceDifferent, kyc.ReasonPresentation, kyc.ReasonProfileDiffers, kyc.ReasonUnreadable,
	kyc.ReasonExpired, kyc.ReasonSidesDiffer, kyc.ReasonDuplicate, kyc.ReasonWords,
}

func (p *consolePages) photo(c *gin.Context, m StaffMember) error {
	b, err := p.Console.Reviews.ReviewPhoto(c.Request.Context(), actor(m), c.Param("id"), c.Param("name"))
	if err != nil {
		return err
	}
	return showPhoto(c, b)
}

func showPhoto(c *gin.Context, b []byte) error {
	c.Header("Content-Disposition", "inline")
	c.Data(http.StatusOK, "image/jpeg", b)
	return nil
}
