package api

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

func (p *consolePages) rule(c *gin.Context, m StaffMember) error {
	ctx, id := c.Request.Context(), c.Param("id")
	ruling := kyc.Ruling{
		Agent: actor(m), Outcome: kyc.Outcome(c.PostForm("outcome")), Note: strings.TrimSpace(c.PostForm("note")),
		DocumentNumber: documentNumber(c.PostForm("document_number")),
		IssuingState:   issuingState(c.PostForm("issuing_state")),
	}
	for _, r := range c.PostFormArray("reason") {
		if ruling.Outcome == kyc.Failed && slices.Contains(rulingReasons, kyc.Reason(r)) {
			ruling.Reasons = append(ruling.Reasons, kyc.Reason(r))
		}
	}
	err := misread(ruling)
	if err == nil {
		err = p.Console.Reviews.Rule(ctx, id, ruling)
	}
	if err == nil {
		return redirect(c, "/console?done="+string(ruling.Outcome))
	}
	found, err := faults(err, "note", "document_number", "issuing_state")
	if err != nil {
		return err
	}
	e, err := p.Console.Reviews.Review(ctx, actor(m), id)
	if err != nil {
		return err
	}
	form := map[string]string{}
	for _, field := range []string{"outcome", "note", "document_number", "issuing_state"} {
		form[field] = c.PostForm(field)
	}
	return p.caseOf(c, http.StatusUnprocessableEntity, e, m, templates.View{Faults: found, Form: form})
}

// documentNumber writes a number as the machine-readable zone would: capital
// letters and figures (ICAO 9303-3 section 4.2). Printed spaces and hyphens
// must not make another document of it.
func documentNumber(typed string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(typed))
}

// issuingState takes the code of ISO 3166-1 for Germany, which the zone writes
// as D (ICAO 9303-3 section 5).
func issuingState(typed string) string {
	state := strings.ToUpper(strings.Trim(typed, " <"))
	if state == "DEU" {
		return "D"
	}
	return state
}

var stateCode = regexp.MustCompile(`^[A-Z]{1,3}$`)

// misread refuses what no document says. Whether anything is needed, the flow
// knows.
func misread(r kyc.Ruling) error {
	wrong := kyc.FieldErrors{}
	if r.IssuingState != "" && !stateCode.MatchString(r.IssuingState) {
		wrong["issuing_state"] = kyc.FieldInvalid
	}
	if len(r.DocumentNumber) > maxDocumentNumber {
		wrong["document_number"] = kyc.FieldTooLong
	}
	if len(wrong) > 0 && r.Outcome == kyc.Passed {
		return wrong
	}
	return nil
}
