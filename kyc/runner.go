package kyc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/ocr"
)

// A Runner carries out effects. Each effect first asks whether it is still
// wanted (its enrollment may have moved on, or an earlier run may have done
// it), then works outside any transaction, then saves what it learned by one
// event. A crash between any two of these repeats the work, never the result.
type Runner struct {
	*Flow
	Documents   DocumentReader
	Sender      Sender
	Provisioner Provisioner
	// Gallery holds the faces of all; without it nobody is looked for.
	Gallery FaceGallery
	// QR draws a text as a PNG.
	QR     func(text string) ([]byte, error)
	Logger *slog.Logger
}

// Run carries out one effect. An error means that it should be tried again.
func (r *Runner) Run(ctx context.Context, effect Effect) error {
	switch effect.Kind {
	case SendCode:
		return r.sendCode(ctx, effect)
	case SendLink:
		return r.sendLink(ctx, effect)
	case ReadDocument:
		return r.readDocument(ctx, effect)
	case CheckSelfie:
		return r.checkSelfie(ctx, effect)
	case CompareFaces:
		return r.compareFaces(ctx, effect)
	case MintIdentity:
		return r.mint(ctx, effect)
	case Provision:
		return r.provision(ctx, effect)
	case TellOutcome:
		return r.tellOutcome(ctx, effect)
	case SyncLine:
		return r.syncLine(ctx, effect)
	case ChangeLedger:
		return r.changeLedger(ctx, effect)
	case EraseIdentity:
		return r.eraseIdentity(ctx, effect)
	case SetLine, SignOut:
		return r.setLine(ctx, effect)
	case TendLine:
		return r.tendLine(ctx, effect)
	case TellLine:
		return r.tellLine(ctx, effect)
	default:
		return fmt.Errorf("kyc: unknown effect %q", effect.Kind)
	}
}

// Exhausted records that an effect was tried as often as it may be. What the
// engines could not do goes to a proofing agent; what could not be sent is
// told on the page.
func (r *Runner) Exhausted(ctx context.Context, effect Effect, cause error) error {
	r.Logger.ErrorContext(ctx, "effect given up", "kind", effect.Kind, "enrollment", effect.EnrollmentID, "cause", cause)
	err := r.update(ctx, effect.EnrollmentID, func(e *Enrollment, now time.Time) error {
		if !wanted(e, effect) {
			return nil
		}
		switch effect.Kind {
		case ReadDocument:
			return documentUnavailable(e, now, ReasonEngineFailed)
		case CheckSelfie:
			return selfieUnavailable(e, now, ReasonEngineFailed)
		case CompareFaces:
			return comparisonUnavailable(e, now, ReasonEngineFailed)
		case SendCode:
			e.Data.PhoneCode.markUnsent()
			e.Data.PhoneCode.SendFailed = true
			return nil
		case SendLink:
			e.Data.EmailLink.markUnsent()
			e.Data.EmailLink.SendFailed = true
			return nil
		case MintIdentity, Provision, TellOutcome, SyncLine, ChangeLedger, EraseIdentity, SetLine, SignOut, TendLine, TellLine:
			return nil
		default:
			return fmt.Errorf("kyc: unknown effect %q", effect.Kind)
		}
	})
	if errors.Is(err, ErrNotFound) {
		return nil // erased in between
	}
	return err
}

// wanted reports whether the enrollment still waits for this very effect. A
// late result for a photograph that was replaced must not be recorded for the
// new one.
func wanted(e *Enrollment, effect Effect) bool {
	switch effect.Kind {
	case SendCode:
		return e.State() == Contacts && !e.Data.PhoneCode.Validated() && codeRef(e.Data.PhoneCode.Challenge) == effect.Ref
	case SendLink:
		return fmt.Sprint(e.Data.LinkSerial) == effect.Ref && e.Data.LinkHash != ""
	case ReadDocument:
		return e.State() == Reading && refOf(e.Data.Document.Photos) == effect.Ref
	case CheckSelfie:
		return e.State() == Checking && e.Data.Selfie.Photo == effect.Ref
	case CompareFaces:
		return e.State() == Comparing && e.Data.Live.Nonce == effect.Ref
	case MintIdentity:
		return e.State() == Approved && e.Data.Identity.ID == effect.Ref
	case Provision:
		return e.State() == Minted && e.Data.Identity.ID == effect.Ref
	case ChangeLedger:
		_, serial := effect.target()
		s := e.Data.Standing
		return (e.State() == Minted || e.State() == Issued) && s.Pending() && (s.Serial == serial || s.first().Serial == serial)
	case TellOutcome, SyncLine, EraseIdentity, SetLine, SignOut, TendLine, TellLine:
		return true
	default:
		return false
	}
}

// load returns the enrollment of an effect, or nil where there is nothing to
// do any more.
func (r *Runner) load(ctx context.Context, effect Effect) (*Enrollment, error) {
	e, err := r.Enrollments.Get(ctx, effect.EnrollmentID)
	if errors.Is(err, ErrNotFound) {
		return nil, nil // erased in between
	}
	if err != nil || !wanted(e, effect) {
		return nil, err
	}
	return e, nil
}

// save records the result of an effect if it is still wanted.
func (r *Runner) save(ctx context.Context, effect Effect, change func(e *Enrollment, now time.Time) error) error {
	return r.update(ctx, effect.EnrollmentID, func(e *Enrollment, now time.Time) error {
		if !wanted(e, effect) {
			return nil
		}
		return change(e, now)
	})
}

// unavailable reports whether an engine says that it cannot work at all, so
// that trying again is of no use.
func unavailable(err error) bool {
	var document *ocr.UnavailableError
	var face *faces.UnavailableError
	return errors.As(err, &document) || errors.As(err, &face)
}
