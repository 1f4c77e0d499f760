package otp

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// A Channel is the way a confirmation code travels.
type Channel string

// The channels.
const (
	SMS   Channel = "sms"
	Email Channel = "email"
)

// How long a code is good for: SP 800-63A-4 (confirmation codes) allows at most 10
// minutes by text message and 24 hours by e-mail.
const (
	SMSLifetime   = 10 * time.Minute
	EmailLifetime = 24 * time.Hour
)

const (
	// Digits is the length of a confirmation code (SP 800-63A-4:
	// at least six decimal digits).
	Digits = 6
	// MaxFailures wrong tries end a code's use.
	MaxFailures = 10
	// MaxConsecutiveFailures disables an address or authenticator
	// (SP 800-63B-4 section 3.2.2).
	MaxConsecutiveFailures = 100
)

// A Challenge is one confirmation code on its way to an address. Its fields
// are exported so that the flow can store it, sealed; only the methods change
// them.
type Challenge struct {
	ID      string  `json:"id"`
	Channel Channel `json:"channel"`
	Secret  Secret  `json:"secret"`
	// Counter is HOTP's moving factor: each [Challenge.Renew] moves it, which
	// ends the code sent before.
	Counter   uint64    `json:"counter"`
	SentAt    time.Time `json:"sent_at"`
	ExpiresAt time.Time `json:"expires_at"`
	// Failures counts the wrong tries of the present code.
	Failures int `json:"failures"`
	// ConsecutiveFailures counts over all codes of this challenge: a new code
	// never resets it (SP 800-63B-4 section 3.1.3.2).
	ConsecutiveFailures int       `json:"consecutive_failures"`
	UsedAt              time.Time `json:"used_at,omitzero"`
}

// NewChallenge makes a challenge with its own random secret.
func NewChallenge(rand io.Reader, channel Channel, now time.Time) (Challenge, error) {
	life, err := lifetime(channel)
	if err != nil {
		return Challenge{}, err
	}
	secret, err := NewSecret(rand)
	if err != nil {
		return Challenge{}, err
	}
	var id [16]byte
	if _, err := io.ReadFull(rand, id[:]); err != nil {
		return Challenge{}, fmt.Errorf("otp: read randomness: %w", err)
	}
	return Challenge{
		ID: base64.RawURLEncoding.EncodeToString(id[:]), Channel: channel,
		Secret: secret, SentAt: now, ExpiresAt: now.Add(life),
	}, nil
}

func lifetime(channel Channel) (time.Duration, error) {
	switch channel {
	case SMS:
		return SMSLifetime, nil
	case Email:
		return EmailLifetime, nil
	default:
		return 0, fmt.Errorf("%w: channel %q", ErrInvalid, channel)
	}
}

// Code returns the code to send. It follows from the secret and the counter,
// so that a send that is tried again sends the same code.
func (c Challenge) Code() (string, error) {
	if err := c.Secret.check(); err != nil {
		return "", err
	}
	return hotpCode(c.Secret, c.Counter)
}

// Renew replaces the code by another one and starts its time anew. The count
// of consecutive failures stays.
func (c *Challenge) Renew(now time.Time) error {
	life, err := lifetime(c.Channel)
	if err != nil {
		return err
	}
	if c.ConsecutiveFailures >= MaxConsecutiveFailures {
		return ErrDisabled
	}
	c.Counter++
	c.SentAt, c.ExpiresAt = now, now.Add(life)
	c.Failures, c.UsedAt = 0, time.Time{}
	return nil
}

// Verify checks an attempt and records it in c, which the caller must save
// whatever the outcome. The tenth wrong try already gives [ErrSpent], so that
// a page can offer a new code at once. What is not six digits is [ErrWrong]
// but is not counted, as it cannot be a guess.
func (c *Challenge) Verify(now time.Time, attempt string) error {
	switch {
	case c.ConsecutiveFailures >= MaxConsecutiveFailures:
		return ErrDisabled
	case !c.UsedAt.IsZero():
		return ErrUsed
	case c.Failures >= MaxFailures:
		return ErrSpent
	case !now.Before(c.ExpiresAt):
		return ErrExpired
	}
	digits, ok := normalizeDigits(attempt)
	if !ok {
		return fmt.Errorf("%w: not %d digits", ErrWrong, Digits)
	}
	code, err := c.Code()
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(digits), []byte(code)) == 1 {
		c.UsedAt, c.ConsecutiveFailures = now, 0
		return nil
	}
	return c.fail()
}

func (c *Challenge) fail() error {
	c.Failures++
	c.ConsecutiveFailures++
	switch {
	case c.ConsecutiveFailures >= MaxConsecutiveFailures:
		return ErrDisabled
	case c.Failures >= MaxFailures:
		return ErrSpent
	}
	return ErrWrong
}

// String names the challenge without its secret.
func (c Challenge) String() string { return fmt.Sprintf("challenge %s by %s", c.ID, c.Channel) }

// GoString hides the secret from %#v.
func (c Challenge) GoString() string { return "otp.Challenge{" + c.String() + "}" }

// LogValue gives slog what an operator may see.
func (c Challenge) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", c.ID), slog.String("channel", string(c.Channel)),
		slog.Time("expires_at", c.ExpiresAt), slog.Int("failures", c.Failures),
		slog.Bool("used", !c.UsedAt.IsZero()),
	)
}

// hotpCode is RFC 4226 with HMAC-SHA-1 and six digits, the form every
// authenticator app knows.
func hotpCode(s Secret, counter uint64) (string, error) {
	code, err := hotp.GenerateCodeCustom(s.Base32(), counter, hotp.ValidateOpts{
		Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return "", fmt.Errorf("otp: hotp: %w", err)
	}
	return code, nil
}
