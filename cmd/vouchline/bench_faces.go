package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"hash/fnv"
	"image"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/internal/specimen"
)

// BenchFacesCmd measures the comparison on pairs of which the truth is known.
type BenchFacesCmd struct {
	ModelsFlag
	Pairs   string `arg:"" type:"existingfile" help:"CSV with columns file_a, file_b, same (1 or 0) and, if groups are known, group; files relative to it."`
	Printed bool   `help:"Also compare with file_a as a document's print of it is photographed."`
	Strong  bool   `help:"With --printed: the print of a worn document, photographed under poor light."`
	DET     string `name:"det" type:"path" placeholder:"FILE" help:"Write the DET curve as SVG."`
}

// pair is a line of the list.
type pair struct {
	a, b  string
	mated bool
	group string
}

// Run measures and prints the report.
func (c *BenchFacesCmd) Run(g *Globals) error {
	pairs, err := readPairs(c.Pairs)
	if err != nil {
		return err
	}
	finder, err := c.finder()
	if err != nil {
		return err
	}
	engine, err := newFaceEngine(finder, g)
	if err != nil {
		return err
	}
	defer engine.Close()
	b := &bench{g: g, engine: engine, cache: map[string]embedded{}}
	report, err := b.measure(pairs, b.embed)
	if err != nil {
		return err
	}
	if c.Printed {
		amounts := specimen.UsualPrint
		if c.Strong {
			amounts = specimen.StrongPrint
		}
		printed, err := b.measure(pairs, func(file string) (embedded, error) { return b.embedPrinted(file, amounts) })
		if err != nil {
			return err
		}
		report.Printed = &printed
	}
	if c.DET != "" {
		if err := os.WriteFile(c.DET, report.det(), 0o644); err != nil { //nolint:gosec // G306: rates are nobody's secret
			return err
		}
	}
	if g.JSON {
		return g.WriteJSON(report)
	}
	return report.print(g)
}

func readPairs(file string) ([]pair, error) {
	f, err := os.Open(file) //nolint:gosec // G304: the list that the command was told to read
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	columns := []string{"file_a", "file_b", "same", "group"}
	if len(rows) < 2 || len(rows[0]) < 3 || !slices.Equal(rows[0], columns[:min(len(rows[0]), 4)]) {
		return nil, fmt.Errorf("%s: want the columns file_a, file_b, same, perhaps group, and at least one pair", file)
	}
	dir := filepath.Dir(file)
	pairs := make([]pair, 0, len(rows)-1)
	for i, row := range rows[1:] {
		if row[2] != "0" && row[2] != "1" {
			return nil, fmt.Errorf("%s: line %d: same is %q, want 0 or 1", file, i+2, row[2])
		}
		p := pair{a: filepath.Join(dir, row[0]), b: filepath.Join(dir, row[1]), mated: row[2] == "1"}
		if len(row) > 3 {
			p.group = row[3]
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}

// embedded is what one file gave, kept because lists name files many times.
type embedded struct {
	key      string
	template faces.Template
	took     time.Duration
}

// bench keeps what each file gave.
type bench struct {
	g      *Globals
	engine *opencv.Engine
	cache  map[string]embedded
}

// embed examines a file once. A photograph that cannot be compared has no
// template; other errors end the benchmark.
func (b *bench) embed(file string) (embedded, error) {
	return b.once(file, func() (faces.Examination, error) { return embedFile(b.g.Context, b.engine, file) })
}

// embedPrinted examines the print of a photograph, which differs from file to
// file by the file's name alone.
func (b *bench) embedPrinted(file string, amounts specimen.PrintedAmounts) (embedded, error) {
	return b.once("printed "+file, func() (faces.Examination, error) {
		img, err := openPhoto(file)
		if err != nil {
			return faces.Examination{}, err
		}
		x, err := b.engine.Embed(b.g.Context, img)
		if err != nil {
			return x, err
		}
		box := pixelBox(x.Faces[0].Box).Add(img.Bounds().Min)
		return b.engine.Embed(b.g.Context, specimen.Printed(img, box, amounts, seedOf(file)))
	})
}

func (b *bench) once(key string, examine func() (faces.Examination, error)) (embedded, error) {
	if e, ok := b.cache[key]; ok {
		return e, nil
	}
	start := cpuTime()
	x, err := examine()
	var noFace *faces.Error
	var refused *photo.Error
	switch {
	case errors.As(err, &noFace), errors.As(err, &refused):
		b.g.Log.Warn("counts as no match", "file", key, "error", err)
	case err != nil:
		return embedded{}, err
	}
	e := embedded{key: key, template: x.Template, took: cpuTime() - start}
	b.cache[key] = e
	return e, nil
}

// measure compares every pair, with reference in the place of file_a.
func (b *bench) measure(pairs []pair, reference func(file string) (embedded, error)) (facesReport, error) {
	all := newFaceTally()
	groups := map[string]*faceTally{}
	for _, p := range pairs {
		first, errFirst := reference(p.a)
		second, errSecond := b.embed(p.b)
		if err := errors.Join(errFirst, errSecond); err != nil {
			return facesReport{}, err
		}
		if p.group != "" && groups[p.group] == nil {
			groups[p.group] = newFaceTally()
		}
		all.add(b.engine.Matcher(), p, first, second)
		if group := groups[p.group]; group != nil {
			group.add(b.engine.Matcher(), p, first, second)
		}
	}
	report := all.report(b.engine.Matcher())
	for name, group := range groups {
		if report.Groups == nil {
			report.Groups = map[string]facesReport{}
		}
		report.Groups[name] = group.report(b.engine.Matcher())
	}
	return report, nil
}

// pixelBox is the face's box in whole pixels.
func pixelBox(b faces.Box) image.Rectangle {
	return image.Rect(int(b.X), int(b.Y), int(b.X+b.W), int(b.Y+b.H))
}

// seedOf is a seed of a file's own name, so that a list in another order or
// folder gives the same pictures.
func seedOf(file string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(filepath.Base(file))) // never fails
	return h.Sum64()
}
