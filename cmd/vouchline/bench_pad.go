package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/models"
)

// labelsFile lists a folder's presentations.
const labelsFile = "labels.csv"

// BenchPADCmd measures presentation attack detection on photographs of which
// the truth is known.
type BenchPADCmd struct {
	ModelsFlag
	Dir string `arg:"" type:"existingdir" help:"Folder with labels.csv: columns file, label (live or spoof) and, if known, species."`
}

// presentation is a line of the list. Species is empty for a bona fide one.
type presentation struct {
	file, species string
	bonaFide      bool
}

// unknownSpecies is where a list does not say.
const unknownSpecies = "unknown"

// Run measures and prints the report.
func (c *BenchPADCmd) Run(g *Globals) error {
	presentations, err := readPresentations(c.Dir)
	if err != nil {
		return err
	}
	finder, err := c.finder()
	if err != nil {
		return err
	}
	if err := finder.Missing(models.MiniFASNetV2, models.MiniFASNetV1); err != nil {
		return err
	}
	engine, err := newFaceEngine(finder, g)
	if err != nil {
		return err
	}
	defer engine.Close()
	file, _ := finder.Lookup(models.MiniFASNetV2)
	threshold, ok := file.Threshold("bona_fide")
	if !ok {
		return errors.New("the manifest has no threshold for bona fide presentations")
	}
	report := newPADReport(threshold.Value)
	for _, p := range presentations {
		if err := report.examine(g, engine, c.Dir, p); err != nil {
			return err
		}
	}
	report.finish()
	if g.JSON {
		return g.WriteJSON(report)
	}
	return report.print(g)
}

func readPresentations(dir string) ([]presentation, error) {
	name := filepath.Join(dir, labelsFile)
	f, err := os.Open(name) //nolint:gosec // G304: the folder that the command was told to read
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	columns := []string{"file", "label", "species"}
	if len(rows) < 2 || len(rows[0]) < 2 || !slices.Equal(rows[0], columns[:min(len(rows[0]), 3)]) {
		return nil, fmt.Errorf("%s: want the columns file, label, perhaps species, and at least one line", name)
	}
	presentations := make([]presentation, 0, len(rows)-1)
	for i, row := range rows[1:] {
		p := presentation{file: row[0], bonaFide: row[1] == "live"}
		if !p.bonaFide {
			p.species = unknownSpecies
			if len(row) > 2 && row[2] != "" {
				p.species = row[2]
			}
		}
		if row[1] != "live" && row[1] != "spoof" {
			return nil, fmt.Errorf("%s: line %d: label is %q, want live or spoof", name, i+2, row[1])
		}
		presentations = append(presentations, p)
	}
	return presentations, nil
}

// examine counts one presentation. Without a face nothing is presented: it is
// counted apart (ISO/IEC 30107-3, non-response).
func (r *padReport) examine(g *Globals, engine *opencv.Engine, dir string, p presentation) error {
	img, err := openPhoto(filepath.Join(dir, p.file))
	var x faces.Examination
	start := cpuTime()
	if err == nil {
		x, err = engine.Examine(g.Context, img)
	}
	var noFace *faces.Error
	var refused *photo.Error
	switch {
	case errors.As(err, &noFace), errors.As(err, &refused):
		g.Log.Warn("counts as no response", "file", p.file, "error", err)
		r.NoResponse++
		return nil
	case err != nil:
		return err
	}
	r.add(p, x)
	r.times = append(r.times, milliseconds(cpuTime()-start))
	return nil
}
