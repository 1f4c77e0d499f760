package passport

import (
	"net/url"
	"strings"
)

// maxHeader bounds what is read of a stranger: names and numbers fit many times.
const maxHeader = 8 << 10

// plainURL reports whether a certificate's URL is one that verifiers follow
// (ATIS-1000074 section 5.3.1: neither user, query nor fragment).
func plainURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == "" && !strings.ContainsAny(s, "<>\" ?#")
}

// split takes an Identity header apart (RFC 8224 section 4.1): the token, then
// parameters by their lower-case names. A name that comes twice is refused, as
// two readers might take different ones.
func split(value string) (jws string, params map[string]string, err error) {
	if len(value) > maxHeader {
		return "", nil, ErrMalformed
	}
	jws, rest, _ := strings.Cut(strings.TrimSpace(value), ";")
	params = map[string]string{}
	for more := rest != ""; more; {
		var p string
		p, rest, more = parameter(rest)
		name, v, _ := strings.Cut(p, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, again := params[name]; again || name == "" {
			return "", nil, ErrMalformed
		}
		params[name] = unquote(strings.TrimSpace(v))
	}
	return strings.TrimSpace(jws), params, nil
}

// parameter returns the text up to the next semicolon that is neither in a URL
// nor in a quoted string.
func parameter(s string) (p, rest string, more bool) {
	inURL, inQuotes := false, false
	for i, r := range s {
		switch {
		case r == '"' && !inURL:
			inQuotes = !inQuotes
		case r == '<' && !inQuotes:
			inURL = true
		case r == '>' && !inQuotes:
			inURL = false
		case r == ';' && !inURL && !inQuotes:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func unquote(s string) string {
	for _, pair := range []string{`""`, "<>"} {
		if len(s) >= 2 && s[0] == pair[0] && s[len(s)-1] == pair[1] {
			return s[1 : len(s)-1]
		}
	}
	return s
}
