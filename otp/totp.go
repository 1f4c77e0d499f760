package otp

import (
	"crypto/subtle"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// TOTPPeriod is RFC 6238's time step X.
	TOTPPeriod = 30 * time.Second
	// TOTPSkew is how many steps a phone's clock may be off either way
	// (RFC 6238 section 5.2 allows one for the network's delay).
	TOTPSkew = 1
)

// KeyURI returns the otpauth URL that a QR code carries to an authenticator
// app. It holds the secret: show it once, log it never. It is built here
// because the library's own leaves an ampersand in the issuer unescaped, which
// would let a name add parameters.
func KeyURI(issuer, account string, secret Secret) (string, error) {
	if err := secret.check(); err != nil {
		return "", err
	}
	// The label is "issuer:account": a colon inside would let one issuer's
	// entry pass for another's.
	for _, part := range []string{issuer, account} {
		if strings.TrimSpace(part) == "" || strings.ContainsAny(part, ":\x00\r\n") {
			return "", fmt.Errorf("%w: issuer and account need text without a colon", ErrInvalid)
		}
	}
	q := url.Values{
		"secret": {secret.Base32()}, "issuer": {issuer}, "algorithm": {"SHA1"},
		"digits": {strconv.Itoa(Digits)}, "period": {strconv.Itoa(int(TOTPPeriod / time.Second))},
	}
	u := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account,
		// Some apps show a plus sign where a space was meant.
		RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20"),
	}
	return u.String(), nil
}

// TOTPStep returns the number of the time step now belongs to.
func TOTPStep(now time.Time) int64 { return now.Unix() / int64(TOTPPeriod/time.Second) }

// TOTPCode returns the code an authenticator shows at a time.
func TOTPCode(secret Secret, now time.Time) (string, error) {
	if err := secret.check(); err != nil {
		return "", err
	}
	return stepCode(secret, TOTPStep(now))
}

// VerifyTOTP checks a code against the step of now and its neighbours and
// returns the step it belongs to, which the caller stores as the next lastStep.
// A code of lastStep or before is [ErrUsed], so that a code seen over the
// shoulder or on a phishing page works once at most (RFC 6238 section 5.2).
// On failure the returned step is lastStep.
func VerifyTOTP(secret Secret, code string, now time.Time, lastStep int64) (int64, error) {
	if err := secret.check(); err != nil {
		return lastStep, err
	}
	digits, ok := normalizeDigits(code)
	if !ok {
		return lastStep, fmt.Errorf("%w: not %d digits", ErrWrong, Digits)
	}
	accepted, replayed := lastStep, false
	// Every step is computed and compared: the time taken tells nothing.
	for step := TOTPStep(now) - TOTPSkew; step <= TOTPStep(now)+TOTPSkew; step++ {
		want, err := stepCode(secret, step)
		if err != nil {
			return lastStep, err
		}
		if subtle.ConstantTimeCompare([]byte(digits), []byte(want)) != 1 {
			continue
		}
		if step > lastStep {
			accepted = max(accepted, step)
		} else {
			replayed = true
		}
	}
	switch {
	case accepted > lastStep:
		return accepted, nil
	case replayed:
		return lastStep, ErrUsed
	default:
		return lastStep, ErrWrong
	}
}

func stepCode(secret Secret, step int64) (string, error) {
	if step < 0 {
		return "", fmt.Errorf("%w: time before 1970", ErrInvalid)
	}
	return hotpCode(secret, uint64(step))
}
