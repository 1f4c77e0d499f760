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
	"github.com/vouchline/vouchline/pbx"
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

	errNotAcceptable = &Refusal{Status: http.StatusNotAcceptable, Code: "not_acceptable"}
	// errInvalidToken is of a phone: its subscriber signed it out.
	errInvalidToken = &Refusal{Status: http.StatusUnauthorized, Code: "invalid_token"}
	// errUnsupportedGrant has the form of RFC 6749 and no words.
	errUnsupportedGrant = errors.New("api: unsupported_grant_type")
)

// Codes returns the codes that only this API refuses with, for whoever puts
// them into words.
func Codes() []string {
	codes := []string{"unauthorized", "forbidden", "too_large", codeInternal, "not_acceptable", "invalid_token", codeNoDevice}
	for _, code := range pbxCodes {
		codes = append(codes, pbxPrefix+code)
	}
	return codes
}

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

	// Those about lines and their phones.
	"line_off": http.StatusForbidden, "line_released": http.StatusConflict, "no_line": http.StatusConflict, "no_number": http.StatusConflict,
	"too_many_lines": http.StatusConflict, "too_many_devices": http.StatusConflict, "setup_taken": http.StatusGone,
	"pairing_over": http.StatusNotFound, "pbx_silent": http.StatusServiceUnavailable, codeNoDevice: http.StatusNotFound,

	// Those about signatures of calls.
	"passport_off": http.StatusNotImplemented, "passport_expired": http.StatusServiceUnavailable, "identity_not_live": http.StatusForbidden,
	"callers_number": http.StatusForbidden, "number_not_covered": http.StatusForbidden,

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
	var value *pbx.Error
	switch {
	case errors.As(err, &value):
		return pbxPrefix + value.Code
	case errors.Is(err, pbx.ErrNoDevice):
		return codeNoDevice
	}
	return codeInternal
}

// pbxPrefix begins the codes of values that no PBX could take.
const pbxPrefix = "pbx_"

// pbxCodes are those of [pbx.Error].
var pbxCodes = []string{
	pbx.CodeEmpty, pbx.CodeTooLong, pbx.CodeCharacter, pbx.CodeMalformed, pbx.CodeMismatch, pbx.CodeNoDigest, pbx.CodeDuplicate, pbx.CodeFull,
	pbx.CodeTooMany,
}

// codeNoDevice is the code of a device that a line does not have.
const codeNoDevice = "no_device"

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

// refuse answers with an error, in the form that the route's readers know.
func (s *server) refuse(c *gin.Context, err error) {
	if status, _ := Classify(err); status >= http.StatusInternalServerError && !expected(err) {
		s.Logger.ErrorContext(c.Request.Context(), "request failed", "route", c.FullPath(), "error", err)
	}
	if isOAuth(c.FullPath()) {
		oauthProblem(c, err)
		return
	}
	if wait := RetryAfter(err); wait > 0 {
		c.Header("Retry-After", strconv.Itoa(wait))
	}
	if status, _ := Classify(err); status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", challenge(c.FullPath(), err))
	}
	WriteProblem(c, err, s.Words)
}

// challenge says how to come back (RFC 6750 section 3, RFC 7617 section 2).
func challenge(route string, err error) string {
	switch {
	case route == "/v1/pbx/freeswitch/directory":
		return `Basic realm="vouchline", charset="UTF-8"`
	case errors.Is(err, errInvalidToken):
		return `Bearer realm="vouchline", error="invalid_token"`
	default:
		return `Bearer realm="vouchline"`
	}
}
