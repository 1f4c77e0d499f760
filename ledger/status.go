package ledger

import "slices"

// A Status is the state of an identity, a credential or an organisation.
type Status string

// The statuses. From revoked there is only erasure.
const (
	StatusActive    Status = "active"
	StatusSuspended Status = "suspended"
	StatusRevoked   Status = "revoked"
	StatusErased    Status = "erased" // of identities only, by EraseIdentity
)

// transitions is the whole table: a pair that is absent is forbidden.
var transitions = map[Status][]Status{
	StatusActive:    {StatusSuspended, StatusRevoked},
	StatusSuspended: {StatusActive, StatusRevoked},
	StatusRevoked:   {},
}

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool {
	_, ok := transitions[s]
	return ok
}

// May reports whether a record in status s may move to next.
func (s Status) May(next Status) bool { return slices.Contains(transitions[s], next) }

// The reasons of a change of status. The list is closed, for free text on the
// channel would one day hold a name.
const (
	ReasonSubscriberRequest = "subscriber_request" // the subscriber asked
	ReasonErasure           = "erasure"            // the record was erased, at the wish of the subscriber or the operator
	ReasonKeyCompromise     = "key_compromise"     // the holder's key or device is in other hands
	ReasonFraud             = "fraud"              // the evidence was not the applicant's
	ReasonSuperseded        = "superseded"         // a newer identity replaces this one
	ReasonExpired           = "expired"            // the evidence or the contract ran out
	ReasonUnderReview       = "under_review"       // a proofing agent looks again
	ReasonReviewed          = "reviewed"           // and found nothing wrong
	ReasonAdministrative    = "administrative"     // none of the others
)

var reasons = []string{
	ReasonSubscriberRequest, ReasonErasure, ReasonKeyCompromise, ReasonFraud, ReasonSuperseded,
	ReasonExpired, ReasonUnderReview, ReasonReviewed, ReasonAdministrative,
}

func checkChange(status Status, reason string) error {
	if !status.Valid() {
		return invalid("status is not one of active, suspended, revoked")
	}
	if !slices.Contains(reasons, reason) {
		return invalid("reason is not in the list of reasons")
	}
	return nil
}
