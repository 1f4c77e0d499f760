package ledger

import (
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
//
// No name and no JWE has a character that JSON escapes, so the canonical form
// is read as it stands: an identity's sealed attributes are the largest part of
// a request, and encoding/json took a third of the contract's time for them.
func ParseSealed(b []byte) (map[string]string, error) {
	if len(b) > MaxSealedSize {
		return nil, invalid("sealed: too large")
	}
	rest, begun := strings.CutPrefix(string(b), "{")
	rest, ended := strings.CutSuffix(rest, "}")
	if !begun || !ended {
		return nil, invalid("sealed: not a JSON object")
	}
	sealed, last := make(map[string]string, 8), ""
	for member := range strings.SplitSeq(rest, ",") {
		name, jwe, ok := sealedMember(member)
		switch {
		case !ok:
			return nil, invalid("sealed: an attribute is not a name and a compact JWE of dir and A256GCM")
		case name <= last:
			return nil, invalid("sealed: not names in lexical order, each once")
		case len(sealed) == MaxAttributes:
			return nil, invalid("sealed: from 1 to 32 attributes are allowed")
		}
		sealed[name], last = jwe, name
	}
	return sealed, nil
}

// sealedMember reads "name":"jwe".
func sealedMember(s string) (name, jwe string, ok bool) {
	name, jwe, cut := strings.Cut(s, `":"`)
	name, opened := strings.CutPrefix(name, `"`)
	jwe, closed := strings.CutSuffix(jwe, `"`)
	return name, jwe, cut && opened && closed && isAttributeName(name) && isSealedAttribute(jwe)
}

func isSealedAttribute(jwe string) bool {
	rest, headed := strings.CutPrefix(jwe, sealedHeader)
	iv, rest, first := strings.Cut(rest, ".")
	body, tag, second := strings.Cut(rest, ".")
	return headed && first && second && encodes(iv, ivSize, ivSize) && encodes(tag, tagSize, tagSize) &&
		encodes(body, 1, MaxSealedSize)
}

// encodes reports whether s is the one base64url encoding of so many bytes.
func encodes(s string, least, most int) bool {
	n := strict.DecodedLen(len(s))
	if n < least || n > most {
		return false
	}
	for i := range len(s) {
		if classes[s[i]]&(alnum|dash|under) == 0 { // a line end too, which the decoder skips
			return false
		}
	}
	_, err := strict.DecodeString(s[len(s)/4*4:]) // only what is left of the last four may have stray bits, or be too short
	return err == nil
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
