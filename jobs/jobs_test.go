package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/jobs"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/store"
)

// patience is how long a test waits for what must happen; only a failing test
// waits that long.
const patience = 30 * time.Second

// databases are those on which every test of this package runs.
var databases = map[string]func(t *testing.T) string{
	"SQLite":     func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "jobs.db") },
	"PostgreSQL": func(t *testing.T) string { t.Helper(); return pgtest.Start(t) },
}

// onEach runs a test on every database.
func onEach(t *testing.T, test func(t *testing.T, b *bundle)) {
	t.Helper()
	t.Parallel()
	for name, dsn := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newBundle(t, dsn(t)))
		})
	}
}

// bundle is a store whose effects go to a queue.
type bundle struct {
	store *store.Store
	cfg   store.Config
	run   *script
}

func storeConfig(dsn, dir string) store.Config {
	return store.Config{DSN: dsn, Blobs: filepath.Join(dir, "blobs"), KeyFile: filepath.Join(dir, "operator.key"), Clock: time.Now}
}

func newBundle(t *testing.T, dsn string) *bundle {
	t.Helper()
	cfg := storeConfig(dsn, t.TempDir())
	if err := store.Migrate(t.Context(), cfg, jobs.Migrate); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &bundle{store: s, cfg: cfg, run: newScript()}
}

func (b *bundle) queue(t *testing.T, change ...func(*jobs.Config)) *jobs.Queue {
	t.Helper()
	cfg := jobs.Config{
		DB: b.store.DB(), Dialect: b.store.Dialect(), Runner: b.run, Clock: time.Now,
		Queues: jobs.Queues{Effects: 4, Engines: 2, Ledger: 4}, Backoff: 5 * time.Millisecond,
	}
	for _, f := range change {
		f(&cfg)
	}
	q, err := jobs.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.store.EnqueueWith(q.Enqueue)
	return q
}

func start(t *testing.T, q *jobs.Queue) {
	t.Helper()
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

// schedule creates an enrollment with effects.
func (b *bundle) schedule(t *testing.T, id string, effects ...kyc.Effect) {
	t.Helper()
	e := kyc.NewEnrollment(id, time.Now(), kyc.Data{})
	e.Schedule(effects...)
	if err := b.store.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// script is a runner that notes what it is told and answers as a test says.
type script struct {
	mu        sync.Mutex
	answer    func(ctx context.Context, effect kyc.Effect, nth int) error
	exhausted func(nth int) error
	seen      map[string]int
	given     map[string][]error
	news      chan string
}

func newScript() *script {
	return &script{seen: map[string]int{}, given: map[string][]error{}, news: make(chan string, 10_000)}
}

func (s *script) Run(ctx context.Context, effect kyc.Effect) error {
	s.mu.Lock()
	s.seen[effect.Ref]++
	nth, answer := s.seen[effect.Ref], s.answer
	s.mu.Unlock()
	var err error
	s.news <- fmt.Sprintf("begin %s %d", effect.Ref, nth)
	if answer != nil {
		err = answer(ctx, effect, nth)
	}
	if err == nil {
		s.news <- fmt.Sprintf("done %s %d", effect.Ref, nth)
	}
	return err
}

func (s *script) Exhausted(ctx context.Context, effect kyc.Effect, cause error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.given[effect.Ref] = append(s.given[effect.Ref], cause)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if s.exhausted != nil {
		if err := s.exhausted(len(s.given[effect.Ref])); err != nil {
			return err
		}
	}
	s.news <- "exhausted " + effect.Ref
	return nil
}

func (s *script) times(ref string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[ref]
}

// wait returns when each of the events has happened.
func (s *script) wait(t *testing.T, events ...string) {
	t.Helper()
	deadline := time.After(patience)
	for len(events) > 0 {
		select {
		case news := <-s.news:
			events = slices.DeleteFunc(events, func(e string) bool { return e == news })
		case <-deadline:
			t.Fatalf("after %s still waiting for %q", patience, events)
		}
	}
}

func effect(kind kyc.EffectKind, ref string) kyc.Effect {
	return kyc.Effect{Kind: kind, EnrollmentID: "en1", Ref: ref}
}

func TestEffectsRunOnlyIfTheirCauseIsSaved(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		start(t, b.queue(t))
		b.schedule(t, "en1")
		refusal := errors.New("no")
		_, err := b.store.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
			e.Schedule(effect(kyc.SendLink, "lost"))
			return refusal
		})
		if !errors.Is(err, refusal) {
			t.Fatal(err)
		}
		e := kyc.NewEnrollment("en1", time.Now(), kyc.Data{}) // exists already
		e.Schedule(effect(kyc.SendLink, "lost"))
		if err := b.store.Create(t.Context(), e); !errors.Is(err, kyc.ErrConflict) {
			t.Fatal(err)
		}
		_, err = b.store.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
			e.Schedule(effect(kyc.SendLink, "kept"), effect(kyc.ReadDocument, "engine"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b.run.wait(t, "done kept 1", "done engine 1")
		if n := b.run.times("lost"); n != 0 {
			t.Errorf("an effect whose cause was not saved ran %d times", n)
		}
	})
}

func TestAnEffectIsTriedAgain(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		b.run.answer = func(_ context.Context, _ kyc.Effect, nth int) error {
			switch nth {
			case 1:
				return errors.New("away")
			case 2:
				panic("bug")
			}
			return nil
		}
		start(t, b.queue(t))
		b.schedule(t, "en1", effect(kyc.SendCode, "code"), effect(kyc.CheckSelfie, "selfie"), effect(kyc.MintIdentity, "mint"))
		b.run.wait(t, "done code 3", "done selfie 3", "done mint 3")
		if len(b.run.given) != 0 {
			t.Errorf("given up = %v, want nothing", b.run.given)
		}
	})
}

func TestAnEffectIsGivenUp(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		cause := errors.New("broken")
		b.run.answer = func(context.Context, kyc.Effect, int) error { return cause }
		b.run.exhausted = func(nth int) error {
			if nth == 1 {
				return errors.New("the database is away")
			}
			return nil
		}
		start(t, b.queue(t))
		b.schedule(t, "en1", effect(kyc.SendCode, "code"), effect(kyc.CompareFaces, "faces"))
		b.run.wait(t, "exhausted code", "exhausted faces")
		// The last attempt is made again when giving up could not be saved.
		if code, faces := b.run.times("code"), b.run.times("faces"); code != 9 || faces != 4 {
			t.Errorf("attempts: message %d, engine %d, want 8+1 and 3+1", code, faces)
		}
		for ref, causes := range b.run.given {
			if len(causes) != 2 || !errors.Is(causes[1], cause) {
				t.Errorf("%s was given up because of %v, want %v, twice", ref, causes, cause)
			}
		}
	})
}

func TestWhatMustHappenIsNeverGivenUp(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		b.run.answer = func(_ context.Context, _ kyc.Effect, nth int) error {
			if nth <= 7 {
				return errors.New("the ledger is away")
			}
			return nil
		}
		start(t, b.queue(t))
		b.schedule(t, "en1", effect(kyc.MintIdentity, "mint"))
		b.run.wait(t, "done mint 8")
		if len(b.run.given) != 0 {
			t.Errorf("given up = %v, want nothing", b.run.given)
		}
	})
}

func TestAnEffectHasOneJobAtATime(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		release := make(chan struct{})
		b.run.answer = func(_ context.Context, e kyc.Effect, nth int) error {
			if e.Ref == "1" && nth == 1 {
				<-release
			}
			return nil
		}
		start(t, b.queue(t))
		b.schedule(t, "en1", effect(kyc.SendLink, "1"))
		b.run.wait(t, "begin 1 1")
		again := func(other string) {
			t.Helper()
			_, err := b.store.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
				e.Schedule(effect(kyc.SendLink, "1"), effect(kyc.SendLink, other))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		again("2")
		b.run.wait(t, "done 2 1")
		if n := b.run.times("1"); n != 1 {
			t.Errorf("the effect runs %d times at once, want once", n)
		}
		close(release)
		b.run.wait(t, "done 1 1")
		// Once it is finished it may run again, as soon as River has noted that.
		deadline := time.Now().Add(patience)
		for i := 3; b.run.times("1") < 2; i++ {
			if time.Now().After(deadline) {
				t.Fatal("a finished effect does not run again")
			}
			again(fmt.Sprint(i))
			b.run.wait(t, fmt.Sprintf("done %d 1", i))
		}
	})
}

func TestServersShareTheWork(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		start(t, b.queue(t))
		start(t, b.queue(t))
		var effects []kyc.Effect
		var want []string
		for i := range 60 {
			effects = append(effects, effect(kyc.SendLink, fmt.Sprint(i)))
			want = append(want, fmt.Sprintf("done %d 1", i))
		}
		b.schedule(t, "en1", effects...)
		b.run.wait(t, want...)
		for ref, n := range b.run.seen {
			if n != 1 {
				t.Errorf("effect %s ran %d times, want once", ref, n)
			}
		}
	})
}

func TestQueuesAreLeftToOthers(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		start(t, b.queue(t, func(c *jobs.Config) { c.Queues.Engines = 0 }))
		b.schedule(t, "en1", effect(kyc.ReadDocument, "photo"), effect(kyc.SendCode, "code"))
		b.run.wait(t, "done code 1")
		if n := b.run.times("photo"); n != 0 {
			t.Errorf("an engine effect ran %d times without engines", n)
		}
		start(t, b.queue(t, func(c *jobs.Config) { c.Queues.Effects = 0 }))
		b.run.wait(t, "done photo 1")
	})
}

func TestNewChecksItsConfig(t *testing.T) {
	t.Parallel()
	if _, err := jobs.New(jobs.Config{}); err == nil {
		t.Error("New without a runner = nil, want an error")
	}
	if _, err := jobs.New(jobs.Config{Runner: newScript(), Clock: time.Now, Dialect: "oracle"}); err == nil {
		t.Error("New on an unknown database = nil, want an error")
	}
}
