package main

import (
	"context"
	"fmt"
	"image"
	"os"
	"sync"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/models"
)

// FaceCmd examines photographs of faces.
type FaceCmd struct {
	Compare FaceCompareCmd `cmd:"" help:"Say whether two photographs show one person: same, refer or different."`
}

// FaceCompareCmd compares the largest faces of two photographs.
type FaceCompareCmd struct {
	ModelsFlag
	A string `arg:"" type:"existingfile" help:"A photograph (JPEG, PNG, WebP)."`
	B string `arg:"" type:"existingfile" help:"Another photograph."`
}

// faceAnswer is what the command prints.
type faceAnswer struct {
	faces.Comparison
	// MS is the time from opening the files to the decision, without loading
	// the models.
	MS float64 `json:"ms"`
}

// Run compares; anything but "same" is exit code 1.
func (c *FaceCompareCmd) Run(g *Globals) error {
	// Two engines, so that the two photographs use two cores.
	finder, err := c.finder()
	if err != nil {
		return err
	}
	first, err := newFaceEngine(finder, g)
	if err != nil {
		return err
	}
	defer first.Close()
	second, err := newFaceEngine(finder, g)
	if err != nil {
		return err
	}
	defer second.Close()
	engines := [2]*opencv.Engine{first, second}
	start := g.Now()
	found, err := embedBoth(g.Context, engines, [2]string{c.A, c.B})
	if err != nil {
		return err
	}
	answer := faceAnswer{Comparison: engines[0].Matcher().Compare(found[0].Template, found[1].Template)}
	answer.MS = milliseconds(g.Now().Sub(start))
	for i, file := range []string{c.A, c.B} {
		if _, err := found[i].Sole(); err != nil {
			g.Log.Warn("the largest face was compared", "file", file, "faces", len(found[i].Faces))
		}
	}
	if err := answer.print(g); err != nil {
		return err
	}
	if answer.Decision != faces.Same {
		return &NegativeError{Reason: "the photographs are not taken as one person's: " + string(answer.Decision)}
	}
	return nil
}

func (a faceAnswer) print(g *Globals) error {
	if g.JSON {
		return g.WriteJSON(a)
	}
	return g.Printf("%.4f %.4f %s %.0f\n", a.Score, a.Threshold, a.Decision, a.MS)
}

// newFaceEngine refuses to start without the models: a tool asked to compare
// has nobody to refer to.
func newFaceEngine(finder models.Finder, g *Globals) (*opencv.Engine, error) {
	needed := []string{models.YuNet}
	for _, file := range finder.Embeddings() {
		needed = append(needed, file.Name)
	}
	if err := finder.Missing(needed...); err != nil {
		return nil, err
	}
	return opencv.New(opencv.Config{Models: finder, Logger: g.Log})
}

// embedBoth examines the photographs side by side.
func embedBoth(ctx context.Context, engines [2]*opencv.Engine, files [2]string) (found [2]faces.Examination, err error) {
	var errs [2]error
	var wait sync.WaitGroup
	for i := range files {
		wait.Go(func() { found[i], errs[i] = embedFile(ctx, engines[i], files[i]) })
	}
	wait.Wait()
	for i, err := range errs {
		if err != nil {
			return found, fmt.Errorf("%s: %w", files[i], err)
		}
	}
	return found, nil
}

// embedFile embeds the largest face of a photograph.
func embedFile(ctx context.Context, engine *opencv.Engine, file string) (faces.Examination, error) {
	img, err := openPhoto(file)
	if err != nil {
		return faces.Examination{}, err
	}
	return engine.Embed(ctx, img)
}

// openPhoto reads a photograph as an upload is read.
func openPhoto(file string) (image.Image, error) {
	b, err := os.ReadFile(file) //nolint:gosec // G304: the file that the command was told to read
	if err != nil {
		return nil, err
	}
	img, _, err := photo.Decode(b)
	return img, err
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
