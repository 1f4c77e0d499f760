package siptest

import (
	"crypto/md5" //nolint:gosec // the digest of RFC 3261
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"maps"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
)

var hashes = map[string]func(string) string{
	"MD5": func(s string) string {
		sum := md5.Sum([]byte(s)) //nolint:gosec // see the import
		return hex.EncodeToString(sum[:])
	},
	"SHA-256": func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return hex.EncodeToString(sum[:])
	},
	"SHA-512-256": func(s string) string {
		sum := sha512.Sum512_256([]byte(s))
		return hex.EncodeToString(sum[:])
	},
}

// A challenge is the parameters of one WWW-Authenticate or Proxy-Authenticate.
type challenge map[string]string

// algorithm is MD5 where none is named (RFC 7616 section 3.3).
func (c challenge) algorithm() string {
	if c["algorithm"] == "" {
		return "MD5"
	}
	return c["algorithm"]
}

var parameter = regexp.MustCompile(`(\w+)=("([^"]*)"|[^,\s]+)`)

func challenges(header textproto.MIMEHeader) []challenge {
	var all []challenge
	for _, value := range append(header.Values("WWW-Authenticate"), header.Values("Proxy-Authenticate")...) {
		c := challenge{}
		for _, m := range parameter.FindAllStringSubmatch(value, -1) {
			c[strings.ToLower(m[1])] = strings.Trim(m[2], `"`)
		}
		all = append(all, c)
	}
	return all
}

// authorize answers the challenges of a response for a request, with the name
// of the header field it goes into. It is empty where none has the phone's
// algorithm.
func (p Phone) authorize(status int, header textproto.MIMEHeader, method, uri string) string {
	field := "Authorization: "
	if status == 407 {
		field = "Proxy-Authorization: "
	}
	for _, c := range challenges(header) {
		if c.algorithm() == p.algorithm() {
			return field + p.answer(c, method, uri, rand.Text())
		}
	}
	return ""
}

// answer is RFC 7616 section 3.4.1, with qop=auth where it is offered.
func (p Phone) answer(c challenge, method, uri, cnonce string) string {
	h := hashes[p.algorithm()]
	ha1, ha2 := h(p.user()+":"+c["realm"]+":"+p.Password), h(method+":"+uri)
	values := map[string]string{"username": p.user(), "realm": c["realm"], "nonce": c["nonce"], "uri": uri}
	plain := []string{"algorithm=" + p.algorithm()}
	if strings.Contains(c["qop"], "auth") {
		nc := "00000001"
		values["cnonce"] = cnonce
		values["response"] = h(strings.Join([]string{ha1, c["nonce"], nc, cnonce, "auth", ha2}, ":"))
		plain = append(plain, "qop=auth", "nc="+nc)
	} else {
		values["response"] = h(ha1 + ":" + c["nonce"] + ":" + ha2)
	}
	if c["opaque"] != "" {
		values["opaque"] = c["opaque"]
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, name+`="`+values[name]+`"`)
	}
	return "Digest " + strings.Join(append(parts, plain...), ", ")
}
