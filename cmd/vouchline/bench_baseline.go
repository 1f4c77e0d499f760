package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ocr"
)

// plainReading is what Tesseract alone makes of a photograph.
type plainReading struct {
	exact, accepted bool
	spent
}

// plainTesseract reads the whole photograph with Debian's tesseract and its
// English data, as anyone would at first: page segmentation as it comes, then
// as one block of text, and the lines that look like an MRZ. Its time is that of
// the program, with its start.
func plainTesseract(ctx context.Context, file string, want []string) (plainReading, error) {
	var p plainReading
	for _, mode := range []string{"3", "6"} {
		cmd := exec.CommandContext(ctx, "tesseract", file, "stdout", "-l", "eng", "--psm", mode) //nolint:gosec // G204: a file the command was told to read
		start := time.Now()
		out, err := cmd.Output()
		if err != nil {
			return p, fmt.Errorf("tesseract: %w", err)
		}
		p.wall += milliseconds(time.Since(start))
		p.cpu += milliseconds(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime())
		for _, lines := range zonesIn(string(out)) {
			if m, err := ocr.ParseMRZ(lines); err == nil {
				p.exact, p.accepted = slices.Equal(lines, want), m.Valid
				return p, nil
			}
		}
	}
	return p, nil
}

// zonesIn returns every run of two or three lines of text that are as long and
// as lettered as an MRZ once spaces are gone.
func zonesIn(text string) [][]string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.Join(strings.Fields(line), "")
		if line != "" {
			lines = append(lines, line)
		}
	}
	var zones [][]string
	for i := range lines {
		for _, shape := range [][2]int{{3, 30}, {2, 44}, {2, 36}} {
			if i+shape[0] > len(lines) {
				continue
			}
			zone := lines[i : i+shape[0]]
			if !slices.ContainsFunc(zone, func(l string) bool { return len(l) != shape[1] }) {
				zones = append(zones, zone)
			}
		}
	}
	return zones
}
