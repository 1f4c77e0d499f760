package api

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/templates"
)

// edgeError is a refusal that only the edge makes.
type edgeError struct {
	status int
	code   string
}

func (e *edgeError) Error() string { return "api: " + e.code }

var (
	errNoPage      = &edgeError{http.StatusNotFound, "not_found"}
	errNoMethod    = &edgeError{http.StatusMethodNotAllowed, "method_not_allowed"}
	errCrossOrigin = &edgeError{http.StatusForbidden, "cross_origin"}
	errNoSession   = &edgeError{http.StatusUnauthorized, "no_session"}
	errNotSignedIn = &edgeError{http.StatusUnauthorized, "not_signed_in"}
	errNoStaff     = &edgeError{http.StatusForbidden, "no_staff"}
	errBadRequest  = &edgeError{http.StatusBadRequest, "bad_request"}
	errBusy        = &edgeError{http.StatusServiceUnavailable, "busy"}
	errUnavailable = &edgeError{http.StatusServiceUnavailable, "unavailable"}
	errPanic       = &edgeError{http.StatusInternalServerError, "other"}
)

// statuses are the HTTP statuses of the flow's codes; a code that is not here
// is an answer the person can correct (422).
var statuses = map[string]int{
	"not_found": http.StatusNotFound, "link_invalid": http.StatusNotFound, "conflict": http.StatusConflict,
	"not_now": http.StatusConflict, "already_active": http.StatusConflict, "already_shown": http.StatusConflict,
	"not_subscriber": http.StatusConflict, "live_expired": http.StatusConflict, "too_often": http.StatusTooManyRequests,
	"too_many_tries": http.StatusTooManyRequests, "sign_in_refused": http.StatusUnauthorized,
}

// classify is the only place where an error becomes a status and a code. What
// it does not know is 500 "other": nothing of it is shown.
func classify(err error) (status int, code string) {
	var (
		edge    *edgeError
		large   *http.MaxBytesError
		picture *photo.Error
	)
	switch {
	case errors.As(err, &edge):
		return edge.status, edge.code
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, "too_large"
	case errors.As(err, &picture):
		return http.StatusUnprocessableEntity, "photograph"
	case errors.Is(err, ledger.ErrNotFound):
		return http.StatusNotFound, "not_found"
	}
	code = kyc.Code(err)
	if code == "" {
		return http.StatusInternalServerError, "other"
	}
	if status, ok := statuses[code]; ok {
		return status, code
	}
	return http.StatusUnprocessableEntity, code
}

// A problem is an RFC 9457 problem document. Code repeats the end of Type for
// programs that do not want to parse it.
type problem struct {
	Type     string            `json:"type"`
	Title    string            `json:"title"`
	Status   int               `json:"status"`
	Detail   string            `json:"detail,omitempty"`
	Instance string            `json:"instance,omitempty"` // the request's id
	Code     string            `json:"code"`
	Fields   map[string]string `json:"fields,omitempty"`
}

// problemType is the stable type of a code.
func problemType(code string) string { return "urn:vouchline:problem:" + code }

// fail answers with an error: a problem document for a program, a page or the
// way to the right page for a person.
func (s *Server) fail(c *gin.Context, err error) {
	ctx := c.Request.Context()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		c.Abort() // nobody is listening any more
		return
	}
	status, code := classify(err)
	if status >= http.StatusInternalServerError {
		s.Logger.ErrorContext(ctx, "request failed", "error", err, "route", c.FullPath(), "request", c.GetString(requestKey))
	}
	retry := retryAfter(err)
	if retry > 0 {
		c.Header("Retry-After", strconv.Itoa(retry))
	}
	c.Abort()
	if wantsJSON(c) {
		s.writeProblem(c, status, code, err)
		return
	}
	if path, ok := wayOut(code); ok {
		_ = redirect(c, path)
		return
	}
	view := templates.View{Data: map[string]any{"Code": code, "RetryAfter": retry, "Back": back(c)}}
	if err := s.page(c, status, "error", view); err != nil {
		s.Logger.ErrorContext(ctx, "error page failed", "error", err)
		c.String(status, http.StatusText(status))
	}
}

func (s *Server) writeProblem(c *gin.Context, status int, code string, err error) {
	locale := c.GetString(localeKey)
	p := problem{Type: problemType(code), Status: status, Code: code, Instance: "urn:vouchline:request:" + c.GetString(requestKey)}
	var words error
	if p.Title, words = templates.CodeText(locale, "problem_title", code); words == nil {
		p.Detail, words = templates.CodeText(locale, "problem", code)
	}
	if words != nil {
		s.Logger.ErrorContext(c.Request.Context(), "no words for a problem", "error", words)
		p.Title = http.StatusText(status)
	}
	var fields kyc.FieldErrors
	if errors.As(err, &fields) {
		p.Fields = fields
	}
	if err := writeJSON(c, status, "application/problem+json", p); err != nil {
		s.Logger.ErrorContext(c.Request.Context(), "problem not written", "error", err)
	}
}

// wayOut is where a person goes on instead of reading about an error: the
// dispatcher knows the page of the present state.
func wayOut(code string) (string, bool) {
	switch code {
	case "no_session":
		return "/resume", true
	case "not_signed_in":
		return "/signin", true
	case "not_now", "conflict", "live_expired":
		return "/enroll", true
	default:
		return "", false
	}
}

// back is the page that the button of an error page leads to.
func back(c *gin.Context) string {
	switch path := c.FullPath(); {
	case strings.HasPrefix(path, "/enroll"):
		return "/enroll"
	case strings.HasPrefix(path, "/account"):
		return "/account"
	default:
		return "/"
	}
}

// retryAfter is in whole seconds, rounded up so that the retry is not early.
func retryAfter(err error) int {
	var rate *kyc.RateError
	if errors.As(err, &rate) {
		return max(1, int(math.Ceil(rate.RetryAfter.Seconds())))
	}
	if errors.Is(err, errBusy) {
		return int((5 * time.Second).Seconds())
	}
	return 0
}

// faults turns an error that a person can mend into what the form shows, in
// the order of the form. An error about no field in particular is shown at
// the field named first. Any other error is returned as it is.
func faults(err error, order ...string) ([]templates.Fault, error) {
	var (
		fields  kyc.FieldErrors
		picture *photo.Error
	)
	if errors.As(err, &fields) {
		var out []templates.Fault
		for _, field := range order {
			if code, ok := fields[field]; ok {
				out = append(out, templates.Fault{Field: field, Code: code})
			}
		}
		if len(out) < len(fields) { // a field that this form does not have
			return nil, err
		}
		return out, nil
	}
	if errors.As(err, &picture) {
		return []templates.Fault{{Field: order[0], Code: picture.Code}}, nil
	}
	switch code := kyc.Code(err); code {
	case "", "not_found", "not_now", "conflict", "link_invalid", "already_active", "already_shown", "not_subscriber", "live_expired":
		return nil, err
	default:
		return []templates.Fault{{Field: order[0], Code: code}}, nil
	}
}

// faultStatus is the status of a page that shows a form again.
func faultStatus(err error) int {
	if status, _ := classify(err); status == http.StatusTooManyRequests {
		return status
	}
	return http.StatusUnprocessableEntity
}

// sessionFailed answers when the session store cannot be reached.
func (s *Server) sessionFailed(w http.ResponseWriter, r *http.Request, err error) {
	s.Logger.ErrorContext(r.Context(), "session store failed", "error", err)
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}
