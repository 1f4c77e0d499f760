package otp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// minTokenKey is the shortest key that still gives a token 128 bits of
// strength (SP 800-107 section 5.3.4).
const minTokenKey = 16

// Token returns the secret part of a link for one purpose ("resume",
// "confirm-email") and one record. It has 256 bits, needs no escaping in a URL
// and follows from its arguments, so that a mail that is sent again holds the
// same link. Different purposes never share a token: a link that confirms an
// address must not sign anyone in.
//
// The key must be random and belong to the record or the service. Token panics
// when it is shorter than 128 bits, because every link would be guessable.
func Token(key []byte, purpose, id string) string {
	if len(key) < minTokenKey {
		panic("otp: token key of less than 128 bits")
	}
	mac := hmac.New(sha256.New, key)
	for _, part := range []string{"vouchline link token v1", purpose, id} {
		// The length before each part keeps ("ab", "c") and ("a", "bc") apart.
		_ = binary.Write(mac, binary.BigEndian, uint64(len(part)))
		mac.Write([]byte(part))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// TokenHash returns what is stored and looked up in place of a token. A plain
// hash is enough: a token has too many bits to be guessed.
func TokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
