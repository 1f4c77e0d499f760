package pgtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// superuser is the database role; initdb makes it.
const superuser = "postgres"

// packages is where Debian's postgresql-NN packages put their programs.
const packages = "/usr/lib/postgresql"

// keeper starts the cluster, says "ready" and waits for the end of its
// standard input, which comes when the test binary ends, also by a panic or
// SIGKILL. Then it stops the cluster and removes its files, so nothing is left
// behind and no TestMain is needed.
const keeper = `
bin=$1 dir=$2 port=$3
trap '' INT TERM HUP
"$bin/initdb" -D "$dir/data" -U postgres --auth=trust --no-sync --no-instructions \
    --encoding=UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log"; rm -rf "$dir"; exit 1; }
"$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 start -o "-p $port -k $dir \
    -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c max_connections=200 -c shared_buffers=32MB" >/dev/null 2>&1 || { cat "$dir/server.log"; rm -rf "$dir"; exit 1; }
echo ready
cat >/dev/null
"$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
rm -rf "$dir"
`

// cluster is a running PostgreSQL.
type cluster struct {
	bin  string
	port int
	// stdin is the keeper's: while this process holds it, the cluster runs.
	stdin io.WriteCloser
}

func startCluster() (*cluster, error) {
	bin, err := newestBin()
	if err != nil {
		return nil, err
	}
	// The port is free when looked at and could be taken before the postmaster
	// binds it: try again rather than fail a test for that.
	for attempt := 1; ; attempt++ {
		c, err := tryCluster(bin)
		if err == nil || attempt == 3 {
			return c, err
		}
	}
}

func tryCluster(bin string) (*cluster, error) {
	dir, err := os.MkdirTemp("", "pgtest-")
	if err != nil {
		return nil, err
	}
	owner, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", keeper, "pgtest", bin, dir, strconv.Itoa(port)) //nolint:gosec,noctx // fixed script; it must outlive every context
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner, Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	said := bufio.NewReader(stdout)
	line, _ := said.ReadString('\n')
	if line != "ready\n" {
		rest, _ := io.ReadAll(said)
		return nil, errors.Join(fmt.Errorf("start postgres: %s%s", line, rest), cmd.Wait())
	}
	return &cluster{bin: bin, port: port, stdin: stdin}, nil
}

// newestBin returns the program folder of the newest installed version.
func newestBin() (string, error) {
	found, err := filepath.Glob(packages + "/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.Join(fmt.Errorf("no initdb under %s: install Debian's package postgresql", packages), err)
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(strings.TrimPrefix(path, packages+"/"), "/")[0])
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// unprivileged returns whom to run the cluster as, and gives dir to them:
// nobody special for an ordinary user, the package's user postgres for root,
// whom initdb refuses.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, int(uid), int(gid))
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
