package kamailiotest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

// The parts of the configuration that are off by default are sound too.
func TestOptions(t *testing.T) {
	t.Parallel()
	program := testenv.Program(t, "kamailio", "/usr/sbin")
	for name, edits := range map[string][]string{
		"none":  nil,
		"TLS":   {"##!define WITH_TLS", "#!define WITH_TLS"},
		"flood": {"##!define FLOOD_LIMIT", "#!define FLOOD_LIMIT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join(testenv.Root(), "deploy", "kamailio", "etc"))); err != nil {
				t.Fatal(err)
			}
			if err := edit(filepath.Join(dir, "local.cfg"), edits...); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), program, "-c", "-f", filepath.Join(dir, "kamailio.cfg"), "-Y", dir).CombinedOutput()
			if err != nil {
				t.Errorf("kamailio -c: %v\n%s", err, out)
			}
		})
	}
}
