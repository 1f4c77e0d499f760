package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger"
	ledgerlog "github.com/vouchline/vouchline/ledger/embedded"
	"github.com/vouchline/vouchline/ledger/fabric/proof"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// mended writes a copy of a file with one bit changed.
func mended(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path) //nolint:gosec // the test's own folder
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 4
	path += ".mended"
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// answers runs a command now and compares its exit code and words.
func answers(t *testing.T, code int, words string, args ...string) string {
	t.Helper()
	return answersAt(t, time.Now(), code, words, args...)
}

func answersAt(t *testing.T, now time.Time, code int, words string, args ...string) string {
	t.Helper()
	var stdout, stderr strings.Builder
	g := &Globals{Context: t.Context(), Stdout: &stdout, Stderr: &stderr, Now: func() time.Time { return now }}
	if got := run(g, args); got != code || !strings.Contains(stdout.String()+stderr.String(), words) {
		t.Errorf("run(%q) = %d, %q, %q; want %d and %q", args, got, stdout.String(), stderr.String(), code, words)
	}
	return stdout.String()
}

func TestLedgerProofEmbedded(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), t.TempDir()
	l, err := ledgerlog.Open(ledgerlog.Config{Dir: dir, Now: func() time.Time { return time.Unix(1, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	in := ledgertest.NewIssue()
	if _, err := l.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	file, pem := filepath.Join(out, "idn.proof"), filepath.Join(out, "log.pem")
	answers(t, exitDone, "SHA-256", "ledger", "trust", "-o", pem, "--ledger-dir", dir)
	answers(t, exitDone, "SHA-256", "ledger", "prove", in.ID, "-o", file, "--ledger-dir", dir)
	answers(t, exitNegative, "no such identity", "ledger", "prove", "nobody", "-o", file+"2", "--ledger-dir", dir)

	answers(t, exitDone, in.ID+": active, version 1, as of", "ledger", "check", file, "--trust", pem)
	var got ledgerlog.ProofResult
	stdout := answers(t, exitDone, in.ID, "ledger", "check", file, "--trust", pem, "--json")
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || !got.Record.IssuedFrom(in) || got.Head != got.Location.Block {
		t.Errorf("run(ledger check --json) = %+v, %v; want the record", got, err)
	}
	answers(t, exitNegative, "does not hold", "ledger", "check", mended(t, file), "--trust", pem)
	answers(t, exitNegative, "not a proof", "ledger", "check", pem, "--trust", pem)
	answers(t, exitFault, "trust file", "ledger", "check", file, "--trust", file)
	answers(t, exitFault, "no such file", "ledger", "check", file+"2", "--trust", pem)
	answers(t, exitFault, "for Fabric", "ledger", "check", file, "--trust", pem, "--witness", "Org2MSP")
	soon := time.Now().Add(time.Hour)
	answersAt(t, soon, exitDone, "SHA-256", "ledger", "prove", in.ID, "-o", file, "--ledger-dir", dir)
	answers(t, exitNegative, "still to come", "ledger", "check", file, "--trust", pem)
	answersAt(t, soon, exitDone, in.ID, "ledger", "check", file, "--trust", pem)
	huge := filepath.Join(out, "huge")
	if err := os.WriteFile(huge, []byte(ledgerlog.Magic), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, maxProof+1); err != nil {
		t.Fatal(err)
	}
	answers(t, exitNegative, "larger than any proof", "ledger", "check", huge, "--trust", pem)
}

func TestLedgerProofFabric(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	c, err := connectFabric(n.Profile("org1"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	in := ledgertest.NewIssue()
	if _, err := c.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	file, pem := filepath.Join(out, "idn.proof"), filepath.Join(out, "ca.pem")
	flags := []string{"--ledger=fabric", "--fabric-profile", n.Profile("org1")}
	answers(t, exitDone, "SHA-256", append([]string{"ledger", "trust", "-o", pem}, flags...)...)
	answers(t, exitNegative, "no such identity", append([]string{"ledger", "prove", "nobody", "-o", file}, flags...)...)
	var got proof.Result
	ledgertest.Eventually(t, "both organisations to state the record", func() error {
		answers(t, exitDone, "SHA-256", append([]string{"ledger", "prove", in.ID, "-o", file}, flags...)...)
		b, err1 := os.ReadFile(file) //nolint:gosec // the test's own folder
		by, err2 := os.ReadFile(pem) //nolint:gosec // the same
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		trust, err := proof.ParseTrust(by)
		if err != nil {
			return err
		}
		trust.Witnesses = []string{"Org1MSP", "Org2MSP"}
		_, err = trust.Check(b)
		return err
	})
	stdout := answers(t, exitDone, in.ID, "ledger", "check", file, "--trust", pem, "--witness", "Org1MSP,Org2MSP", "--json")
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Error(err)
	}
	if got.Record.Status != ledger.StatusActive || !got.Record.IssuedFrom(in) || got.Location.Channel != "identity" {
		t.Errorf("run(ledger check --json) = %+v, want the record", got)
	}
	answers(t, exitDone, "witness     Org2MSP, CN=", "ledger", "check", file, "--trust", pem)
	answers(t, exitNegative, "may not write", "ledger", "check", file, "--trust", pem, "--msp", "Org2MSP")
	answers(t, exitNegative, "no peer of", "ledger", "check", file, "--trust", pem, "--witness", "Org3MSP")
	answers(t, exitNegative, "does not hold", "ledger", "check", mended(t, file), "--trust", pem)
	answers(t, exitFault, "trust file", "ledger", "check", file, "--trust", mended(t, pem))
}
