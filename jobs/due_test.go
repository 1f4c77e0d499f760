package jobs_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
)

// What is due later waits for its time, once however often it is asked for, and
// holds up nothing.
func TestEffectsWaitUntilTheyAreDue(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		start(t, b.queue(t))
		due := time.Now().Add(2 * time.Second).Truncate(time.Second)
		later := fmt.Sprintf("2000001@%d", due.Unix())
		b.schedule(t, "en1", effect(kyc.TendLine, later))
		b.schedule(t, "en3", effect(kyc.TendLine, later), effect(kyc.SetLine, "2000001@now"))
		b.run.wait(t, "done 2000001@now 1")
		if n := b.run.times(later); n != 0 && time.Now().Before(due) {
			t.Errorf("it ran %d times before it was due", n)
		}
		b.run.wait(t, fmt.Sprintf("done %s 1", later))
		if now := time.Now(); now.Before(due) {
			t.Errorf("it ran %s early", due.Sub(now))
		}
		b.schedule(t, "en2", effect(kyc.SetLine, "2000001@last"))
		b.run.wait(t, "done 2000001@last 1")
		if n := b.run.times(later); n != 1 {
			t.Errorf("it ran %d times, want once", n)
		}
	})
}
