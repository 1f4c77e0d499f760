package api

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/templates"
)

// askExport says what a file will hold before it is made: digests are as good
// as passwords to whoever has them.
func (p *consoleLinePages) askExport(c *gin.Context, m StaffMember) error {
	return p.exportPage(c, http.StatusOK, m, searchOf(c.Query), templates.View{})
}

func (p *consoleLinePages) exportPage(c *gin.Context, status int, m StaffMember, s lineSearch, v templates.View) error {
	v.Path, v.Query = "/console/lines/export", s.address("")
	if v.Form == nil {
		v.Form = map[string]string{"export_format": v1.ExportFormats()[0]}
	}
	return p.staffPage(c, status, "console/lines_export", m, v, map[string]any{
		"Search": s, "Formats": v1.ExportFormats(), "Filter": s.address(""),
	})
}

// export sends the file. Each page of it is recorded by the flow, the file and
// how much it holds here.
func (p *consoleLinePages) export(c *gin.Context, m StaffMember) error {
	s, name := searchOf(c.PostForm), c.PostForm("export_format")
	var wrong []templates.Fault
	if !slices.Contains(v1.ExportFormats(), name) {
		wrong = append(wrong, templates.Fault{Field: "export_format", Code: kyc.FieldRequired})
	}
	if c.PostForm("export_understood") != "yes" {
		wrong = append(wrong, templates.Fault{Field: "export_understood", Code: kyc.FieldRequired})
	}
	if len(wrong) > 0 {
		return p.exportPage(c, http.StatusUnprocessableEntity, m, s, templates.View{Faults: wrong, Form: typed(c, "export_format", "export_understood")})
	}
	ctx, q := c.Request.Context(), s.query()
	q.Limit = pbx.MaxPage
	file, err := v1.Export(ctx, p.Console.Lines, actor(m), name, q, p.Clock())
	if err != nil {
		return err
	}
	entry := kyc.AuditEntry{
		At: p.Clock(), Actor: actor(m), Action: "export_lines", Subject: "lines", Detail: fmt.Sprintf("%s, %d accounts", name, file.Accounts),
	}
	if err := p.Console.Auditor.Audit(ctx, entry); err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="`+file.Name+`"`)
	c.Data(http.StatusOK, file.ContentType, file.Body)
	return nil
}
