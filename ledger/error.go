package ledger

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A Code names the reason of a refusal. Codes are stable: they cross the
// chaincode's wire as text and appear in programs written by others.
type Code string

// The contract's refusals.
const (
	CodeForbidden       Code = "forbidden"        // the caller may not do this
	CodeExists          Code = "exists"           // the id is taken by other content
	CodeDuplicatePerson Code = "duplicate_person" // a nullifier belongs to another identity
	CodeNotFound        Code = "not_found"
	CodeInvalid         Code = "invalid"        // the request itself is wrong
	CodeIllegalStatus   Code = "illegal_status" // the transition table has no such pair
	CodeStale           Code = "stale"          // made from another version than the present one
	CodeErased          Code = "erased"         // the identity was erased: nothing of it can be disclosed or changed
	CodeKeyTaken        Code = "key_taken"      // the public key belongs to another identity
	CodeNoConsent       Code = "no_consent"     // no consent that holds now
	CodeTooMany         Code = "too_many"       // the bound of a list is reached
)

// An Error is a refusal by the contract: final, and nothing was written.
// Detail names fields and rules, never the value that broke them.
type Error struct {
	Code   Code
	Detail string
}

// Sentinels for errors.Is, which compares codes only.
var (
	ErrForbidden       = &Error{Code: CodeForbidden}
	ErrExists          = &Error{Code: CodeExists}
	ErrDuplicatePerson = &Error{Code: CodeDuplicatePerson}
	ErrNotFound        = &Error{Code: CodeNotFound}
	ErrInvalid         = &Error{Code: CodeInvalid}
	ErrIllegalStatus   = &Error{Code: CodeIllegalStatus}
	ErrStale           = &Error{Code: CodeStale}
	ErrErased          = &Error{Code: CodeErased}
	ErrKeyTaken        = &Error{Code: CodeKeyTaken}
	ErrNoConsent       = &Error{Code: CodeNoConsent}
	ErrTooMany         = &Error{Code: CodeTooMany}
)

var (
	// ErrUnknown says that a transaction was sent and its outcome was not
	// seen. Submitted is not committed, and not refused either: read the id
	// again, or repeat the same call, which is idempotent.
	ErrUnknown = errors.New("ledger: outcome unknown")

	// ErrUnavailable says that nothing was written and that trying again
	// later may succeed.
	ErrUnavailable = errors.New("ledger: unavailable, nothing written")

	// ErrCheckpoint says that a [Checkpoint] is no place on this ledger, which
	// was put back to an earlier state or is another one. Who went on from
	// there would miss events without a word, so somebody has to decide.
	ErrCheckpoint = errors.New("ledger: the checkpoint is not on this ledger, which was put back or is another one")
)

// Error returns "code: detail", the form [ParseError] restores.
func (e *Error) Error() string {
	if e.Detail == "" {
		return string(e.Code)
	}
	return string(e.Code) + ": " + e.Detail
}

// Is reports whether target is a refusal for the same reason.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

func (c Code) known() bool {
	switch c {
	case CodeForbidden, CodeExists, CodeDuplicatePerson, CodeNotFound, CodeInvalid, CodeIllegalStatus,
		CodeStale, CodeErased, CodeKeyTaken, CodeNoConsent, CodeTooMany:
		return true
	default:
		return false
	}
}

// ParseError restores an [Error] from its text. It reports false for a text
// that does not begin with one of the codes.
func ParseError(text string) (*Error, bool) {
	code, detail, found := strings.Cut(text, ": ")
	if !found {
		code = text
	}
	if !Code(code).known() {
		return nil, false
	}
	return &Error{Code: Code(code), Detail: detail}, true
}

// An ItemError is a refusal of one request in a batch; nothing of the batch
// was written.
type ItemError struct {
	Item int // its place in the batch
	Err  *Error
}

// Error returns "item N: code: detail", the form [ParseItemError] restores.
func (e *ItemError) Error() string { return fmt.Sprintf("item %d: %v", e.Item, e.Err) }

// Unwrap returns the refusal.
func (e *ItemError) Unwrap() error { return e.Err }

// ParseItemError restores an [ItemError] from its text.
func ParseItemError(text string) (*ItemError, bool) {
	rest, found := strings.CutPrefix(text, "item ")
	if !found {
		return nil, false
	}
	number, words, found := strings.Cut(rest, ": ")
	item, err := strconv.Atoi(number)
	refusal, ok := ParseError(words)
	if found && ok && err == nil {
		return &ItemError{Item: item, Err: refusal}, true
	}
	return nil, false
}

func invalid(detail string) error { return &Error{Code: CodeInvalid, Detail: detail} }
