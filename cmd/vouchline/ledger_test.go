package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/fabricnet"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

func TestLedgerEmbedded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := ledgerlog.Open(ledgerlog.Config{Dir: dir, Now: func() time.Time { return time.Unix(1, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	in := ledgertest.NewIssue()
	at, err := l.Issue(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}

	stdout, stderr, code := session(t, "", "ledger", "show", in.ID, "--ledger-dir", dir)
	var got ledgerRecord
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone || got.Location != at || !got.Identity.IssuedFrom(in) {
		t.Errorf("run(ledger show) = %d, %q, %q; want the record at %+v", code, stdout, stderr, at)
	}
	if _, stderr, code := session(t, "", "ledger", "show", "nobody", "--ledger-dir", dir); code != exitNegative {
		t.Errorf("run(ledger show nobody) = %d, %q; want 1", code, stderr)
	}
	if _, stderr, code := session(t, "", "ledger", "show", "@", "--ledger-dir", dir); code != exitFault {
		t.Errorf("run(ledger show @) = %d, %q; want 2", code, stderr)
	}
	stdout, stderr, code = session(t, "", "ledger", "verify", "--ledger-dir", dir, "--json")
	var report ledgerlog.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != exitDone || report.Identities != 1 {
		t.Errorf("run(ledger verify) = %d, %q, %q; want one identity", code, stdout, stderr)
	}

	log := filepath.Join(dir, "log")
	b, err := os.ReadFile(log) //nolint:gosec // the test's own folder
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(log, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := session(t, "", "ledger", "verify", "--ledger-dir", dir); code != exitNegative || !strings.Contains(stderr, "entry") {
		t.Errorf("run(ledger verify of a changed log) = %d, %q; want 1 and the entry", code, stderr)
	}
	for _, args := range [][]string{{"verify"}, {"show", "ID"}, {"trust", "-o", filepath.Join(t.TempDir(), "pem")}} {
		args := append([]string{"ledger"}, append(args, "--ledger-dir", t.TempDir())...)
		if _, stderr, code := session(t, "", args...); code != exitFault || !strings.Contains(stderr, "there is no embedded ledger") {
			t.Errorf("run(%q) = %d, %q; want 2 and what is missing", args, code, stderr)
		}
	}
}

func TestLedgerFabric(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	c, err := connectFabric(n.Profile("org1"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	in := ledgertest.NewIssue()
	at, err := c.Issue(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	flags := []string{"--json", "--ledger=fabric", "--fabric-profile", n.Profile("org1"), "--fabric-verify-profile", n.Profile("org2")}
	var got comparison
	ledgertest.Eventually(t, "org2's peer to have the block", func() error {
		stdout, _, _ := session(t, "", append([]string{"ledger", "verify", in.ID}, flags...)...)
		return json.Unmarshal([]byte(stdout), &got)
	})
	if !got.Agree || got.Writer.Location != at || got.Verifier.Location != at {
		t.Errorf("run(ledger verify) = %+v, want both at %+v", got, at)
	}
	if _, stderr, code := session(t, "", append([]string{"ledger", "verify", "nobody"}, flags...)...); code != exitNegative {
		t.Errorf("run(ledger verify nobody) = %d, %q; want 1", code, stderr)
	}
	if _, stderr, code := session(t, "", append([]string{"ledger", "verify"}, flags...)...); code != exitFault {
		t.Errorf("run(ledger verify) without an id = %d, %q; want 2", code, stderr)
	}
}
