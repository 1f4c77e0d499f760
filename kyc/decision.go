package kyc

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ocr"
)

// Assurance codes on the ledger. They say how the person was proofed, and are
// shaped after IAL2 without claiming it: checks against authoritative sources
// are the operator's to add.
const (
	AssurancePolicy = "remote-doc-face" // document and live face, decided by policy
	AssuranceAgent  = "remote-agent"    // the same evidence, decided by a proofing agent
)

// decide records a decision and moves the enrollment accordingly.
func (f *Flow) decide(e *Enrollment, now time.Time, d Decision) error {
	e.Data.Decision = &d
	switch d.Outcome {
	case Passed:
		return f.approve(e, now, d)
	case Referred:
		return e.Apply(Refer, now, tell(e, ReferredMessage))
	case Failed:
		return e.Apply(Reject, now, tell(e, RejectedMessage))
	default:
		return fmt.Errorf("kyc: decision with the unknown outcome %q", d.Outcome)
	}
}

func tell(e *Enrollment, kind MessageKind) Effect {
	return Effect{Kind: TellOutcome, EnrollmentID: e.ID, Ref: string(kind)}
}

// approve fixes what will be minted, in the same transaction as the decision:
// id, values, salts and the sealed attributes are chosen once, so that a
// repeated mint asks for the very same record.
func (f *Flow) approve(e *Enrollment, now time.Time, d Decision) error {
	assurance := AssurancePolicy
	if d.By != "policy" {
		assurance = AssuranceAgent
	}
	identity, err := f.newIdentity(e.Data.Profile, assurance)
	if err != nil {
		return err
	}
	if identity.Nullifier = f.nullifier(e); identity.Nullifier == "" {
		return FieldErrors{"document_number": FieldRequired, "issuing_state": FieldRequired}
	}
	e.Data.Identity = identity
	return e.Apply(Approve, now, Effect{Kind: MintIdentity, EnrollmentID: e.ID, Ref: identity.ID})
}

// nullifier derives from the document what keeps a person from enrolling
// twice, or "" where no document number is known.
func (f *Flow) nullifier(e *Enrollment) string {
	reading := e.Data.Document.Reading
	if reading == nil || reading.MRZ == nil || reading.MRZ.Fields.DocumentNumber == "" {
		return ""
	}
	fields := reading.MRZ.Fields
	return ledger.Nullifier(f.Keyring.Derive(purposeNullifier), fields.IssuingState, fields.DocumentNumber)
}

// enrolledBefore reports whether another enrollment with the same document is
// approved or issued. The ledger decides in the end; this tells a reviewer
// before anything is promised.
func (f *Flow) enrolledBefore(ctx context.Context, e *Enrollment) (bool, error) {
	nullifier := f.nullifier(e)
	if nullifier == "" {
		return false, nil
	}
	ids, err := f.Enrollments.Find(ctx, ByNullifier, nullifier)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		if id != e.ID {
			return true, nil
		}
	}
	return false, nil
}

// doubt returns what keeps a full set of passed checks from being enough: a
// document that is enrolled or has no number, or an account that has the same
// username, phone or e-mail address and would be shadowed.
func (f *Flow) doubt(ctx context.Context, e *Enrollment) (Reason, error) {
	if f.nullifier(e) == "" {
		return ReasonUnreadable, nil
	}
	duplicate, err := f.enrolledBefore(ctx, e)
	if err != nil || duplicate {
		return ReasonDuplicate, err
	}
	p := e.Data.Profile
	accounts, err := f.accounts(ctx, map[Lookup]string{ByEmail: p.Email, ByPhone: p.Phone, ByUsername: p.Username})
	if err != nil || len(accounts) > 0 {
		return ReasonAccountExists, err
	}
	return "", nil
}

// Referrals returns the cases that wait for a proofing agent, oldest first.
func (f *Flow) Referrals(ctx context.Context, limit int) ([]*Enrollment, error) {
	return f.Enrollments.List(ctx, InReview, limit)
}

// Review returns a case for a proofing agent to look at; the look is recorded.
// Only a case that was referred is one: nobody browses through the others.
func (f *Flow) Review(ctx context.Context, agent, id string) (*Enrollment, error) {
	e, err := f.referred(ctx, id)
	if err != nil {
		return nil, err
	}
	return e, f.audit(ctx, agent, "review", id, "")
}

// referred returns an enrollment that waits for an agent or was decided by one.
func (f *Flow) referred(ctx context.Context, id string) (*Enrollment, error) {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	byAgent := e.Data.Decision != nil && strings.HasPrefix(e.Data.Decision.By, AgentPrefix)
	if e.State() != InReview && !byAgent {
		return nil, ErrNotFound
	}
	return e, nil
}

// AgentPrefix begins the name of a proofing agent in decisions and audit.
const AgentPrefix = "agent:"

// ReviewPhoto returns a photograph of a case for a proofing agent. Only names
// that the case itself holds are looked up.
func (f *Flow) ReviewPhoto(ctx context.Context, agent, id, name string) ([]byte, error) {
	e, err := f.referred(ctx, id)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(e.Data.photos(), name) {
		return nil, ErrNotFound
	}
	if err := f.audit(ctx, agent, "view_photograph", id, name); err != nil {
		return nil, err
	}
	return f.Photos.Evidence(ctx, id, name)
}

// photos names every photograph that the data point to.
func (d Data) photos() []string {
	names := slices.Concat(d.Document.Photos, d.Live.Frames, d.Live.Suspicious, []string{d.Document.Portrait, d.Selfie.Photo})
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// A Ruling is a proofing agent's decision on a referred case.
type Ruling struct {
	Agent   string
	Outcome Outcome // Passed or Failed
	Reasons []Reason
	Note    string // required: why
	// DocumentNumber and IssuingState are what the agent read where the
	// engine could not; without them nobody can be kept from enrolling twice.
	DocumentNumber string
	IssuingState   string
}

// Rule records a proofing agent's decision.
func (f *Flow) Rule(ctx context.Context, id string, r Ruling) error {
	if r.Outcome != Passed && r.Outcome != Failed {
		return ErrUnknownOutcome
	}
	if r.Note == "" {
		return ErrNoteMissing
	}
	err := f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if e.State() != InReview {
			return &TransitionError{From: e.State(), Event: Approve}
		}
		if r.Outcome == Passed && e.Data.Document.NeedsNumber() {
			if r.DocumentNumber == "" || r.IssuingState == "" {
				return FieldErrors{"document_number": FieldRequired, "issuing_state": FieldRequired}
			}
			e.Data.Document.Reading = withNumber(e.Data.Document.Reading, r)
		}
		reasons := r.Reasons
		if len(reasons) == 0 {
			reasons = []Reason{ReasonAgent}
		}
		return f.decide(e, now, Decision{Outcome: r.Outcome, Reasons: reasons, By: r.Agent, Note: r.Note, At: now})
	})
	if err != nil {
		return err
	}
	return f.audit(ctx, r.Agent, "rule_"+string(r.Outcome), id, "")
}

// NeedsNumber reports whether an agent who approves has to read the document
// number with their own eyes: a number that the check digits do not support
// would let the same document in twice and keep its true holder out.
func (d DocumentEvidence) NeedsNumber() bool {
	return d.Reading == nil || d.Reading.MRZ == nil || !d.Reading.MRZ.Valid || d.Reading.MRZ.Fields.DocumentNumber == ""
}

// withNumber completes a reading by what an agent read with their own eyes. It
// stays marked as not valid.
func withNumber(reading *ocr.Reading, r Ruling) *ocr.Reading {
	completed := ocr.Reading{}
	if reading != nil {
		completed = *reading
	}
	mrz := ocr.MRZ{}
	if completed.MRZ != nil {
		mrz = *completed.MRZ
	}
	mrz.Valid, mrz.Status = false, ocr.StatusInvalid
	mrz.Fields.DocumentNumber, mrz.Fields.IssuingState = r.DocumentNumber, r.IssuingState
	completed.MRZ = &mrz
	return &completed
}

func (f *Flow) audit(ctx context.Context, actor, action, subject, detail string) error {
	return f.Auditor.Audit(ctx, AuditEntry{At: f.Clock(), Actor: actor, Action: action, Subject: subject, Detail: detail})
}
