package pbx

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest values. 15 digits are E.164's; 253 characters are DNS's.
const (
	maxExtension   = 15
	maxUser        = 64
	maxDomain      = 253
	maxIdentity    = 80 // Asterisk's account codes are cut at 80
	maxDisplayName = 64
)

const (
	digits    = "0123456789"
	alnum     = digits + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	tokenMark = "-_." // the unreserved marks of RFC 3261 section 25.1 that no file format here uses
)

func only(s, set string) bool {
	return strings.Trim(s, set) == "" // what is left begins outside the set
}

func check(field, s, set string, most int) error {
	switch {
	case s == "":
		return &Error{CodeEmpty, field}
	case len(s) > most:
		return &Error{CodeTooLong, field}
	case !only(s, set):
		return &Error{CodeCharacter, field}
	}
	return nil
}

func checkExtension(s string) error { return check("extension", s, digits, maxExtension) }

func checkToken(field, s string, most int) error { return check(field, s, alnum+tokenMark, most) }

func checkDomain(field, s string) error { return check(field, s, alnum+"-.", maxDomain) }

func checkDisplayName(field, s string) error {
	if utf8.RuneCountInString(s) > maxDisplayName {
		return &Error{CodeTooLong, field}
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unsafeInName) || strings.TrimSpace(s) != s {
		return &Error{CodeCharacter, field}
	}
	return nil
}

// unsafeInName reports characters that end or change something in a
// configuration file, a quoted string of SIP or a dial plan. U+2028 and U+0085
// are line breaks to some readers and in category Zl or Cc.
func unsafeInName(r rune) bool {
	return strings.ContainsRune("\"\\;[]<>{}$#=|`", r) || !unicode.IsPrint(r)
}

// CleanDisplayName makes a name safe for [Account.DisplayName]: what Validate
// would refuse becomes a space, and the name is cut to its longest length.
func CleanDisplayName(name string) string {
	name = strings.ToValidUTF8(name, " ")
	name = strings.Map(func(r rune) rune {
		if unsafeInName(r) {
			return ' '
		}
		return r
	}, name)
	runes := []rune(strings.Join(strings.Fields(name), " "))
	return strings.TrimSpace(string(runes[:min(len(runes), maxDisplayName)]))
}
