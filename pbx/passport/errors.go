package passport

// An Error refuses a token, a claim or a certificate. Its code is stable; what
// was refused is not repeated, because it may be somebody's number or name.
type Error struct {
	code   string
	status int // of SIP, RFC 8224 section 6.2.2
	text   string
}

// The refusals. Two of them may have the same SIP status and never the same
// code.
var (
	ErrMalformed   = &Error{"malformed", 438, "the Identity header is not one"}
	ErrUnsupported = &Error{"unsupported", 438, "an algorithm, type or form that is not supported"}
	ErrInfo        = &Error{"info_mismatch", 436, "info is not what the token says, or not an https URL"}
	ErrFetch       = &Error{"certificate_unreachable", 436, "the certificate could not be had"}
	ErrCertificate = &Error{"certificate_refused", 437, "the certificate is not trusted for this"}
	ErrScope       = &Error{"number_not_covered", 437, "the certificate may not speak for this caller"}
	ErrSignature   = &Error{"signature_wrong", 438, "the signature is wrong"}
	ErrStale       = &Error{"stale", 403, "the token is not fresh"}
	ErrOrig        = &Error{"caller_mismatch", 438, "the token is about another caller"}
	ErrDest        = &Error{"callee_mismatch", 438, "the token is about another call"}
	ErrClaims      = &Error{"claims_invalid", 438, "the claims are not ones that may be signed"}
	ErrNumber      = &Error{"number_invalid", 438, "neither a telephone number nor a SIP address"}
)

func (e *Error) Error() string { return "passport: " + e.text }

// Code names the refusal for programs.
func (e *Error) Code() string { return e.code }

// SIPStatus is what a verifying PBX answers an INVITE with, if it answers so at
// all (RFC 8224 section 6.2.2).
func (e *Error) SIPStatus() int { return e.status }

// reasons are the phrases that belong to the statuses.
var reasons = map[int]string{
	403: "Stale Date", 436: "Bad Identity Info", 437: "Unsupported Credential", 438: "Invalid Identity Header",
}

// SIPReason is the phrase that goes with the status.
func (e *Error) SIPReason() string { return reasons[e.status] }
