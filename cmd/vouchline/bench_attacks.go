package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/specimen"
)

// BenchAttacksCmd draws presentation attacks of photographs, for bench pad to
// judge. The same photographs and seed give the same files.
type BenchAttacksCmd struct {
	ModelsFlag
	From   string `arg:"" type:"existingdir" help:"Folder of photographs of people."`
	Into   string `arg:"" type:"path" help:"Folder to write; made when it is not there."`
	Count  int    `default:"20" help:"Number of people, spread over the folder."`
	Offset int    `default:"0" help:"Skip that many photographs."`
	Seed   uint64 `default:"1" help:"What is left to chance."`
}

// Run draws each person alive and by every species, and writes labels.csv.
func (c *BenchAttacksCmd) Run(g *Globals) error {
	if c.Count < 1 || c.Offset < 0 {
		return errors.New("--count and --offset: want a number")
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
	files, err := photographsIn(c.From)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Into, 0o755); err != nil {
		return err
	}
	rows := [][]string{{"file", "label", "species"}}
	for i := range c.Count {
		at := c.Offset + i*max(1, len(files)/c.Count)
		if at >= len(files) {
			break
		}
		written, err := c.draw(g, engine, filepath.Join(c.From, files[at]), i)
		if err != nil {
			return fmt.Errorf("%s: %w", files[at], err)
		}
		rows = append(rows, written...)
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(c.Into, labelsFile), b.Bytes(), 0o600); err != nil {
		return err
	}
	return g.Printf("%d presentations, %s\n", len(rows)-1, filepath.Join(c.Into, labelsFile))
}

// draw writes the presentations of one person. A photograph without a face
// gives none.
func (c *BenchAttacksCmd) draw(g *Globals, engine *opencv.Engine, file string, number int) ([][]string, error) {
	img, err := openPhoto(file)
	if err != nil {
		return nil, err
	}
	x, err := engine.Embed(g.Context, img)
	var noFace *faces.Error
	if errors.As(err, &noFace) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	box := pixelBox(x.Faces[0].Box).Add(img.Bounds().Min)
	var rows [][]string
	for _, p := range append([]specimen.Presentation{specimen.Living}, specimen.StillSpecies()...) {
		if err := g.Context.Err(); err != nil {
			return nil, err
		}
		name := strconv.Itoa(number) + "_" + string(p) + ".jpg"
		var b bytes.Buffer
		still := specimen.Presented(img, box, p, c.Seed+uint64(number)) //nolint:gosec // not negative
		if err := jpeg.Encode(&b, still, &jpeg.Options{Quality: 90}); err != nil {
			return nil, err
		}
		// People's photographs: for their owner alone.
		if err := os.WriteFile(filepath.Join(c.Into, name), b.Bytes(), 0o600); err != nil {
			return nil, err
		}
		row := []string{name, "spoof", string(p)}
		if p == specimen.Living {
			row = []string{name, "live", ""}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// photographsIn are the names of a folder's photographs, sorted.
func photographsIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".jpg", ".jpeg", ".png", ".webp":
			files = append(files, e.Name())
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no photographs", dir)
	}
	return files, nil
}
