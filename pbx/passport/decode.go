package passport

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"
)

// An Unverified is an Identity header taken apart. All that may be asked of it
// is where the certificate is that it wants to be verified with.
type Unverified struct {
	x5u       string
	input     string // what was signed
	signature []byte
	claims    Claims
}

// X5U is the URL of the certificate.
func (u *Unverified) X5U() string { return u.x5u }

// String shows nothing of the caller.
func (u *Unverified) String() string { return "unverified token" }

// GoString shows nothing of the caller.
func (u *Unverified) GoString() string { return u.String() }

// Parse reads an Identity header. It takes the full form only: SHAKEN has no
// other (RFC 8588 section 7), and a compact one would have to be completed with
// what the caller says of himself.
func Parse(value string) (*Unverified, error) {
	jws, params, err := split(value)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(jws, ".")
	if len(parts) != 3 {
		return nil, ErrMalformed
	}
	if parts[0] == "" || parts[1] == "" {
		return nil, ErrUnsupported
	}
	x5u, err := readHeader(parts[0], params)
	if err != nil {
		return nil, err
	}
	claims, err := readClaims(parts[1])
	if err != nil {
		return nil, err
	}
	signature, err := decode64(parts[2])
	if err != nil || len(signature) != 2*coordinate {
		return nil, ErrSignature
	}
	return &Unverified{x5u: x5u, input: parts[0] + "." + parts[1], signature: signature, claims: claims}, nil
}

// readHeader checks the JOSE header and that the SIP parameters, which are not
// signed, say the same (RFC 8224 section 4.1).
func readHeader(part string, params map[string]string) (x5u string, err error) {
	members, err := object(part)
	if err != nil {
		return "", err
	}
	var alg, typ, ppt string
	for name, to := range map[string]*string{"alg": &alg, "typ": &typ, "ppt": &ppt, "x5u": &x5u} {
		if json.Unmarshal(members[name], to) != nil {
			return "", ErrUnsupported // a member that is not there is no JSON either
		}
	}
	_, critical := members["crit"] // RFC 7515 section 4.1.11: what is not understood is refused
	if alg != algES256 || typ != typPassport || ppt != pptShaken || critical {
		return "", ErrUnsupported
	}
	for name, want := range map[string]string{"alg": alg, "ppt": ppt} {
		if v, given := params[name]; given && v != want {
			return "", ErrUnsupported
		}
	}
	if params["info"] != x5u || !plainURL(x5u) {
		return "", ErrInfo
	}
	return x5u, nil
}

// readClaims reads the payload. Members that nobody here knows are allowed, as
// RFC 8225 section 8.1 wants it: they are not believed either.
func readClaims(part string) (Claims, error) {
	members, err := object(part)
	if err != nil {
		return Claims{}, err
	}
	var (
		c    Claims
		iat  int64
		orig struct{ TN, URI string }
		dest struct{ TN, URI []string }
		rcd  struct{ Nam string }
	)
	for name, to := range map[string]any{"attest": &c.Attest, "origid": &c.OrigID, "iat": &iat, "orig": &orig, "dest": &dest} {
		if json.Unmarshal(members[name], to) != nil {
			return Claims{}, ErrMalformed
		}
	}
	if raw, given := members["rcd"]; given && json.Unmarshal(raw, &rcd) != nil {
		return Claims{}, ErrMalformed
	}
	c.IssuedAt, c.Orig, c.Name = time.Unix(iat, 0).UTC(), Party{TN: orig.TN, URI: orig.URI}, rcd.Nam
	for _, tn := range dest.TN {
		c.Dest = append(c.Dest, Party{TN: tn})
	}
	for _, uri := range dest.URI {
		c.Dest = append(c.Dest, Party{URI: uri})
	}
	if !c.complete() {
		return Claims{}, ErrMalformed
	}
	return c, nil
}

func decode64(s string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(s) }

// object decodes one JSON object with every name once. Of a name that comes
// twice, two readers of one signature may believe different values.
func object(part string) (map[string]json.RawMessage, error) {
	b, err := decode64(part)
	if err != nil || unique(b) != nil {
		return nil, ErrMalformed
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil || members == nil {
		return nil, ErrMalformed
	}
	return members, nil
}

var errTwice = errors.New("a name comes twice")

// unique walks a JSON text and refuses objects with a name twice, compared
// without regard to case, as encoding/json takes names of structures.
func unique(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	return errors.Join(uniqueValue(d, 0), trailing(d))
}

const maxDepth = 16

func uniqueValue(d *json.Decoder, depth int) error {
	t, err := d.Token()
	delim, nested := t.(json.Delim)
	if err != nil || !nested {
		return err
	}
	if depth > maxDepth {
		return errTwice
	}
	seen := map[string]bool{}
	for d.More() {
		if delim == '{' {
			t, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := t.(string)
			name = strings.ToLower(name)
			if seen[name] {
				return errTwice
			}
			seen[name] = true
		}
		if err := uniqueValue(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

func trailing(d *json.Decoder) error {
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return ErrMalformed
	}
	return nil
}
