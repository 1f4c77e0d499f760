package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/ocr"
)

// childVariable makes this test program play a part instead of testing: that
// of a child, or of a parent that will be killed.
const childVariable = "VOUCHLINE_ENGINE_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "child":
		playChild()
	case "parent":
		playParent()
	default:
		os.Exit(m.Run())
	}
}

// playChild is a child whose behaviour is spelled in the photograph's bytes.
func playChild() {
	out, err := Isolate()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("noise on stdout, as libraries make it")
	served := 0
	h := Handlers{
		ExamineFace: func(_ context.Context, b []byte) (faces.Examination, error) {
			return misbehaveOrFind(out, b)
		},
		ReadDocument: func(_ context.Context, b []byte) (ocr.Reading, error) {
			if string(b) == "blurred" {
				return ocr.Reading{Quality: ocr.Quality{Sharpness: 7}}, &ocr.Error{Code: ocr.CodeMRZNotFound, Detail: "x"}
			}
			return ocr.Reading{PortraitJPEG: b, Rotation: 90}, nil
		},
		ReadWords: func(_ context.Context, b []byte) ([]string, error) {
			served++
			if string(b) == "environment" {
				return os.Environ(), nil
			}
			return []string{fmt.Sprint(os.Getpid()), fmt.Sprint(served)}, nil
		},
	}
	if err := Serve(context.Background(), os.Stdin, out, h); err != nil {
		os.Exit(1)
	}
}

// misbehaveOrFind does as the bytes say.
func misbehaveOrFind(out io.Writer, b []byte) (faces.Examination, error) {
	switch what := string(b); what {
	case "abort":
		fmt.Fprintln(os.Stderr, "terminate called after throwing an instance of 'cv::Exception'")
		_ = syscall.Kill(os.Getpid(), syscall.SIGABRT)
		select {}
	case "panic":
		panic("in a handler")
	case "hang":
		select {}
	case "garbage":
		_, _ = out.Write([]byte("Warning: invalid resolution 0 dpi. Using 70 instead."))
		select {}
	case "flood":
		for line := bytes.Repeat([]byte("x"), 1<<16); ; {
			_, _ = os.Stderr.Write(line)
			_, _ = out.Write(line)
		}
	case "other number":
		_ = writeFrame(out, response{ID: 77}, []byte("{}"))
	case "not json":
		_ = writeFrame(out, response{ID: 1}, []byte("nonsense"))
	case "unavailable":
		return faces.Examination{}, fmt.Errorf("wrapped: %w", &faces.UnavailableError{Files: []string{"a", "b"}})
	case "ocr unavailable":
		return faces.Examination{}, &ocr.UnavailableError{Files: []string{"c"}}
	case "no face":
		return faces.Examination{}, &faces.Error{Code: faces.NoFace}
	case "corrupt":
		return faces.Examination{}, &photo.Error{Code: photo.Corrupt}
	case "late":
		return faces.Examination{}, context.DeadlineExceeded
	case "other":
		return faces.Examination{}, errors.New("something else")
	}
	return faces.Examination{BonaFide: 0.5, Template: faces.Template{"model": {1, 0}}}, nil
}

// playParent starts a child, tells its number and waits to be killed.
func playParent() {
	p := NewPool(Config{Command: []string{os.Args[0]}, Env: []string{childVariable + "=child"}})
	words, err := p.ReadWords(context.Background(), nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(words[0])
	select {}
}

// newPool returns a pool of children played by this program.
func newPool(t *testing.T, change func(*Config)) *Pool {
	t.Helper()
	c := Config{
		Command: []string{os.Args[0]},
		Env:     []string{childVariable + "=child"},
		Timeout: 30 * time.Second,
	}
	if change != nil {
		change(&c)
	}
	p := NewPool(c)
	t.Cleanup(p.Close)
	return p
}

// gone reports whether a process has ended; one that nobody has waited for
// counts.
func gone(p *os.Process) bool {
	if p.Signal(syscall.Signal(0)) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

// lockedBuffer is a log that children's goroutines may write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
