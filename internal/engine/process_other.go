//go:build !linux

package engine

import (
	"os"
	"syscall"
)

// attributes are Linux's alone; elsewhere a child still leaves at the end of
// its input.
func attributes() *syscall.SysProcAttr { return nil }

// Isolate keeps a private handle on stdout; moving descriptors is done on
// Linux only.
func Isolate() (*os.File, error) {
	private := os.Stdout
	os.Stdout = os.Stderr
	return private, nil
}
