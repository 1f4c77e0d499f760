package jobs_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/vouchline/vouchline/kyc"
)

// However many letters hang at a mail server, a line is changed.
func TestLettersHoldUpNoChange(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		answered := make(chan struct{})
		b.run.answer = func(ctx context.Context, e kyc.Effect, _ int) error {
			if e.Kind == kyc.TellLine {
				select {
				case <-answered:
				case <-ctx.Done():
				}
			}
			return ctx.Err()
		}
		start(t, b.queue(t))
		letters, done := make([]kyc.Effect, 20), make([]string, 20)
		for i := range letters {
			letters[i] = effect(kyc.TellLine, fmt.Sprintf("line_suspended/20000%02d//1", i))
			done[i] = fmt.Sprintf("done %s 1", letters[i].Ref)
		}
		b.schedule(t, "en1", letters...)
		b.run.wait(t, fmt.Sprintf("begin %s 1", letters[0].Ref))
		b.schedule(t, "en2", effect(kyc.SignOut, "2000001@now"))
		b.run.wait(t, "done 2000001@now 1")
		close(answered)
		b.run.wait(t, done...)
	})
}
