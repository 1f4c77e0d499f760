package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"github.com/vouchline/vouchline/kyc"
)

// How often and after how long an effect is tried again.
const (
	engineAttempts  = 3      // a photograph that crashes the engine will do so again
	messageAttempts = 8      // with the backoff below, within about five minutes
	endless         = 30_000 // never reached: see failed
	firstBackoff    = 2 * time.Second
	longestBackoff  = 30 * time.Second // of what must happen
	longestMessage  = 4 * time.Minute
	giveUpTime      = 30 * time.Second
)

// errCrashed is the cause when a process died in the last attempt.
var errCrashed = errors.New("jobs: the process ended during the last attempt")

// errAttempt is all that the queue's tables learn of a failure: a cause could
// carry personal data, such as a mail server's answer with the address.
var errAttempt = errors.New("failed: see the log")

func attempts(effect kyc.Effect) int {
	switch {
	case effect.MustHappen():
		return endless
	case effect.Engine():
		return engineAttempts
	default:
		return messageAttempts
	}
}

// backoff doubles with each failure up to a longest.
func (w *worker) backoff(failures int, longest time.Duration) time.Duration {
	wait := w.firstBackoff
	for range failures - 1 {
		if wait *= 2; wait >= longest {
			return longest
		}
	}
	return wait
}

type worker struct {
	river.WorkerDefaults[args]
	runner       Runner
	log          *slog.Logger
	clock        func() time.Time
	firstBackoff time.Duration
	ledger       *outage
}

// Work runs one attempt.
func (w *worker) Work(ctx context.Context, job *river.Job[args]) error {
	effect := job.Args.Effect
	if job.Attempt > job.MaxAttempts {
		// Every attempt was used up by processes that died in it. Running it
		// once more could kill this one too.
		return w.giveUp(ctx, job, errCrashed)
	}
	started := w.clock()
	err := w.run(ctx, effect)
	if err == nil {
		w.minted(ctx, effect)
		w.log.DebugContext(ctx, "effect done", "effect", effect.Key(), "attempt", job.Attempt, "ms", w.clock().Sub(started).Milliseconds())
		return nil
	}
	return w.failed(ctx, job, err)
}

// minted wakes the mints that wait, since the ledger has answered one.
func (w *worker) minted(ctx context.Context, effect kyc.Effect) {
	if effect.Kind != kyc.MintIdentity {
		return
	}
	if err := w.ledger.over(ctx, w.clock()); err != nil {
		w.log.WarnContext(ctx, "waiting mints are not woken, they go on by themselves", "cause", err)
	}
}

// run turns a panic into an error, so that it counts as an attempt and the
// applicant learns of the last one.
func (w *worker) run(ctx context.Context, effect kyc.Effect) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.log.ErrorContext(ctx, "effect panicked", "effect", effect.Key(), "stack", string(debug.Stack()))
			err = fmt.Errorf("jobs: panic of type %T", p) // its value could be personal
		}
	}()
	return w.runner.Run(ctx, effect)
}

func (w *worker) failed(ctx context.Context, job *river.Job[args], cause error) error {
	effect := job.Args.Effect
	if errors.Is(ctx.Err(), context.Canceled) { // this process stops: not the effect's fault
		w.log.InfoContext(ctx, "effect interrupted, runs again at the next start", "effect", effect.Key())
		return river.JobSnooze(0)
	}
	w.log.WarnContext(ctx, "effect failed", "effect", effect.Key(), "attempt", failures(job), "cause", cause)
	switch {
	case effect.MustHappen():
		// A snooze uses up no attempt and adds no line to the job's row, so
		// that this can go on for as long as it takes.
		return river.JobSnooze(w.waits(effect, w.backoff(failures(job), longestBackoff), cause))
	case job.Attempt >= job.MaxAttempts:
		return w.giveUp(ctx, job, cause)
	default:
		return errAttempt
	}
}

// waits says how long what must happen waits.
func (w *worker) waits(effect kyc.Effect, backoff time.Duration, cause error) time.Duration {
	if effect.Kind == kyc.MintIdentity && kyc.Away(cause) {
		return w.ledger.wait(w.clock(), backoff)
	}
	return backoff
}

func (w *worker) giveUp(ctx context.Context, job *river.Job[args], cause error) error {
	effect := job.Args.Effect
	// The attempt may have used up its own time.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveUpTime)
	defer cancel()
	if err := w.exhausted(ctx, effect, cause); err != nil {
		// The state still waits for this effect: it must learn of the end.
		w.log.ErrorContext(ctx, "giving an effect up failed", "effect", effect.Key(), "cause", err)
		return river.JobSnooze(w.backoff(failures(job), longestBackoff))
	}
	return river.JobCancel(errAttempt)
}

func (w *worker) exhausted(ctx context.Context, effect kyc.Effect, cause error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.log.ErrorContext(ctx, "giving an effect up panicked", "effect", effect.Key(), "stack", string(debug.Stack()))
			err = fmt.Errorf("jobs: panic of type %T", p)
		}
	}()
	return w.runner.Exhausted(ctx, effect, cause)
}

// failures counts this failed attempt and those before: River counts attempts
// and, apart from them, snoozes.
func failures(job *river.Job[args]) int {
	var metadata struct {
		Snoozes int `json:"snoozes"`
	}
	_ = json.Unmarshal(job.Metadata, &metadata) // without it the wait is shorter
	return max(1, job.Attempt+metadata.Snoozes)
}

// NextRetry says when River tries a failed job again.
func (w *worker) NextRetry(job *river.Job[args]) time.Time {
	return w.clock().Add(w.backoff(job.Attempt, longestMessage))
}

// quiet keeps River's chatter out of the operator's log.
type quiet struct{ slog.Handler }

func (h quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{h.Handler.WithAttrs(attrs)} }
func (h quiet) WithGroup(name string) slog.Handler       { return quiet{h.Handler.WithGroup(name)} }
