package asterisktest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	// release is the Debian release whose Asterisk is taken.
	release = "forky"
	// minimum is the first major version that reads password_digest.
	minimum = 22
)

// find returns the root folder of an Asterisk: "" for this machine's own.
func find(ctx context.Context) (string, error) {
	if out, err := exec.CommandContext(ctx, "asterisk", "-V").Output(); err == nil && newEnough(string(out)) {
		return "", nil
	}
	if os.Geteuid() != 0 {
		return "", errors.New("no Asterisk 22 here, and only root can unpack one")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	cache = filepath.Join(cache, "vouchline")
	if err := os.MkdirAll(cache, 0o755); err != nil { //nolint:gosec // programs, read by all
		return "", err
	}
	unlock, err := lock(filepath.Join(cache, "asterisk.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if root := unpacked(cache); root != "" {
		return root, nil
	}
	return unpack(ctx, cache)
}

// newEnough reads "Asterisk 22.10.1~dfsg...".
func newEnough(version string) bool {
	_, rest, _ := strings.Cut(version, "Asterisk ")
	major, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(major)
	return err == nil && n >= minimum
}

// lock keeps two test programs from unpacking at once.
func lock(path string) (func(), error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // our own file
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil
}

func unpacked(cache string) string {
	roots, _ := filepath.Glob(filepath.Join(cache, "asterisk-*", "usr", "sbin", "asterisk"))
	if len(roots) == 0 {
		return ""
	}
	return strings.TrimSuffix(roots[len(roots)-1], "/usr/sbin/asterisk")
}

// prepare runs inside the new root. No daemon is started by the packages, and
// a mirror's snapshot may be older than its own expiry.
const prepare = `set -e
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
echo 'APT::Install-Recommends "0"; Acquire::Check-Valid-Until "false";' > /etc/apt/apt.conf.d/01local
printf 'path-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\n' > /etc/dpkg/dpkg.cfg.d/01slim
apt-get update -q
apt-get install -qy asterisk sip-tester
apt-get clean
`

// unpack makes the root folder, beside its final name until it is complete.
func unpack(ctx context.Context, cache string) (string, error) {
	mirror, err := mirror()
	if err != nil {
		return "", err
	}
	if _, err := exec.LookPath("debootstrap"); err != nil {
		return "", fmt.Errorf("no Asterisk 22 here, and none can be unpacked: %w", err)
	}
	root, err := os.MkdirTemp(cache, "partial-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(root) }()     // nothing left there after the rename
	if err := os.Chmod(root, 0o755); err != nil { //nolint:gosec // Asterisk's own user looks in
		return "", err
	}
	// An older debootstrap has no script of the release's name: sid's will do.
	if err := run(exec.CommandContext(ctx, "debootstrap", "--variant=minbase", release, root, mirror, "sid")); err != nil {
		return "", err
	}
	install := exec.CommandContext(ctx, "chroot", root, "sh", "-c", prepare)
	install.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")
	if err := run(install); err != nil {
		return "", err
	}
	version, err := exec.CommandContext(ctx, "chroot", root, "dpkg-query", "-W", "-f", "${source:Upstream-Version}", "asterisk").Output()
	if err != nil {
		return "", err
	}
	final := filepath.Join(cache, "asterisk-"+strings.ReplaceAll(string(version), "/", "_"))
	return final, os.Rename(root, final)
}

func run(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	const most = 2000
	text := string(out)
	return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, text[max(0, len(text)-most):])
}

// mirror returns the package archive this machine itself uses.
func mirror() (string, error) {
	files, _ := filepath.Glob("/etc/apt/sources.list.d/*")
	for _, name := range append([]string{"/etc/apt/sources.list"}, files...) {
		f, err := os.Open(name) //nolint:gosec // a fixed folder
		if err != nil {
			continue
		}
		uri := readMirror(f)
		_ = f.Close()
		if uri != "" {
			return uri, nil
		}
	}
	return "", errors.New("no Debian package source is set up on this machine")
}

// readMirror finds the first archive with http in either format of
// sources.list(5), leaving security updates out.
func readMirror(r io.Reader) string {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || fields[0] != "URIs:" && fields[0] != "deb" {
			continue
		}
		for _, field := range fields[1:] {
			if strings.HasPrefix(field, "http") && !strings.Contains(field, "security") {
				return field
			}
		}
	}
	return ""
}
