package disclosure

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/vouchline/vouchline/ledger"
)

// ErrMismatch says that a value opened and is not the one that the identity
// was minted with.
var ErrMismatch = errors.New("disclosure: a value is not what the digest says")

// A Parcel is what an organisation gets of an identity. Digests are the
// ledger's: a reader who does not trust the sender asks a peer for them.
type Parcel struct {
	Identity     string            `json:"identity"`
	Organisation string            `json:"organisation"`
	Sealed       map[string]string `json:"sealed"`      // name to compact JWE
	WrappedKey   string            `json:"wrapped_key"` // compact JWE with a JWK set
	Digests      map[string]string `json:"digests"`     // name to ledger.Digest
	Until        time.Time         `json:"until"`       // of the consent
}

// LogValue keeps ciphertext and wrapped keys out of the logs, which outlive
// an erasure.
func (Parcel) LogValue() slog.Value { return slog.StringValue("[parcel]") }

// String keeps ciphertext and wrapped keys out of formatted text.
func (Parcel) String() string { return "[parcel]" }

// GoString keeps ciphertext and wrapped keys out of %#v.
func (Parcel) GoString() string { return "[parcel]" }

// Open decrypts what the parcel holds with the organisation's private key, and
// returns it only if every value is the one its digest commits to.
func Open(p Parcel, private crypto.PrivateKey) (map[string]Attribute, error) {
	if n := len(p.Sealed); n == 0 || n > ledger.MaxAttributes || len(p.WrappedKey) > maxWrapped {
		return nil, ErrUnopened
	}
	keys, err := unwrap(p, private)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Attribute, len(p.Sealed))
	for _, name := range slices.Sorted(maps.Keys(p.Sealed)) {
		a, err := open(keys[name], p.Sealed[name])
		if err != nil {
			return nil, err
		}
		if !(ledger.Identity{Attributes: p.Digests}).Discloses(name, a.Value, a.Salt) {
			return nil, fmt.Errorf("%w: %q", ErrMismatch, name)
		}
		out[name] = a
	}
	return out, nil
}

// unwrap returns the attributes' keys by name.
func unwrap(p Parcel, private crypto.PrivateKey) (map[string][]byte, error) {
	object, err := jose.ParseEncryptedCompact(p.WrappedKey,
		[]jose.KeyAlgorithm{jose.ECDH_ES_A256KW, jose.RSA_OAEP_256}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil || object.Header.ExtraHeaders[headerSubject] != p.Identity {
		return nil, ErrUnopened
	}
	plain, err := object.Decrypt(private)
	if err != nil {
		return nil, ErrUnopened
	}
	var set keySet
	if json.Unmarshal(plain, &set) != nil {
		return nil, ErrUnopened
	}
	keys := make(map[string][]byte, len(set.Keys))
	for _, k := range set.Keys {
		b, err := base64.RawURLEncoding.DecodeString(k.Key)
		if err != nil || k.Type != "oct" {
			return nil, ErrUnopened
		}
		keys[k.Name] = b
	}
	return keys, nil
}

// open decrypts one attribute. That it is the one asked for, the key shows.
func open(key []byte, sealed string) (Attribute, error) {
	if len(sealed) > maxSealed || !strings.HasPrefix(sealed, header+"..") {
		return Attribute{}, ErrUnopened
	}
	object, err := jose.ParseEncryptedCompact(sealed,
		[]jose.KeyAlgorithm{jose.DIRECT}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return Attribute{}, ErrUnopened
	}
	plain, err := object.Decrypt(key)
	if err != nil {
		return Attribute{}, ErrUnopened
	}
	return decode(plain)
}
