package api

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// A matchRow is another enrollment with the same face.
type matchRow struct {
	kyc.Match

	Scores string
}

// matchRows lists what the search among all enrolled found.
func matchRows(checks []kyc.Check) []matchRow {
	var rows []matchRow
	for _, c := range checks {
		if c.Name != kyc.CheckDuplicate {
			continue
		}
		for _, m := range c.Matches {
			rows = append(rows, matchRow{m, fmt.Sprintf("%.3f / %.3f", m.Score, m.Threshold)})
		}
	}
	return rows
}

// A side is one of two enrollments that are compared.
type side struct {
	Case   *kyc.Enrollment
	Photos string // path below which its photographs are
	Live   string
	First  bool
}

// A differenceRow is one value as both enrollments have it.
type differenceRow struct {
	Name    string
	Here    string
	There   string
	Differs bool
}

// compare shows two enrollments that may be one person's side by side. A
// person decides; the search alone says only that the faces score alike.
func (p *consolePages) compare(c *gin.Context, m StaffMember) error {
	ctx, id, other := c.Request.Context(), c.Param("id"), c.Param("other")
	e, err := p.Console.Reviews.Review(ctx, actor(m), id)
	if err != nil {
		return err
	}
	o, err := p.Console.Reviews.ReviewMatch(ctx, actor(m), id, other)
	if err != nil {
		return err
	}
	var match matchRow
	for _, row := range matchRows(e.Data.Checks) {
		if row.EnrollmentID == other {
			match = row
		}
	}
	here := "/console/cases/" + e.ID
	v := templates.View{Path: here + "/compare/" + o.ID}
	return p.staffPage(c, http.StatusOK, "console/compare", m, v, map[string]any{
		"Case": e, "Match": match, "Differences": differences(e, o),
		"Sides": []side{
			{Case: e, Photos: here + "/photos/", Live: bestFrame(e.Data.Live), First: true},
			{Case: o, Photos: here + "/compare/" + o.ID + "/photos/", Live: bestFrame(o.Data.Live)},
		},
	})
}

// differences lists the profiles' and documents' values of both.
func differences(a, b *kyc.Enrollment) []differenceRow {
	var rows []differenceRow
	add := func(name, x, y string) {
		if x != "" || y != "" {
			rows = append(rows, differenceRow{Name: name, Here: x, There: y, Differs: x != y})
		}
	}
	p, q := a.Data.Profile, b.Data.Profile
	add("family_names", p.FamilyNames, q.FamilyNames)
	add("given_names", p.GivenNames, q.GivenNames)
	add("birth_date", p.BirthDate, q.BirthDate)
	add("birth_place", p.BirthPlace, q.BirthPlace)
	add("sex", p.Sex, q.Sex)
	add("nationality", p.Nationality, q.Nationality)
	add("issuing_state", zoneOf(a).IssuingState, zoneOf(b).IssuingState)
	add("document_number", zoneOf(a).DocumentNumber, zoneOf(b).DocumentNumber)
	add("phone", p.Phone, q.Phone)
	add("email", p.Email, q.Email)
	add("username", p.Username, q.Username)
	return rows
}

// documentID is what tells documents apart.
type documentID struct{ IssuingState, DocumentNumber string }

func zoneOf(e *kyc.Enrollment) documentID {
	r := e.Data.Document.Reading
	if r == nil || r.MRZ == nil {
		return documentID{}
	}
	return documentID{r.MRZ.Fields.IssuingState, r.MRZ.Fields.DocumentNumber}
}

func (p *consolePages) comparePhoto(c *gin.Context, m StaffMember) error {
	b, err := p.Console.Reviews.ReviewMatchPhoto(c.Request.Context(), actor(m), c.Param("id"), c.Param("other"), c.Param("name"))
	if err != nil {
		return err
	}
	return showPhoto(c, b)
}
