package fabricnet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/vouchline/vouchline/internal/testenv"
)

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

func start(options ...Option) (*Network, error) {
	bin, err := build()
	if err != nil {
		return nil, err
	}
	// Ports are free when looked at and could be taken a moment later.
	for attempt := 1; ; attempt++ {
		n, err := try(bin, options)
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() == portTaken && attempt < 5 {
			continue
		}
		return n, err
	}
}

// build returns the folder of Fabric's programs.
func build() (string, error) {
	bin := os.Getenv("FABRIC_BIN")
	if bin == "" {
		bin = filepath.Join(testenv.Root(), "bin", "fabric")
	}
	bin, err := filepath.Abs(bin)
	if err != nil {
		return "", err
	}
	if out, err := exec.Command(scripts("build.sh"), bin).CombinedOutput(); err != nil { //nolint:gosec,noctx // our own script
		return "", &missingError{fmt.Errorf("build.sh: %w\n%s", err, out)}
	}
	return bin, nil
}

func try(bin string, options []Option) (*Network, error) {
	dir, err := os.MkdirTemp("", "fabricnet-")
	if err != nil {
		return nil, err
	}
	base, err := freeBase()
	if err != nil {
		return nil, err
	}
	n := &Network{dir: dir, env: append(os.Environ(), "NET="+dir, "FABRIC_BIN="+bin, "BASE_PORT="+strconv.Itoa(base))}
	// Whatever is set for make run is not for the tests.
	n.env = append(n.env, "ORDERERS=", "MANAGER_PEERS=")
	for _, o := range options {
		n.env = append(n.env, o())
	}
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
