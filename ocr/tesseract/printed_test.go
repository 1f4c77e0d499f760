package tesseract_test

import (
	"encoding/json"
	"image"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/ocr/tesseract"
)

// then is when these tests take place.
func then() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }

// newPrintReader reads print, too; it skips the test without the models.
func newPrintReader(tb testing.TB) *tesseract.Reader {
	tb.Helper()
	finder := models.Default(testenv.Root())
	testenv.Need(tb, "models", finder.Missing(models.MRZ, models.DocCorners))
	r, err := tesseract.New(tesseract.Config{Models: finder, Now: then})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(r.Close)
	return r
}

// printCount counts, by field, the documents whose print has what the zone has.
type printCount struct{ found, differ map[string]int }

func newPrintCount() printCount { return printCount{map[string]int{}, map[string]int{}} }

func (c printCount) add(found []ocr.Corroboration) {
	for _, f := range found {
		switch f.Agreement {
		case ocr.Missing:
		case ocr.Differ:
			c.differ[f.Field]++
		default:
			c.found[f.Field]++
		}
	}
}

// The budget over the 32 specimen documents of the test data; some of them show
// a back alone, or have four pixels to the millimetre. It fails when print is
// read worse.
func TestPrintOfSpecimenDocuments(t *testing.T) {
	dir := testenv.Data(t, "documents")
	b, err := os.ReadFile(filepath.Join(dir, "ground_truth.json"))
	testenv.Need(t, "testdata", err)
	var truth map[string]json.RawMessage
	if err := json.Unmarshal(b, &truth); err != nil {
		t.Fatal(err)
	}
	r := newPrintReader(t)
	count := newPrintCount()
	for _, name := range slices.Sorted(maps.Keys(truth)) {
		got, _, err := r.Read(t.Context(), open(t, filepath.Join(dir, name)))
		if err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		count.add(got.Corroborations)
	}
	t.Logf("found in print %v, differing %v", count.found, count.differ)
	for field, want := range map[string]int{
		"primary_identifier": 21, "secondary_identifier": 16, "document_number": 14, "birth_date": 15, "expiry_date": 14,
	} {
		if count.found[field] < want {
			t.Errorf("%s found in the print of %d documents, want %d", field, count.found[field], want)
		}
	}
	if len(count.differ) > 0 {
		t.Errorf("print said to differ: %v", count.differ)
	}
}

// Every format, by every design, as a phone sees it.
func TestPrintOfDrawnDocuments(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newPrintReader(t)
	count, documents := newPrintCount(), 0
	for i, format := range []specimen.Format{specimen.TD3, specimen.TD2, specimen.MRVA, specimen.MRVB} {
		for j := range 3 {
			seed := uint64(10*i + j) //nolint:gosec // G115: small
			document, _ := specimen.Draw(specimen.Options{Format: format, Seed: seed})
			photograph, _ := specimen.Photograph(document, specimen.Shot{Seed: seed, Degrees: float64(90 * j)})
			got, _, err := r.Read(t.Context(), photograph)
			if err != nil {
				t.Errorf("Read(%s %d) = %v", format, seed, err)
				continue
			}
			documents++
			count.add(got.Corroborations)
		}
	}
	t.Logf("of %d found in print %v, differing %v", documents, count.found, count.differ)
	for _, field := range []string{"primary_identifier", "document_number", "birth_date", "expiry_date"} {
		if count.found[field] < documents*3/4 {
			t.Errorf("%s found in the print of %d documents of %d", field, count.found[field], documents)
		}
	}
	if len(count.differ) > 0 {
		t.Errorf("print said to differ: %v", count.differ)
	}
}

// The front of a card binds to the zone on its back, either way up.
func TestReadPrintedOfAFront(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newPrintReader(t)
	bound := 0
	const fronts = 8
	for i := range fronts {
		seed := uint64(i) //nolint:gosec // G115: small
		front, truth := specimen.Draw(specimen.Options{Format: specimen.TD1, Side: specimen.Front, Seed: seed})
		zone, err := ocr.ParseMRZ(specimen.MRZ(specimen.TD1, truth.Person))
		if err != nil {
			t.Fatal(err)
		}
		photograph, _ := specimen.Photograph(front, specimen.Shot{Seed: seed, Degrees: float64(180 * (i % 2))})
		got, err := r.ReadPrinted(t.Context(), photograph)
		if err != nil {
			t.Fatal(err)
		}
		found := ocr.Corroborate(zone, got, then())
		if ocr.Binds(found) {
			bound++
		} else {
			t.Logf("front %d does not bind: %v", i, found)
		}
		other, _ := ocr.ParseMRZ(specimen.MRZ(specimen.TD1, specimen.RandomPerson(specimen.TD1, seed+1000)))
		if ocr.Binds(ocr.Corroborate(other, got, then())) {
			t.Errorf("front %d binds to another person's zone", i)
		}
	}
	if bound < fronts-1 {
		t.Errorf("%d of %d fronts bind to their backs", bound, fronts)
	}
}

func TestReadPrintedOfNothing(t *testing.T) {
	r := newPrintReader(t)
	noise := image.NewGray(image.Rect(0, 0, 800, 600))
	state := uint32(1)
	for i := range noise.Pix {
		state = state*1664525 + 1013904223
		noise.Pix[i] = uint8(state >> 24)
	}
	for _, img := range []image.Image{
		noise,
		image.NewGray(image.Rect(0, 0, 800, 600)),
		image.NewGray(image.Rect(0, 0, 100, 4000)),
		image.NewGray(image.Rect(50, 60, 550, 460)),
	} {
		got, err := r.ReadPrinted(t.Context(), img)
		if err != nil || len(got.Fields) > 0 {
			t.Errorf("ReadPrinted(%s) = %d fields, %v, want none", size(img), len(got.Fields), err)
		}
	}
	for _, img := range []image.Image{nil, image.NewGray(image.Rect(0, 0, 1, 1))} {
		if _, err := r.ReadPrinted(t.Context(), img); err == nil {
			t.Errorf("ReadPrinted(%s) = nil, want an error", size(img))
		}
	}
}
