package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/templates"
)

// act does what an administrator confirmed; the PBX follows.
func (p *consoleLinePages) act(c *gin.Context, m StaffMember) error {
	extension, name := c.Param("extension"), c.Param("action")
	if name == "drop" {
		return p.drop(c, m, extension)
	}
	for _, move := range lineMoves {
		if move.Name != name {
			continue
		}
		if move.Final && strings.TrimSpace(c.PostForm("confirm_number")) != extension {
			fault := templates.Fault{Field: "confirm_number", Code: "differs"}
			return p.linePage(c, http.StatusUnprocessableEntity, m, extension, templates.View{Faults: []templates.Fault{fault}})
		}
		if err := move.do(p.Console.Lines, c.Request.Context(), actor(m), extension); err != nil {
			return err
		}
		return redirect(c, "/console/lines/"+extension+"?done="+name)
	}
	return errNoPage
}

// drop makes the PBX forget a registration, or all of the line.
func (p *consoleLinePages) drop(c *gin.Context, m StaffMember, extension string) error {
	if err := p.Console.Lines.DropContact(c.Request.Context(), actor(m), extension, c.PostForm("contact")); err != nil {
		return err
	}
	return redirect(c, "/console/lines/"+extension+"?done=drop")
}

// add gives a person one more line.
func (p *consoleLinePages) add(c *gin.Context, m StaffMember) error {
	organisation := strings.TrimSpace(c.PostForm("line_organisation"))
	line, err := p.Console.Lines.AddLine(c.Request.Context(), actor(m), c.Param("id"), organisation)
	if err == nil {
		return redirect(c, "/console/lines/"+line.Extension+"?done=add")
	}
	shown, rest := faults(err, "line_organisation")
	from := c.PostForm("from")
	if rest != nil || strings.Trim(from, "0123456789") != "" || from == "" {
		return ledgerError(err)
	}
	return p.linePage(c, http.StatusUnprocessableEntity, m, from, templates.View{
		Faults: shown, Form: map[string]string{"line_organisation": organisation},
	})
}
