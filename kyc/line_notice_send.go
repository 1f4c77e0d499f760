package kyc

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/pbx"
)

// tellLine tells a subscriber by e-mail what became of a line. The effect was
// saved with the change, so that nothing happens untold. It is tried for as long
// as it is news, and keeps nothing waiting: the change was made. What was sent is
// noted afterwards; only a crash between the two sends it again, and then under
// the same key, by which mailboxes know it for the same message.
//
// Only an address that was validated is written to, and nobody who is forgotten.
func (r *Runner) tellLine(ctx context.Context, effect Effect) error {
	n, ok := noticeOf(effect)
	if !ok || !r.Clock().Before(n.until()) {
		r.Logger.WarnContext(ctx, "message not sent, it is no news any more", "kind", n.kind, "enrollment", effect.EnrollmentID)
		return nil
	}
	e, err := r.load(ctx, effect)
	if e == nil || e.State() != Issued || !e.Data.EmailLink.Validated() || e.Data.Told.has(effect.Ref) {
		return err
	}
	data, err := r.noticeData(ctx, e, n)
	if data == nil {
		return err
	}
	if e.Data.Told.enough(n) {
		r.Logger.WarnContext(ctx, "message not sent, there were enough of its kind today", "kind", n.kind, "enrollment", e.ID)
		return nil
	}
	err = r.send(ctx, e, effect, n.kind, mailbox(e), *data)
	if err != nil {
		final := errors.Is(err, notify.ErrPermanent)
		r.Logger.WarnContext(ctx, "message not sent", "kind", n.kind, "enrollment", e.ID, "final", final, "error", err)
		if !final {
			return err
		}
	}
	err = r.update(ctx, e.ID, func(e *Enrollment, now time.Time) error {
		if e.State() == Issued {
			e.Data.Told.note(effect.Ref, n.until(), now)
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) { // erased in between
		return nil
	}
	return err
}

// noticeData is what a message says, nil where it is not true any more: a line
// that is resumed a minute after it was suspended gets no message that it is
// suspended. What a thief may have done is told whatever came after it.
func (r *Runner) noticeData(ctx context.Context, e *Enrollment, n lineNotice) (*MessageData, error) {
	lines, err := r.Accounts.AccountsOf(ctx, e.Data.Identity.ID)
	if err != nil {
		return nil, err
	}
	data := &MessageData{URL: r.Settings.BaseURL + "/account/phone"}
	if n.password() {
		data.Ends = n.at.Local()
	} else {
		data.At = n.at.Local()
	}
	if n.about == e.Data.Identity.ID {
		data.URL = r.Settings.BaseURL + "/account"
		return identityData(e, n, lines, data), nil
	}
	i := slices.IndexFunc(lines, func(a pbx.Account) bool { return a.Extension == n.about })
	if i < 0 || !r.holds(n, lines[i], e.Data.Told) {
		return nil, nil //nolint:nilnil // nothing is to be told
	}
	data.Number = n.about
	if d := lines[i].Device(n.device); d != nil {
		data.Phone, data.PhoneKind = harmless(d.Name), string(d.Kind)
	}
	return data, nil
}

// identityData is what is said of an identity's status: which lines it is about.
// Of those that end with it the subscriber knows the numbers.
func identityData(e *Enrollment, n lineNotice, lines []pbx.Account, data *MessageData) *MessageData {
	kind, _ := standingMessage(e.Data.Told.Status)
	if kind != n.kind {
		return nil
	}
	var numbers []string
	for _, a := range lines {
		if a.ReleasedAt.IsZero() && !a.Suspended {
			numbers = append(numbers, a.Extension)
		}
	}
	data.Number = strings.Join(numbers, ", ")
	return data
}

// holds reports whether a notice says what is so now.
func (r *Runner) holds(n lineNotice, a pbx.Account, told Told) bool {
	switch {
	case n.kind == LineEndedMessage:
		return !a.ReleasedAt.IsZero()
	case n.kind == LineSuspendedMessage:
		return a.Status() == pbx.StatusSuspended
	case n.kind == LineResumedMessage:
		// While the identity is suspended it is no good news.
		kind, known := standingMessage(told.Status)
		return a.ReleasedAt.IsZero() && !a.Suspended && (!known || kind == IdentityResumedMessage)
	case n.password():
		return slices.Contains(r.dueNews(a, r.Clock()), n)
	default:
		return true
	}
}

// tellStanding has the subscriber told of a change of their identity's status on
// the ledger, which their lines follow by now. That is noted in the transaction
// that asks for the message: events that are followed anew tell nothing. Where the
// enrollment does not open there is nobody to tell, and the line did not wait.
func (r *Runner) tellStanding(ctx context.Context, enrollmentID, identityID string) error {
	if _, err := r.Enrollments.Get(ctx, enrollmentID); errors.Is(err, ErrNotFound) {
		return nil
	} else if err != nil {
		r.Logger.WarnContext(ctx, "a change of status is told nobody", "enrollment", enrollmentID, "cause", err)
		return ctx.Err()
	}
	record, _, err := r.Ledger.Identity(ctx, identityID)
	if err != nil {
		return err
	}
	err = r.update(ctx, enrollmentID, func(e *Enrollment, now time.Time) error {
		if e.State() != Issued {
			return nil
		}
		if kind := e.Data.Told.standing(record); kind != "" {
			e.Schedule(lineNotice{kind: kind, about: identityID, at: now}.effect(e.ID))
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// linkLike finds what mail programs make a link of: addresses, also with the full
// stops and slashes of other scripts, which are taken for those of a domain (UTS #46
// section 2.3), and numbers as long as a telephone's.
var linkLike = regexp.MustCompile(`[/@\\:\x{FF0F}\x{FF20}\x{FF1A}]|[.\x{2024}\x{3002}\x{FF0E}\x{FF61}]\pL{2}|(\p{Nd}\P{Nd}{0,2}){7}`)

// harmless is a phone's name for an e-mail. Whoever got into an account chooses
// it: it must carry no link and no number to call, under our letterhead, to the
// mailbox of the one who is to be warned.
func harmless(name string) string {
	if linkLike.MatchString(name) {
		return ""
	}
	return shortened(name, maxClient)
}
