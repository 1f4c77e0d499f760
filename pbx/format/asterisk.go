package format

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// The templates that generated objects are made from.
const (
	endpointTemplate = "ep-base"
	browserTemplate  = "ep-browser"
	authTemplate     = "auth-base"
	aorTemplate      = "aor-base"
)

const header = "; Written by Vouchline; changes are overwritten.\n"

// aorComment marks the line that carries the address of record: Asterisk
// itself has no place for its domain.
const aorComment = "; aor: "

// Asterisk returns a fragment of pjsip.conf with the enabled accounts, in the
// order of their extensions, and of each the credentials that are valid now. A
// line without one is left out: Asterisk lets everybody call from an endpoint
// that has no auth. An account with an illegal value, or an extension twice, is
// a [*pbx.Error] and nothing is rendered.
func Asterisk(accounts []pbx.Account, now time.Time) ([]byte, error) {
	lines, err := inOrder(accounts)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString(header)
	for _, a := range lines {
		phones, browsers := credentials(a, now)
		if !a.Enabled || len(phones)+len(browsers) == 0 {
			continue
		}
		renderLine(&b, a, phones, browsers)
	}
	return []byte(b.String()), nil
}

// credentials returns those that are valid, of phones and of browsers.
func credentials(a pbx.Account, now time.Time) (phones, browsers []pbx.Credential) {
	for _, d := range a.Devices {
		into := &phones
		if d.Kind == pbx.Browser {
			into = &browsers
		}
		for _, c := range d.Credentials {
			if c.ValidAt(now) {
				*into = append(*into, c)
			}
		}
	}
	return phones, browsers
}

func renderLine(b *strings.Builder, a pbx.Account, phones, browsers []pbx.Credential) {
	all := slices.Concat(phones, browsers)
	var auths []string
	for _, c := range all {
		auths = append(auths, c.Username)
	}
	fmt.Fprintf(b, "\n%s%s", aorComment, a.AOR)
	renderEndpoint(b, a, a.Extension, endpointTemplate, auths)
	for _, c := range all {
		renderCredential(b, a, c)
	}
	// A browser takes no media but DTLS-SRTP (RFC 8827) and most phones take none
	// of it: an endpoint has one or the other. So each credential of a browser
	// has an endpoint of its own, found by the user name of the digest, and
	// shares the line's AOR and caller ID.
	for _, c := range browsers {
		renderEndpoint(b, a, c.Username, browserTemplate, []string{c.Username})
	}
	fmt.Fprintf(b, "\n[%s](%s)\n", a.Extension, aorTemplate)
}

func renderEndpoint(b *strings.Builder, a pbx.Account, name, template string, auths []string) {
	fmt.Fprintf(b, "\n[%s](%s)\nauth = %s\naors = %s\ncallerid = %s\n", name, template, strings.Join(auths, ","), a.Extension, callerID(a))
	if a.IdentityID != "" {
		// Call records carry the identity the line belongs to.
		fmt.Fprintf(b, "accountcode = %s\n", a.IdentityID)
	}
}

// renderCredential leaves it to default_auth_algorithms_uas of the installation
// which digests a phone is asked for: numbers that exist and numbers that do not
// are then asked for the same. Only a credential that lacks a digest lists what
// it has, in both lists: Asterisk answers 500 to everyone where one is missing.
func renderCredential(b *strings.Builder, a pbx.Account, c pbx.Credential) {
	fmt.Fprintf(b, "\n[%s](%s)\nusername = %s\nrealm = %s\n", c.Username, authTemplate, c.Username, a.Realm)
	if names := Algorithms(c); len(names) < len(pbx.Algorithms()) {
		fmt.Fprintf(b, "supported_algorithms_uas = %[1]s\nsupported_algorithms_uac = %[1]s\n", strings.Join(names, ","))
	}
	for _, alg := range Algorithms(c) {
		fmt.Fprintf(b, "password_digest = %s:%s\n", alg, c.HA1(pbx.Algorithm(alg)))
	}
}

func callerID(a pbx.Account) string {
	if a.DisplayName == "" {
		return "<" + a.Extension + ">"
	}
	return `"` + a.DisplayName + `" <` + a.Extension + ">"
}

// Algorithms names the digests that a credential has, the strongest first.
func Algorithms(c pbx.Credential) []string {
	var names []string
	for _, alg := range pbx.Algorithms() {
		if c.HA1(alg) != "" {
			names = append(names, string(alg))
		}
	}
	return names
}
