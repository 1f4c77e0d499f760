package kyc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"time"

	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/otp"
)

// Limits of the evidence steps (requirements section 2).
const (
	maxDocumentTries  = 5
	documentWindow    = 6 * time.Hour
	maxAnswer         = 500
	maxAnswers        = 20
	maxDocumentPhotos = 2
)

// An Upload is a photograph as it reached us: decoded, bounded and encoded
// again without metadata, with the digest of the bytes that were sent.
type Upload struct {
	JPEG   []byte
	Digest string
}

// DocumentTypes lists what an applicant can choose.
func DocumentTypes() []string {
	return []string{"passport", "identity_card", "residence_permit", "visa"}
}

// A DocumentUpload is the photograph of a document, front first.
type DocumentUpload struct {
	Type   string
	Photos []Upload
}

// SubmitDocument keeps the photographs and asks the engine to read them. Five
// tries in six hours; the same bytes twice are refused, because a second look
// at them cannot say anything new.
func (f *Flow) SubmitDocument(ctx context.Context, id string, d DocumentUpload) error {
	if !slices.Contains(DocumentTypes(), d.Type) {
		return ErrUnknownDocument
	}
	if len(d.Photos) == 0 || len(d.Photos) > maxDocumentPhotos {
		return ErrNoPhotograph
	}
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return err
	}
	// Asked before the photographs are kept and again in the transaction: the
	// first spares the work, the second decides.
	if err := mayPhotograph(e, f.Clock(), d.Photos); err != nil {
		return err
	}
	// Over all enrollments with this phone too: beginning anew buys no tries.
	if err := f.take(ctx, "document:"+e.Data.Profile.Phone, otp.Window{N: 2 * maxDocumentTries, Per: documentWindow}); err != nil {
		return err
	}
	names, err := f.keep(ctx, id, "document", d.Photos)
	if err != nil {
		return err
	}
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if err := mayPhotograph(e, now, d.Photos); err != nil {
			return err
		}
		doc := &e.Data.Document
		doc.Type, doc.Photos, doc.Portrait, doc.Reading, doc.Sides, doc.Comparisons = d.Type, names, "", nil, nil, nil
		doc.Tries = append(doc.Tries, now)
		for _, p := range d.Photos {
			doc.Seen = append(doc.Seen, p.Digest)
		}
		e.Data.Notice = ""
		return e.Apply(Photograph, now, Effect{Kind: ReadDocument, EnrollmentID: e.ID, Ref: refOf(names)})
	})
}

func mayPhotograph(e *Enrollment, now time.Time, photos []Upload) error {
	if _, err := Next(e.State(), Photograph); err != nil {
		return err
	}
	if e.Data.Document.TriesLeft(now) == 0 {
		return ErrTooManyTries
	}
	return notSeen(e.Data.Document.Seen, photos)
}

// TriesLeft is how many photographs of a document may still be sent now.
func (d DocumentEvidence) TriesLeft(now time.Time) int {
	left := maxDocumentTries
	for _, t := range d.Tries {
		if now.Sub(t) < documentWindow {
			left--
		}
	}
	return max(0, left)
}

// MayPhotograph reports whether a document or selfie would be taken now, so
// that an edge asks before it reads and decodes what was sent.
func (f *Flow) MayPhotograph(ctx context.Context, id string) error {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return err
	}
	if e.State() == Selfie {
		return mayTakeSelfie(e, Upload{})
	}
	return mayPhotograph(e, f.Clock(), nil)
}

func notSeen(seen []string, photos []Upload) error {
	for i, p := range photos {
		if slices.Contains(seen, p.Digest) {
			return ErrSameImage
		}
		for _, q := range photos[:i] {
			if p.Digest == q.Digest {
				return ErrSameImage
			}
		}
	}
	return nil
}

// keep stores photographs before the state names them: a crash in between
// leaves a blob that nothing points to, never a state without its evidence.
func (f *Flow) keep(ctx context.Context, id, kind string, photos []Upload) ([]string, error) {
	names := make([]string, len(photos))
	for i, p := range photos {
		names[i] = blobName(kind, p.JPEG)
		if err := f.Photos.PutEvidence(ctx, id, names[i], p.JPEG); err != nil {
			return nil, err
		}
	}
	return names, nil
}

func blobName(kind string, b []byte) string {
	sum := sha256.Sum256(b)
	return kind + "-" + hex.EncodeToString(sum[:8])
}

// refOf names a set of photographs in an effect.
func refOf(names []string) string {
	h := sha256.New()
	for _, n := range names {
		_, _ = io.WriteString(h, n+"\n")
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// ConfirmDocument records the applicant's last word on the profile beside the
// document. Differences that remain refer the case; they never stop the
// applicant, who may be right.
func (f *Flow) ConfirmDocument(ctx context.Context, id string, corrected Profile) error {
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		p := e.Data.Profile
		p.GivenNames, p.FamilyNames, p.BirthDate = corrected.GivenNames, corrected.FamilyNames, corrected.BirthDate
		p.Sex, p.Nationality = corrected.Sex, corrected.Nationality
		p, faults := normalizeProfile(p, f.Settings.DefaultCountry, now)
		if len(faults) > 0 {
			return faults
		}
		e.Data.Profile = p
		doc := &e.Data.Document
		doc.ConfirmedAt = now
		check := Check{Name: CheckProfile, Outcome: Referred, Reasons: []Reason{ReasonUnreadable}, At: now}
		if doc.Reading != nil && doc.Reading.MRZ != nil {
			doc.Comparisons = ocr.CompareSources(p.claims(), *doc.Reading.MRZ, doc.Reading.Corroborations, now)
			check = profileCheck(doc.Comparisons, now)
		}
		e.Data.Checks = setCheck(e.Data.Checks, check)
		e.Data.Notice = ""
		return e.Apply(Confirm, now)
	})
}

// RetakeDocument goes back to photograph the document again.
func (f *Flow) RetakeDocument(ctx context.Context, id string) error {
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		// Going back must not be the last step: without a try left the reading
		// at hand is the best there is.
		if _, err := Next(e.State(), Retake); err == nil && e.Data.Document.TriesLeft(now) == 0 {
			return ErrTooManyTries
		}
		e.Data.Notice = ""
		return e.Apply(Retake, now)
	})
}

// QuestionNames lists the questions that every applicant answers (E7).
func QuestionNames() []string { return []string{"profession", "line_use"} }

// AnswerQuestions records the last answers and decides.
func (f *Flow) AnswerQuestions(ctx context.Context, id string, answers map[string]string) error {
	faults := FieldErrors{}
	for _, q := range QuestionNames() {
		if answers[q] == "" {
			faults[q] = FieldRequired
		}
	}
	for q, a := range answers {
		if len(a) > maxAnswer || len(answers) > maxAnswers {
			faults[q] = FieldTooLong
		}
	}
	if len(faults) > 0 {
		return faults
	}
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return err
	}
	doubt, err := f.doubt(ctx, e)
	if err != nil {
		return err
	}
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		e.Data.Answers = answers
		outcome, reasons := f.Policy.Decide(e.Data.Checks)
		if doubt != "" && outcome == Passed {
			outcome, reasons = Referred, []Reason{doubt}
		}
		return f.decide(e, now, Decision{Outcome: outcome, Reasons: reasons, By: "policy", At: now})
	})
}
