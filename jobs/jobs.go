package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/vouchline/vouchline/kyc"
)

// A Runner carries out effects; kyc.Runner is one.
type Runner interface {
	// Run carries out an effect. An error asks for another attempt.
	Run(ctx context.Context, effect kyc.Effect) error
	// Exhausted is told that no attempt is left. It is called again until it
	// returns nil.
	Exhausted(ctx context.Context, effect kyc.Effect, cause error) error
}

// Queues says how many jobs of each queue this process runs at a time. A
// queue with zero is left to other processes.
type Queues struct {
	Effects int // messages, PBX, changes of what is minted; also, beside them, a few letters
	Engines int // photographs: as many as there are engine processes
	Ledger  int // mints: as many as shall share transactions
}

// The names of the queues.
const (
	effectsQueue = "effects"
	enginesQueue = "engines"
	ledgerQueue  = "ledger"
	lettersQueue = "letters"
)

// Intervals. River cannot listen for new jobs through database/sql, so that it
// asks for them: a person who waits sees at most the poll as delay.
const (
	pollEvery  = 100 * time.Millisecond
	pollMail   = time.Second // nobody looks at a page until a letter comes
	cooldown   = 20 * time.Millisecond
	jobTimeout = 5 * time.Minute
	leaseTime  = 6 * time.Second
	kept       = 24 * time.Hour // of finished jobs, for whoever looks for a cause
)

// Config is what a queue needs.
type Config struct {
	DB      *sql.DB
	Dialect string // "sqlite" or "postgres", as the store says
	Runner  Runner
	Queues  Queues
	Logger  *slog.Logger
	Clock   func() time.Time
	// Lease is how long a process may be without a sign of life before its
	// jobs are given to others; zero is 6 s.
	Lease time.Duration
	// Backoff is the wait after a first failure, which doubles with each
	// further one; zero is 2 s.
	Backoff time.Duration
}

// A Queue saves effects and runs them.
type Queue struct {
	cfg     Config
	client  *river.Client[*sql.Tx]
	members *members
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// args is a job's content: the effect, nothing else.
type args struct {
	kyc.Effect
}

// Kind is River's name for all our jobs.
func (args) Kind() string { return "effect" }

// New returns a queue that does not run yet. It saves effects at once.
func New(cfg Config) (*Queue, error) {
	if cfg.Clock == nil || cfg.Runner == nil {
		return nil, errors.New("jobs: no clock or no runner")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Lease == 0 {
		cfg.Lease = leaseTime
	}
	if cfg.Backoff == 0 {
		cfg.Backoff = firstBackoff
	}
	driver, err := driver(cfg.Dialect, cfg.DB)
	if err != nil {
		return nil, err
	}
	q := &Queue{cfg: cfg, members: newMembers(cfg)}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{
		runner: cfg.Runner, log: cfg.Logger, clock: cfg.Clock, firstBackoff: cfg.Backoff, ledger: &outage{db: cfg.DB},
	})
	q.client, err = river.NewClient(driver, &river.Config{
		ID:                          q.members.id,
		Queues:                      cfg.Queues.river(),
		Workers:                     workers,
		Logger:                      slog.New(quiet{cfg.Logger.Handler()}),
		FetchPollInterval:           pollEvery,
		FetchCooldown:               cooldown,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        jobTimeout + time.Minute, // the lease is far quicker
		CompletedJobRetentionPeriod: kept,
		CancelledJobRetentionPeriod: 30 * kept,
		DiscardedJobRetentionPeriod: 30 * kept,
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return q, nil
}

func (q Queues) river() map[string]river.QueueConfig {
	queues := map[string]river.QueueConfig{}
	if q.Effects > 0 {
		queues[effectsQueue] = river.QueueConfig{MaxWorkers: q.Effects}
		queues[lettersQueue] = river.QueueConfig{MaxWorkers: lettersAtOnce, FetchPollInterval: pollMail}
	}
	if q.Engines > 0 {
		queues[enginesQueue] = river.QueueConfig{MaxWorkers: q.Engines}
	}
	if q.Ledger > 0 {
		queues[ledgerQueue] = river.QueueConfig{MaxWorkers: q.Ledger}
	}
	return queues
}

func driver(dialect string, db *sql.DB) (riverdriver.Driver[*sql.Tx], error) {
	switch dialect {
	case "sqlite":
		return riversqlite.New(db), nil
	case "postgres":
		return riverdatabasesql.New(db), nil
	default:
		return nil, fmt.Errorf("jobs: no queue for the database %q", dialect)
	}
}

// notFinished are the states in which a job stands for its effect. An effect
// whose job is finished may be enqueued again.
var notFinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
	rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

// Enqueue saves effects in tx, each at most once while its job is not
// finished, to be run when they are due. It is the store's Enqueuer.
func (q *Queue) Enqueue(ctx context.Context, tx *sql.Tx, effects []kyc.Effect) error {
	if len(effects) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(effects))
	for i, effect := range effects {
		params[i] = river.InsertManyParams{Args: args{effect}, InsertOpts: &river.InsertOpts{
			Queue:       queueOf(effect),
			MaxAttempts: attempts(effect),
			ScheduledAt: effect.Due(),
			UniqueOpts:  river.UniqueOpts{ByArgs: true, ByState: notFinished},
		}}
	}
	if _, err := q.client.InsertManyTx(ctx, tx, params); err != nil {
		return fmt.Errorf("jobs: enqueue: %w", err)
	}
	return nil
}

// lettersAtOnce is how many messages about lines are sent at a time. They are
// tried for days, and all lines of an operator may be due on one day: with a
// queue of their own, a mail server that hangs holds up no change of a line.
const lettersAtOnce = 2

func queueOf(effect kyc.Effect) string {
	switch {
	case effect.Kind == kyc.TellLine:
		return lettersQueue
	case effect.Engine():
		return enginesQueue
	case effect.Kind == kyc.MintIdentity:
		return ledgerQueue
	default:
		return effectsQueue
	}
}

// Start begins to run jobs, those of processes that died included. The end of
// ctx does not interrupt a job; [Queue.Stop] ends the queue.
func (q *Queue) Start(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if err := q.members.join(ctx); err != nil {
		return err
	}
	if err := q.client.Start(ctx); err != nil {
		return errors.Join(fmt.Errorf("jobs: start: %w", err), q.members.leave(ctx))
	}
	ctx, q.stop = context.WithCancel(ctx)
	q.done.Go(func() { q.members.stay(ctx) })
	return nil
}

// Stop takes no more jobs and waits for those that run. When ctx ends first it
// interrupts them; they run again at the next start.
func (q *Queue) Stop(ctx context.Context) error {
	if q.stop == nil {
		return nil
	}
	err := q.client.Stop(ctx)
	if err != nil {
		hurry, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = q.client.StopAndCancel(hurry)
	}
	q.stop()
	q.done.Wait()
	q.stop = nil
	if err != nil {
		// Jobs still run: others may have them once this process is gone.
		return fmt.Errorf("jobs: stop: %w", err)
	}
	return q.members.leave(context.WithoutCancel(ctx))
}
