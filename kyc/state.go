package kyc

import "fmt"

// A State says what is already true of an enrollment.
type State string

// The states in the order in which an undisturbed enrollment passes them.
const (
	Contacts     State = "contacts"     // profile and consent recorded; code and link are on their way
	Document     State = "document"     // phone and e-mail address validated; no readable document yet
	Reading      State = "reading"      // document photographed; the engine reads it
	Confirmation State = "confirmation" // document read; the applicant has not confirmed the reading
	Selfie       State = "selfie"       // reading confirmed; no usable photograph of the applicant yet
	Checking     State = "checking"     // photograph taken; the engine examines it
	Live         State = "live"         // photograph usable; the camera session has not happened
	Comparing    State = "comparing"    // frames recorded; the engine compares faces and words
	Questions    State = "questions"    // comparisons recorded; the last questions are open
	InReview     State = "in_review"    // referred to a proofing agent
	Approved     State = "approved"     // decision recorded; the identity is not on the ledger yet
	Minted       State = "minted"       // committed on the ledger; the line is not on the PBX yet
	Issued       State = "issued"       // identity and line exist; the applicant is a subscriber
	Rejected     State = "rejected"
	Expired      State = "expired"
	Withdrawn    State = "withdrawn"
)

// An Event is something that happened to an enrollment.
type Event string

// The events, grouped by the step that causes them.
const (
	ChangeContacts    Event = "change_contacts"
	ValidateAddresses Event = "validate_addresses"

	Photograph Event = "photograph"
	Read       Event = "read"
	Unreadable Event = "unreadable"
	Confirm    Event = "confirm"
	Retake     Event = "retake"

	TakeSelfie   Event = "take_selfie"
	AcceptSelfie Event = "accept_selfie"
	RefuseSelfie Event = "refuse_selfie"

	RecordLive Event = "record_live"
	RepeatLive Event = "repeat_live"
	Compare    Event = "compare"

	Approve Event = "approve"
	Refer   Event = "refer"
	Reject  Event = "reject"

	Mint  Event = "mint"
	Issue Event = "issue"

	Expire   Event = "expire"
	Withdraw Event = "withdraw"
)

var (
	states = []State{
		Contacts, Document, Reading, Confirmation, Selfie, Checking, Live, Comparing, Questions,
		InReview, Approved, Minted, Issued, Rejected, Expired, Withdrawn,
	}
	events = []Event{
		ChangeContacts, ValidateAddresses, Photograph, Read, Unreadable, Confirm, Retake, TakeSelfie,
		AcceptSelfie, RefuseSelfie, RecordLive, RepeatLive, Compare, Approve, Refer, Reject, Mint, Issue, Expire, Withdraw,
	}
)

// transitions is the whole flow. A pair that is absent is forbidden.
//
// Nobody may withdraw or expire once approved: the mint job may already have
// written to the ledger, so the way out from there is revocation.
var transitions = map[State]map[Event]State{
	Contacts:     {ChangeContacts: Contacts, ValidateAddresses: Document, Expire: Expired, Withdraw: Withdrawn},
	Document:     {Photograph: Reading, Expire: Expired, Withdraw: Withdrawn},
	Reading:      {Read: Confirmation, Unreadable: Document, Expire: Expired, Withdraw: Withdrawn},
	Confirmation: {Confirm: Selfie, Retake: Document, Expire: Expired, Withdraw: Withdrawn},
	Selfie:       {TakeSelfie: Checking, Expire: Expired, Withdraw: Withdrawn},
	Checking:     {AcceptSelfie: Live, RefuseSelfie: Selfie, Expire: Expired, Withdraw: Withdrawn},
	Live:         {RecordLive: Comparing, Expire: Expired, Withdraw: Withdrawn},
	Comparing:    {RepeatLive: Live, Compare: Questions, Expire: Expired, Withdraw: Withdrawn},
	Questions:    {Approve: Approved, Refer: InReview, Reject: Rejected, Expire: Expired, Withdraw: Withdrawn},
	InReview:     {Approve: Approved, Reject: Rejected, Expire: Expired, Withdraw: Withdrawn},
	// The ledger may refuse what policy approved: its nullifier index knows
	// every identity, also those of other issuers. A person then decides.
	Approved: {Mint: Minted, Refer: InReview},
	Minted:   {Issue: Issued},
}

// A TransitionError reports an event that the state forbids.
type TransitionError struct {
	From  State
	Event Event
}

func (e *TransitionError) Error() string {
	return fmt.Sprintf("kyc: %s is not allowed in state %s", e.Event, e.From)
}

// Next returns the state that follows from when e happens. An unknown state or
// event is an error, never a default.
func Next(from State, e Event) (State, error) {
	to, ok := transitions[from][e]
	if !ok {
		return "", &TransitionError{From: from, Event: e}
	}
	return to, nil
}

// Terminal reports whether nothing can follow s.
func (s State) Terminal() bool { return len(transitions[s]) == 0 }

// Working reports whether the next event comes from an engine or another
// system rather than from a person, so that a page should wait.
func (s State) Working() bool {
	switch s {
	case Reading, Checking, Comparing, Approved, Minted:
		return true
	default:
		return false
	}
}

// States returns every state in the order of the flow.
func States() []State { return append([]State(nil), states...) }
