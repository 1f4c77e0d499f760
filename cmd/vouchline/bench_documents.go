package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/engine"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/ocr/tesseract"
)

// BenchDocumentsCmd measures the reading of documents whose MRZ is known.
type BenchDocumentsCmd struct {
	ModelsFlag
	Dir      string `arg:"" type:"existingdir" help:"Folder of images with ground_truth.json: {\"FILE\": {\"mrz\": [\"LINE\", ...]}}. An image that is not in it has no MRZ."`
	Baseline bool   `help:"Read every image with Debian's tesseract and its English data too, for comparison."`
}

// Run measures and prints the report.
func (c *BenchDocumentsCmd) Run(g *Globals) error {
	// The libraries read their limits when they are loaded, so what is measured
	// here would not be what an engine child does.
	if limits := engine.Limits(); g.Restart != nil && !engine.Limited() {
		return g.Restart(limits)
	}
	truth, err := readTruth(c.Dir)
	if err != nil {
		return err
	}
	finder, err := c.finder()
	if err != nil {
		return err
	}
	if err := finder.Missing(models.MRZ, models.DocCorners, models.YuNet); err != nil {
		return err
	}
	zone, err := tesseract.New(tesseract.Config{Models: finder, Logger: g.Log}) // without a clock it leaves print alone
	if err != nil {
		return err
	}
	defer zone.Close()
	text, err := tesseract.New(tesseract.Config{Models: finder, Logger: g.Log, Now: g.Now})
	if err != nil {
		return err
	}
	defer text.Close()
	face, err := opencv.New(opencv.Config{Models: finder})
	if err != nil {
		return err
	}
	defer face.Close()
	b := documentBench{g: g, dir: c.Dir, zone: zone.Read, read: engine.Compose(text, face).ReadDocument}
	if c.Baseline {
		b.plain = plainTesseract
	}
	report, err := b.run(truth)
	if err != nil {
		return err
	}
	if g.JSON {
		return g.WriteJSON(report)
	}
	return report.print(g)
}

// spent is what something took by the clock and of the processor, in
// milliseconds.
type spent struct{ wall, cpu float64 }

func spentSince(now func() time.Time, start time.Time, cpu time.Duration) spent {
	return spent{milliseconds(now().Sub(start)), milliseconds(cpuTime() - cpu)}
}

// documentBench reads a folder with what the service composes of its engines,
// and once more the zones alone, to tell what they take of the time.
type documentBench struct {
	g     *Globals
	dir   string
	zone  func(ctx context.Context, img image.Image) (ocr.Reading, image.Image, error)
	read  func(ctx context.Context, photo []byte) (ocr.Reading, error)
	plain func(ctx context.Context, file string, want []string) (plainReading, error) // nil without baseline
}

// zoneTime reads the zone of a photograph from its pixels.
func (b documentBench) zoneTime(bytes []byte) spent {
	img, _, err := photo.Decode(bytes)
	if err != nil {
		return spent{}
	}
	start, cpu := b.g.Now(), cpuTime()
	_, _, _ = b.zone(b.g.Context, img) // read judges the outcome
	return spentSince(b.g.Now, start, cpu)
}

func (b documentBench) run(truth map[string]documentTruth) (documentsReport, error) {
	report := newDocumentsReport()
	var zone, whole, plain []spent
	for _, name := range slices.Sorted(maps.Keys(truth)) {
		file := filepath.Join(b.dir, name)
		bytes, err := os.ReadFile(file) //nolint:gosec // G304: the folder the command was told to read
		if err != nil {
			return report, err
		}
		start, cpu := b.g.Now(), cpuTime()
		reading, err := b.read(b.g.Context, bytes)
		whole = append(whole, spentSince(b.g.Now, start, cpu))
		zone = append(zone, b.zoneTime(bytes))
		var unread *ocr.Error
		var refused *photo.Error
		if err != nil && !errors.As(err, &unread) && !errors.As(err, &refused) {
			return report, fmt.Errorf("%s: %w", name, err)
		}
		o := judge(name, truth[name], reading, err)
		if b.plain != nil {
			p, err := b.plain(b.g.Context, file, truth[name].MRZ)
			if err != nil {
				return report, fmt.Errorf("%s: %w", name, err)
			}
			plain = append(plain, p.spent)
			o.plain = &p
		}
		report.add(o)
	}
	report.times(zone, whole, plain)
	return report, nil
}
