package otp

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// BackupCodeLength is the number of characters of a backup code; with 32
// symbols it has 80 bits (SP 800-63B-4 section 4.2.1.1 asks 64). Below 112 bits
// a look-up secret is stored as a salted password hash (section 3.1.2.2).
const BackupCodeLength = 16

// backupAlphabet is Crockford's base 32: no I, L, O or U, so that nothing that
// is read aloud or copied by hand can be taken for something else.
const backupAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// A BackupCode is a look-up secret that replaces the authenticator once. It
// redacts itself; [BackupCode.Reveal] and [BackupCode.Grouped] show it.
type BackupCode string

// NewBackupCode makes a code from rand.
func NewBackupCode(rand io.Reader) (BackupCode, error) {
	b := make([]byte, BackupCodeLength)
	if _, err := io.ReadFull(rand, b); err != nil {
		return "", fmt.Errorf("otp: read randomness: %w", err)
	}
	for i, v := range b {
		b[i] = backupAlphabet[v%32] // 256 is a multiple of 32: no bias
	}
	return BackupCode(b), nil
}

// NormalizeBackupCode turns what a person typed into the form that was hashed:
// capitals, without separators, O read as 0 and I and L as 1.
func NormalizeBackupCode(typed string) (BackupCode, error) {
	if len(typed) > maxTyped {
		return "", fmt.Errorf("%w: backup code too long", ErrInvalid)
	}
	var b strings.Builder
	for _, r := range typed {
		if ignored(r) {
			continue
		}
		c, ok := backupSymbol(r)
		if !ok {
			return "", fmt.Errorf("%w: backup code with a foreign character", ErrInvalid)
		}
		b.WriteByte(c)
	}
	if b.Len() != BackupCodeLength {
		return "", fmt.Errorf("%w: backup code of %d characters", ErrInvalid, b.Len())
	}
	return BackupCode(b.String()), nil
}

func backupSymbol(r rune) (byte, bool) {
	if d, ok := digit(r); ok {
		return '0' + d, true
	}
	if r >= 0xFF21 && r <= 0xFF5A { // full-width letters of Asian keyboards
		r -= 0xFF21 - 'A'
	}
	if r >= 'a' && r <= 'z' {
		r -= 'a' - 'A'
	}
	switch r {
	case 'O':
		return '0', true
	case 'I', 'L':
		return '1', true
	}
	if r < 0x80 && strings.ContainsRune(backupAlphabet, r) {
		return byte(r), true
	}
	return 0, false
}

// Reveal returns the sixteen characters, as they are hashed.
func (b BackupCode) Reveal() string { return string(b) }

// Grouped returns the code in groups of four for the subscriber's eyes.
func (b BackupCode) Grouped() string {
	s := string(b)
	var groups []string
	for ; len(s) > 4; s = s[4:] {
		groups = append(groups, s[:4])
	}
	return strings.Join(append(groups, s), "-")
}

// String hides the code.
func (b BackupCode) String() string { return redacted }

// GoString hides the code from %#v.
func (b BackupCode) GoString() string { return redacted }

// Format hides the code from every verb.
func (b BackupCode) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue hides the code from slog.
func (b BackupCode) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the code from JSON: it is stored as a password hash or not
// at all.
func (b BackupCode) MarshalText() ([]byte, error) { return []byte(redacted), nil }
