package tesseract_test

import (
	"encoding/json"
	"errors"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/ocr/tesseract"
)

// The budget over the 32 specimen documents of the test data. It fails when
// reading gets worse; tighten it when reading gets better.
const (
	budgetExact         = 32
	budgetWrongAccepted = 0
)

// newReader skips the test without the models.
func newReader(t *testing.T) *tesseract.Reader {
	t.Helper()
	finder := models.Default(testenv.Root())
	testenv.Need(t, "models", finder.Missing(models.MRZ, models.DocCorners))
	r, err := tesseract.New(tesseract.Config{Models: finder})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func open(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return img
}

func TestReadSpecimenDocuments(t *testing.T) {
	dir := testenv.Data(t, "documents")
	b, err := os.ReadFile(filepath.Join(dir, "ground_truth.json"))
	testenv.Need(t, "testdata", err)
	var truth map[string]struct {
		MRZ []string `json:"mrz"`
	}
	if err := json.Unmarshal(b, &truth); err != nil {
		t.Fatal(err)
	}
	r := newReader(t)
	exact, wrong := 0, 0
	var times []time.Duration
	for _, name := range slices.Sorted(maps.Keys(truth)) {
		img := open(t, filepath.Join(dir, name))
		start := time.Now()
		got, _, err := r.Read(t.Context(), img)
		times = append(times, time.Since(start))
		switch {
		case err != nil:
			t.Logf("%s: %v", name, err)
		case slices.Equal(got.MRZ.Lines, truth[name].MRZ):
			exact++
		case got.MRZ.Valid:
			wrong++
			t.Logf("%s: accepted %q, want %q", name, got.MRZ.Lines, truth[name].MRZ)
		default:
			t.Logf("%s: not valid %q %v, want %q", name, got.MRZ.Lines, got.MRZ.Checks, truth[name].MRZ)
		}
		if err == nil && got.Rotation != 0 {
			t.Errorf("%s: Rotation = %d, want 0", name, got.Rotation)
		}
	}
	slices.Sort(times)
	t.Logf("%d of %d exact, %d wrong but accepted, p50 %v, p95 %v", exact, len(truth), wrong,
		times[len(times)/2].Round(time.Millisecond), times[len(times)*95/100].Round(time.Millisecond))
	if exact < budgetExact || wrong > budgetWrongAccepted {
		t.Errorf("exact = %d, wrong but accepted = %d, want at least %d and at most %d", exact, wrong, budgetExact, budgetWrongAccepted)
	}
}

// A payment card seen from afar is no travel document to the corner network, and
// has no print that could be one's.
func TestReadWithoutDocument(t *testing.T) {
	path := testenv.Data(t, "documents", "negative_nomrz.jpg")
	r := newReader(t)
	reading, upright, err := r.Read(t.Context(), open(t, path))
	if !errors.Is(err, &ocr.Error{Code: ocr.CodeNoDocument}) {
		t.Errorf("Read = %v, want %s", err, ocr.CodeNoDocument)
	}
	if reading.MRZ != nil || reading.Quality.Width == 0 || upright == nil {
		t.Errorf("Read = %v, want quality and the photograph without an MRZ", reading)
	}
}
