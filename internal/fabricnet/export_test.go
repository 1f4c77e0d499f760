package fabricnet

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// Command is a script of deploy/fabric, or of another folder, on this network.
func (n *Network) Command(script string, args ...string) *exec.Cmd {
	cmd := Script(script, args...)
	cmd.Env = n.env
	return cmd
}

// Dir is the network's folder.
func (n *Network) Dir() string { return n.dir }

// Script is a script of deploy/fabric, or of another folder.
func Script(script string, args ...string) *exec.Cmd {
	if !filepath.IsAbs(script) {
		script = scripts(script)
	}
	return exec.Command(script, args...) //nolint:gosec,noctx // our own script; bounded by itself
}

// Programs returns the folder of Fabric's programs.
func Programs(tb testing.TB) string {
	tb.Helper()
	bin, err := build()
	usable(tb, err)
	return bin
}
