package asterisk

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/pbx"
)

// The templates that generated objects are made from.
const (
	endpointTemplate = "ep-base"
	authTemplate     = "auth-base"
	aorTemplate      = "aor-base"
)

const header = "; Written by Vouchline; changes are overwritten.\n"

// aorComment marks the line that carries the address of record: Asterisk
// itself has no place for its domain.
const aorComment = "; aor: "

// Render returns a fragment of pjsip.conf with the enabled accounts, in the
// order of their extensions. An account with an illegal value, or an extension
// twice, is a [*pbx.Error] and nothing is rendered.
func Render(accounts []pbx.Account) ([]byte, error) {
	sorted := slices.Clone(accounts)
	slices.SortStableFunc(sorted, func(a, b pbx.Account) int { return strings.Compare(a.Extension, b.Extension) })
	var b strings.Builder
	b.WriteString(header)
	last := ""
	for _, a := range sorted {
		if err := a.Validate(); err != nil {
			return nil, err
		}
		if !a.Enabled {
			continue
		}
		if a.Extension == last {
			return nil, &pbx.Error{Code: pbx.CodeDuplicate, Field: "extension"}
		}
		last = a.Extension
		renderAccount(&b, a)
	}
	return []byte(b.String()), nil
}

func renderAccount(b *strings.Builder, a pbx.Account) {
	ext := a.Extension
	fmt.Fprintf(b, "\n%s%s\n", aorComment, a.AOR)
	fmt.Fprintf(b, "[%s](%s)\nauth = %s\naors = %s\ncallerid = %s\n", ext, endpointTemplate, ext, ext, callerID(a))
	if a.IdentityID != "" {
		// Call records carry the identity the line belongs to.
		fmt.Fprintf(b, "accountcode = %s\n", a.IdentityID)
	}
	// The lists name only what the account has a digest for: Asterisk answers
	// 500 to everyone when one is missing, and wants both lists.
	names := strings.Join(algorithms(a), ",")
	fmt.Fprintf(b, "\n[%s](%s)\nusername = %s\nrealm = %s\nsupported_algorithms_uas = %s\nsupported_algorithms_uac = %s\n",
		ext, authTemplate, a.AuthUsername, a.Realm, names, names)
	for _, alg := range algorithms(a) {
		fmt.Fprintf(b, "password_digest = %s:%s\n", alg, a.HA1(pbx.Algorithm(alg)))
	}
	fmt.Fprintf(b, "\n[%s](%s)\n", ext, aorTemplate)
}

func callerID(a pbx.Account) string {
	if a.DisplayName == "" {
		return "<" + a.Extension + ">"
	}
	return `"` + a.DisplayName + `" <` + a.Extension + ">"
}

// algorithms names the digests an account has, the strongest first.
func algorithms(a pbx.Account) []string {
	var names []string
	for _, alg := range pbx.Algorithms() {
		if a.HA1(alg) != "" {
			names = append(names, string(alg))
		}
	}
	return names
}
