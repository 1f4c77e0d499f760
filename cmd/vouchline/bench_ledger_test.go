package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func TestBenchLedger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := []string{"bench", "ledger", "--json", "--duration", "20ms", "--fill", "250", "--ledger-dir", dir}
	stdout, stderr, code := session(t, "", args...)
	var got ledgerReport
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone {
		t.Fatalf("run(bench ledger) = %d, %q, %q", code, stdout, stderr)
	}
	alone := 0 // identities without sealed attributes
	for _, stage := range []ledgerStage{got.Before, *got.After} {
		if len(stage.Rows) != 10 {
			t.Errorf("%d rows, want 10", len(stage.Rows))
		}
		for _, r := range stage.Rows {
			if r.N == 0 || r.Failed > 0 || r.PerSecond <= 0 || r.P50 <= 0 || r.P95 < r.P50 {
				t.Errorf("row %+v, want figures and no failure", r)
			}
			if r.Name == "the same, nothing sealed" {
				alone += r.N * r.Each
			}
		}
	}
	if f := got.Fill; f.N != 3 || f.Each != ledger.MaxBatch || f.Disk["log"] < 1000 {
		t.Errorf("fill = %+v, want three batches that take room", f)
	}
	if got.After.Ledger.Height <= got.Before.Ledger.Height || got.After.Disk["log"] <= got.Before.Disk["log"] {
		t.Errorf("after the fill %+v, before %+v; want more", got.After.Ledger, got.Before.Ledger)
	}
	r, err := ledgerlog.Verify(dir)
	if err != nil || r.Identities < 250 || alone == 0 || r.Private != r.Identities-alone {
		t.Errorf("Verify(what was measured) = %+v, %v; want all identities, all but %d with sealed attributes", r, err, alone)
	}

	if _, stderr, code := session(t, "", "bench", "ledger", "--duration", "1ms", "--ledger-dir", dir); code != exitDone {
		t.Errorf("run(bench ledger of its own ledger) = %d, %q; want it to go on", code, stderr)
	}
}

// What the measurement writes stays for ever, so a ledger in use is left alone.
func TestBenchLedgerLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		used bool
	}{{"in use", true}, {"waiting for its first identity", false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			l, err := ledgerlog.Open(ledgerlog.Config{Dir: dir, Now: func() time.Time { return time.Unix(1, 0) }})
			if err != nil {
				t.Fatal(err)
			}
			if c.used {
				if _, err := l.Issue(t.Context(), ledgertest.NewIssue()); err != nil {
					t.Fatal(err)
				}
			}
			if _, stderr, code := session(t, "", "bench", "ledger", "--yes", "--ledger-dir", dir); code != exitFault {
				t.Errorf("run(bench ledger of an open ledger) = %d, %q; want 2", code, stderr)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(filepath.Join(dir, "log")) //nolint:gosec // the test's own folder
			if err != nil {
				t.Fatal(err)
			}
			_, stderr, code := session(t, "", "bench", "ledger", "--ledger-dir", dir)
			if code != exitFault || !strings.Contains(stderr, "--yes") {
				t.Errorf("run(bench ledger of another's ledger) = %d, %q; want 2 and what would allow it", code, stderr)
			}
			after, err := os.ReadFile(filepath.Join(dir, "log")) //nolint:gosec // the test's own folder
			if err != nil || !bytes.Equal(after, before) {
				t.Errorf("the refused measurement wrote to the log, %v", err)
			}
			if _, stderr, code := session(t, "", "bench", "ledger", "--yes", "--duration", "1ms", "--ledger-dir", dir); code != exitDone {
				t.Errorf("run(bench ledger --yes) = %d, %q; want 0", code, stderr)
			}
		})
	}
}

func TestBenchLedgerFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--fill=-1"},
		{"--duration", "0s"},
		{"--ledger", "fabric"},
		{"--ledger", "paper"},
		{"--fabric-net", "x"},
		{"--ledger", "fabric", "--fabric-profile", "x", "--ledger-dir", "y"},
		{"--ledger", "fabric", "--fabric-profile", "x", "--fabric-net", t.TempDir()},
	} {
		if _, stderr, code := session(t, "", append([]string{"bench", "ledger"}, args...)...); code != exitFault {
			t.Errorf("run(bench ledger %v) = %d, %q; want 2", args, code, stderr)
		}
	}
}
