package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/vouchline/vouchline/internal/engine"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/ocr"
)

// DocumentCmd reads identity documents.
type DocumentCmd struct {
	Read DocumentReadCmd `cmd:"" help:"Read photographed documents, zone, print and portrait: one JSON object a line."`
}

// DocumentReadCmd reads photographs as the service reads uploads, in a
// supervised engine process.
type DocumentReadCmd struct {
	ModelsFlag
	Timeout time.Duration `default:"30s" placeholder:"DURATION" help:"Longest time for one photograph."`
	Sides   bool          `help:"The files are the sides of one document: one JSON object more, of them together."`
	Files   []string      `arg:"" name:"file" help:"Photographs (JPEG, PNG, WebP)."`
}

// documentAnswer is what the command prints of one file: the reading, but for
// the portrait's pixels.
type documentAnswer struct {
	File string `json:"file,omitempty"`
	// Bond is only of sides taken together, see kyc.JoinSides.
	Bond            string               `json:"bond,omitempty"`
	MRZ             *ocr.MRZ             `json:"mrz,omitempty"`
	Printed         []ocr.PrintedField   `json:"printed,omitempty"`
	Corroborations  []ocr.Corroboration  `json:"corroborations,omitempty"`
	Findings        []ocr.Finding        `json:"findings,omitempty"`
	Hints           []ocr.Hint           `json:"hints,omitempty"`
	Portrait        *ocr.Rect            `json:"portrait,omitempty"`
	PortraitQuality *ocr.PortraitQuality `json:"portrait_quality,omitempty"`
	Ghosts          []ocr.Rect           `json:"ghosts,omitempty"`
	Quality         *ocr.Quality         `json:"quality,omitempty"`
	Advice          ocr.Advice           `json:"advice,omitempty"`
	Outline         []ocr.Point          `json:"outline,omitempty"`
	// Rotation is the clockwise turn in degrees that makes the photograph
	// upright.
	Rotation int `json:"rotation"`
	// MS is the time from opening the file to the reading. The first file's
	// includes the start of the engine.
	MS    float64        `json:"ms"`
	Error *documentFault `json:"error,omitempty"`
}

// fill takes over what the reading has.
func (a *documentAnswer) fill(r ocr.Reading, now time.Time) {
	a.MRZ, a.Corroborations, a.Hints = r.MRZ, r.Corroborations, r.Hints
	a.Portrait, a.PortraitQuality, a.Ghosts = r.Portrait, r.PortraitQuality, r.Ghosts
	a.Outline, a.Rotation = r.Outline, r.Rotation
	if r.Printed != nil {
		a.Printed = r.Printed.Fields
	}
	if r.MRZ != nil {
		a.Findings = ocr.Findings(*r.MRZ, a.Printed, now)
	}
	if r.Quality.Width > 0 {
		a.Quality = &r.Quality
		a.Advice, _ = r.Quality.Advice()
	}
}

type documentFault struct {
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
}

// Codes of faults that no package below has a code for.
const (
	faultFile   = "file_unreadable"
	faultEngine = "engine_failed"
)

// Run reads every file; one that cannot be read, or whose zone is not valid, makes
// the exit code 1 and does not end the run.
func (c *DocumentReadCmd) Run(g *Globals) error {
	finder, err := c.finder()
	if err != nil {
		return err
	}
	if err := finder.Missing(models.MRZ, models.DocCorners, models.YuNet); err != nil {
		return err
	}
	pool, err := newToolPool(c.ModelsFlag, c.Timeout, g)
	if err != nil {
		return err
	}
	defer pool.Close()
	negative := 0
	readings := make([]ocr.Reading, len(c.Files))
	for i, file := range c.Files {
		answer, reading, err := readDocument(g, pool, file)
		if err != nil {
			return err
		}
		if err := g.WriteJSON(answer); err != nil {
			return err
		}
		readings[i] = reading
		if answer.Error != nil || answer.MRZ == nil || !answer.MRZ.Valid {
			negative++
		}
	}
	if c.Sides {
		return writeDocument(g, readings)
	}
	if negative > 0 {
		return &NegativeError{Reason: fmt.Sprintf("%d of %d not read or not valid", negative, len(c.Files))}
	}
	return nil
}

// writeDocument prints what the sides add up to. A side without a zone is no
// fault of a card; sides of two documents are.
func writeDocument(g *Globals, sides []ocr.Reading) error {
	joined, bond := kyc.JoinSides(sides, g.Now())
	answer := documentAnswer{Bond: bond}
	answer.fill(joined, g.Now())
	if err := g.WriteJSON(answer); err != nil {
		return err
	}
	if bond != "bound" || joined.MRZ == nil || !joined.MRZ.Valid {
		return &NegativeError{Reason: "the sides are not one document that was read and is valid: " + bond}
	}
	return nil
}

// toolEnvironment is added to what an engine child of a tool sees; tests make
// their own program act as the child with it.
var toolEnvironment []string

// newToolPool returns a pool of one engine process for a command.
func newToolPool(flag ModelsFlag, timeout time.Duration, g *Globals) (*engine.Pool, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return engine.NewPool(engine.Config{
		Command: append([]string{program, "engine"}, flag.arguments()...),
		Env:     slices.Clone(toolEnvironment),
		Size:    1,
		Timeout: timeout,
		Logger:  g.Log,
	}), nil
}

// readDocument reads one file. Only an interruption is an error: everything
// else is this file's own fault and is in the answer.
func readDocument(g *Globals, pool *engine.Pool, file string) (documentAnswer, ocr.Reading, error) {
	answer := documentAnswer{File: file}
	start := g.Now()
	b, err := os.ReadFile(file) //nolint:gosec // G304: a file the command was told to read
	if err != nil {
		answer.Error = faultOf(err)
		return answer, ocr.Reading{}, nil
	}
	reading, err := pool.ReadDocument(g.Context, b)
	answer.MS = milliseconds(g.Now().Sub(start))
	if g.Context.Err() != nil {
		return answer, reading, context.Cause(g.Context)
	}
	answer.fill(reading, g.Now())
	if err != nil {
		answer.Error = faultOf(err)
	}
	return answer, reading, nil
}

// faultOf finds the stable code of an error.
func faultOf(err error) *documentFault {
	var unread *ocr.Error
	var refused *photo.Error
	var unavailable *ocr.UnavailableError
	var path *fs.PathError
	switch {
	case errors.As(err, &unread):
		return &documentFault{Code: unread.Code, Detail: unread.Detail}
	case errors.As(err, &refused):
		return &documentFault{Code: refused.Code, Detail: refused.Error()}
	case errors.As(err, &unavailable):
		return &documentFault{Code: "models_missing", Detail: unavailable.Error()}
	case errors.As(err, &path):
		return &documentFault{Code: faultFile, Detail: path.Err.Error()}
	}
	return &documentFault{Code: faultEngine, Detail: err.Error()}
}
