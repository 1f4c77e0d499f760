package otp

import (
	"encoding/base32"
	"fmt"
	"io"
	"log/slog"
)

// SecretBytes is the length of every secret made here: 160 bits, as RFC 4226
// section 4 (R6) recommends and more than SP 800-63B-4 section 3.1.4 asks.
const SecretBytes = 20

const redacted = "REDACTED"

// A Secret is the shared key of an authenticator. It shows itself to nobody:
// fmt and slog print a placeholder. JSON does carry it, in base64, because it
// is stored sealed in a subject's record.
type Secret []byte

// NewSecret reads a new secret from rand.
func NewSecret(rand io.Reader) (Secret, error) {
	s := make(Secret, SecretBytes)
	if _, err := io.ReadFull(rand, s); err != nil {
		return nil, fmt.Errorf("otp: read randomness: %w", err)
	}
	return s, nil
}

// Base32 returns the secret as authenticator apps take it when the QR code
// cannot be scanned. It is for the subscriber's eyes alone.
func (s Secret) Base32() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s)
}

func (s Secret) check() error {
	if len(s) < SecretBytes {
		return fmt.Errorf("%w: secret of %d bits", ErrInvalid, 8*len(s))
	}
	return nil
}

// String hides the secret.
func (s Secret) String() string { return redacted }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return redacted }

// Format hides the secret from every verb, %x included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
