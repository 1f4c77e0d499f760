package tesseract

import (
	"image"
	"syscall"
	"testing"
	"time"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/internal/mat"
	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr"
)

// What quality and hints cost on a photograph of twelve megapixels, where
// pixels are most.
func BenchmarkQuality(b *testing.B) {
	testenv.Need(b, "fonts", specimen.Available())
	gocv.SetNumThreads(1)
	document, truth := specimen.Draw(specimen.Options{Seed: 1, PerMM: 9})
	photograph, at := specimen.Photograph(document, specimen.Shot{Width: 1280, Height: 960, Seed: 1})
	colour, err := mat.FromImage(photograph)
	if err != nil {
		b.Fatal(err)
	}
	defer colour.Close()
	const larger = 3.125 // 4000 by 3000
	_ = gocv.Resize(colour, &colour, image.Point{}, larger, larger, gocv.InterpolationCubic)
	gray := gocv.NewMat()
	defer gray.Close()
	_ = gocv.CvtColor(colour, &gray, gocv.ColorBGRToGray)
	var outline []pt
	for _, c := range rectangle(float64(document.Bounds().Dx()), float64(document.Bounds().Dy())) {
		x, y := at.Point(c.x, c.y)
		outline = append(outline, pt{x * larger, y * larger})
	}
	zone, height := zoneOf(truth, at, larger)
	for _, bc := range []struct {
		name string
		do   func()
	}{
		{"before reading", func() { quality(gray) }},
		{"placed", func() {
			q := ocr.Quality{Width: gray.Cols(), Height: gray.Rows()}
			outlineQuality(gray, &q, outline)
			zoneQuality(gray, &q, zone.zoneCorners(), height)
		}},
		{"screen_replay", func() { lattice(colour, outline) }},
		{"monochrome_copy", func() { greyness(colour, outline) }},
		{"mrz_font", func() { strangeness(gray, zone, truth.Lines) }},
	} {
		b.Run(bc.name, func(b *testing.B) {
			start := processorTime(b)
			for b.Loop() {
				bc.do()
			}
			b.ReportMetric(float64((processorTime(b)-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// processorTime is what counts where other work shares the machine.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// zoneOf is the placement of a drawn passport and its characters' height.
func zoneOf(truth specimen.Truth, at specimen.Placement, larger float64) (placement, float64) {
	box := at.Box(truth.MRZ)
	x0, x1 := float64(box.Min.X)*larger, float64(box.Max.X)*larger
	height := (x1 - x0) / 44 / pitch * 2.4
	first, last := float64(box.Min.Y)*larger+height/2, float64(box.Max.Y)*larger-height/2
	return place(ocr.TD3, lineEnds{pt{x0, first}, pt{x1, first}, pt{x0, last}, pt{x1, last}}), height
}
