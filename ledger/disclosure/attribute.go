package disclosure

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"unicode/utf8"

	"github.com/vouchline/vouchline/ledger"
)

// Bounds of an attribute. A sealed one is text on a peer and in an answer, so
// it is bounded before anything is computed of it.
const (
	MaxValueSize = 512 // bytes of UTF-8
	maxSaltSize  = 64
	maxSealed    = 8 << 10  // one compact JWE: every byte escaped, then base64url
	maxWrapped   = 16 << 10 // the keys of all attributes an identity may have
)

// An Attribute is a value in the form that was committed to, and the salt of
// its [ledger.Digest].
type Attribute struct {
	Value string
	Salt  []byte
}

// LogValue keeps values out of the logs.
func (Attribute) LogValue() slog.Value { return slog.StringValue("[attribute]") }

// String keeps values out of formatted text.
func (Attribute) String() string { return "[attribute]" }

// GoString keeps values out of %#v.
func (Attribute) GoString() string { return "[attribute]" }

// MarshalJSON refuses: a value leaves a program where somebody wrote that it
// does, and not because a structure that holds it is encoded.
func (Attribute) MarshalJSON() ([]byte, error) {
	return nil, errors.New("disclosure: an attribute is not encoded as a whole")
}

// content is an attribute as it is encrypted.
type content struct {
	Value string `json:"value"`
	Salt  string `json:"salt"` // base64url
}

func (a Attribute) encode() ([]byte, error) {
	switch {
	case !utf8.ValidString(a.Value), len(a.Value) > MaxValueSize:
		return nil, fmt.Errorf("disclosure: value is not up to %d bytes of UTF-8", MaxValueSize)
	case len(a.Salt) < ledger.MinSaltSize, len(a.Salt) > maxSaltSize:
		return nil, fmt.Errorf("disclosure: salt is not %d to %d bytes", ledger.MinSaltSize, maxSaltSize)
	}
	return json.Marshal(content{Value: a.Value, Salt: base64.RawURLEncoding.EncodeToString(a.Salt)})
}

// decode quotes nothing of what it refuses: it is somebody's value.
func decode(plain []byte) (Attribute, error) {
	var c content
	if json.Unmarshal(plain, &c) != nil {
		return Attribute{}, ErrUnopened
	}
	salt, err := base64.RawURLEncoding.DecodeString(c.Salt)
	if err != nil {
		return Attribute{}, ErrUnopened
	}
	return Attribute{Value: c.Value, Salt: salt}, nil
}
