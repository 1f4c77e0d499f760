// Command train makes the weights of package ocrb from nothing but Debian's
// packages fonts-ocr-b and fonts-dejavu-core:
//
//	go run ./ocr/ocrb/train -out ocr/ocrb/weights.bin
//
// It shows the network lines that package press prints, and writes the same
// bytes each time on amd64.
package main

import (
	"flag"
	"log/slog"
	"os"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/learn"
)

func main() {
	out := flag.String("out", "weights.bin", "file to write")
	steps := flag.Int("steps", learn.Steps, "steps of four lines each")
	seed := flag.Uint64("seed", learn.Seed, "where the examples come from")
	flag.Parse()
	log := slog.New(slog.NewTextHandler(os.Stdout, nil))
	progress := func(step int, loss, right float64) {
		log.Info("learning", "step", step, "of", *steps, "loss", loss, "right", right)
	}
	n, err := learn.Run(learn.Plan{Seed: *seed, Steps: *steps}, progress)
	if err == nil {
		err = os.WriteFile(*out, n.Encode(), 0o644) //nolint:gosec // weights are for everybody to read
	}
	if err != nil {
		log.Error("train", "error", err)
		os.Exit(1)
	}
}
