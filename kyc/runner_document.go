package kyc

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vouchline/vouchline/ocr"
)

// maxUnreadable is after how many photographs that cannot be read a person
// looks at the last one instead of asking for another.
const maxUnreadable = 3

// readDocument reads every photograph of the document and joins the readings:
// a card has its zone on one side and the portrait on the other.
func (r *Runner) readDocument(ctx context.Context, effect Effect) error {
	e, err := r.load(ctx, effect)
	if e == nil {
		return err
	}
	var readings []ocr.Reading
	notice := ocr.CodeMRZNotFound
	for _, name := range e.Data.Document.Photos {
		photo, err := r.Photos.Evidence(ctx, e.ID, name)
		if err != nil {
			return err
		}
		reading, err := r.Documents.ReadDocument(ctx, photo)
		var unreadable *ocr.Error
		switch {
		case err == nil:
			readings = append(readings, reading)
		case unavailable(err):
			return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
				return documentUnavailable(e, now, ReasonModelsMissing)
			})
		case errors.As(err, &unreadable):
			notice = unreadable.Code
			// A side without a zone may still show the portrait.
			readings = append(readings, reading)
		default:
			return err
		}
	}
	joined, portrait, bound := join(readings)
	portraitName := ""
	if len(portrait) > 0 {
		portraitName = blobName("portrait", portrait)
		if err := r.Photos.PutEvidence(ctx, e.ID, portraitName, portrait); err != nil {
			return err
		}
	}
	return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		e.Data.Document.Portrait = portraitName
		return recordReading(e, now, sides{joined, bound}, notice)
	})
}

// sides is what the photographs of one document add up to. Bound says that the
// portrait was seen beside the zone.
type sides struct {
	ocr.Reading

	bound bool
}

// join takes the zone from the reading whose check digits are right, and the
// portrait from beside that zone or else from the first side that shows one.
func join(readings []ocr.Reading) (joined ocr.Reading, portrait []byte, bound bool) {
	for i, r := range readings {
		if i == 0 {
			joined.Quality, joined.Rotation = r.Quality, r.Rotation
		}
		zone := r.MRZ != nil && (joined.MRZ == nil || !joined.MRZ.Valid && r.MRZ.Valid)
		if zone {
			joined.MRZ, joined.Quality, joined.Rotation = r.MRZ, r.Quality, r.Rotation
		}
		// A zone that replaces another unbinds the portrait beside the one
		// before, or a forged front could lend its face to a stolen back.
		if zone {
			bound = len(r.PortraitJPEG) > 0
		}
		if len(r.PortraitJPEG) > 0 && (len(portrait) == 0 || zone) {
			portrait, joined.Portrait = r.PortraitJPEG, r.Portrait
		}
	}
	return joined, portrait, bound
}

// recordReading saves what was read, or asks for a better photograph.
func recordReading(e *Enrollment, now time.Time, s sides, notice string) error {
	doc, reading := &e.Data.Document, s.Reading
	checks := documentChecks(doc.Type, reading, now)
	if doc.Portrait == "" {
		// Without the portrait the faces cannot be compared with the document.
		checks[0].Outcome = Referred
		checks[0].Reasons = append(checks[0].Reasons, ReasonNoPortrait)
	}
	if reading.MRZ != nil { // else the engine's own code says it best
		for _, c := range checks {
			if len(c.Reasons) > 0 {
				notice = string(c.Reasons[0])
			}
		}
	}
	mendable := slices.ContainsFunc(checks, func(c Check) bool { return c.Outcome != Passed })
	if mendable && len(doc.Tries) < maxUnreadable {
		e.Data.Notice = notice
		return e.Apply(Unreadable, now)
	}
	if doc.Portrait != "" && !s.bound {
		// Nothing yet ties the two sides of a card together: a stranger's back
		// with one's own photograph as front would match one's own face. A
		// person looks until the front's own print is compared with the zone.
		checks[0].Outcome = Referred
		checks[0].Reasons = append(checks[0].Reasons, ReasonPortraitUnbound)
	}
	doc.Reading = &reading
	if reading.MRZ != nil {
		doc.Comparisons = ocr.CompareClaims(e.Data.Profile.claims(), *reading.MRZ, now)
	}
	for _, c := range checks {
		e.Data.Checks = setCheck(e.Data.Checks, c)
	}
	return e.Apply(Read, now)
}

// documentChecks judges the document by itself: first whether it was read,
// then, if it was, whether it is in force.
func documentChecks(kind string, reading ocr.Reading, now time.Time) []Check {
	if reading.MRZ == nil {
		return []Check{
			{Name: CheckDocument, Outcome: Referred, Reasons: []Reason{ReasonUnreadable}, At: now},
			{Name: CheckExpiry, Outcome: Referred, Reasons: []Reason{ReasonUnreadable}, At: now},
		}
	}
	document := Check{Name: CheckDocument, Outcome: Passed, At: now}
	if !reading.MRZ.Valid {
		document.Outcome, document.Reasons = Referred, append(document.Reasons, ReasonCheckDigits)
	}
	if !isKind(kind, *reading.MRZ) {
		document.Outcome, document.Reasons = Referred, append(document.Reasons, ReasonTypeDiffers)
	}
	return []Check{document, expiryCheck(*reading.MRZ, now)}
}

func expiryCheck(mrz ocr.MRZ, now time.Time) Check {
	check := Check{Name: CheckExpiry, Outcome: Passed, At: now}
	expires, err := ocr.ResolveExpiryDate(mrz.Fields.ExpiryDate, now)
	switch {
	case err != nil:
		check.Outcome, check.Reasons = Referred, []Reason{ReasonBadDates}
	case expires.AddDate(0, 0, 1).Before(now): // in force to the end of its last day
		check.Outcome, check.Reasons = Failed, []Reason{ReasonExpired}
		if !mrz.Valid {
			check.Outcome = Referred // the date itself may be misread
		}
	}
	return check
}

// isKind reports whether the zone belongs to the kind of document that was
// chosen (ICAO 9303-4 to -7: P passports, V visas; cards have A, C or I).
func isKind(kind string, mrz ocr.MRZ) bool {
	code := mrz.Fields.DocumentCode
	if code == "" {
		return false
	}
	switch kind {
	case "passport":
		return code[0] == 'P'
	case "visa":
		return code[0] == 'V'
	case "identity_card", "residence_permit":
		return code[0] == 'A' || code[0] == 'C' || code[0] == 'I' || code[0] == 'R' || code[0] == 'T'
	default:
		return false
	}
}

// documentUnavailable lets the enrollment go on where no engine can read: the
// photographs wait for a proofing agent's eyes.
func documentUnavailable(e *Enrollment, now time.Time, why Reason) error {
	for _, name := range []CheckName{CheckDocument, CheckExpiry} {
		e.Data.Checks = setCheck(e.Data.Checks, Check{Name: name, Outcome: Referred, Reasons: []Reason{why}, At: now})
	}
	return e.Apply(Read, now)
}
