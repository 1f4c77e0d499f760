package kyc

import (
	"context"
	"encoding/base64"
	"io"
	"strings"
	"time"

	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
)

// setupTime is how long a set-up link waits for the phone: the time to take it
// out and scan, or to type it.
const setupTime = 10 * time.Minute

// typedToken is how many letters a token has that somebody types into a desk
// phone. They are 50 bits, for ten minutes, and tries are counted.
const (
	typedToken   = 10
	tokenLetters = "0123456789abcdefghjkmnpqrstvwxyz" // 32: five bits each
)

var setupOffers = []otp.Window{{N: 20, Per: time.Hour}}

// A SetupTicket is what is kept of a set-up link. It holds no password: that is
// made for the phone that comes.
type SetupTicket struct {
	Hash    string    `json:"hash,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
	TakenAt time.Time `json:"taken_at,omitzero"`
	Device  NewDevice `json:"device"`
}

// opens says whether the token of that hash still opens the ticket.
func (t SetupTicket) opens(e *Enrollment, hash string, now time.Time) error {
	switch {
	case t.Hash != hash || !now.Before(t.Expires) || e.State() != Issued:
		return ErrLinkInvalid
	case !t.TakenAt.IsZero():
		return ErrSetupTaken
	default:
		return nil
	}
}

// OfferSetup makes the token with which one phone may take its settings, for
// the page to show as a QR code or an address to type. It ends the token before.
func (f *Flow) OfferSetup(ctx context.Context, enrollmentID string, d NewDevice) (SetupOffer, error) {
	_, line, d, err := f.deviceAsked(ctx, enrollmentID, d)
	if err != nil {
		return SetupOffer{}, err
	}
	if err := roomFor(line, d, f.Clock()); err != nil {
		return SetupOffer{}, err
	}
	if err := f.take(ctx, "setup:"+enrollmentID, setupOffers...); err != nil {
		return SetupOffer{}, err
	}
	token, err := f.setupToken(d.Kind)
	if err != nil {
		return SetupOffer{}, err
	}
	if err := f.audit(ctx, "subject", "offer_setup", LineSubject(line), string(d.Kind)); err != nil {
		return SetupOffer{}, err
	}
	offer := SetupOffer{Token: token, Device: d}
	err = f.update(ctx, enrollmentID, func(e *Enrollment, now time.Time) error {
		if e.State() != Issued {
			return ErrNotSubscriber
		}
		offer.Expires = now.Add(setupTime)
		e.Data.Setup = SetupTicket{Hash: otp.TokenHash(token), Expires: offer.Expires, Device: d}
		return nil
	})
	if err != nil {
		return SetupOffer{}, err
	}
	return offer, nil
}

// SetupOffered returns what a set-up link is for and uses nothing up: previews
// of links follow every address. ErrLinkInvalid refuses one that is unknown,
// replaced or too late, ErrSetupTaken one that was taken already.
func (f *Flow) SetupOffered(ctx context.Context, token, source string) (SetupOffer, error) {
	id, hash, err := f.setupOf(ctx, token, source)
	if err != nil {
		return SetupOffer{}, err
	}
	e, err := f.Enrollment(ctx, id)
	if err != nil {
		return SetupOffer{}, err
	}
	t := e.Data.Setup
	if err := t.opens(e, hash, f.Clock()); err != nil {
		return SetupOffer{}, err
	}
	return SetupOffer{Token: token, Expires: t.Expires, Device: t.Device}, nil
}

// TakeSetup adds the device that a set-up link was made for, or gives it a new
// password, once. Its errors are those of SetupOffered; source is the network
// address that tries are counted by.
func (f *Flow) TakeSetup(ctx context.Context, token, source string) (pbx.Setup, error) {
	id, hash, err := f.setupOf(ctx, token, source)
	if err != nil {
		return pbx.Setup{}, err
	}
	var d NewDevice
	// Used up first: of two phones with the same token one gets nothing, and
	// a crash now costs another scan.
	err = f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if err := e.Data.Setup.opens(e, hash, now); err != nil {
			return err
		}
		e.Data.Setup.TakenAt, d = now, e.Data.Setup.Device
		return nil
	})
	if err != nil {
		return pbx.Setup{}, err
	}
	e, line, d, err := f.deviceAsked(ctx, id, d)
	if err != nil {
		return pbx.Setup{}, err
	}
	return f.setUp(ctx, e.ID, line, d)
}

// setupOf finds whose set-up link a token belongs to. Tries are counted by where
// they come from: who tries tokens learns nothing.
func (f *Flow) setupOf(ctx context.Context, token, source string) (enrollmentID, hash string, err error) {
	if err := f.take(ctx, "setup_source:"+source, otp.PerSource()...); err != nil {
		return "", "", err
	}
	if len(token) == typedToken {
		token = strings.ToLower(token)
	}
	hash = otp.TokenHash(token)
	ids, err := f.Enrollments.Find(ctx, BySetup, hash)
	if err != nil {
		return "", "", err
	}
	if len(ids) == 0 {
		return "", "", ErrLinkInvalid
	}
	return ids[0], hash, nil
}

// roomFor refuses a device that would be refused later, when somebody waits
// with a phone in hand.
func roomFor(line pbx.Account, d NewDevice, now time.Time) error {
	if d.DeviceID == "" && len(line.Devices) >= pbx.MaxDevices {
		return ErrTooManyDevices
	}
	return refuses(line, now)
}

func (f *Flow) setupToken(k pbx.DeviceKind) (string, error) {
	if k != pbx.Desk {
		return f.newToken()
	}
	b := make([]byte, typedToken)
	if _, err := io.ReadFull(f.random(), b); err != nil {
		return "", err
	}
	for i, v := range b {
		b[i] = tokenLetters[int(v)%len(tokenLetters)]
	}
	return string(b), nil
}

// newToken makes the secret part of a link that is shown at once.
func (f *Flow) newToken() (string, error) {
	var secret [32]byte
	if _, err := io.ReadFull(f.random(), secret[:]); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(secret[:]), nil
}
