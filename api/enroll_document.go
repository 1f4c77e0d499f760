package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/templates"
)

// documentPages photograph the identity document, wait for its reading and
// have it confirmed (E3).
type documentPages struct{ *Server }

// Mount adds the routes.
func (p *documentPages) Mount(r gin.IRouter) {
	r.GET("/enroll/document", p.do(p.show))
	r.POST("/enroll/document", p.do(p.submit))
	r.POST("/enroll/document/retake", p.do(p.retake))
	r.GET("/enroll/working", p.do(p.working))
	r.GET("/enroll/confirmation", p.do(p.confirmation))
	r.POST("/enroll/confirmation", p.do(p.confirm))
}

// documentType is one choice of the page. The MRZ of most cards is on the back
// (ICAO 9303-5), so cards may have a second photograph.
type documentType struct {
	Name  string
	Sides int
}

func documentTypes() []documentType {
	var out []documentType
	for _, name := range kyc.DocumentTypes() {
		out = append(out, documentType{name, sides(name)})
	}
	return out
}

func sides(name string) int {
	switch name {
	case "identity_card", "residence_permit":
		return 2
	default:
		return 1
	}
}

func (p *documentPages) show(c *gin.Context) error {
	e, err := p.at(c, "/enroll/document")
	if e == nil {
		return err
	}
	return p.render(c, http.StatusOK, e, templates.View{Form: map[string]string{"type": e.Data.Document.Type}})
}

func (p *documentPages) render(c *gin.Context, status int, e *kyc.Enrollment, v templates.View) error {
	v.Step, v.Path = "document", "/enroll/document"
	v.Data = map[string]any{"Types": documentTypes(), "Notice": e.Data.Notice}
	return p.page(c, status, "document", v)
}

func (p *documentPages) submit(c *gin.Context) error {
	e, err := p.at(c, "/enroll/document")
	if e == nil {
		return err
	}
	f, done, err := p.uploads.read(c, parts{
		files:  map[string]int{"front": 1, "back": 1},
		accept: func(map[string]string) error { return p.Flow.MayPhotograph(c.Request.Context(), e.ID) },
	})
	if err != nil {
		return p.again(c, e, nil, err, "front")
	}
	defer done()
	if _, err := p.enrollment(c); err != nil { // sending takes minutes, in which a link may be opened elsewhere
		return err
	}
	in := map[string]string{"type": f.fields["type"]}
	photos, field, err := p.photographs(c, f)
	if err != nil {
		return p.again(c, e, in, err, field)
	}
	upload := kyc.DocumentUpload{Type: f.fields["type"], Photos: photos}
	if err := p.Flow.SubmitDocument(c.Request.Context(), e.ID, upload); err != nil {
		return p.again(c, e, in, err, "front")
	}
	return p.next(c)
}

// photographs takes the sides that the type of document has, and tells at
// which field something is wrong.
func (p *documentPages) photographs(c *gin.Context, f form) (photos []kyc.Upload, field string, err error) {
	if !slices.Contains(kyc.DocumentTypes(), f.fields["type"]) {
		return nil, "type", kyc.ErrUnknownDocument
	}
	for _, field := range []string{"front", "back"}[:sides(f.fields["type"])] {
		if field == "back" && len(f.file(field)) == 0 {
			continue // a TD2 card has everything on its front (ICAO 9303-6)
		}
		photo, err := p.uploads.normalize(c.Request.Context(), f.file(field))
		if err != nil {
			return nil, field, err
		}
		photos = append(photos, photo)
	}
	return photos, "", nil
}

func (p *documentPages) again(c *gin.Context, e *kyc.Enrollment, in map[string]string, cause error, field string) error {
	if _, code := classify(cause); code == "too_large" {
		cause = tooLarge()
	}
	shown, rest := faults(cause, field)
	if rest != nil || wantsJSON(c) {
		return cause
	}
	return p.render(c, faultStatus(cause), e, templates.View{Form: in, Faults: shown})
}

func (p *documentPages) retake(c *gin.Context) error {
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	if err := p.Flow.RetakeDocument(c.Request.Context(), e.ID); err != nil {
		return err
	}
	return redirect(c, "/enroll")
}

// steps of the step list in which a working state belongs.
var workingSteps = map[kyc.State]string{
	kyc.Reading: "document", kyc.Checking: "selfie", kyc.Comparing: "live", kyc.Approved: "line", kyc.Minted: "line",
}

func (p *documentPages) working(c *gin.Context) error {
	seen, err := p.watched(c) // without scripts the page asks by itself
	e, err := p.due(c, "/enroll/working", seen, err)
	if e == nil {
		return err
	}
	return p.page(c, http.StatusOK, "working", templates.View{
		Step: workingSteps[e.State()], Refresh: 3,
		Data: map[string]any{"State": string(e.State()), "Slow": slow(e, p.Clock())},
	})
}

// usual is how long a working state lasts when all is well.
const usual = 30 * time.Second

// slow reports whether work takes longer than usual, so that nobody sits and
// waits for a ledger that is away.
func slow(e *kyc.Enrollment, now time.Time) bool {
	return e.State().Working() && (!e.Data.DelayedAt.IsZero() || now.Sub(e.UpdatedAt) > usual)
}

// comparison is one field of the confirmation page, as the person, the coded
// lines and the print have it.
type comparison struct {
	Name        string
	Claimed     string
	Read        string
	Printed     string
	Agreement   string
	Agrees      bool
	Explanation string // empty where there is nothing to explain
	Spellings   []ocr.Spelling
	Contradicts bool // print and coded lines do not say the same
}

func (p *documentPages) confirmation(c *gin.Context) error {
	e, err := p.at(c, "/enroll/confirmation")
	if e == nil {
		return err
	}
	return p.renderConfirmation(c, http.StatusOK, e, templates.View{Form: profileForm(e.Data.Profile)})
}

func (p *documentPages) renderConfirmation(c *gin.Context, status int, e *kyc.Enrollment, v templates.View) error {
	fields, agrees, printed := []comparison{}, true, false
	for _, f := range e.Data.Document.Comparisons {
		shown := comparisonOf(f, c.GetString(localeKey))
		fields = append(fields, shown)
		agrees = agrees && shown.Agrees && !shown.Contradicts
		printed = printed || shown.Printed != ""
	}
	unread := len(fields) == 0
	v.Step, v.Path = "document", "/enroll/confirmation"
	v.Data = map[string]any{
		"Fields": fields, "Agrees": agrees && !unread, "Unread": unread, "Print": printed, "Notice": e.Data.Notice,
		"MayRetake": e.Data.Document.TriesLeft(p.Clock()) > 0,
		"Countries": countries(c.GetString(localeKey)),
	}
	return p.page(c, status, "confirmation", v)
}

func comparisonOf(f ocr.FieldComparison, locale string) comparison {
	shown := comparison{
		Name: f.Field, Claimed: f.Claimed, Read: f.Read, Printed: f.Printed, Agreement: string(f.Agreement), Agrees: kyc.Supported(f),
		Explanation: string(f.Explanation), Spellings: f.Spellings,
		Contradicts: f.Document == ocr.Differ && f.Explanation != ocr.ExplainPrintDiffers, // which says so itself
	}
	if f.Field == "nationality" {
		shown.Claimed, shown.Read = country(locale, f.Claimed), country(locale, f.Read)
	}
	if f.Explanation == ocr.ExplainSame {
		shown.Explanation = ""
	}
	return shown
}

func (p *documentPages) confirm(c *gin.Context) error {
	e, err := p.at(c, "/enroll/confirmation")
	if e == nil {
		return err
	}
	profile, in := postedProfile(c)
	if err := p.Flow.ConfirmDocument(c.Request.Context(), e.ID, profile); err != nil {
		shown, rest := faults(err, profileFields...)
		if rest != nil {
			return rest
		}
		return p.renderConfirmation(c, faultStatus(err), e, templates.View{Form: in, Faults: shown})
	}
	return redirect(c, "/enroll")
}
