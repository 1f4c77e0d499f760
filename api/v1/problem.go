package v1

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// typeBase begins the `type` of every problem. The rest is a stable code.
const typeBase = "urn:vouchline:problem:"

// A problemError is an error that already knows its problem document.
type problemError struct {
	kind, title, detail string
	status              int
}

func (e *problemError) Error() string { return "v1: " + e.title }

// ErrUnauthorized is what a KeyChecker returns for a key it does not know.
var ErrUnauthorized error = errUnauthorized

var (
	errUnauthorized = &problemError{kind: "unauthorized", title: "An API key is needed", status: http.StatusUnauthorized}
	errForbidden    = &problemError{kind: "forbidden", title: "The API key lacks the scope", status: http.StatusForbidden}
	errInternal     = &problemError{kind: "internal", title: "Something went wrong on our side", status: http.StatusInternalServerError}
)

// invalidRequest tells what the description says about a request. It names
// the field and the rule, not the value.
func invalidRequest(err error) error {
	p := &problemError{kind: "invalid-request", title: "The request does not follow the description", status: http.StatusBadRequest}
	var request *openapi3filter.RequestError
	if errors.As(err, &request) {
		p.detail = request.Reason
		if request.Parameter != nil {
			p.detail = "parameter " + request.Parameter.Name
		}
	}
	return p
}

// problemOf maps errors of the flow and the ledger. Unknown errors show
// nothing of themselves.
func problemOf(err error) *problemError {
	var known *problemError
	var rate *kyc.RateError
	var refused *ledger.Error
	code := kyc.Code(err)
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, ledger.ErrNotFound), errors.Is(err, kyc.ErrNotFound):
		return &problemError{kind: "not-found", title: "There is no such identity", status: http.StatusNotFound}
	case errors.Is(err, ledger.ErrUnavailable), errors.Is(err, ledger.ErrUnknown):
		return &problemError{kind: "ledger-unavailable", title: "The ledger does not answer; try again", status: http.StatusServiceUnavailable}
	case errors.As(err, &refused):
		return &problemError{kind: "ledger-refused", title: "The ledger refuses the request", detail: string(refused.Code), status: http.StatusBadRequest}
	case errors.As(err, &rate):
		return &problemError{kind: "too-often", title: "Too many requests", status: http.StatusTooManyRequests}
	case code != "":
		return &problemError{kind: "refused", title: "The request is refused", detail: code, status: http.StatusBadRequest}
	default:
		return errInternal
	}
}

// problem writes a problem document (RFC 9457) and ends the request.
func (s *server) problem(c *gin.Context, err error) {
	p := problemOf(err)
	if p == errInternal {
		s.Logger.ErrorContext(c.Request.Context(), "request failed", "path", c.FullPath(), "error", err)
	}
	var rate *kyc.RateError
	if errors.As(err, &rate) {
		c.Header("Retry-After", strconv.Itoa(int(rate.RetryAfter.Seconds())+1))
	}
	if p.status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", `Bearer realm="vouchline"`) // RFC 6750 section 3
	}
	doc := Problem{Type: typeBase + p.kind, Title: p.title, Status: p.status}
	if p.detail != "" {
		doc.Detail = &p.detail
	}
	if id := c.Writer.Header().Get("X-Request-Id"); id != "" {
		doc.Instance = &id
	}
	var fields kyc.FieldErrors
	if errors.As(err, &fields) {
		m := map[string]string(fields)
		doc.Errors = &m
	}
	b, err := json.Marshal(doc)
	if err != nil {
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	c.Abort()
	c.Data(p.status, "application/problem+json", b)
}
