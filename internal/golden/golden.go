// Package golden compares a test's output with a file that reviewers read.
//
// Run a test with -update to rewrite its files. It compares bytes; what is
// worth comparing is the caller's decision.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// Check fails the test when got differs from the file's content.
func Check(tb testing.TB, file string, got []byte) {
	tb.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil { //nolint:gosec // a file of the repository, readable by all
			tb.Fatal(err)
		}
	}
	want, err := os.ReadFile(file) //nolint:gosec // the path is the test's own
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		tb.Errorf("%s is stale; run make golden (-want +got):\n%s", file, diff)
	}
}
