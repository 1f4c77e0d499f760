package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/vouchline/vouchline/ocr"
)

// MRZCmd works on machine readable zones as text.
type MRZCmd struct {
	Parse MRZParseCmd `cmd:"" help:"Parse a machine readable zone and check its check digits: one JSON object."`
}

// MRZParseCmd parses the lines of one zone.
type MRZParseCmd struct {
	File string `arg:"" help:"A text file with the two or three lines, - for standard input."`
}

// maxMRZText bounds the input: no zone has a hundred characters.
const maxMRZText = 4096

// Run prints the parsed zone. A zone that is not valid is exit code 1, text that
// is no zone at all exit code 2.
func (c *MRZParseCmd) Run(g *Globals) error {
	text, err := c.text(g)
	if err != nil {
		return err
	}
	m, err := ocr.ParseMRZ(mrzLines(text))
	if err != nil {
		return err
	}
	if err := g.WriteJSON(m); err != nil {
		return err
	}
	if !m.Valid {
		return &NegativeError{Reason: "the zone is not valid"}
	}
	return nil
}

func (c *MRZParseCmd) text(g *Globals) (string, error) {
	in := g.Stdin
	if c.File != "-" {
		f, err := os.Open(c.File) //nolint:gosec // G304: a file the command was told to read
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxMRZText+1))
	if err != nil {
		return "", err
	}
	if len(b) > maxMRZText {
		return "", fmt.Errorf("%s: more than %d bytes are no MRZ", c.File, maxMRZText)
	}
	return string(b), nil
}

// mrzLines leaves out what an editor adds: empty lines and white space at the
// ends.
func mrzLines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
