package engine

import (
	"bytes"
	"sync"
)

// Bounds of what is kept of a child's stderr and of what of it is logged.
const (
	tailBytes = 32 << 10
	logBytes  = 2 << 10
)

// deathMarks begin what a dying process says; what follows them is long.
var deathMarks = [][]byte{
	[]byte("terminate called"), []byte("OpenCV("), []byte("panic:"), []byte("fatal error:"), []byte("SIGABRT"), []byte("SIGSEGV"),
}

// tail keeps the end of what a child wrote to stderr, for the log of a crash.
type tail struct {
	mu sync.Mutex
	b  []byte
}

// Write never fails and never keeps more than tailBytes.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p[max(0, len(p)-tailBytes):]...)
	if over := len(t.b) - tailBytes; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(p), nil
}

// String is the part worth logging: from the first sign of death on, or the
// last words.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	first := len(t.b)
	for _, mark := range deathMarks {
		if at := bytes.Index(t.b, mark); at >= 0 {
			first = min(first, at)
		}
	}
	if first == len(t.b) {
		return string(t.b[max(0, len(t.b)-logBytes):])
	}
	return string(t.b[first:min(len(t.b), first+logBytes)])
}
