package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/internal/engine"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/ocr/tesseract"
)

// BenchDocumentsCmd measures the reading of documents whose MRZ is known.
type BenchDocumentsCmd struct {
	ModelsFlag
	Dir string `arg:"" type:"existingdir" help:"Folder of images with ground_truth.json: {\"FILE\": {\"mrz\": [\"LINE\", ...]}}. An image that is not in it has no MRZ."`
}

// documentsReport is what the benchmark prints.
type documentsReport struct {
	// Documents is how many have an MRZ, Without how many have none.
	Documents int `json:"documents"`
	Without   int `json:"without_mrz"`
	// Exact is how many were read without a wrong character.
	Exact int `json:"exact"`
	// Accepted is how many were read and valid, WrongAccepted how many of
	// those had a wrong character, or no MRZ at all.
	Accepted      int `json:"accepted"`
	WrongAccepted int `json:"wrong_accepted"`
	// Refused is how many of the documents were read and not valid, or not
	// read; a specimen's own check digits may be wrong.
	Refused int `json:"refused"`
	// The times are of one photograph, from pixels to zone; CPU is what one
	// core computes for it, whatever else the machine does meanwhile.
	P50    float64 `json:"p50_ms"`
	P95    float64 `json:"p95_ms"`
	CPUP50 float64 `json:"cpu_p50_ms"`
	CPUP95 float64 `json:"cpu_p95_ms"`
	// Faults lists what was not exact, or wrongly accepted.
	Faults []documentOutcome `json:"faults"`
}

// documentOutcome says what happened to a file, without what it says.
type documentOutcome struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
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
	finder := modelFinder(c.Models)
	if err := finder.Missing(models.MRZ, models.DocCorners); err != nil {
		return err
	}
	reader, err := tesseract.New(tesseract.Config{Models: finder, Logger: g.Log})
	if err != nil {
		return err
	}
	defer reader.Close()
	report, err := benchDocuments(g, reader, c.Dir, truth)
	if err != nil {
		return err
	}
	if g.JSON {
		return g.WriteJSON(report)
	}
	return report.print(g)
}

// readTruth returns the lines of every image in the folder, none for one
// without MRZ.
func readTruth(dir string) (map[string][]string, error) {
	b, err := os.ReadFile(filepath.Join(dir, "ground_truth.json")) //nolint:gosec // G304: the folder the command was told to read
	if err != nil {
		return nil, err
	}
	var listed map[string]struct {
		MRZ []string `json:"mrz"`
	}
	if err := json.Unmarshal(b, &listed); err != nil {
		return nil, fmt.Errorf("%s: ground_truth.json: %w", dir, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	truth := map[string][]string{}
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".jpg", ".jpeg", ".png", ".webp":
			truth[e.Name()] = listed[e.Name()].MRZ
		}
	}
	for name := range listed {
		if _, ok := truth[name]; !ok {
			return nil, fmt.Errorf("%s: ground_truth.json names %s, which is not there", dir, name)
		}
	}
	if len(truth) == 0 {
		return nil, fmt.Errorf("%s: no images", dir)
	}
	return truth, nil
}

// zoneReader is what the benchmark measures.
type zoneReader interface {
	Read(ctx context.Context, img image.Image) (ocr.Reading, image.Image, error)
}

func benchDocuments(g *Globals, reader zoneReader, dir string, truth map[string][]string) (documentsReport, error) {
	report := documentsReport{Faults: []documentOutcome{}}
	var times, cpu []float64
	for _, name := range slices.Sorted(maps.Keys(truth)) {
		b, err := os.ReadFile(filepath.Join(dir, name)) //nolint:gosec // G304: the folder the command was told to read
		if err != nil {
			return report, err
		}
		img, _, err := photo.Decode(b)
		if err != nil {
			return report, fmt.Errorf("%s: %w", name, err)
		}
		start, used := g.Now(), cpuTime()
		reading, _, err := reader.Read(g.Context, img)
		times = append(times, milliseconds(g.Now().Sub(start)))
		cpu = append(cpu, milliseconds(cpuTime()-used))
		var unread *ocr.Error
		if err != nil && !errors.As(err, &unread) {
			return report, fmt.Errorf("%s: %w", name, err)
		}
		report.add(name, truth[name], reading.MRZ, err)
	}
	slices.Sort(times)
	slices.Sort(cpu)
	report.P50, report.P95 = times[len(times)/2], times[len(times)*95/100]
	report.CPUP50, report.CPUP95 = cpu[len(cpu)/2], cpu[len(cpu)*95/100]
	return report, nil
}

// add counts one outcome.
func (r *documentsReport) add(name string, want []string, got *ocr.MRZ, err error) {
	accepted := err == nil && got != nil && got.Valid
	exact := got != nil && len(want) > 0 && slices.Equal(got.Lines, want)
	if len(want) > 0 {
		r.Documents++
	} else {
		r.Without++
	}
	fault := func(reason string) { r.Faults = append(r.Faults, documentOutcome{name, reason}) }
	if accepted {
		r.Accepted++
	} else if len(want) > 0 {
		r.Refused++
	}
	switch {
	case exact:
		r.Exact++
	case accepted:
		r.WrongAccepted++
		fault("wrong but accepted")
	case len(want) > 0 && err != nil:
		fault(err.Error())
	case len(want) > 0:
		fault("not exact, refused")
	}
}

func (r documentsReport) print(g *Globals) error {
	err := g.Printf("documents           %4d\nexact               %4d  %.1f %%\nwrong but accepted  %4d\nrefused             %4d\nwithout MRZ         %4d\np50                 %4.0f ms, CPU %4.0f ms\np95                 %4.0f ms, CPU %4.0f ms\n",
		r.Documents, r.Exact, 100*float64(r.Exact)/float64(max(1, r.Documents)), r.WrongAccepted, r.Refused, r.Without, r.P50, r.CPUP50, r.P95, r.CPUP95)
	for _, f := range r.Faults {
		err = errors.Join(err, g.Printf("%s: %s\n", f.File, f.Reason))
	}
	return err
}
