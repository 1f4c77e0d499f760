package engine

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/ocr"
)

// TestCrash shows that whatever a child does costs one request.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"abort", "panic", "garbage", "flood", "other number", "not json"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := newPool(t, nil)
			if _, err := p.ExamineFace(t.Context(), []byte(what)); !errors.Is(err, ErrCrashed) || !Retryable(err) {
				t.Errorf("ExamineFace(%s) error = %v, want ErrCrashed", what, err)
			}
			x, err := p.ExamineFace(t.Context(), []byte("good"))
			if err != nil || x.BonaFide != 0.5 {
				t.Errorf("ExamineFace(good) after %s = %v, %v, want 0.5, nil", what, x.BonaFide, err)
			}
		})
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	p := newPool(t, func(c *Config) { c.Timeout = 300 * time.Millisecond })
	if _, err := p.ExamineFace(t.Context(), []byte("hang")); !errors.Is(err, ErrTimeout) || !Retryable(err) {
		t.Errorf("ExamineFace(hang) error = %v, want ErrTimeout", err)
	}
}

// TestCancel also shows that a caller who leaves does not leave a child
// working for nobody.
func TestCancel(t *testing.T) {
	t.Parallel()
	p := newPool(t, nil)
	before, err := p.ReadWords(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := p.ExamineFace(ctx, []byte("hang")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ExamineFace(hang) error = %v, want DeadlineExceeded", err)
	}
	after, err := p.ReadWords(t.Context(), nil)
	if err != nil || after[0] == before[0] {
		t.Errorf("child after = %v, %v, want another than %v", after, err, before)
	}
}

// TestErrors shows that types and codes cross the pipe and cost no child.
func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		want  error
		retry bool
	}{
		{name: "unavailable", want: &faces.UnavailableError{Files: []string{"a", "b"}}},
		{name: "ocr unavailable", want: &ocr.UnavailableError{Files: []string{"c"}}},
		{name: "no face", want: &faces.Error{Code: faces.NoFace}},
		{name: "corrupt", want: &photo.Error{Code: photo.Corrupt}},
		{name: "late", want: ErrTimeout, retry: true},
		{name: "other", want: &RemoteError{Message: "something else"}},
	}
	p := newPool(t, nil)
	for _, tt := range tests {
		_, err := p.ExamineFace(t.Context(), []byte(tt.name))
		if fmt.Sprintf("%T %v", err, err) != fmt.Sprintf("%T %v", tt.want, tt.want) || Retryable(err) != tt.retry {
			t.Errorf("ExamineFace(%s) error = %T %v, want %T %v, retryable %v", tt.name, err, err, tt.want, tt.want, tt.retry)
		}
	}
	if words, err := p.ReadWords(t.Context(), nil); err != nil || words[1] != "1" {
		t.Errorf("ReadWords() = %v, %v, want first call of a living child", words, err)
	}
}

func TestReadDocument(t *testing.T) {
	t.Parallel()
	p := newPool(t, nil)
	big := bytes.Repeat([]byte{0xff, 0}, 3<<20)
	got, err := p.ReadDocument(t.Context(), big)
	if err != nil || !bytes.Equal(got.PortraitJPEG, big) || got.Rotation != 90 {
		t.Errorf("ReadDocument(6 MB) differs, error = %v", err)
	}
	got, err = p.ReadDocument(t.Context(), []byte("blurred"))
	if !errors.Is(err, &ocr.Error{Code: ocr.CodeMRZNotFound}) || got.Quality.Sharpness != 7 {
		t.Errorf("ReadDocument(blurred) = %v, %v, want the quality and mrz_not_found", got.Quality, err)
	}
	_, err = p.ReadDocument(t.Context(), make([]byte, photo.MaxBytes+1))
	if !errors.Is(err, &photo.Error{Code: photo.TooLarge}) {
		t.Errorf("ReadDocument(too much) error = %v, want too_large", err)
	}
}

// TestWarmAndRecycled shows that a child serves many requests, yet not too
// many.
func TestWarmAndRecycled(t *testing.T) {
	t.Parallel()
	p := newPool(t, func(c *Config) { c.MaxRequests = 3 })
	var calls []string
	pids := map[string]bool{}
	for range 7 {
		words, err := p.ReadWords(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		pids[words[0]] = true
		calls = append(calls, words[1])
	}
	if got, want := strings.Join(calls, " "), "1 2 3 1 2 3 1"; got != want || len(pids) != 3 {
		t.Errorf("calls = %s in %d children, want %s in 3", got, len(pids), want)
	}
}

// TestIdleDeath shows that a child ended while idle costs no request.
func TestIdleDeath(t *testing.T) {
	t.Parallel()
	p := newPool(t, nil)
	if _, err := p.ReadWords(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	c := <-p.slots
	_ = c.cmd.Process.Kill()
	<-c.gone
	p.slots <- c
	if _, err := p.ReadWords(t.Context(), nil); err != nil {
		t.Errorf("ReadWords() error = %v, want nil", err)
	}
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	p := newPool(t, func(c *Config) { c.Size = 2 })
	var wait sync.WaitGroup
	var mu sync.Mutex
	pids := map[string]bool{}
	for range 20 {
		wait.Go(func() {
			words, err := p.ReadWords(t.Context(), nil)
			if err != nil {
				t.Errorf("ReadWords() error = %v", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			pids[words[0]] = true
		})
	}
	wait.Wait()
	if len(pids) == 0 || len(pids) > 2 {
		t.Errorf("%d children, want 1 or 2", len(pids))
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	p := newPool(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	if _, err := p.ReadWords(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := p.ExamineFace(t.Context(), []byte("hang"))
		done <- err
	}()
	p.Close()
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Errorf("request under way: error = %v, want ErrClosed", err)
	}
	if _, err := p.ReadWords(t.Context(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("request after: error = %v, want ErrClosed", err)
	}
}

func TestNoCommand(t *testing.T) {
	t.Parallel()
	p := newPool(t, func(c *Config) { c.Command = []string{"/does/not/exist"} })
	if _, err := p.ReadWords(t.Context(), nil); !errors.Is(err, ErrCrashed) {
		t.Errorf("ReadWords() error = %v, want ErrCrashed", err)
	}
}

// TestEnvironment is about secrets: a child parses strangers' pictures.
func TestEnvironment(t *testing.T) {
	t.Setenv("VOUCHLINE_DATABASE", "postgres://user:password@host/db")
	t.Setenv("OMP_THREAD_LIMIT", "64")
	p := newPool(t, nil)
	env, err := p.ReadWords(t.Context(), []byte("environment"))
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(env, func(e string) bool { return strings.Contains(e, "password") }) {
		t.Error("the child sees the database's password")
	}
	for _, want := range limits {
		if !slices.Contains(env, want) {
			t.Errorf("the child's environment lacks %s", want)
		}
	}
	if slices.Contains(env, "OMP_THREAD_LIMIT=64") {
		t.Error("the server's OMP_THREAD_LIMIT reached the child")
	}
}

// TestCrashLog shows what an operator learns of a crash.
func TestCrashLog(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	p := newPool(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	if _, err := p.ExamineFace(t.Context(), []byte("abort")); err == nil {
		t.Fatal("ExamineFace(abort) error = nil")
	}
	for _, want := range []string{"cv::Exception", "exit status", "examine_face"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log = %s, want %q in it", log.String(), want)
		}
	}
}

// TestDiesWithParent kills a parent outright and waits for its child's end.
func TestDiesWithParent(t *testing.T) {
	t.Parallel()
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), childVariable+"=parent")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscan(bufio.NewReader(out), &pid); err != nil {
		t.Fatalf("child's number: %v", err)
	}
	child, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(10 * time.Second)
	for !gone(child) {
		select {
		case <-ticker.C:
		case <-deadline:
			_ = child.Kill()
			t.Fatal("the child outlives its parent")
		}
	}
}
