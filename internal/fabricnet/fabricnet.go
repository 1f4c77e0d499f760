// Package fabricnet gives tests a real Hyperledger Fabric network of their
// own: two organisations, three peers, an orderer and the chaincode, as native
// processes on free ports.
//
// The words are Fabric's. It knows nothing of channels or contracts: it calls
// deploy/fabric's scripts, the same that a person runs, which so are tested by
// every test that needs Fabric.
//
// The rule: one network for each test binary ([Shared]); tests keep apart by
// using new ids. Only a test that kills nodes starts its own ([Start]).
package fabricnet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

// A Network is a running network.
type Network struct {
	dir   string
	env   []string
	stdin io.Closer // the keeper's: while this process holds it, the network runs
}

var shared = sync.OnceValues(start)

// Shared returns the network of this test binary, starting it the first time.
// The test is skipped, or fails where it is required, if Fabric cannot be
// built.
func Shared(tb testing.TB) *Network {
	tb.Helper()
	n, err := shared()
	return usable(tb, n, err)
}

// Start starts a network for one test, which may break it.
func Start(tb testing.TB) *Network {
	tb.Helper()
	n, err := start()
	n = usable(tb, n, err)
	tb.Cleanup(func() { _ = n.stdin.Close() })
	return n
}

func usable(tb testing.TB, n *Network, err error) *Network {
	tb.Helper()
	var missing *missingError
	if errors.As(err, &missing) {
		testenv.Need(tb, "fabric", missing)
	}
	if err != nil {
		tb.Fatalf("start a Fabric network: %v", err)
	}
	return n
}

// Profile returns the connection profile of org1 (writes) or org2 (reads).
func (n *Network) Profile(org string) string { return filepath.Join(n.dir, org+".json") }

// Addr returns where a node listens.
func (n *Network) Addr(node string) (string, error) {
	b, err := os.ReadFile(filepath.Join(n.dir, "base_port"))
	if err != nil {
		return "", err
	}
	base, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return "", err
	}
	offset, ok := map[string]int{"orderer": 0, "m0": 10, "t0": 20, "t1": 30, "cc-manager": 40, "cc-telecom": 41}[node]
	if !ok {
		return "", fmt.Errorf("no node is called %s", node)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(base+offset)), nil
}

// Up starts whatever does not run and returns when the contract answers.
func (n *Network) Up() error { return n.script("up") }

// Kill ends a node with SIGKILL: orderer, m0, t0, t1, cc-manager, cc-telecom.
func (n *Network) Kill(node string) error {
	b, err := os.ReadFile(filepath.Join(n.dir, "run", node+".pid")) //nolint:gosec // the test's own folder
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return err
	}
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil || !bytes.Contains(env, []byte("VOUCHLINE_NODE="+filepath.Join(n.dir, node)+"\x00")) {
		return fmt.Errorf("%s does not run", node)
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

func (n *Network) script(command string) error {
	cmd := exec.Command(scripts("network.sh"), command) //nolint:gosec,noctx // our own script; bounded by itself
	cmd.Env = n.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("network.sh %s: %w\n%s", command, err, out)
	}
	return nil
}

func scripts(name string) string { return filepath.Join(testenv.Root(), "deploy", "fabric", name) }

// missingError says that the programs cannot be had on this machine.
type missingError struct{ err error }

func (e *missingError) Error() string { return e.err.Error() }

// keeper starts the network, says "ready" and waits for the end of its
// standard input, which comes when the test binary ends, also by a panic or
// SIGKILL. Then it deletes the network, so nothing is left behind and no
// TestMain is needed.
const keeper = `
trap '' INT TERM HUP
"$1" up >&2 || { code=$?; "$1" wipe >&2; exit $code; }
echo ready
cat >/dev/null
"$1" wipe >/dev/null 2>&1
rm -rf "$NET"
`

// portTaken is network.sh's exit code.
const portTaken = 3

func start() (*Network, error) {
	bin := os.Getenv("FABRIC_BIN")
	if bin == "" {
		bin = filepath.Join(testenv.Root(), "bin", "fabric")
	}
	bin, err := filepath.Abs(bin)
	if err != nil {
		return nil, err
	}
	if out, err := exec.Command(scripts("build.sh"), bin).CombinedOutput(); err != nil { //nolint:gosec,noctx // our own script
		return nil, &missingError{fmt.Errorf("build.sh: %w\n%s", err, out)}
	}
	// Ports are free when looked at and could be taken a moment later.
	for attempt := 1; ; attempt++ {
		n, err := try(bin)
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() == portTaken && attempt < 5 {
			continue
		}
		return n, err
	}
}

func try(bin string) (*Network, error) {
	dir, err := os.MkdirTemp("", "fabricnet-")
	if err != nil {
		return nil, err
	}
	base, err := freeBase()
	if err != nil {
		return nil, err
	}
	n := &Network{dir: dir, env: append(os.Environ(), "NET="+dir, "FABRIC_BIN="+bin, "BASE_PORT="+strconv.Itoa(base))}
	cmd := exec.Command("/bin/sh", "-c", keeper, "fabricnet", scripts("network.sh")) //nolint:gosec,noctx // fixed script; it must outlive every context
	cmd.Env = n.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the tests
	var said bytes.Buffer
	cmd.Stderr = &said
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		return nil, fmt.Errorf("network.sh up: %w\n%s", cmd.Wait(), said.Bytes())
	}
	n.stdin = stdin
	return n, nil
}

// span is how many ports a network may use from its base.
const span = 43

// freeBase looks below Linux's range for outgoing connections, which take
// ports at any time.
func freeBase() (int, error) {
	for range 100 {
		base := 15000 + span*rand.IntN((32000-15000)/span) //nolint:gosec // no secret
		if allFree(base) {
			return base, nil
		}
	}
	return 0, errors.New("no free ports")
}

func allFree(base int) bool {
	for port := base; port < base+span; port++ {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))) //nolint:noctx // closed at once
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}
