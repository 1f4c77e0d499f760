package passport

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
)

// The types of the header (RFC 8225 section 4, RFC 8588 section 6).
const (
	typPassport = "passport"
	algES256    = "ES256"
	pptShaken   = "shaken"
)

// encode writes a token's part the one way that RFC 8225 section 9 allows: keys
// in lexicographic order, no white space, UTF-8 unescaped. Verifiers that
// rebuild a part from the SIP request get the same octets.
func encode(members map[string]any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(members); err != nil { // maps are written in the order of their keys
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

func header(x5u string) map[string]any {
	return map[string]any{"alg": algES256, "ppt": pptShaken, "typ": typPassport, "x5u": x5u}
}

func (c Claims) payload() map[string]any {
	members := map[string]any{
		"attest": string(c.Attest), "dest": destination(c.Dest), "iat": c.IssuedAt.Unix(), "orig": c.Orig.member(), "origid": c.OrigID,
	}
	if c.Name != "" {
		members["rcd"] = map[string]any{"nam": c.Name}
	}
	return members
}

func (p Party) member() map[string]any {
	if p.TN != "" {
		return map[string]any{"tn": p.TN}
	}
	return map[string]any{"uri": p.URI}
}

// destination groups numbers and addresses, each sorted (RFC 8225 section 9).
func destination(parties []Party) map[string]any {
	var numbers, addresses []string
	for _, p := range parties {
		if p.TN != "" {
			numbers = append(numbers, p.TN)
		} else {
			addresses = append(addresses, p.URI)
		}
	}
	members := map[string]any{}
	for key, values := range map[string][]string{"tn": numbers, "uri": addresses} {
		if len(values) > 0 {
			slices.Sort(values)
			members[key] = slices.Compact(values)
		}
	}
	return members
}
