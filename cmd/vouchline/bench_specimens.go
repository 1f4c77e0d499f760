package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"

	"github.com/vouchline/vouchline/internal/specimen"
)

// BenchSpecimensCmd draws documents of people who do not exist, for bench
// documents to read. The same seed gives the same files.
type BenchSpecimensCmd struct {
	Dir   string `arg:"" type:"path" help:"Folder to write; made when it is not there."`
	Count int    `default:"0" help:"Number of documents; 0 draws every kind in every scene once."`
	Seed  uint64 `default:"1" help:"What is left to chance."`
}

// Run draws and writes.
func (c *BenchSpecimensCmd) Run(g *Globals) error {
	if err := specimen.Available(); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	count := c.Count
	if count <= 0 {
		count = len(specimenKinds) * len(specimenScenes)
	}
	truth := map[string]documentTruth{}
	for i := range count {
		if err := g.Context.Err(); err != nil {
			return err
		}
		for _, s := range drawSpecimen(i, c.Seed) {
			if err := c.write(s); err != nil {
				return err
			}
			truth[s.name] = s.truth
		}
	}
	b, err := json.MarshalIndent(truth, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(c.Dir, truthFile), append(b, '\n'), 0o644); err != nil { //nolint:gosec // G306: invented people, for everybody to read
		return err
	}
	if g.JSON {
		return g.WriteJSON(map[string]int{"documents": count, "images": len(truth)})
	}
	return g.Printf("%d documents, %d images, %s\n", count, len(truth), filepath.Join(c.Dir, truthFile))
}

func (c *BenchSpecimensCmd) write(s drawnSpecimen) error {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, s.image, &jpeg.Options{Quality: 92}); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return os.WriteFile(filepath.Join(c.Dir, s.name), b.Bytes(), 0o644) //nolint:gosec // G306: invented people, for everybody to read
}
