// Package testenv finds what tests need from outside the repository: test
// data, services and programs.
//
// A test that lacks something is skipped on a laptop and fails where the
// environment variable VOUCHLINE_TEST_REQUIRE names it, so that a continuous
// integration run can never be green because everything was missing. It knows
// nothing of the services themselves: the tests start those.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// RequireVariable lists what must not be skipped, separated by commas; "all"
// stands for everything.
const RequireVariable = "VOUCHLINE_TEST_REQUIRE"

// Root returns the repository's root folder.
func Root() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		return "."
	}
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Need skips the test because of err, or fails it where RequireVariable names
// what. A nil err does nothing.
func Need(tb testing.TB, what string, err error) {
	tb.Helper()
	if err == nil {
		return
	}
	required := strings.Split(os.Getenv(RequireVariable), ",")
	if slices.Contains(required, "all") || slices.Contains(required, what) {
		tb.Fatalf("%s is required (%s) but missing: %v", what, RequireVariable, err)
	}
	tb.Skipf("%s is missing (set %s=%s to make this fail): %v", what, RequireVariable, what, err)
}

// Program returns the path of a program, looking in the folders of Debian's
// packages that are not on everyone's PATH too.
func Program(tb testing.TB, name string, extra ...string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	for _, dir := range extra {
		if err == nil {
			break
		}
		path, err = exec.LookPath(filepath.Join(dir, name))
	}
	Need(tb, name, err)
	return path
}

// Data returns the path of a file or folder of the test data:
// $VOUCHLINE_TESTDATA, then ../shared/data beside the repository. The images
// in it are never part of the repository.
func Data(tb testing.TB, elem ...string) string {
	tb.Helper()
	dir := os.Getenv("VOUCHLINE_TESTDATA")
	if dir == "" {
		dir = filepath.Join(Root(), "..", "shared", "data")
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	_, err := os.Stat(path)
	Need(tb, "testdata", err)
	return path
}
