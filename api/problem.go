package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// Refusals that only the edge makes.
var (
	errNoPage      = &v1.Refusal{Status: http.StatusNotFound, Code: "not_found"}
	errNoMethod    = &v1.Refusal{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed"}
	errCrossOrigin = &v1.Refusal{Status: http.StatusForbidden, Code: "cross_origin"}
	errNoSession   = &v1.Refusal{Status: http.StatusUnauthorized, Code: "no_session"}
	errMovedOn     = &v1.Refusal{Status: http.StatusUnauthorized, Code: "session_moved"}
	errNotSignedIn = &v1.Refusal{Status: http.StatusUnauthorized, Code: "not_signed_in"}
	errNoStaff     = &v1.Refusal{Status: http.StatusForbidden, Code: "no_staff"}
	errBadRequest  = &v1.Refusal{Status: http.StatusBadRequest, Code: "bad_request"}
	errTooSlow     = &v1.Refusal{Status: http.StatusRequestTimeout, Code: "too_slow"}
	errBusy        = &v1.Refusal{Status: http.StatusServiceUnavailable, Code: "busy"}
	errUnavailable = &v1.Refusal{Status: http.StatusServiceUnavailable, Code: "unavailable"}
	errPhotograph  = &v1.Refusal{Status: http.StatusUnprocessableEntity, Code: "photograph"}
	errPanic       = errors.New("api: panic")
)

// refusals are all of the above that words are needed for.
func refusals() []*v1.Refusal {
	return []*v1.Refusal{
		errNoPage, errNoMethod, errCrossOrigin, errNoSession, errMovedOn, errNotSignedIn, errNoStaff, errBadRequest, errTooSlow,
		errBusy, errUnavailable, errPhotograph, errTaken, errBatch,
	}
}

// classify adds photographs, which the API does not take, to what
// [v1.Classify] knows.
func classify(err error) (status int, code string) {
	return v1.Classify(refusal(err))
}

func refusal(err error) error {
	var picture *photo.Error
	if errors.As(err, &picture) {
		return errPhotograph
	}
	return err
}

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
		v1.WriteProblem(c, refusal(err), s.problemWords)
		return
	}
	if path, ok := wayOut(code); ok {
		_ = redirect(c, path)
		return
	}
	if err := s.errorPage(c, status, code, retry); err != nil {
		s.Logger.ErrorContext(ctx, "error page failed", "error", err)
		c.String(status, http.StatusText(status))
	}
}

func (s *Server) errorPage(c *gin.Context, status int, code string, retry int) error {
	if code == errMovedOn.Code {
		return s.page(c, status, "resume", templates.View{Path: "/resume", Data: resumeView{Moved: true}})
	}
	return s.page(c, status, "error", templates.View{Data: map[string]any{"Code": code, "RetryAfter": retry, "Back": back(c, code)}})
}

// problemWords are the title and the detail of a problem document.
func (s *Server) problemWords(c *gin.Context, code string) (title, detail string) {
	locale := c.GetString(localeKey)
	title, err := templates.CodeText(locale, "problem_title", code)
	if err == nil {
		detail, err = templates.CodeText(locale, "problem", code)
	}
	if err != nil {
		s.Logger.ErrorContext(c.Request.Context(), "no words for a problem", "error", err)
	}
	return title, detail
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
func back(c *gin.Context, code string) string {
	switch path := c.FullPath(); {
	case strings.HasPrefix(path, "/enroll"):
		return "/enroll"
	case strings.HasPrefix(path, "/account"):
		return "/account"
	case code == errNoStaff.Code:
		return "/"
	case strings.HasPrefix(path, "/console/ledger"):
		return "/console/ledger"
	case strings.HasPrefix(path, "/console/"):
		return "/console"
	default:
		return "/"
	}
}

// retryAfter is in whole seconds.
func retryAfter(err error) int {
	if errors.Is(err, errBusy) {
		return int((5 * time.Second).Seconds())
	}
	return v1.RetryAfter(err)
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
	if code := kyc.Code(err); code != "" && atField(code) {
		return []templates.Fault{{Field: order[0], Code: code}}, nil
	}
	return nil, err
}

// atField reports whether a code is told at a form's field: the others are
// about the enrollment, or a PBX's call, and not about what was typed.
func atField(code string) bool {
	switch code {
	case "not_found", "not_now", "conflict", "link_invalid", "already_active", "already_shown", "not_subscriber", "live_expired", "invalid_fields",
		"pbx_silent", "passport_off", "passport_expired", "identity_not_live", "callers_number", "callee_invalid", "number_not_covered":
		return false
	default:
		return true
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
