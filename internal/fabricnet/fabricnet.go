// Package fabricnet gives tests a real Hyperledger Fabric network of their
// own: two organisations, three peers, an orderer and the chaincode, or more of
// them, as native processes on free ports.
//
// The words are Fabric's. It knows nothing of channels or contracts: it calls
// deploy/fabric's scripts, the same that a person runs, which so are tested by
// every test that needs Fabric.
//
// The rule: one network for each test binary ([Shared]); tests keep apart by
// using new ids. Only a test that kills nodes starts its own ([Start]).
package fabricnet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vouchline/vouchline/internal/testenv"
)

// A Network is a running network.
type Network struct {
	dir   string
	env   []string
	stdin io.Closer // the keeper's: while this process holds it, the network runs
}

// An Option makes a network other than the ordinary one.
type Option func() (setting string)

// Orderers gives the network 1 or 3 orderers: orderer, orderer1, orderer2.
func Orderers(n int) Option {
	return func() string { return "ORDERERS=" + strconv.Itoa(n) }
}

// ManagerPeers gives org1 one or two peers: m0, m1.
func ManagerPeers(n int) Option {
	return func() string { return "MANAGER_PEERS=" + strconv.Itoa(n) }
}

var shared = sync.OnceValues(func() (*Network, error) { return start() })

// Shared returns the network of this test binary, starting it the first time.
// The test is skipped, or fails where it is required, if Fabric cannot be
// built.
func Shared(tb testing.TB) *Network {
	tb.Helper()
	n, err := shared()
	usable(tb, err)
	return n
}

// Start starts a network for one test, which may break it.
func Start(tb testing.TB, options ...Option) *Network {
	tb.Helper()
	n, err := start(options...)
	usable(tb, err)
	tb.Cleanup(func() { _ = n.stdin.Close() })
	return n
}

func usable(tb testing.TB, err error) {
	tb.Helper()
	var missing *missingError
	if errors.As(err, &missing) {
		testenv.Need(tb, "fabric", missing)
	}
	if err != nil {
		tb.Fatalf("start a Fabric network: %v", err)
	}
}

// Profile returns the connection profile of org1 (writes) or org2 (reads).
func (n *Network) Profile(org string) string { return filepath.Join(n.dir, org+".json") }

// offsets are those of network.sh.
var offsets = map[string]int{
	"orderer": 0, "orderer1": 3, "orderer2": 6, "m0": 10, "m1": 13, "t0": 20, "t1": 30, "cc-manager": 40, "cc-telecom": 41,
}

// Addr returns where a node listens.
func (n *Network) Addr(node string) (string, error) { return n.port(node, 0) }

// Operations returns where a node tells of its health and its metrics.
func (n *Network) Operations(node string) (string, error) { return n.port(node, 2) }

// port returns an address of a node; its ports are counted from its first.
func (n *Network) port(node string, which int) (string, error) {
	b, err := os.ReadFile(filepath.Join(n.dir, "base_port"))
	if err != nil {
		return "", err
	}
	base, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return "", err
	}
	offset, ok := offsets[node]
	if !ok {
		return "", fmt.Errorf("no node is called %s", node)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(base+offset+which)), nil
}

// Up starts whatever does not run and returns when the contract answers.
func (n *Network) Up() error { return n.script("up") }

// Nodes returns the names of the network's nodes in the order in which they
// start: orderer, m0, t0, t1, cc-manager, cc-telecom and what options add.
func (n *Network) Nodes() ([]string, error) {
	out, err := n.run("status")
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) { // it also says that some do not run
		return nil, err
	}
	var names []string
	for line := range strings.Lines(out) {
		name, _, _ := strings.Cut(line, " ")
		names = append(names, name)
	}
	return names, nil
}

// Kill ends a node with SIGKILL, and returns when it has let go of its ports and
// files: another may take its place at once.
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
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return err
	}
	return ended(pid)
}

// ended waits for the end of a process that is nobody's child here. The kernel
// takes its environment and its program from a killed process before its files.
func ended(pid int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("watch process %d: %w", pid, err)
	}
	defer func() { _ = unix.Close(fd) }()
	for deadline := time.Now().Add(endTime); ; { //nolint:forbidigo // bounds a real wait
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(time.Until(deadline).Milliseconds())) //nolint:gosec,forbidigo // a descriptor; the same
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return fmt.Errorf("wait for process %d: %w", pid, err)
		case n == 0:
			return fmt.Errorf("process %d does not end", pid)
		default:
			return nil
		}
	}
}

// endTime bounds the end of a killed process, which has to write back nothing.
const endTime = 30 * time.Second

func (n *Network) script(command string) error {
	_, err := n.run(command)
	return err
}

func (n *Network) run(command string) (string, error) {
	cmd := exec.Command(scripts("network.sh"), command) //nolint:gosec,noctx // our own script; bounded by itself
	cmd.Env = n.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("network.sh %s: %w\n%s", command, err, out)
	}
	return string(out), err
}

func scripts(name string) string { return filepath.Join(testenv.Root(), "deploy", "fabric", name) }
