package kyc

import (
	"fmt"
	"slices"
)

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
	Erasing      State = "erasing" // to be forgotten: emptied, and gone once ledger and PBX have forgotten too
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
	Erase    Event = "erase"
)

var (
	states = []State{
		Contacts, Document, Reading, Confirmation, Selfie, Checking, Live, Comparing, Questions,
		InReview, Approved, Minted, Issued, Rejected, Expired, Withdrawn, Erasing,
	}
	events = []Event{
		ChangeContacts, ValidateAddresses, Photograph, Read, Unreadable, Confirm, Retake, TakeSelfie,
		AcceptSelfie, RefuseSelfie, RecordLive, RepeatLive, Compare, Approve, Refer, Reject, Mint, Issue, Expire, Withdraw, Erase,
	}
)

// transitions is the whole flow. A pair that is absent is forbidden.
//
// Nobody may withdraw or expire once approved: the mint job may already have
// written to the ledger, so the way out from there is revocation or, once the
// identity is issued, erasure. What is being minted cannot be erased for the
// same reason: a transaction that is still on its way would bring it back.
var transitions = map[State]map[Event]State{
	Contacts:     {ChangeContacts: Contacts, ValidateAddresses: Document, Expire: Expired, Withdraw: Withdrawn, Erase: Erasing},
	Document:     {Photograph: Reading, Expire: Expired, Withdraw: Withdrawn, Erase: Erasing},
	Reading:      {Read: Confirmation, Unreadable: Document, Expire: Expired, Withdraw: Withdrawn, Erase: Erasing},
	Confirmation: {Confirm: Selfie, Retake: Document, Expire: Expired, Withdraw: Withdrawn, Erase: Erasing},
	Selfie:       {TakeSelfie: Checking, Expire: Expired, Withdraw: Withdrawn, Erase: Erasing},
	Checking:     {AcceptSelfie: Live, RefuseSelfie: Selfie, Expire: Expired, Withdraw: Withdrawn, Erase: Erasing},
	Live:         {RecordLive: Comparing, Expire: Expired, Withdraw: Withdrawn, Erase: Erasing},
	Comparing:    {RepeatLive: Live, Compare: Questions, Expire: Expired, Withdraw: Withdrawn, Erase: Erasing},
	Questions:    {Approve: Approved, Refer: InReview, Reject: Rejected, Expire: Expired, Withdraw: Withdrawn, Erase: Erasing},
	InReview:     {Approve: Approved, Reject: Rejected, Expire: Expired, Withdraw: Withdrawn, Erase: Erasing},
	// The ledger may refuse what policy approved: its nullifier index knows
	// every identity, also those of other issuers. A person then decides.
	Approved: {Mint: Minted, Refer: InReview},
	Minted:   {Issue: Issued},

	Issued:    {Erase: Erasing},
	Rejected:  {Erase: Erasing},
	Expired:   {Erase: Erasing},
	Withdrawn: {Erase: Erasing},
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

// Terminal reports whether nothing can follow s but to be forgotten.
func (s State) Terminal() bool {
	for e := range transitions[s] {
		if e != Erase {
			return false
		}
	}
	return true
}

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

// States returns, in the order of the flow, every state in which a page can
// meet an enrollment: none ever sees one that is being erased.
func States() []State {
	return slices.DeleteFunc(slices.Clone(states), func(s State) bool { return s == Erasing })
}
