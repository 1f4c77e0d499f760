package engine

import (
	"fmt"
	"os"
	"syscall"
)

// attributes make a child die with its parent even when the parent is killed
// outright, and keep the terminal's Ctrl-C from it: the server first finishes
// what it runs. (The kernel watches the parent's thread, not the process;
// should the Go runtime ever end that thread, the child is replaced like any
// other that died.)
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// Isolate prepares this process to be a child and returns its protocol
// stream: the real stdout moves to a descriptor of its own and descriptor 1
// becomes stderr, so that a library that prints cannot break a frame. The
// process leaves no core dump, which would hold faces and documents, and is
// the first that the kernel ends when memory runs out.
func Isolate() (*os.File, error) {
	private, err := syscall.Dup(1)
	if err != nil {
		return nil, fmt.Errorf("engine: dup stdout: %w", err)
	}
	syscall.CloseOnExec(private)
	if err := syscall.Dup3(2, 1, 0); err != nil {
		return nil, fmt.Errorf("engine: redirect stdout: %w", err)
	}
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) // best effort: not every system lets us
	return os.NewFile(uintptr(private), "protocol"), nil
}
