package api

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/templates"
)

// Lines is what administrators need of [kyc.Flow] to look after lines: what
// programs of theirs need, and new ones.
type Lines interface {
	v1.Lines
	AddLine(ctx context.Context, actor, identityID, organisation string) (pbx.Account, error)
}

// consoleLinePages let administrators find lines and look after them.
type consoleLinePages struct{ *consolePages }

// Mount adds the routes.
func (p *consoleLinePages) Mount(r gin.IRouter) {
	if p.Console.Reviews == nil || p.Console.Lines == nil {
		return
	}
	r.GET("/console/lines", p.do(p.admin(p.search)))
	r.GET("/console/lines/export", p.do(p.admin(p.askExport)))
	r.POST("/console/lines/export", p.do(p.admin(p.export)))
	r.GET("/console/lines/:extension", p.do(p.admin(p.show)))
	r.POST("/console/lines/:extension/:action", p.do(p.admin(p.act)))
	r.POST("/console/identities/:id/lines", p.do(p.admin(p.add)))
}

const (
	// linesShown is a page of the directory.
	linesShown = 50
	// maxSought bounds what is typed into the search.
	maxSought = 100
)

// lineStatuses are what lines are filtered by.
var lineStatuses = []pbx.Status{pbx.StatusOn, pbx.StatusOff, pbx.StatusSuspended, pbx.StatusReleased}

// A lineSearch is what the directory is asked for, as the address has it.
type lineSearch struct{ Sought, Status, Organisation, Identity string }

func searchOf(get func(string) string) lineSearch {
	s := lineSearch{strings.TrimSpace(get("sought")), get("status"), strings.TrimSpace(get("organisation")), get("identity")}
	if len(s.Sought) > maxSought {
		s.Sought = strings.ToValidUTF8(s.Sought[:maxSought], "")
	}
	return s
}

// query takes figures for the beginning of a number and all else for words of a
// name.
func (s lineSearch) query() pbx.Query {
	q := pbx.Query{Status: pbx.Status(s.Status), Organisation: s.Organisation, IdentityID: s.Identity, Limit: linesShown}
	if figures := strings.NewReplacer(" ", "", ".", "", "-", "").Replace(s.Sought); strings.Trim(figures, "0123456789") == "" {
		q.Extension = figures
	} else {
		q.Name = s.Sought
	}
	return q
}

// address is the search as a query of an address, with a cursor if there is
// one.
func (s lineSearch) address(cursor string) template.URL {
	query := url.Values{}
	for name, value := range map[string]string{
		"sought": s.Sought, "status": s.Status, "organisation": s.Organisation, "identity": s.Identity, "cursor": cursor,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return template.URL(query.Encode()) //nolint:gosec // percent-encoded by Encode
}

// A holderRow is a person and those of their lines that were found.
type holderRow struct {
	Name, IdentityID string
	Lines            []pbx.Account
}

// byHolder brings the lines of one person together, in the order in which the
// first of each was found.
func byHolder(accounts []pbx.Account) []holderRow {
	var rows []holderRow
	for _, a := range accounts {
		i := slices.IndexFunc(rows, func(h holderRow) bool { return h.IdentityID == a.IdentityID })
		if i < 0 || a.IdentityID == "" {
			rows = append(rows, holderRow{Name: a.DisplayName, IdentityID: a.IdentityID})
			i = len(rows) - 1
		}
		rows[i].Lines = append(rows[i].Lines, a)
		if rows[i].Name == "" {
			rows[i].Name = a.DisplayName
		}
	}
	return rows
}

func (p *consoleLinePages) search(c *gin.Context, m StaffMember) error {
	s := searchOf(c.Query)
	v, status := templates.View{Form: map[string]string{"sought": s.Sought, "organisation": s.Organisation}}, http.StatusOK
	q := s.query()
	q.After = c.Query("cursor")
	page, err := p.Console.Lines.FindLines(c.Request.Context(), actor(m), q)
	if refused := (*pbx.Error)(nil); errors.As(err, &refused) {
		v.Faults, status, err = []templates.Fault{{Field: "sought", Code: kyc.FieldInvalid}}, http.StatusUnprocessableEntity, nil
	}
	if err != nil {
		return err
	}
	v.Path, v.Query = "/console/lines", s.address(c.Query("cursor"))
	data := map[string]any{
		"Search": s, "Statuses": lineStatuses, "Holders": byHolder(page.Accounts), "Filter": s.address(""), "Later": c.Query("cursor") != "",
	}
	if page.Next != "" {
		data["Next"] = s.address(page.Next)
	}
	return p.staffPage(c, status, "console/lines", m, v, data)
}
