package kyc

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
)

// Numbers of RFC 8628. The code on the phone's screen is typed by a person: eight
// letters without vowels make no words (section 6.1) and are 34 bits, against
// which a subscriber has few guesses.
const (
	pairingTime     = 15 * time.Minute
	pairingInterval = 5 * time.Second
	userCodeLength  = 8
	userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"
	maxClient       = 64
)

var pairingGuesses = []otp.Window{{N: 20, Per: time.Hour}}

const purposeDevice = "device token"

// BeginPairing gives a device its codes. Client and source are what the
// subscriber will see of it.
func (f *Flow) BeginPairing(ctx context.Context, client, source string) (Pairing, error) {
	if err := f.take(ctx, "pairing:"+source, otp.PerSource()...); err != nil {
		return Pairing{}, err
	}
	code, err := f.newToken()
	if err != nil {
		return Pairing{}, err
	}
	now := f.Clock().UTC()
	p := PairingRecord{
		DeviceHash: otp.TokenHash(code), Client: shortened(pbx.CleanDisplayName(client), maxClient), Source: source,
		CreatedAt: now, Expires: now.Add(pairingTime), Interval: pairingInterval,
	}
	for range rounds { // a code that another device shows now is drawn again
		if p.UserCode, err = f.newUserCode(); err != nil {
			return Pairing{}, err
		}
		if err = f.Pairings.CreatePairing(ctx, p); !errors.Is(err, ErrConflict) {
			break
		}
	}
	if err != nil {
		return Pairing{}, err
	}
	return Pairing{DeviceCode: code, UserCode: shownCode(p.UserCode), Expires: p.Expires, Interval: p.Interval}, nil
}

// newUserCode draws letters without bias.
func (f *Flow) newUserCode() (string, error) {
	const fair = 256 - 256%len(userCodeLetters)
	code := make([]byte, 0, userCodeLength)
	var b [1]byte
	for len(code) < userCodeLength {
		if _, err := f.random().Read(b[:]); err != nil {
			return "", err
		}
		if int(b[0]) < fair {
			code = append(code, userCodeLetters[int(b[0])%len(userCodeLetters)])
		}
	}
	return string(code), nil
}

// shownCode is a user code as a person reads it.
func shownCode(code string) string { return code[:userCodeLength/2] + "-" + code[userCodeLength/2:] }

// typedCode is a user code as it is stored, whatever a person put between its
// letters; empty where it cannot be one.
func typedCode(typed string) string {
	code := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -\t", r) {
			return -1
		}
		return r
	}, strings.ToUpper(typed))
	if len(code) != userCodeLength || strings.Trim(code, userCodeLetters) != "" {
		return ""
	}
	return code
}

// PairingOf returns the device that shows a user code, for the subscriber to
// look at before they decide. Guesses are counted.
func (f *Flow) PairingOf(ctx context.Context, enrollmentID, userCode string) (PairingRequest, error) {
	if _, err := f.subscriber(ctx, enrollmentID); err != nil {
		return PairingRequest{}, err
	}
	p, err := f.guess(ctx, enrollmentID, userCode)
	if err != nil {
		return PairingRequest{}, err
	}
	if p.EnrollmentID != "" {
		return PairingRequest{}, ErrPairingOver
	}
	return PairingRequest{UserCode: shownCode(p.UserCode), Client: p.Client, Source: p.Source, At: p.CreatedAt, Expires: p.Expires}, nil
}

// guess finds a pairing by what a subscriber typed.
func (f *Flow) guess(ctx context.Context, enrollmentID, userCode string) (PairingRecord, error) {
	if err := f.take(ctx, "pair:"+enrollmentID, pairingGuesses...); err != nil {
		return PairingRecord{}, err
	}
	code := typedCode(userCode)
	if code == "" {
		return PairingRecord{}, ErrPairingOver
	}
	p, err := f.Pairings.PairingByUserCode(ctx, code)
	if errors.Is(err, ErrNotFound) || err == nil && !f.Clock().Before(p.Expires) {
		err = ErrPairingOver
	}
	return p, err
}

// DecidePairing lets a device that shows a user code in, or refuses it: once.
// Saying the same again changes nothing.
func (f *Flow) DecidePairing(ctx context.Context, enrollmentID, userCode string, d NewDevice, allow bool) error {
	d.Kind, d.DeviceID = pbx.Desk, ""
	_, line, d, err := f.deviceAsked(ctx, enrollmentID, d)
	if err != nil {
		return err
	}
	if err := roomFor(line, d, f.Clock()); err != nil && allow {
		return err
	}
	p, err := f.guess(ctx, enrollmentID, userCode)
	if err != nil {
		return err
	}
	id, err := pbx.NewDeviceID(f.random())
	if err != nil {
		return err
	}
	action := map[bool]string{true: "pair_device", false: "refuse_device"}[allow]
	if err := f.audit(ctx, "subject", action, LineSubject(line), p.Source); err != nil {
		return err
	}
	// Decided before the device is there: of two subscribers one has it.
	p, err = f.Pairings.UpdatePairing(ctx, p.DeviceHash, func(p *PairingRecord) error {
		switch {
		case !f.Clock().Before(p.Expires):
			return ErrPairingOver
		case p.EnrollmentID == "":
			p.EnrollmentID, p.Allowed, p.Extension, p.DeviceID = enrollmentID, allow, line.Extension, id
			return nil
		case p.EnrollmentID == enrollmentID && p.Allowed == allow && p.TakenAt.IsZero():
			return nil
		default:
			return ErrPairingOver
		}
	})
	if err != nil || !allow {
		return err
	}
	return f.addPaired(ctx, p, d)
}

// addPaired adds the device of a pairing that was allowed, without a password: it
// gets one when it fetches its settings.
func (f *Flow) addPaired(ctx context.Context, p PairingRecord, d NewDevice) error {
	_, line, err := f.ownLine(ctx, p.EnrollmentID, p.Extension)
	if err != nil {
		return err
	}
	_, err = f.changeLine(ctx, SetLine, p.EnrollmentID, line, func(a *pbx.Account, now time.Time) error {
		if a.Device(p.DeviceID) != nil {
			return nil
		}
		if err := refuses(*a, now); err != nil {
			return err
		}
		return addTo(a, pbx.Device{ID: p.DeviceID, Name: d.Name, Kind: pbx.Desk, AddedAt: now, TokenHash: otp.TokenHash(f.deviceToken(p))})
	})
	return err
}

// deviceToken follows from the operator's key and the device code, so that a
// poll that is repeated after a crash gets the same token, and nothing that opens
// a line is stored. It names line and device; the rest is secret.
func (f *Flow) deviceToken(p PairingRecord) string {
	return p.Extension + "." + p.DeviceID + "." + otp.Token(f.Keyring.Derive(purposeDevice), "device", p.DeviceHash)
}

// PollPairing answers a device that waits for its subscriber: with its token,
// ErrPending, ErrSlowDown, ErrExpired or ErrDenied (RFC 8628 section 3.5).
func (f *Flow) PollPairing(ctx context.Context, deviceCode string) (token string, err error) {
	var refusal error
	p, err := f.Pairings.UpdatePairing(ctx, otp.TokenHash(deviceCode), func(p *PairingRecord) error {
		refusal = p.poll(f.Clock().UTC())
		return nil
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return "", ErrExpired
	case err != nil:
		return "", err
	case refusal != nil:
		return "", refusal
	}
	token = f.deviceToken(p)
	if _, _, err := f.deviceOf(ctx, token); err != nil {
		if errors.Is(err, ErrToken) { // not added yet, or signed out already
			return "", ErrPending
		}
		return "", err
	}
	_, err = f.Pairings.UpdatePairing(ctx, p.DeviceHash, func(p *PairingRecord) error {
		if p.TakenAt.IsZero() {
			p.TakenAt = f.Clock().UTC()
		}
		return nil
	})
	return token, err
}

// poll notes that a device has asked and says why it has to wait.
func (p *PairingRecord) poll(now time.Time) error {
	// A tenth of the interval is for the network: who waits as told is not
	// told to wait longer.
	early := !p.PolledAt.IsZero() && now.Sub(p.PolledAt) < p.Interval-p.Interval/10
	p.PolledAt = now
	switch {
	case !now.Before(p.Expires) || !p.TakenAt.IsZero():
		return ErrExpired
	case early:
		p.Interval += pairingInterval
		return ErrSlowDown
	case p.EnrollmentID == "":
		return ErrPending
	case !p.Allowed:
		return ErrDenied
	default:
		return nil
	}
}

func shortened(s string, most int) string {
	runes := []rune(s)
	return strings.TrimSpace(string(runes[:min(len(runes), most)]))
}
