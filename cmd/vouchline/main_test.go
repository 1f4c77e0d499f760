package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// session runs the program in this process and returns what a shell would see.
func session(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, diag bytes.Buffer
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	g := &Globals{
		Context: t.Context(),
		Stdin:   strings.NewReader(stdin),
		Stdout:  &out,
		Stderr:  &diag,
		Now:     func() time.Time { return now },
	}
	code = run(g, args)
	return out.String(), diag.String(), code
}

func TestRun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"help", []string{"--help"}, exitDone, "Usage: vouchline", ""},
		{"version", []string{"version"}, exitDone, "vouchline ", ""},
		{"nothing", nil, exitFault, "", "expected "},
		{"unknown command", []string{"nope"}, exitFault, "", "unexpected argument nope"},
		{"unknown flag", []string{"version", "--nope"}, exitFault, "", "unknown flag --nope"},
		{"bad level", []string{"version", "--log-level=loud"}, exitFault, "", "must be one of"},
		{"missing file", []string{"--config=/does/not/exist", "version"}, exitFault, "", "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := session(t, "", tt.args...)
			if code != tt.code {
				t.Errorf("run(%q) = %d, want %d", tt.args, code, tt.code)
			}
			if !strings.Contains(stdout, tt.stdout) {
				t.Errorf("run(%q) stdout = %q, want %q in it", tt.args, stdout, tt.stdout)
			}
			if !strings.Contains(stderr, tt.stderr) || tt.stderr == "" && stderr != "" {
				t.Errorf("run(%q) stderr = %q, want %q in it", tt.args, stderr, tt.stderr)
			}
		})
	}
}

func TestVersionJSON(t *testing.T) {
	t.Parallel()
	stdout, _, _ := session(t, "", "version", "--json")
	var got struct{ Version, Go string }
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || got.Version == "" || got.Go == "" {
		t.Errorf("run(version --json) = %q (%v), want an object with version and go", stdout, err)
	}
}
