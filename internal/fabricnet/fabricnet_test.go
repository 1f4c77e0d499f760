package fabricnet

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// script runs network.sh on a folder without a network's programs.
func script(t *testing.T, dir, command string, env ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), scripts("network.sh"), command)
	cmd.Env = append(append(os.Environ(), "NET="+dir, "FABRIC_BIN="+t.TempDir()), env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func TestForeignFoldersAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"up", "wipe", "down"} {
		dir := t.TempDir()
		precious := filepath.Join(dir, "thesis.txt")
		if err := os.WriteFile(precious, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		out, code := script(t, dir, command)
		if _, err := os.Stat(precious); err != nil {
			t.Errorf("network.sh %s deleted a foreign file", command)
		}
		if command != "down" && code == 0 {
			t.Errorf("network.sh %s on a foreign folder = 0, %q; want a failure", command, out)
		}
	}
}

// A PID file may name a process that got the number since.
func TestForeignProcessesAreLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stranger := exec.CommandContext(t.Context(), "sleep", "60")
	stranger.Env = []string{"VOUCHLINE_NODE=" + filepath.Join(dir, "elsewhere", "m0")}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Process.Kill(); _ = stranger.Wait() }()
	if err := os.MkdirAll(filepath.Join(dir, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		".vouchline-network": "", "run/m0.pid": strconv.Itoa(stranger.Process.Pid), "run/t0.pid": "", "run/t1.pid": "rubbish",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, code := script(t, dir, "status"); code != 1 || strings.Contains(out, "running") {
		t.Errorf("network.sh status = %d, %q; want 1 and nothing running", code, out)
	}
	for _, command := range []string{"down", "wipe"} {
		if out, code := script(t, dir, command); code != 0 {
			t.Errorf("network.sh %s = %d, %q; want 0", command, code, out)
		}
		if err := stranger.Process.Signal(syscall.Signal(0)); err != nil {
			t.Fatalf("network.sh %s ended a foreign process", command)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("network.sh wipe left the folder")
	}
}

func TestTakenPortIsSaid(t *testing.T) {
	t.Parallel()
	base, err := freeBase()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(base+20))) //nolint:noctx // closed below
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	out, code := script(t, filepath.Join(t.TempDir(), "net"), "up", "BASE_PORT="+strconv.Itoa(base))
	if code != portTaken || !strings.Contains(out, strconv.Itoa(base+20)) {
		t.Errorf("network.sh up on a taken port = %d, %q; want %d and the port", code, out, portTaken)
	}
}

// Everything dies, and the creation of a network does half way: up makes it
// whole both times.
func TestUpAfterEverythingDied(t *testing.T) { // one network at a time
	n := Start(t, Orderers(3), ManagerPeers(2))
	nodes, err := n.Nodes()
	want := []string{"orderer", "orderer1", "orderer2", "m0", "m1", "t0", "t1", "cc-manager", "cc-telecom"}
	if err != nil || !slices.Equal(nodes, want) {
		t.Fatalf("Nodes() = %v, %v; want %v", nodes, err, want)
	}
	for _, node := range nodes {
		if err := n.Kill(node); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.script("status"); err == nil {
		t.Error("network.sh status of a dead network = 0, want 1")
	}
	if err := n.Up(); err != nil {
		t.Fatal(err)
	}
	if err := n.script("status"); err != nil {
		t.Errorf("network.sh status after up: %v", err)
	}
	// A creation that was cut short lacks its last file.
	if err := os.Remove(filepath.Join(n.dir, "ready")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(n.dir, "run")); err != nil {
		t.Fatal(err)
	}
	if err := n.Up(); err != nil {
		t.Fatal(err)
	}
	if err := n.script("status"); err != nil {
		t.Errorf("network.sh status after starting over: %v", err)
	}
}
