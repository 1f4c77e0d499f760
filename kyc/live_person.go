package kyc

import (
	"context"
	"time"
)

// AskForPerson ends the live step of somebody who cannot do it: who cannot turn
// their head or close their eyes, cannot write, or has no camera that works.
// An agent decides then, by other means. Nothing is forgotten by it: what
// earlier sessions said of an attack stays.
func (f *Flow) AskForPerson(ctx context.Context, id string) error {
	return f.update(ctx, id, func(e *Enrollment, now time.Time) error {
		if _, err := Next(e.State(), RecordLive); err != nil {
			return err
		}
		s := &e.Data.Live
		if s.Batch > 0 {
			s.abandon(now)
		}
		s.Missing, e.Data.Notice = ReasonPersonAsked, ""
		return recordLive(e, now)
	})
}
