package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/testenv"
)

// scratch is where the binary is built; TestMain removes it.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "vouchline-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// binary builds the program once for all tests and returns its path.
func binary(t *testing.T) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "vouchline")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/vouchline") //nolint:noctx // outlives any one test
	cmd.Dir = testenv.Root()
	cmd.Env = append(os.Environ(), bindings()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// bindings are the Makefile's settings for OpenCV's bindings, for a test run
// that was started without make.
func bindings() []string {
	if strings.Contains(os.Getenv("GOFLAGS"), "gocv_specific_modules") {
		return nil
	}
	return []string{
		"GOFLAGS=-tags=gocv_specific_modules,gocv_calib3d,gocv_dnn,gocv_objdetect,gocv_photo",
		"CGO_CXXFLAGS=-O2 -g -include " + filepath.Join(testenv.Root(), "internal", "mat", "opencv46_compat.hpp"),
	}
}

// vouchline runs a command of the program to its end and returns its output
// and exit code.
func (s *service) vouchline(args ...string) (stdout string, code int) {
	s.t.Helper()
	stdout, complaint, code := s.vouchlineWith(s.environment(), args...)
	if code != 0 {
		s.t.Logf("vouchline %s: exit code %d: %s", strings.Join(args, " "), code, complaint)
	}
	return stdout, code
}

// vouchlineWith is vouchline in an environment of the test's own; it returns
// what was written to stderr too.
func (s *service) vouchlineWith(env []string, args ...string) (stdout, complaint string, code int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(s.t), args...)
	cmd.Env = env
	cmd.Dir = s.dir
	var out, errors strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errors
	err := cmd.Run()
	if cmd.ProcessState == nil {
		s.t.Fatalf("vouchline %s: %v", strings.Join(args, " "), err)
	}
	return out.String(), errors.String(), cmd.ProcessState.ExitCode()
}
