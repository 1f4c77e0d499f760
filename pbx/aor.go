package pbx

import "strings"

// An AOR is an address of record (RFC 3261 section 6): the public SIP URI of a
// line, such as sip:1001@pbx.example.org.
type AOR string

// NewAOR makes the address of a user part at a domain.
func NewAOR(user, domain string) AOR { return AOR("sip:" + user + "@" + domain) }

// ParseAOR checks an address that came from outside. It takes the plain form
// only: an address of record has no port, parameters or headers
// (RFC 3261 section 10.3).
func ParseAOR(s string) (AOR, error) {
	rest, ok := strings.CutPrefix(s, "sip:")
	if !ok {
		return "", &Error{CodeMalformed, "aor"}
	}
	user, domain, ok := strings.Cut(rest, "@")
	if !ok {
		return "", &Error{CodeMalformed, "aor"}
	}
	if err := checkToken("aor", user, maxUser); err != nil {
		return "", err
	}
	if err := checkDomain("aor", domain); err != nil {
		return "", err
	}
	return NewAOR(user, domain), nil
}

// User returns the part before the at sign.
func (a AOR) User() string {
	user, _, _ := strings.Cut(strings.TrimPrefix(string(a), "sip:"), "@")
	return user
}

// Domain returns the part after the at sign.
func (a AOR) Domain() string {
	_, domain, _ := strings.Cut(string(a), "@")
	return domain
}
