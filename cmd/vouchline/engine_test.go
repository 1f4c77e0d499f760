package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/engine"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/ocr"
)

// programVariable makes this test program be vouchline itself, as the engine
// children of the tests need it.
const programVariable = "VOUCHLINE_TEST_PROGRAM"

func init() {
	if os.Getenv(programVariable) == "" {
		return
	}
	g := &Globals{Context: context.Background(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	os.Exit(run(g, os.Args[1:]))
}

// realPool is a pool of this program's own engine children.
func realPool(tb testing.TB, models string) *engine.Pool {
	tb.Helper()
	p := engine.NewPool(engine.Config{
		Command: []string{os.Args[0], "engine", "--models", models},
		Env:     []string{programVariable + "=1", "VOUCHLINE_MODELS="},
		Timeout: time.Minute,
	})
	tb.Cleanup(p.Close)
	return p
}

// modelFolder is where the tests' models are, or skips.
func modelFolder(tb testing.TB) string {
	tb.Helper()
	finder := modelFinder("")
	finder.Dirs = append(finder.Dirs, filepath.Join(testenv.Root(), "models", "files"), filepath.Join(testenv.Root(), "..", "shared", "models"))
	for _, s := range finder.Verify() {
		testenv.Need(tb, "models", s.Err)
	}
	path, _ := finder.Open(finder.Verify()[0].File.Name)
	return filepath.Dir(path)
}

func readData(tb testing.TB, elem ...string) []byte {
	tb.Helper()
	b, err := os.ReadFile(testenv.Data(tb, elem...))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// TestEngineReadsDocument runs the real engines over a specimen passport and
// compares its portrait with itself, the whole way through the pipe.
func TestEngineReadsDocument(t *testing.T) {
	t.Parallel()
	p := realPool(t, modelFolder(t))
	specimen := readData(t, "documents", "passporteye_100_pass-cze.jpg")
	reading, err := p.ReadDocument(t.Context(), specimen)
	if err != nil {
		t.Fatal(err)
	}
	if reading.MRZ == nil || reading.MRZ.Fields.IssuingState != "CZE" {
		t.Errorf("MRZ of the issuing state CZE not read: %v", reading)
	}
	_, info, err := photo.Decode(specimen)
	if err != nil {
		t.Fatal(err)
	}
	r := reading.Portrait
	if r == nil || r.X < 0 || r.Y < 0 || r.X+r.W > info.Width || r.Y+r.H > info.Height {
		t.Fatalf("Portrait = %+v, want one inside %+v", r, info)
	}
	x, err := p.ExamineFace(t.Context(), reading.PortraitJPEG)
	if err != nil {
		t.Fatalf("ExamineFace(portrait) error = %v", err)
	}
	if score := x.Template[models.MobileFaceNet].Score(x.Template[models.MobileFaceNet]); score < 0.999 {
		t.Errorf("a portrait compared with itself: %v, want 1", score)
	}
}

// TestEngineRefusesPictures shows what crosses the pipe when a photograph is
// not what was asked for.
func TestEngineRefusesPictures(t *testing.T) {
	t.Parallel()
	p := realPool(t, modelFolder(t))
	_, err := p.ReadDocument(t.Context(), readData(t, "documents", "negative_nomrz.jpg"))
	var unread *ocr.Error
	if !errors.As(err, &unread) {
		t.Errorf("ReadDocument(no MRZ) error = %v, want *ocr.Error", err)
	}
	_, err = p.ExamineFace(t.Context(), []byte("no picture"))
	if !errors.Is(err, &photo.Error{Code: photo.UnsupportedFormat}) {
		t.Errorf("ExamineFace(text) error = %v, want unsupported_format", err)
	}
}

// TestEngineWithoutModels: the child lives and says what it lacks, so that
// the checks go to a reviewer.
func TestEngineWithoutModels(t *testing.T) {
	t.Parallel()
	p := realPool(t, t.TempDir())
	_, err := p.ExamineFace(t.Context(), readData(t, "faces", "deepface", "img3.jpg"))
	var unavailable *faces.UnavailableError
	if !errors.As(err, &unavailable) || engine.Retryable(err) {
		t.Errorf("ExamineFace() error = %v, want UnavailableError, not to be retried", err)
	}
	_, err = p.ReadDocument(t.Context(), readData(t, "documents", "fastmrz_td1.jpg"))
	var unread *ocr.UnavailableError
	if !errors.As(err, &unread) || engine.Retryable(err) {
		t.Errorf("ReadDocument() error = %v, want UnavailableError, not to be retried", err)
	}
}

// TestFaceHintsAreAskedFor: a child estimates nothing unless it is told to.
func TestFaceHintsAreAskedFor(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]bool{"": false, "off": false, "on": true} {
		command := engineCommand("vouchline", EngineSettings{FaceHints: setting})
		if got := slices.Contains(command, "--face-hints"); got != want {
			t.Errorf("with face-hints %q the child is told %q", setting, command)
		}
	}
}
