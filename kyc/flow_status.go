package kyc

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// A StatusIntent is a change of an identity's status that somebody asked for.
// It is saved before anything happens; PBX and ledger follow it.
type StatusIntent struct {
	Serial int           `json:"serial"` // counts the changes: a newer one replaces an older
	Status ledger.Status `json:"status"`
	Reason string        `json:"reason"`
	Actor  string        `json:"actor"`
	At     time.Time     `json:"at"`
	DoneAt time.Time     `json:"done_at,omitzero"`
	// Refused is the code of the ledger's refusal, if it refused.
	Refused ledger.Code `json:"refused,omitempty"`

	// Begun says that the ledger may have been asked: from then on a
	// transaction may be on its way, also one whose outcome nobody saw.
	Begun bool `json:"begun,omitempty"`
	// Earlier is the change that this one replaced after it had begun. It comes
	// first: else its transaction could arrive when this one has found nothing
	// left to do.
	Earlier *StatusIntent `json:"earlier,omitempty"`
}

// Pending reports whether the ledger does not have the change yet.
func (i StatusIntent) Pending() bool { return i.Serial > 0 && i.DoneAt.IsZero() }

// denies reports whether the line must be silent whatever the ledger says.
func (i StatusIntent) denies() bool { return i.Pending() && i.Status != ledger.StatusActive }

// underWay is the change that a newer one has to wait for; nil where none is.
func (i StatusIntent) underWay() *StatusIntent {
	if i.Pending() && i.Begun {
		return &i
	}
	return i.Earlier
}

// first is the change that the ledger is to be asked for now.
func (i StatusIntent) first() StatusIntent {
	if i.Earlier != nil {
		return *i.Earlier
	}
	return i
}

// A StatusRequest asks to suspend, resume or revoke an identity.
type StatusRequest struct {
	Actor      string // "agent:…", "operator", "subject"
	IdentityID string
	Status     ledger.Status
	Reason     string // one of StatusReasons
}

// statusReasons are the reasons that a person may give for a change.
var statusReasons = map[ledger.Status][]string{
	ledger.StatusSuspended: {ledger.ReasonUnderReview, ledger.ReasonSubscriberRequest, ledger.ReasonKeyCompromise, ledger.ReasonAdministrative},
	ledger.StatusActive:    {ledger.ReasonReviewed, ledger.ReasonSubscriberRequest, ledger.ReasonAdministrative},
	ledger.StatusRevoked: {
		ledger.ReasonSubscriberRequest, ledger.ReasonKeyCompromise, ledger.ReasonFraud, ledger.ReasonSuperseded,
		ledger.ReasonExpired, ledger.ReasonAdministrative,
	},
}

// StatusReasons returns the reasons for which an identity may be moved to a
// status, the most usual first; none for a status that nobody asks for.
func StatusReasons(to ledger.Status) []string { return slices.Clone(statusReasons[to]) }

// ChangeStatus records that an identity shall be suspended, resumed or
// revoked. It is done in the order of trust: who loses it is off the PBX
// before the ledger says so, who regains it is on the ledger first. That goes
// on by itself, however long one of them is away.
func (f *Flow) ChangeStatus(ctx context.Context, r StatusRequest) error {
	if r.Actor == "" {
		return errors.New("kyc: a change of status by nobody")
	}
	if !slices.Contains(statusReasons[r.Status], r.Reason) {
		return ErrUnknownReason
	}
	e, err := f.holder(ctx, r.IdentityID)
	if err != nil {
		return err
	}
	known, err := f.statusOf(ctx, r.IdentityID)
	if err != nil {
		return err
	}
	if done, err := r.judge(e, known); err != nil || done {
		return err
	}
	if err := f.audit(ctx, r.Actor, string(r.Status), r.IdentityID, r.Reason); err != nil {
		return err
	}
	return f.update(ctx, e.ID, func(e *Enrollment, now time.Time) error {
		if done, err := r.judge(e, known); err != nil || done {
			return err
		}
		e.Data.Standing = StatusIntent{
			Serial: e.Data.Standing.Serial + 1, Status: r.Status, Reason: r.Reason, Actor: r.Actor, At: now, Earlier: e.Data.Standing.underWay(),
		}
		e.Schedule(Effect{Kind: ChangeLedger, EnrollmentID: e.ID, Ref: at(r.IdentityID, e.Data.Standing.Serial)})
		return nil
	})
}

// statusOf returns the ledger's word, or none while it does not answer: who is
// to be silenced at once must not have to wait for it.
func (f *Flow) statusOf(ctx context.Context, identityID string) (StatusIntent, error) {
	record, _, err := f.Ledger.Identity(ctx, identityID)
	switch {
	case Away(err):
		return StatusIntent{}, nil
	case err == nil && record.Status == ledger.StatusErased:
		return StatusIntent{}, errErased
	default:
		return StatusIntent{Status: record.Status, Reason: record.Reason}, err
	}
}

// judge refuses what the ledger would refuse, before anybody is cut off, and
// reports whether there is nothing left to do. A change that is on its way
// counts as made.
func (r StatusRequest) judge(e *Enrollment, known StatusIntent) (done bool, err error) {
	switch {
	case e.State() == Erasing:
		return false, errErased
	case e.State() != Minted && e.State() != Issued:
		return false, ErrNotSubscriber
	}
	if e.Data.Standing.Pending() {
		known = e.Data.Standing
	}
	switch {
	case known.Status == r.Status && known.Reason == r.Reason:
		return true, nil
	case known.Status != "" && !known.Status.May(r.Status):
		return false, &ledger.Error{Code: ledger.CodeIllegalStatus, Detail: string(known.Status) + " may not become " + string(r.Status)}
	default:
		return false, nil
	}
}

var errErased = &ledger.Error{Code: ledger.CodeErased, Detail: "the identity was erased"}

// Away reports whether an error says that the ledger did not answer, so that
// asking again may help.
func Away(err error) bool {
	return errors.Is(err, ledger.ErrUnavailable) || errors.Is(err, ledger.ErrUnknown)
}

// holder returns the enrollment of an identity.
func (f *Flow) holder(ctx context.Context, identityID string) (*Enrollment, error) {
	ids, err := f.Enrollments.Find(ctx, ByIdentity, identityID)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		e, err := f.Enrollments.Get(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue // erased in between
		}
		return e, err
	}
	return nil, ErrNotFound
}

// subscriber returns an enrollment whose identity is issued.
func (f *Flow) subscriber(ctx context.Context, enrollmentID string) (*Enrollment, error) {
	e, err := f.Enrollment(ctx, enrollmentID)
	if err == nil && e.State() != Issued {
		return nil, ErrNotSubscriber
	}
	return e, err
}
