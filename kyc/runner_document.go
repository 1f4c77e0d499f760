package kyc

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vouchline/vouchline/ocr"
)

// maxUnreadable is after how many photographs in a window that cannot be used a
// person looks at the last one instead of asking for another.
const maxUnreadable = 3

// readDocument reads every photograph of the document and joins the readings.
func (r *Runner) readDocument(ctx context.Context, effect Effect) error {
	e, err := r.load(ctx, effect)
	if e == nil {
		return err
	}
	var shots []shot
	for _, name := range e.Data.Document.Photos {
		s, err := r.readShot(ctx, e.ID, name)
		switch {
		case unavailable(err):
			return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
				return documentUnavailable(e, now, ReasonModelsMissing)
			})
		case err != nil:
			return err
		}
		shots = append(shots, s)
	}
	s := join(shots, r.Clock())
	portrait := ""
	if len(s.PortraitJPEG) > 0 {
		portrait = blobName("portrait", s.PortraitJPEG)
		if err := r.Photos.PutEvidence(ctx, e.ID, portrait, s.PortraitJPEG); err != nil {
			return err
		}
	}
	return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		e.Data.Document.Portrait = portrait
		return recordReading(e, s, r.Policy, now)
	})
}

// readShot reads one photograph. What the applicant can mend is no error: a
// side without a zone may still show portrait and print.
func (r *Runner) readShot(ctx context.Context, id, name string) (shot, error) {
	photo, err := r.Photos.Evidence(ctx, id, name)
	if err != nil {
		return shot{}, err
	}
	reading, err := r.Documents.ReadDocument(ctx, photo)
	var unreadable *ocr.Error
	if errors.As(err, &unreadable) {
		return shot{Reading: reading, photo: name, fault: unreadable.Code}, nil
	}
	return shot{Reading: reading, photo: name}, err
}

// recordReading saves what was read, or asks for a better photograph.
func recordReading(e *Enrollment, s sides, policy Policy, now time.Time) error {
	doc := &e.Data.Document
	checks := documentChecks(doc.Type, s, now)
	if notice := mend(s, checks); notice != "" && doc.mayMend(s, now) {
		e.Data.Notice = notice
		return e.Apply(Unreadable, now)
	}
	doc.Reading, doc.Sides = s.kept(), s.photographs()
	if s.MRZ != nil {
		doc.Comparisons = ocr.CompareSources(e.Data.Profile.claims(), *s.MRZ, s.Corroborations, now)
	}
	for _, c := range append(checks, policy.hintsCheck(s.Hints, now)) {
		e.Data.Checks = setCheck(e.Data.Checks, c)
	}
	return e.Apply(Read, now)
}

// mayMend reports whether another photograph is asked for. The window counts,
// so that who comes back the next day starts anew. Where no document was seen
// at all a person could decide on nothing, so it is asked for to the last try;
// but the last try is never refused, or a poor camera would lock people out.
func (d DocumentEvidence) mayMend(s sides, now time.Time) bool {
	left := d.TriesLeft(now)
	return left > 0 && (s.nothing() || maxDocumentTries-left < maxUnreadable)
}

// documentUnavailable lets the enrollment go on where no engine can read: the
// photographs wait for a proofing agent's eyes.
func documentUnavailable(e *Enrollment, now time.Time, why Reason) error {
	e.Data.Checks = slices.DeleteFunc(e.Data.Checks, func(c Check) bool { return c.Name == CheckHints }) // of a photograph before
	for _, name := range []CheckName{CheckDocument, CheckExpiry} {
		e.Data.Checks = setCheck(e.Data.Checks, Check{Name: name, Outcome: Referred, Reasons: []Reason{why}, At: now})
	}
	return e.Apply(Read, now)
}
