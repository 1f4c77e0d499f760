package v1

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
)

const (
	// typeBase begins the type of every problem; its code follows.
	typeBase = "urn:vouchline:problem:"
	// instanceBase begins the instance of every problem; the request's id follows.
	instanceBase = "urn:vouchline:request:"
)

// A Refusal is an error that knows its problem: what only the edge refuses.
// Detail replaces the words of the code where something particular can be
// said.
type Refusal struct {
	Status int
	Code   string
	Detail string
}

func (e *Refusal) Error() string { return "api: " + e.Code }

// ErrUnauthorized is what a KeyChecker returns for a key it does not know.
var ErrUnauthorized error = errUnauthorized

var (
	errUnauthorized = &Refusal{Status: http.StatusUnauthorized, Code: "unauthorized"}
	errForbidden    = &Refusal{Status: http.StatusForbidden, Code: "forbidden"}
	errTooLarge     = &Refusal{Status: http.StatusRequestEntityTooLarge, Code: "too_large"}
)

// codeInternal is the code of every error that nobody foresaw.
const codeInternal = "internal"

// codeUnavailable is the code of a ledger that does not answer.
const codeUnavailable = "unavailable"

// statuses are the HTTP statuses of the codes that are not 422, an answer
// that the sender can correct.
var statuses = map[string]int{
	"not_found": http.StatusNotFound, "link_invalid": http.StatusNotFound, "conflict": http.StatusConflict,
	"not_now": http.StatusConflict, "already_active": http.StatusConflict, "already_shown": http.StatusConflict,
	"not_subscriber": http.StatusConflict, "live_expired": http.StatusConflict, "too_often": http.StatusTooManyRequests,
	"too_many_tries": http.StatusTooManyRequests, "sign_in_refused": http.StatusUnauthorized,
	codeUnavailable: http.StatusServiceUnavailable, "too_large": http.StatusRequestEntityTooLarge, codeInternal: http.StatusInternalServerError,

	// The refusals of the ledger's contract.
	"ledger_forbidden": http.StatusForbidden, "no_consent": http.StatusForbidden, "exists": http.StatusConflict,
	"stale": http.StatusConflict, "key_taken": http.StatusConflict, "duplicate_person": http.StatusConflict,
	"illegal_status": http.StatusConflict, "erased": http.StatusGone,
}

// Classify is the one place where an error becomes a status and a code, for
// the API and for the pages. What it does not know is 500 "internal": nothing
// of it is shown.
func Classify(err error) (status int, code string) {
	var known *Refusal
	if errors.As(err, &known) {
		return known.Status, known.Code
	}
	code = codeOf(err)
	if status, ok := statuses[code]; ok {
		return status, code
	}
	return http.StatusUnprocessableEntity, code
}

func codeOf(err error) string {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return "too_large"
	case kyc.Away(err):
		return codeUnavailable
	}
	if code := kyc.Code(err); code != "" {
		return code
	}
	return codeInternal
}

// Words returns a code's title and what can be said of it, in the language of
// a request.
type Words func(c *gin.Context, code string) (title, detail string)

// NewProblem returns the problem document of an error.
func NewProblem(c *gin.Context, err error, words Words) Problem {
	status, code := Classify(err)
	title, detail := http.StatusText(status), ""
	if words != nil {
		title, detail = words(c, code)
	}
	p := Problem{
		Type: typeBase + code, Title: title, Status: status, Code: code,
		Instance: instanceBase + c.Writer.Header().Get("X-Request-Id"),
	}
	var known *Refusal
	if errors.As(err, &known) && known.Detail != "" {
		detail = known.Detail
	}
	if detail != "" {
		p.Detail = &detail
	}
	var fields kyc.FieldErrors
	if errors.As(err, &fields) {
		m := map[string]string(fields)
		p.Fields = &m
	}
	return p
}

// WriteProblem answers with a problem document (RFC 9457) and ends the
// request.
func WriteProblem(c *gin.Context, err error, words Words) {
	p := NewProblem(c, err, words)
	c.Abort()
	b, failed := json.Marshal(p)
	if failed != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	c.Data(p.Status, "application/problem+json", append(b, '\n'))
}

// RetryAfter is how many seconds to wait before the same request may succeed,
// rounded up so that the retry is not early, or 0.
func RetryAfter(err error) int {
	var rate *kyc.RateError
	if errors.As(err, &rate) {
		return max(1, int(math.Ceil(rate.RetryAfter.Seconds())))
	}
	return 0
}

// invalidRequest tells what the description says about a request. It names
// the field and the rule, not the value.
func invalidRequest(err error) error {
	r := &Refusal{Status: http.StatusBadRequest, Code: "bad_request"}
	var request *openapi3filter.RequestError
	if errors.As(err, &request) {
		r.Detail = request.Reason
		if request.Parameter != nil {
			r.Detail = "parameter " + request.Parameter.Name
		}
	}
	return r
}

func (s *server) problem(c *gin.Context, err error) {
	status, _ := Classify(err)
	if status >= http.StatusInternalServerError {
		s.Logger.ErrorContext(c.Request.Context(), "request failed", "route", c.FullPath(), "error", err)
	}
	if wait := RetryAfter(err); wait > 0 {
		c.Header("Retry-After", strconv.Itoa(wait))
	}
	if status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", `Bearer realm="vouchline"`) // RFC 6750 section 3
	}
	WriteProblem(c, err, s.Words)
}
