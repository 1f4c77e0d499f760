package opencv

import (
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
)

// engine returns an engine with all models, or skips.
func engine(tb testing.TB) *Engine {
	tb.Helper()
	finder := models.Default(testenv.Root())
	testenv.Need(tb, "models", finder.Missing(models.YuNet, models.MobileFaceNet, models.MiniFASNetV2, models.MiniFASNetV1))
	e, err := New(Config{Models: finder})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(e.Close)
	return e
}

// picture decodes a photograph of the test data.
func picture(tb testing.TB, elem ...string) image.Image {
	tb.Helper()
	b, err := os.ReadFile(testenv.Data(tb, elem...))
	if err != nil {
		tb.Fatal(err)
	}
	img, _, err := photo.Decode(b)
	if err != nil {
		tb.Fatal(err)
	}
	return img
}

func TestExamine(t *testing.T) {
	t.Parallel()
	e := engine(t)
	a, err := e.Examine(t.Context(), picture(t, "faces", "deepface", "img3.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.Examine(t.Context(), picture(t, "faces", "deepface", "img12.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Matcher().Compare(a.Template, b.Template); got.Decision != faces.Same {
		t.Errorf("Compare(one person) = %+v, want same", got)
	}
	if a.BonaFide < 0 || a.BonaFide > 1 {
		t.Errorf("BonaFide = %v, want 0..1", a.BonaFide)
	}
	if _, err := a.Sole(); err != nil {
		t.Errorf("Sole() error = %v, want nil", err)
	}
}

// TestExamineNoFace also covers pictures at the edge of what OpenCV bears.
func TestExamineNoFace(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for _, size := range []image.Point{{1, 1}, {1, 700}, {3000, 2}, {33, 31}, {640, 640}} {
		img := image.NewRGBA(image.Rectangle{Max: size})
		if _, err := e.Examine(t.Context(), img); !errors.Is(err, &faces.Error{Code: faces.NoFace}) {
			t.Errorf("Examine(black %v) error = %v, want no_face", size, err)
		}
		if found, err := e.Detect(t.Context(), img); err != nil || len(found) != 0 {
			t.Errorf("Detect(black %v) = %v, %v, want none", size, found, err)
		}
	}
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	e, err := New(Config{Models: models.Finder{Dirs: []string{t.TempDir()}}})
	if err != nil {
		t.Fatalf("New() error = %v, want nil", err)
	}
	t.Cleanup(e.Close)
	_, err = e.Examine(t.Context(), image.NewRGBA(image.Rect(0, 0, 64, 64)))
	var unavailable *faces.UnavailableError
	if !errors.As(err, &unavailable) || len(unavailable.Files) != 2 {
		t.Errorf("Examine() error = %v, want UnavailableError with 2 files", err)
	}
}

// TestModelsArriveLater matters to an operator who fetches them while the
// service runs.
func TestModelsArriveLater(t *testing.T) {
	t.Parallel()
	source := models.Default(testenv.Root())
	path, err := source.Open(models.YuNet)
	testenv.Need(t, "models", err)
	dir := t.TempDir()
	e, err := New(Config{Models: models.Finder{Dirs: []string{dir}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	if _, err := e.Detect(t.Context(), img); err == nil {
		t.Fatal("Detect() without models: error = nil")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, models.YuNet), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Detect(t.Context(), img); err != nil {
		t.Errorf("Detect() with models: error = %v, want nil", err)
	}
}

// BenchmarkExamine examines a frame of a live film, 640 by 480.
func BenchmarkExamine(b *testing.B) {
	e := engine(b)
	img := picture(b, "faces", "lfw", "Abel_Pacheco_0001.jpg")
	frame := image.NewRGBA(image.Rect(0, 0, 640, 480))
	draw.BiLinear.Scale(frame, image.Rect(80, 0, 560, 480), img, img.Bounds(), draw.Src, nil)
	for b.Loop() {
		if _, err := e.Examine(b.Context(), frame); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEmbed(b *testing.B) {
	e := engine(b)
	img := picture(b, "faces", "lfw", "Abel_Pacheco_0001.jpg")
	for b.Loop() {
		if _, err := e.Embed(b.Context(), img); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDetectQuick(b *testing.B) {
	e := engine(b)
	img := picture(b, "faces", "lfw", "Abel_Pacheco_0001.jpg")
	for b.Loop() {
		if _, err := e.Detect(b.Context(), img); err != nil {
			b.Fatal(err)
		}
	}
}
