package main

import (
	"log/slog"
	"os"

	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/engine"
	"github.com/vouchline/vouchline/ocr/tesseract"
)

// EngineCmd is the child process in which OpenCV and Tesseract run. It is
// started by newEnginePool, not by people.
type EngineCmd struct {
	ModelsFlag
	FaceHints bool `help:"Estimate age, sex and expression from faces, for reviewers alone."`
}

// Run answers requests on stdin until it ends.
func (c *EngineCmd) Run(g *Globals) error {
	out, err := engine.Isolate()
	if err != nil {
		return err
	}
	defer out.Close()
	finder, err := c.finder()
	if err != nil {
		return err
	}
	face, err := opencv.New(opencv.Config{Models: finder, Hints: c.FaceHints})
	if err != nil {
		return err
	}
	defer face.Close()
	text, err := tesseract.New(tesseract.Config{Models: finder, Now: g.Now})
	if err != nil {
		return err
	}
	defer text.Close()
	return engine.Serve(g.Context, g.Stdin, out, engine.Compose(text, face))
}

// newEnginePool returns the pool whose children are this program's engine
// command. It starts nothing yet.
func newEnginePool(s EngineSettings, log *slog.Logger) (*engine.Pool, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return engine.NewPool(engine.Config{
		Command: engineCommand(program, s),
		Size:    s.Workers(),
		Timeout: s.EngineTimeout,
		Logger:  log,
	}), nil
}

// engineCommand tells a child all it needs: it gets none of the service's
// settings.
func engineCommand(program string, s EngineSettings) []string {
	command := append([]string{program, "engine"}, s.modelsFlag().arguments()...)
	if s.FaceHints == "on" {
		command = append(command, "--face-hints")
	}
	return command
}
