package kyc

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/otp"
)

// A FlowError is a refusal that the person at the page can act on. Its code is
// stable: pages look it up in their catalogue, the API puts it into a problem
// document.
type FlowError struct {
	code string
	text string
}

func (e *FlowError) Error() string { return "kyc: " + e.text }

// The refusals of the flow.
var (
	ErrTooManyTries    = &FlowError{"too_many_tries", "too many tries; wait or ask for help"}
	ErrSameImage       = &FlowError{"same_image", "the same photograph was sent before"}
	ErrLinkInvalid     = &FlowError{"link_invalid", "the link is unknown or no longer valid"}
	ErrLiveExpired     = &FlowError{"live_expired", "the camera session is over"}
	ErrSignInRefused   = &FlowError{"sign_in_refused", "login, password or code is wrong"}
	ErrAlreadyActive   = &FlowError{"already_active", "the account has been set up before"}
	ErrPasswordShort   = &FlowError{"password_short", "the password is too short"}
	ErrPasswordLong    = &FlowError{"password_long", "the password is too long"}
	ErrPasswordCommon  = &FlowError{"password_common", "the password is among the most used ones"}
	ErrNotSubscriber   = &FlowError{"not_subscriber", "there is no identity yet"}
	ErrAlreadyShown    = &FlowError{"already_shown", "the password of the line was shown before"}
	ErrUnknownDocument = &FlowError{"document_type_unknown", "unknown document type"}
	ErrNoPhotograph    = &FlowError{"photograph_missing", "no photograph"}
	ErrUnknownOutcome  = &FlowError{"outcome_unknown", "a ruling approves or rejects"}
	ErrNoteMissing     = &FlowError{"note_missing", "a ruling needs a note that says why"}
	ErrUnknownField    = &FlowError{"attribute_unknown", "no such attribute"}
	ErrUnknownReason   = &FlowError{"reason_unknown", "not a reason for this change of status"}
	ErrLineOff         = &FlowError{"line_off", "the line is off"}
	ErrLineReleased    = &FlowError{"line_released", "the line was given up"}
	ErrNoLine          = &FlowError{"no_line", "there is no line"}
	ErrNoNumber        = &FlowError{"no_number", "no number is free"}
	ErrTooManyLines    = &FlowError{"too_many_lines", "an identity has no room for another line"}
	ErrTooManyDevices  = &FlowError{"too_many_devices", "a line has no room for another device"}
	ErrSetupTaken      = &FlowError{"setup_taken", "the set-up link was used"}
	ErrPBXSilent       = &FlowError{"pbx_silent", "the PBX does not say who is registered"}
	ErrPairingOver     = &FlowError{"pairing_over", "the code is unknown, used or too old"}
)

// Codes returns every code of a refusal, for whoever puts them into words.
func Codes() []string {
	var codes []string
	for _, e := range []*FlowError{
		ErrTooManyTries, ErrSameImage, ErrLinkInvalid, ErrLiveExpired, ErrSignInRefused, ErrAlreadyActive,
		ErrPasswordShort, ErrPasswordLong, ErrPasswordCommon, ErrNotSubscriber, ErrAlreadyShown, ErrUnknownDocument,
		ErrNoPhotograph, ErrUnknownOutcome, ErrNoteMissing, ErrUnknownField, ErrUnknownReason,
		ErrLineOff, ErrLineReleased, ErrNoLine, ErrNoNumber, ErrTooManyLines, ErrTooManyDevices, ErrSetupTaken, ErrPairingOver, ErrPBXSilent,
	} {
		codes = append(codes, e.code)
	}
	for _, c := range ledgerCodes {
		codes = append(codes, refusalCode(c))
	}
	codes = append(codes, passportCodes()...)
	return append(codes, "invalid_fields", "too_often", "not_now", "not_found", "conflict")
}

// ledgerCodes are the contract's refusals beside not_found, which is the
// flow's too.
var ledgerCodes = []ledger.Code{
	ledger.CodeForbidden, ledger.CodeExists, ledger.CodeDuplicatePerson, ledger.CodeInvalid, ledger.CodeIllegalStatus,
	ledger.CodeStale, ledger.CodeErased, ledger.CodeKeyTaken, ledger.CodeNoConsent, ledger.CodeTooMany,
}

// refusalCode is the code of a refusal by the ledger's contract: its own, but
// for "forbidden", which an edge says of whoever asks it.
func refusalCode(c ledger.Code) string {
	if c == ledger.CodeForbidden {
		return "ledger_forbidden"
	}
	return string(c)
}

// FieldErrors tells field by field what is wrong with a form. The values are
// stable codes.
type FieldErrors map[string]string

func (e FieldErrors) Error() string {
	return "kyc: invalid fields: " + strings.Join(slices.Sorted(maps.Keys(e)), ", ")
}

// A RateError refuses something that was done too often.
type RateError struct{ RetryAfter time.Duration }

func (e *RateError) Error() string {
	return fmt.Sprintf("kyc: too often, try again in %s", e.RetryAfter.Round(time.Second))
}

// Code returns the stable code of an error that a person can act on, and ""
// for every other error, of which an edge shows nothing.
func Code(err error) string {
	var (
		flow       *FlowError
		code       *otp.Error
		fields     FieldErrors
		rate       *RateError
		transition *TransitionError
		refusal    *ledger.Error
	)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &flow):
		return flow.code
	case errors.As(err, &code):
		return code.Code
	case errors.As(err, &fields):
		return "invalid_fields"
	case errors.As(err, &rate):
		return "too_often"
	case errors.As(err, &transition):
		return "not_now"
	case errors.As(err, &refusal):
		return refusalCode(refusal.Code)
	case errors.Is(err, ErrNotFound):
		return "not_found"
	case errors.Is(err, ErrConflict):
		return "conflict"
	default:
		return ""
	}
}
