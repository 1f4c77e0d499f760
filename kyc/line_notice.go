package kyc

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// The messages of a line. All are e-mails.
const (
	LineAddedMessage         MessageKind = "line_added"     // beside the first line, of which IssuedMessage tells
	LineSuspendedMessage     MessageKind = "line_suspended" // by staff, as the next two
	LineResumedMessage       MessageKind = "line_resumed"
	LineEndedMessage         MessageKind = "line_ended"
	IdentitySuspendedMessage MessageKind = "identity_suspended" // on the ledger, by whomever, as the next two
	IdentityResumedMessage   MessageKind = "identity_resumed"
	IdentityRevokedMessage   MessageKind = "identity_revoked"
	PhoneAddedMessage        MessageKind = "phone_added"   // also to who did it: so a thief is noticed
	PhoneAgainMessage        MessageKind = "phone_again"   // another password for an app, which a thief would rather ask for
	PasswordDueMessage       MessageKind = "password_due"  // when the present password's end is known and near
	PasswordEndsMessage      MessageKind = "password_ends" // once more, shortly before
)

const (
	// noticeLife is for how long something is news, and its message is tried: as
	// long as a mail server tries (RFC 5321 section 4.5.4.1).
	noticeLife = 4 * 24 * time.Hour
	// A second message about a password comes a quarter of the overlap before its
	// end, a day at most, and none where that is so short that both come together.
	longestLastCall = 24 * time.Hour
	leastOverlap    = 8 * time.Hour
)

// A lineNotice is what a subscriber is to be told of a line. It names things by
// ids, as it goes through the queue; names are looked up when it is sent.
type lineNotice struct {
	kind   MessageKind
	about  string    // extension, or identity where it is about that
	device string    // empty where it is about none
	at     time.Time // when it happened; of a password, when it ends
}

// effect asks for the message. Its key, and with it the message's, is the same
// whenever the same thing is told.
func (n lineNotice) effect(enrollmentID string) Effect {
	ref := strings.Join([]string{string(n.kind), n.about, n.device, strconv.FormatInt(n.at.Unix(), 10)}, "/")
	return Effect{Kind: TellLine, EnrollmentID: enrollmentID, Ref: ref}
}

// noticeOf is the inverse of effect.
func noticeOf(e Effect) (n lineNotice, ok bool) {
	parts := strings.Split(e.Ref, "/")
	if len(parts) != 4 {
		return n, false
	}
	unix, err := strconv.ParseInt(parts[3], 10, 64)
	return lineNotice{kind: MessageKind(parts[0]), about: parts[1], device: parts[2], at: time.Unix(unix, 0).UTC()}, err == nil
}

// password reports whether the notice is about a password that ends.
func (n lineNotice) password() bool {
	return n.kind == PasswordDueMessage || n.kind == PasswordEndsMessage
}

// until is when it is no news any more.
func (n lineNotice) until() time.Time {
	if n.password() {
		return n.at
	}
	return n.at.Add(noticeLife)
}

// lineNews is what a change of a line gives its subscriber to know. What was so
// before is no news, so that a change that is asked for twice is told once.
// Browsers and desk phones get new passwords by themselves, every hour or at
// every start: of those nobody is told. A phone that its subscriber signs out
// is not told of either: a thief gains nothing by it.
func (f *Flow) lineNews(was, is pbx.Account, now time.Time) []lineNotice {
	line := func(kind MessageKind) []lineNotice { return []lineNotice{{kind: kind, about: is.Extension, at: now}} }
	switch {
	case is.ReleasedAt.IsZero() != was.ReleasedAt.IsZero():
		return line(LineEndedMessage)
	case is.Suspended && !was.Suspended:
		return line(LineSuspendedMessage)
	case was.Suspended && !is.Suspended:
		return line(LineResumedMessage)
	}
	var news []lineNotice
	for _, d := range is.Devices {
		old := was.Device(d.ID)
		switch {
		case d.Kind == pbx.Browser:
		case old == nil:
			news = append(news, lineNotice{PhoneAddedMessage, is.Extension, d.ID, now})
		case d.Kind == pbx.App && newest(d).Username != newest(*old).Username:
			news = append(news, lineNotice{PhoneAgainMessage, is.Extension, d.ID, now})
		}
	}
	due := f.dueNews(was, now)
	return append(news, slices.DeleteFunc(f.dueNews(is, now), func(n lineNotice) bool { return slices.Contains(due, n) })...)
}

// dueNews is what is to be told now of the passwords of a line; mostly nothing.
// A line that is off needs no password.
func (f *Flow) dueNews(a pbx.Account, now time.Time) []lineNotice {
	if a.Status() != pbx.StatusOn {
		return nil
	}
	var news []lineNotice
	for _, d := range a.Devices {
		if kind := f.passwordNews(d, now); kind != "" {
			news = append(news, lineNotice{kind, a.Extension, d.ID, newest(d).NotAfter})
		}
	}
	return news
}

// passwordNews is what is to be told of a device's password: that the schedule or
// a member of staff has it changed, or that its end is near. The newest password
// counts: who has set the phone up again is told no more.
func (f *Flow) passwordNews(d pbx.Device, now time.Time) MessageKind {
	c := newest(d)
	overlap := f.Settings.Overlap
	within := func(lead time.Duration) bool { return !now.Add(time.Second).Before(c.NotAfter.Add(-lead)) } // see wholeSecond
	switch {
	case d.Kind != pbx.App || c.NotAfter.IsZero() || !now.Before(c.NotAfter):
		return ""
	case overlap >= leastOverlap && within(min(overlap/4, longestLastCall)):
		return PasswordEndsMessage
	case f.rotates(d.Kind) && !now.Before(c.CreatedAt.Add(f.Settings.Rotate)) || within(overlap):
		return PasswordDueMessage
	default:
		return ""
	}
}

// newest returns the credential that a device was given last.
func newest(d pbx.Device) pbx.Credential {
	if len(d.Credentials) == 0 {
		return pbx.Credential{}
	}
	return d.Credentials[len(d.Credentials)-1]
}

// tellings are the effects of notices.
func tellings(enrollmentID string, news []lineNotice) []Effect {
	effects := make([]Effect, len(news))
	for i, n := range news {
		effects[i] = n.effect(enrollmentID)
	}
	return effects
}
