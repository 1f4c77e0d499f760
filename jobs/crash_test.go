package jobs_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/jobs"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/store"
)

// victim names, in the environment of this test binary, the database on which
// it shall run jobs until it is killed.
const victim = "VOUCHLINE_JOBS_TEST_VICTIM"

// TestVictim is not a test: TestAKilledProcess runs it as a process.
func TestVictim(t *testing.T) {
	dsn, dir, ok := strings.Cut(os.Getenv(victim), "\n")
	if !ok {
		return // as a test it has nothing to show
	}
	s, err := store.Open(t.Context(), storeConfig(dsn, dir))
	if err != nil {
		t.Fatal(err)
	}
	run := newScript()
	run.answer = func(_ context.Context, effect kyc.Effect, _ int) error {
		_, _ = os.Stdout.WriteString("begin " + effect.Ref + "\n")
		select {} // until the end
	}
	q, err := jobs.New(jobs.Config{
		DB: s.DB(), Dialect: s.Dialect(), Runner: run, Clock: time.Now, Queues: jobs.Queues{Effects: 2, Engines: 1, Ledger: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {}
}

func TestAKilledProcess(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		// With this lease only the missing pid tells that the process is dead.
		q := b.queue(t, func(c *jobs.Config) { c.Lease = time.Hour })
		b.schedule(t, "en1", effect(kyc.MintIdentity, "mint"), effect(kyc.ReadDocument, "photo"))
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVictim$")
		cmd.Env = append(os.Environ(), victim+"="+b.cfg.DSN+"\n"+strings.TrimSuffix(b.cfg.KeyFile, "/operator.key"))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		begun := 0
		for begun < 2 && lines.Scan() {
			if strings.HasPrefix(lines.Text(), "begin ") {
				begun++
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if begun != 2 {
			t.Fatalf("the victim began %d jobs, want 2", begun)
		}
		start(t, q)
		b.run.wait(t, "done mint 1", "done photo 1")
	})
}

func TestAJobThatKillsItsProcess(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		q := b.queue(t)
		b.schedule(t, "en1", effect(kyc.CheckSelfie, "bomb"))
		// As three processes that died in it leave it.
		_, err := b.store.DB().ExecContext(t.Context(), "UPDATE river_job SET state = 'running', attempt = 3")
		if err != nil {
			t.Fatal(err)
		}
		start(t, q)
		b.run.wait(t, "exhausted bomb")
		if n := b.run.times("bomb"); n != 0 {
			t.Errorf("it ran %d times more, want never", n)
		}
	})
}

func TestAStalledProcess(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		stalled := b.run
		release := make(chan struct{})
		stalled.answer = func(context.Context, kyc.Effect, int) error { <-release; return nil }
		first := b.queue(t)
		start(t, first)
		t.Cleanup(func() { close(release) }) // before the first queue's Stop
		b.schedule(t, "en1", effect(kyc.SendCode, "code"))
		stalled.wait(t, "begin code 1")
		first.FallSilent()

		b.run = newScript()
		start(t, b.queue(t, func(c *jobs.Config) { c.Lease = 300 * time.Millisecond }))
		b.run.wait(t, "done code 1")
	})
}

func TestStopWaitsForJobs(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		begun, release := make(chan struct{}), make(chan struct{})
		b.run.answer = func(ctx context.Context, _ kyc.Effect, _ int) error {
			close(begun)
			<-release
			return ctx.Err()
		}
		q := b.queue(t)
		ctx, cancel := context.WithCancel(t.Context())
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		b.schedule(t, "en1", effect(kyc.SendCode, "code"))
		<-begun
		cancel() // the signal that also ends the web server must not reach jobs
		stopped := make(chan error)
		go func() { stopped <- q.Stop(t.Context()) }()
		select {
		case err := <-stopped:
			t.Errorf("Stop = %v while a job runs", err)
		case <-time.After(50 * time.Millisecond):
		}
		close(release)
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		b.run.wait(t, "done code 1")
		if err := q.Stop(t.Context()); err != nil {
			t.Errorf("a second Stop = %v", err)
		}
	})
}

func TestStopInterruptsAndNothingIsLost(t *testing.T) {
	onEach(t, func(t *testing.T, b *bundle) {
		b.run.answer = func(ctx context.Context, _ kyc.Effect, nth int) error {
			if nth > 4 {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}
		b.queue(t)
		b.schedule(t, "en1", effect(kyc.CheckSelfie, "selfie"))
		// More often than the effect has attempts: a restart costs none.
		for nth := range 4 {
			q := b.queue(t)
			if err := q.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.run.wait(t, "begin selfie "+string(rune('1'+nth)))
			impatient, cancel := context.WithCancelCause(t.Context())
			cancel(errors.New("no time"))
			if err := q.Stop(impatient); err != nil {
				t.Error(err)
			}
		}
		start(t, b.queue(t))
		b.run.wait(t, "done selfie 5")
	})
}
