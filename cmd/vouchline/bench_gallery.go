package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/store"
)

// BenchGalleryCmd measures what it costs to look for one face among many. The
// faces are random directions: an AEAD and a scalar product take as long for
// them as for real ones.
type BenchGalleryCmd struct {
	N   int    `default:"10000" help:"How many enrolled faces."`
	Dir string `help:"Folder for the temporary database; one in memory leaves the disk out of the figures."`
}

// galleryReport is what the benchmark prints, times in milliseconds.
type galleryReport struct {
	Faces int `json:"faces"`
	// Remember is of one face, with its transaction; the enrollment is there.
	Remember cost `json:"remember"`
	// Scan opens and compares every face of the database, Cached compares as
	// many that lie open in memory.
	Scan   cost `json:"scan"`
	Cached cost `json:"cached"`
	// BytesPerFace is what the database grew by a face.
	BytesPerFace int64 `json:"bytes_per_face"`
}

// cost is the time on the clock, and of all processors together.
type cost struct {
	Wall float64 `json:"ms"`
	CPU  float64 `json:"cpu_ms"`
}

// Validate refuses what cannot be measured; kong calls it.
func (c *BenchGalleryCmd) Validate() error {
	if c.N < 1 {
		return errors.New("--n: want at least one face")
	}
	return nil
}

// Run measures and prints the report.
func (c *BenchGalleryCmd) Run(g *Globals) (err error) {
	dir, err := os.MkdirTemp(c.Dir, "vouchline-gallery-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cfg := store.Config{
		DSN: filepath.Join(dir, "gallery.db"), Blobs: filepath.Join(dir, "blobs"), KeyFile: filepath.Join(dir, "operator.key"),
		Clock: g.Now, Logger: g.Log,
	}
	if err := store.Migrate(g.Context, cfg); err != nil {
		return err
	}
	s, err := store.Open(g.Context, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	report, err := benchGallery(g, s, c.N, cfg.DSN)
	if err != nil {
		return err
	}
	if g.JSON {
		return g.WriteJSON(report)
	}
	return report.print(g)
}

func benchGallery(g *Globals, s *store.Store, n int, file string) (galleryReport, error) {
	report := galleryReport{Faces: n}
	random := rand.New(rand.NewPCG(1, 0)) //nolint:gosec // G404: faces of nobody, the same each time
	for i := range n {
		if err := s.Create(g.Context, kyc.NewEnrollment(galleryID(i), g.Now(), kyc.Data{})); err != nil {
			return report, err
		}
	}
	before, err := used(g.Context, s)
	if err != nil {
		return report, err
	}
	report.Remember, err = measure(g, func() error {
		for i := range n {
			if err := s.Remember(g.Context, galleryID(i), randomFace(random)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return report, err
	}
	report.Remember.Wall /= float64(n)
	report.Remember.CPU /= float64(n)
	after, err := used(g.Context, s)
	if err != nil {
		return report, err
	}
	report.BytesPerFace = (after - before) / int64(n)
	probe := randomFace(random)
	cache := make([]faces.Template, 0, n)
	report.Scan, err = measure(g, func() error {
		return s.Templates(g.Context, func(_ string, t faces.Template) error {
			probe[models.MobileFaceNet].Score(t[models.MobileFaceNet])
			cache = append(cache, t)
			return nil
		})
	})
	if err != nil {
		return report, err
	}
	if len(cache) != n {
		return report, fmt.Errorf("%s: %d of %d faces were visited", file, len(cache), n)
	}
	report.Cached, err = measure(g, func() error {
		for _, t := range cache {
			probe[models.MobileFaceNet].Score(t[models.MobileFaceNet])
		}
		return nil
	})
	return report, err
}

func galleryID(i int) string { return fmt.Sprintf("en%026d", i) } // as long as real ones

// randomFace is a random direction of as many dimensions as the model has.
func randomFace(random *rand.Rand) faces.Template {
	e := make(faces.Embedding, 128)
	for i := range e {
		e[i] = float32(random.NormFloat64())
	}
	return faces.Template{models.MobileFaceNet: faces.Mean([]faces.Embedding{e})}
}

// used is how many bytes of the database hold something.
func used(ctx context.Context, s *store.Store) (int64, error) {
	var pages, free, size int64
	for pragma, value := range map[string]*int64{"page_count": &pages, "freelist_count": &free, "page_size": &size} {
		if err := s.DB().QueryRowContext(ctx, "PRAGMA "+pragma).Scan(value); err != nil {
			return 0, err
		}
	}
	return (pages - free) * size, nil
}

func measure(g *Globals, f func() error) (cost, error) {
	cpu, start := cpuTime(), g.Now()
	err := f()
	return cost{Wall: milliseconds(g.Now().Sub(start)), CPU: milliseconds(cpuTime() - cpu)}, err
}

func (r galleryReport) print(g *Globals) error {
	if err := g.Printf("%d faces, %d bytes each\n", r.Faces, r.BytesPerFace); err != nil {
		return err
	}
	for _, line := range []struct {
		name string
		cost cost
	}{{"remember one", r.Remember}, {"scan sealed rows", r.Scan}, {"scan in memory", r.Cached}} {
		cpu := time.Duration(line.cost.CPU * float64(time.Millisecond))
		wall := time.Duration(line.cost.Wall * float64(time.Millisecond))
		if err := g.Printf("%-16s %10v CPU %10v clock\n", line.name, cpu.Round(10*time.Microsecond), wall.Round(10*time.Microsecond)); err != nil {
			return err
		}
	}
	return nil
}
