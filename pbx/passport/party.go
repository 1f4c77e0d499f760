package passport

import (
	"log/slog"
	"net/url"
	"strings"
)

const (
	maxTN  = 15 // digits, as E.164 has it
	maxURI = 256
)

// A Party is one end of a call: a telephone number or, where there is none, a
// SIP address. Exactly one of the two is set.
type Party struct {
	TN  string // canonical: digits alone (RFC 8224 section 8.3)
	URI string // canonical: sip:user@domain (section 8.5)
}

// ParseParty reads a telephone number in international form, with or without
// what people write between the digits, or a SIP or tel URI. A number without
// its plus sign could belong to any country and is refused, but for a URI whose
// user part is one: that is an address like any other.
func ParseParty(s string) (Party, error) {
	if len(s) > maxURI {
		return Party{}, ErrNumber
	}
	scheme, rest, _ := strings.Cut(s, ":")
	switch strings.ToLower(scheme) {
	case "tel":
		rest, _, _ = strings.Cut(rest, ";")
		return number(rest)
	case "sip", "sips":
		return address(strings.ToLower(scheme), rest)
	default:
		return number(s)
	}
}

// number reads E.164 behind a plus sign.
func number(s string) (Party, error) {
	s, international := strings.CutPrefix(s, "+")
	s = visual.Replace(s)
	p := Party{TN: s}
	if !international || !p.valid() {
		return Party{}, ErrNumber
	}
	return p, nil
}

// visual are the separators of RFC 3966 section 3, and the blank that is none.
var visual = strings.NewReplacer("-", "", ".", "", "(", "", ")", "", " ", "")

// address reads what follows "sip:". A user part in international form is a
// telephone number, whatever the domain (RFC 8224 section 8.1); parameters,
// headers and the default port say nothing of who it is.
func address(scheme, rest string) (Party, error) {
	rest, _, _ = strings.Cut(rest, "?")
	user, host, ok := strings.Cut(rest, "@")
	if !ok {
		return Party{}, ErrNumber
	}
	user, _, _ = strings.Cut(user, ";")
	user, _, _ = strings.Cut(user, ":") // a password in a URI is nobody's identity
	host, _, _ = strings.Cut(host, ";")
	user, err := url.PathUnescape(user)
	if err != nil {
		return Party{}, ErrNumber
	}
	if strings.HasPrefix(user, "+") {
		return number(user)
	}
	host = strings.TrimSuffix(strings.TrimSuffix(host, ":5060"), ":5061")
	p := Party{URI: scheme + ":" + user + "@" + strings.ToLower(host)}
	if !p.valid() {
		return Party{}, ErrNumber
	}
	return p, nil
}

// valid reports whether the party is canonical.
func (p Party) valid() bool {
	switch {
	case p.TN != "":
		return p.URI == "" && len(p.TN) <= maxTN && only(p.TN, "0123456789")
	default:
		scheme, rest, _ := strings.Cut(p.URI, ":")
		user, host, ok := strings.Cut(rest, "@")
		return len(p.URI) <= maxURI && (scheme == "sip" || scheme == "sips") && ok &&
			user != "" && only(user, alnum+"-_.!~*'()&=+$,/#") && host != "" && only(host, alnum+"-.:[]")
	}
}

const alnum = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func only(s, set string) bool { return strings.Trim(s, set) == "" }

// domain is the host of an address, for which a certificate has to speak.
func (p Party) domain() string {
	_, host, _ := strings.Cut(p.URI, "@")
	return (&url.URL{Host: host}).Hostname()
}

// LogValue keeps numbers out of the logs.
func (Party) LogValue() slog.Value { return slog.StringValue("[party]") }

// String keeps numbers out of formatted text.
func (Party) String() string { return "[party]" }

// GoString keeps numbers out of %#v.
func (Party) GoString() string { return "[party]" }
