package kyc

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/passport"
)

// The refusals of a signature about a caller.
var (
	ErrPassportOff     = &FlowError{"passport_off", "no certificate for signing calls is set up"}
	ErrIdentityNotLive = &FlowError{"identity_not_live", "the identity is not valid now"}
	ErrCallersNumber   = &FlowError{"callers_number", "the number is not one of the caller's"}
	ErrCallee          = &FlowError{"callee_invalid", "who is called is neither a number nor a SIP address"}
	ErrNotCovered      = &FlowError{"number_not_covered", "the certificate does not speak for the number"}
	ErrPassportExpired = &FlowError{"passport_expired", "the certificate for signing calls is not valid now"}
)

// passportCodes are theirs, for [Codes].
func passportCodes() []string {
	var codes []string
	for _, e := range []*FlowError{ErrPassportOff, ErrIdentityNotLive, ErrCallersNumber, ErrCallee, ErrNotCovered, ErrPassportExpired} {
		codes = append(codes, e.code)
	}
	return codes
}

// A PassportRequest asks for a signature about a call that begins.
type PassportRequest struct {
	// Extension is the line that the PBX authenticated: never what the caller
	// says of himself.
	Extension string
	// From is what the call will show: a number or a SIP address. Empty is the
	// line's own address, FromConfirmed the subscriber's number: a PBX need not
	// know it to show it.
	From string
	// To is who is called.
	To []string
	// WithoutName leaves the caller's name out.
	WithoutName bool
}

// FromConfirmed asks for the number that an SMS confirmed.
const FromConfirmed = "confirmed"

// LogValue keeps numbers out of the logs.
func (r PassportRequest) LogValue() slog.Value { return slog.StringValue("line " + r.Extension) }

// String keeps numbers out of formatted text.
func (r PassportRequest) String() string { return "passport request of line " + r.Extension }

// GoString keeps numbers out of %#v.
func (r PassportRequest) GoString() string { return r.String() }

// A SignedPassport is what a call is sent with.
type SignedPassport struct {
	Header string // the value of the Identity header
	// From is who it is about, for the From header: a number with its plus sign,
	// or a SIP address.
	From   string
	Attest passport.Attestation
}

// LogValue keeps numbers out of the logs.
func (s SignedPassport) LogValue() slog.Value { return slog.StringValue(s.String()) }

// String keeps numbers out of formatted text.
func (s SignedPassport) String() string { return "signed passport " + string(s.Attest) }

// GoString keeps numbers out of %#v.
func (s SignedPassport) GoString() string { return s.String() }

// Passport signs who is calling. It does so only while the ledger says, now,
// that the identity is active, nobody has asked for less, and the line is on: a
// ledger that does not answer signs nothing, and neither does one peer's old
// news, as the line has been told to be silent by then. Attestation A is for the
// number that an SMS confirmed; B for the line's own address; there is no C. Who
// asked is recorded before anything leaves, and so is every refusal.
func (f *Flow) Passport(ctx context.Context, actor string, r PassportRequest) (SignedPassport, error) {
	if f.Passports == nil {
		return SignedPassport{}, ErrPassportOff
	}
	identity, claims, err := f.claims(ctx, r)
	if err != nil {
		return SignedPassport{}, f.passportRefused(ctx, actor, identity, err)
	}
	header, err := f.Passports.SignPassport(claims)
	switch {
	case errors.Is(err, passport.ErrScope):
		err = ErrNotCovered
	case errors.Is(err, passport.ErrCertificate):
		err = ErrPassportExpired
	case errors.Is(err, passport.ErrClaims):
		err = ErrCallee
	}
	if err != nil {
		return SignedPassport{}, f.passportRefused(ctx, actor, identity, err)
	}
	// The number of the call is in the token and in this line alone: whoever is
	// asked about a call finds the caller by it, and nobody else does.
	if err := f.audit(ctx, actor, "sign_passport", identity, string(claims.Attest)+" "+claims.OrigID); err != nil {
		return SignedPassport{}, err
	}
	from := claims.Orig.URI
	if claims.Orig.TN != "" {
		from = "+" + claims.Orig.TN
	}
	return SignedPassport{Header: header, From: from, Attest: claims.Attest}, nil
}

// passportRefused records a refusal. What is no refusal, such as a ledger that
// does not answer, is not recorded as one.
func (f *Flow) passportRefused(ctx context.Context, actor, identity string, err error) error {
	code := Code(err)
	if code == "" {
		return err
	}
	return errors.Join(err, f.audit(ctx, actor, "sign_passport_refused", identity, code))
}

// claims decides what may be said of the caller, and returns whose line it is
// as soon as that is known.
func (f *Flow) claims(ctx context.Context, r PassportRequest) (identity string, c passport.Claims, err error) {
	line, e, err := f.caller(ctx, r.Extension)
	if err != nil {
		return line.IdentityID, c, err
	}
	c = passport.Claims{IssuedAt: f.Clock().Truncate(time.Second)}
	if c.Attest, c.Orig, err = f.attest(ctx, line, e, r.From); err != nil {
		return line.IdentityID, c, err
	}
	for _, to := range r.To {
		p, err := f.party(ctx, to)
		if err != nil {
			return line.IdentityID, c, ErrCallee
		}
		c.Dest = append(c.Dest, p)
	}
	if !r.WithoutName {
		c.Name = line.DisplayName
	}
	if c.OrigID, err = f.newUUID(); err != nil {
		return line.IdentityID, c, err
	}
	return line.IdentityID, c, f.live(ctx, e) // last, so that nothing is between its word and the signature
}

// attest says what is known of the number or address that a call will show.
func (f *Flow) attest(ctx context.Context, line pbx.Account, e *Enrollment, from string) (passport.Attestation, passport.Party, error) {
	own, err := passport.ParseParty(string(line.AOR))
	if err != nil {
		return "", own, err
	}
	var confirmed passport.Party
	if e.Data.PhoneCode.Validated() {
		confirmed.TN = strings.TrimPrefix(e.Data.Profile.Phone, "+")
	}
	shown := own
	switch from {
	case "":
	case FromConfirmed:
		shown = confirmed
	default:
		if shown, err = f.party(ctx, from); err != nil {
			return "", shown, ErrCallersNumber
		}
	}
	switch shown {
	case passport.Party{}: // no number was confirmed
		return "", shown, ErrCallersNumber
	case confirmed:
		return passport.Full, shown, nil
	case own:
		return passport.Partial, shown, nil
	default:
		return "", shown, ErrCallersNumber
	}
}

// caller returns a line that may call, and whose it is.
func (f *Flow) caller(ctx context.Context, extension string) (pbx.Account, *Enrollment, error) {
	line, err := f.Accounts.Account(ctx, extension)
	if errors.Is(err, ErrNotFound) {
		return pbx.Account{}, nil, ErrLineOff // a stranger does not learn which numbers exist
	}
	if err != nil {
		return pbx.Account{}, nil, err
	}
	if !line.Enabled || line.Suspended || !line.ReleasedAt.IsZero() {
		return line, nil, ErrLineOff
	}
	e, err := f.holder(ctx, line.IdentityID)
	if errors.Is(err, ErrNotFound) {
		return line, nil, ErrIdentityNotLive
	}
	return line, e, err
}

// live asks the ledger, now, whether an identity is valid, and whether somebody
// asked for less meanwhile. Where the ledger does not answer, the answer is no
// answer.
func (f *Flow) live(ctx context.Context, e *Enrollment) error {
	if e.State() != Issued || e.Data.Standing.denies() {
		return ErrIdentityNotLive
	}
	record, _, err := f.Ledger.Identity(ctx, e.Data.Identity.ID)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return ErrIdentityNotLive
	case err != nil:
		return err
	case record.Status != ledger.StatusActive:
		return ErrIdentityNotLive
	default:
		return nil
	}
}

// party reads a number or address as a PBX has it: a SIP address or a number in
// international form, one of our lines, or a number as people of the operator's
// country dial it.
func (f *Flow) party(ctx context.Context, s string) (passport.Party, error) {
	if p, err := passport.ParseParty(s); err == nil {
		return p, nil
	}
	line, err := f.Accounts.Account(ctx, s)
	if err == nil {
		return passport.ParseParty(string(line.AOR))
	}
	if !errors.Is(err, ErrNotFound) {
		return passport.Party{}, err
	}
	return passport.ParseParty(normalizePhone(s, f.Settings.DefaultCountry, FieldErrors{}))
}

// newUUID returns a random UUID (RFC 9562 section 5.4), which tells nothing of
// the call to who does not know it.
func (f *Flow) newUUID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(f.random(), b[:]); err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}
