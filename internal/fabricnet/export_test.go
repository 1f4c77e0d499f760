package fabricnet

import (
	"os/exec"
	"path/filepath"
)

// Command is a script of deploy/fabric, or of another folder, on this network.
func (n *Network) Command(script string, args ...string) *exec.Cmd {
	if !filepath.IsAbs(script) {
		script = scripts(script)
	}
	cmd := exec.Command(script, args...) //nolint:gosec,noctx // our own script; bounded by itself
	cmd.Env = n.env
	return cmd
}

// Dir is the network's folder.
func (n *Network) Dir() string { return n.dir }

// Bin is the folder of Fabric's programs.
var Bin = bin
