package api

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/templates"
)

// A lineMove is what an administrator may do with a line.
type lineMove struct {
	Name string // of the path and the catalogue's line_move family
	// From are the statuses in which it is offered.
	From []pbx.Status
	// Final cannot be taken back: the number is typed once more.
	Final bool
	do    func(l Lines, ctx context.Context, actor, extension string) error
}

var lineMoves = []lineMove{
	{"suspend", []pbx.Status{pbx.StatusOn, pbx.StatusOff}, false, Lines.SuspendLine},
	{"resume", []pbx.Status{pbx.StatusSuspended}, false, Lines.ResumeLine},
	{"rotate", []pbx.Status{pbx.StatusOn, pbx.StatusOff, pbx.StatusSuspended}, false, Lines.RotateLine},
	{"release", []pbx.Status{pbx.StatusOn, pbx.StatusOff, pbx.StatusSuspended}, true, Lines.ReleaseLine},
}

// movesOf are those offered for a line. A line that nobody holds any more has
// none.
func movesOf(d kyc.LineDetail) []lineMove {
	var moves []lineMove
	for _, m := range lineMoves {
		if slices.Contains(m.From, d.Account.Status()) && d.EnrollmentID != "" {
			moves = append(moves, m)
		}
	}
	return moves
}

// A lineView is a line as its page shows it.
type lineView struct {
	kyc.LineDetail

	Status   pbx.Status
	Why      string        // the status, of the catalogue's line_status_text family
	Others   []pbx.Account // of the same person
	Moves    []lineMove
	Did      []lineEvent
	Looked   []lineEvent // who looked at the page
	Refused  []refusedTry
	Numbered bool // the person may get one more line
}

// A lineEvent is one line of the audit log with its actor told apart.
type lineEvent struct {
	kyc.AuditEntry

	Kind string // of the catalogue's line_actor family
	Who  string
}

// A refusedTry is an attempt, or several within a minute, that the PBX refused.
type refusedTry struct {
	kyc.AuditEntry

	Times   string // empty for one
	Address string // empty where the PBX did not say
}

func (p *consoleLinePages) show(c *gin.Context, m StaffMember) error {
	return p.linePage(c, http.StatusOK, m, c.Param("extension"), templates.View{})
}

func (p *consoleLinePages) linePage(c *gin.Context, status int, m StaffMember, extension string, v templates.View) error {
	ctx := c.Request.Context()
	d, err := p.Console.Lines.LineDetail(ctx, actor(m), extension)
	if err != nil {
		return err
	}
	view := lineView{LineDetail: d, Status: d.Account.Status(), Moves: movesOf(d), Numbered: d.EnrollmentID != ""}
	view.Why = whyOf(d)
	if view.Others, err = p.others(ctx, m, d.Account); err != nil {
		return err
	}
	view.Did, view.Looked = events(d.History)
	for _, entry := range d.Refusals {
		view.Refused = append(view.Refused, refusedAt(entry))
	}
	known, err := p.organisations(ctx)
	if err != nil { // a line can be silenced while the ledger is away
		p.Logger.WarnContext(ctx, "organisations not read", "error", err)
	}
	v.Path = "/console/lines/" + d.Account.Extension
	return p.staffPage(c, status, "console/line", m, v, map[string]any{"View": view, "Done": c.Query("done"), "Known": known})
}

// lineSilent is why nobody registers to a line whose passwords have all ended.
const lineSilent = "silent"

// whyOf tells a line whose phones have no password from one whose identity is
// not active: only the holder mends the first. Until the service has seen that
// the last password ended, such a line is still on.
func whyOf(d kyc.LineDetail) string {
	heard := slices.ContainsFunc(d.Devices, func(v kyc.DeviceView) bool { return !v.Silent })
	switch status := d.Account.Status(); {
	case heard, status == pbx.StatusSuspended, status == pbx.StatusReleased:
		return string(status)
	default:
		return lineSilent
	}
}

// others are the person's further lines.
func (p *consoleLinePages) others(ctx context.Context, m StaffMember, a pbx.Account) ([]pbx.Account, error) {
	if a.IdentityID == "" {
		return nil, nil
	}
	page, err := p.Console.Lines.FindLines(ctx, actor(m), pbx.Query{IdentityID: a.IdentityID})
	return slices.DeleteFunc(page.Accounts, func(o pbx.Account) bool { return o.Extension == a.Extension }), err
}

// events tells what was done from who looked.
func events(history []kyc.AuditEntry) (did, looked []lineEvent) {
	for _, entry := range history {
		e := lineEvent{AuditEntry: entry}
		e.Kind, e.Who, _ = strings.Cut(entry.Actor, ":")
		if entry.Action == "view_line" {
			looked = append(looked, e)
		} else {
			did = append(did, e)
		}
	}
	return did, looked
}

// refusalForm is how the watch over the PBX writes an attempt down.
var refusalForm = regexp.MustCompile(`^(?:(\d+) more in a minute )?from ([0-9a-fA-F:.]+)$`)

func refusedAt(entry kyc.AuditEntry) refusedTry {
	try := refusedTry{AuditEntry: entry}
	if m := refusalForm.FindStringSubmatch(entry.Detail); m != nil {
		try.Times, try.Address = m[1], m[2]
	}
	return try
}
