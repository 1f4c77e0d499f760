package embedded

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// An entry is one transaction as the log holds it.
type entry struct {
	Seq       uint64         `json:"seq"`
	Prev      string         `json:"prev"` // hash of the previous line; empty in the first
	Time      time.Time      `json:"time"`
	TxID      string         `json:"tx_id"`
	Caller    string         `json:"caller"`
	Function  string         `json:"function"`
	Writes    []write        `json:"writes,omitempty"`
	Private   []privateWrite `json:"private,omitempty"`
	Events    []ledger.Event `json:"events,omitempty"`
	PublicKey string         `json:"public_key,omitempty"` // in the first entry only
}

// A write sets a key, or deletes it.
type write struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Delete bool   `json:"delete,omitempty"`
}

// value is what a read of the key returns.
func (w write) value() []byte {
	if w.Delete {
		return nil
	}
	return []byte(w.Value)
}

// A privateWrite sets a private value, of which the log holds the digest only,
// or purges it.
type privateWrite struct {
	Key    string `json:"key"`
	Digest digest `json:"digest,omitzero"` // of the value
	Purge  bool   `json:"purge,omitempty"`
}

// A digest is a SHA-256, in base64url as JSON.
type digest [sha256.Size]byte

func (d digest) MarshalText() ([]byte, error) { return []byte(strict.EncodeToString(d[:])), nil }

func (d *digest) UnmarshalText(text []byte) error {
	b, err := strict.DecodeString(string(text))
	if err != nil || len(b) != len(d) {
		return errForm
	}
	*d = digest(b)
	return nil
}

// identities counts the identities that an entry writes.
func (e entry) identities() (n int) {
	for _, w := range e.Writes {
		if strings.HasPrefix(w.Key, identityPrefix) {
			n++
		}
	}
	return n
}

// identityPrefix begins the state's keys of identities' records.
const identityPrefix = "identity/"

// A head says how far the log reaches.
type head struct {
	Seq  uint64 `json:"seq"`
	Hash string `json:"hash"`
}

// A signature covers its label too, so that no entry passes for a head.
const (
	labelEntry = "vouchline/ledger/entry/v1\n"
	labelHead  = "vouchline/ledger/head/v1\n"
)

const (
	version       = "v1 "
	signatureSize = 86 // base64url of 64 bytes
	bodyAt        = len(version) + signatureSize + 1
)

var strict = base64.RawURLEncoding.Strict()

// seal writes v as a line without its line end: version, signature, JSON. The
// signature covers the JSON's bytes and everything else is fixed, so no byte of
// a line can change unseen.
func seal(key ed25519.PrivateKey, label string, v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	signature := ed25519.Sign(key, append([]byte(label), body...))
	line := append([]byte(version), strict.EncodeToString(signature)...)
	line = append(line, ' ')
	return append(line, body...), nil
}

var (
	errForm      = errors.New("not a line of this log")
	errSignature = errors.New("the signature does not match")
)

// body returns the JSON of a line, unverified.
func body(line []byte) ([]byte, error) {
	if len(line) < bodyAt || !bytes.HasPrefix(line, []byte(version)) || line[bodyAt-1] != ' ' {
		return nil, errForm
	}
	return line[bodyAt:], nil
}

// read reads a line written by seal without looking at its signature.
func read[T any](line []byte) (v T, err error) {
	b, err := body(line)
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return v, errForm
	}
	return v, nil
}

// unseal reads a line written by seal.
func unseal[T any](key ed25519.PublicKey, label string, line []byte) (v T, err error) {
	b, err := body(line)
	if err != nil {
		return v, err
	}
	signature, err := strict.DecodeString(string(line[len(version) : bodyAt-1]))
	if err != nil {
		return v, errForm
	}
	if !ed25519.Verify(key, append([]byte(label), b...), signature) {
		return v, errSignature
	}
	return read[T](line)
}

func hashOf(line []byte) string {
	sum := sha256.Sum256(line)
	return strict.EncodeToString(sum[:])
}

// txID names the transaction at one place of one chain.
func txID(prev string, seq uint64) string {
	sum := sha256.Sum256([]byte("vouchline/ledger/tx/v1\n" + prev + "\n" + strconv.FormatUint(seq, 10)))
	return hex.EncodeToString(sum[:])
}
