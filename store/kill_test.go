package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// victim names, in the environment of this test binary, the database that it
// shall write to until it is killed.
const victim = "VOUCHLINE_STORE_TEST_VICTIM"

func victimConfig(dsn, dir string) store.Config {
	return store.Config{DSN: dsn, Blobs: filepath.Join(dir, "blobs"), KeyFile: filepath.Join(dir, "operator.key"), Clock: time.Now}
}

// TestVictim is not a test: TestAKilledWriter runs it as a process.
func TestVictim(t *testing.T) {
	dsn, dir, ok := strings.Cut(os.Getenv(victim), "\n")
	if !ok {
		return // as a test it has nothing to show
	}
	s, err := store.Open(t.Context(), victimConfig(dsn, dir))
	if err != nil {
		t.Fatal(err)
	}
	s.EnqueueWith(func(ctx context.Context, tx *sql.Tx, effects []kyc.Effect) error {
		_, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO kept_effects VALUES ('%s')", effects[0].Key()))
		return err
	})
	for i := 0; ; i++ {
		e, err := s.Update(t.Context(), "en1", func(e *kyc.Enrollment) error {
			e.Data.Notice = strconv.Itoa(i)
			e.Schedule(kyc.Effect{Kind: kyc.SendLink, EnrollmentID: "en1", Ref: strconv.Itoa(i)})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.PutEvidence(t.Context(), "en1", "photo", []byte(strings.Repeat("photograph", 10_000))); err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Printf("saved %d\n", e.Version())
	}
}

// onEachDatabase runs a test over a new store on SQLite and one on PostgreSQL,
// at dsn and with its files in dir, that other processes may open too.
func onEachDatabase(t *testing.T, test func(t *testing.T, s *store.Store, dsn, dir string)) {
	t.Helper()
	for name, fresh := range map[string]func(t *testing.T, dir string) string{
		"SQLite":     func(_ *testing.T, dir string) string { return filepath.Join(dir, "vouchline.db") },
		"PostgreSQL": func(t *testing.T, _ string) string { t.Helper(); return pgtest.Start(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cfg := victimConfig(fresh(t, dir), dir)
			test(t, storetest.Open(t, cfg), cfg.DSN, dir)
		})
	}
}

func TestAKilledWriter(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *store.Store, dsn, dir string) {
		t.Helper()
		if _, err := s.DB().ExecContext(t.Context(), "CREATE TABLE kept_effects (name text NOT NULL)"); err != nil {
			t.Fatal(err)
		}
		if err := s.Create(t.Context(), kyc.NewEnrollment("en1", time.Now(), kyc.Data{})); err != nil {
			t.Fatal(err)
		}
		for round := range 3 {
			told := killWriter(t, dsn, dir, 5+7*round)
			checkAfterKill(t, s, told)
		}
	})
}

// killWriter lets a process write, kills it after it told of so many saved
// versions and returns the last one it told of.
func killWriter(t *testing.T, dsn, dir string, after int) (told int) {
	t.Helper()
	last := killed(t, "TestVictim", victim+"="+dsn+"\n"+dir, "saved ", after)
	told, _ = strconv.Atoi(last)
	if told == 0 {
		t.Fatal("the writer saved nothing")
	}
	return told
}

// killed runs one of this binary's tests in a process of its own, kills it
// after it told of so many things, and returns the last one it told of.
func killed(t *testing.T, test, env, tells string, after int) (last string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), env)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for seen := 0; lines.Scan(); {
		if told, ok := strings.CutPrefix(lines.Text(), tells); ok {
			last = told
			if seen++; seen == after {
				_ = cmd.Process.Kill()
			}
		} else {
			t.Log(lines.Text())
		}
	}
	_ = cmd.Wait()
	return last
}

// checkAfterKill checks that what was told of is there, and each state with
// exactly its effects.
func checkAfterKill(t *testing.T, s *store.Store, told int) {
	t.Helper()
	e, err := s.Get(t.Context(), "en1")
	if err != nil {
		t.Fatal(err)
	}
	if e.Version() < told || e.Version() > told+1 {
		t.Errorf("version after the kill = %d, want %d or one more", e.Version(), told)
	}
	var effects int
	if err := s.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM kept_effects").Scan(&effects); err != nil {
		t.Fatal(err)
	}
	if effects != e.Version()-1 {
		t.Errorf("%d effects at version %d, want %d", effects, e.Version(), e.Version()-1)
	}
	if b, err := s.Evidence(t.Context(), "en1", "photo"); err != nil || len(b) != 100_000 {
		t.Errorf("Evidence after the kill = %d bytes, %v, want it whole", len(b), err)
	}
}
