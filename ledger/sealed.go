package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// MaxSealedSize bounds an identity's sealed attributes.
const MaxSealedSize = 32 << 10

const (
	// sealedHeader is the whole protected header of a sealed attribute,
	// {"alg":"dir","enc":"A256GCM"} (RFC 7518, 4.5 and 5.3), and the empty
	// encrypted key after it. A header with room for more could hold a name.
	sealedHeader = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.."

	ivSize  = 12 // RFC 7518, 5.3
	tagSize = 16
)

// ParseSealed reads sealed attributes: the canonical JSON of an object from
// attributes' names to compact JWEs (RFC 7516) of direct encryption by
// AES-256-GCM. What is encrypted nobody here can see; what is in the clear by
// mistake does not look like this and is refused as CodeInvalid.
func ParseSealed(b []byte) (map[string]string, error) {
	if len(b) > MaxSealedSize {
		return nil, invalid("sealed: too large")
	}
	var sealed map[string]string
	if err := json.Unmarshal(b, &sealed); err != nil {
		return nil, invalid("sealed: not a JSON object of strings")
	}
	if again, err := json.Marshal(sealed); err != nil || !bytes.Equal(again, b) {
		return nil, invalid("sealed: not in canonical form")
	}
	if n := len(sealed); n == 0 || n > MaxAttributes {
		return nil, invalid("sealed: from 1 to 32 attributes are allowed")
	}
	for name, jwe := range sealed {
		if !isAttributeName(name) || !isSealedAttribute(jwe) {
			return nil, invalid("sealed: an attribute is not a name and a compact JWE of dir and A256GCM")
		}
	}
	return sealed, nil
}

func isSealedAttribute(jwe string) bool {
	rest, ok := strings.CutPrefix(jwe, sealedHeader)
	parts := strings.Split(rest, ".")
	if !ok || len(parts) != 3 {
		return false
	}
	var sizes [3]int
	for k, p := range parts {
		b, err := strict.DecodeString(p)
		if err != nil || strings.ContainsAny(p, "\r\n") { // which the decoder skips
			return false
		}
		sizes[k] = len(b)
	}
	return sizes[0] == ivSize && sizes[1] > 0 && sizes[2] == tagSize
}

// keepSealed puts the sealed attributes that travel beside a request, under
// their digest, into the private collection.
func keepSealed(s State, in Issue) error {
	if in.SealedDigest == "" {
		return nil
	}
	b, err := s.Transient(in.SealedDigest)
	if err != nil {
		return fmt.Errorf("read transient data: %w", err)
	}
	if sumOf(b) != in.SealedDigest {
		return invalid("sealed: not what sealed_digest announces")
	}
	sealed, err := ParseSealed(b)
	if err != nil {
		return err
	}
	for name := range sealed {
		if _, ok := in.Attributes[name]; !ok {
			return invalid("sealed: a name is not among the attributes")
		}
	}
	return s.PutPrivate(sealedKey(in.ID), b)
}

// openPrivate reads an identity's sealed attributes; CodeNotFound where there
// are none.
func openPrivate(s State, i Identity) (map[string]string, error) {
	if i.SealedDigest == "" {
		return nil, errNotSealed
	}
	b, err := s.GetPrivate(sealedKey(i.ID))
	if err != nil {
		return nil, fmt.Errorf("read sealed attributes: %w", err)
	}
	if sumOf(b) != i.SealedDigest {
		return nil, fmt.Errorf("the sealed attributes of %s are missing or damaged on this peer", i.ID)
	}
	return ParseSealed(b)
}

var errNotSealed = &Error{CodeNotFound, "no such attribute is kept sealed"}
