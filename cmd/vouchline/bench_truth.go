package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// truthFile holds what is known of the images in a folder.
const truthFile = "ground_truth.json"

// documentTruth is what is known of an image. Only the lines are needed.
type documentTruth struct {
	Type string `json:"type,omitempty"`
	// MRZ is nothing where no whole zone is in the picture.
	MRZ []string `json:"mrz"`
	// Several are the zones of a picture of more than one document.
	Several [][]string `json:"several,omitempty"`
	Set     string     `json:"set,omitempty"`
	// Degradation is what was done to the picture, by how much of which unit.
	Degradation string  `json:"degradation,omitempty"`
	Amount      float64 `json:"amount,omitempty"`
	Unit        string  `json:"unit,omitempty"`
	// Tampering is what was done to pass something off as the document.
	Tampering string `json:"tampering,omitempty"`
	State     string `json:"state,omitempty"`
	Side      string `json:"side,omitempty"`
	// Other is the file with the document's other side.
	Other string `json:"other,omitempty"`
	// Fields are the values as printed, by their names in ocr.Fields.
	Fields map[string]string `json:"fields,omitempty"`
}

// Sets of images, as `bench specimens` divides them.
const (
	setClean    = "clean"
	setDegraded = "degraded"
	setTampered = "tampered"
	setNone     = "none"
	setSeveral  = "several"
)

// readTruth returns what is known of every image in the folder; one that is not
// listed has no MRZ.
func readTruth(dir string) (map[string]documentTruth, error) {
	b, err := os.ReadFile(filepath.Join(dir, truthFile)) //nolint:gosec // G304: the folder the command was told to read
	if err != nil {
		return nil, err
	}
	var listed map[string]documentTruth
	if err := json.Unmarshal(b, &listed); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", dir, truthFile, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	truth := map[string]documentTruth{}
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".jpg", ".jpeg", ".png", ".webp":
			truth[e.Name()] = listed[e.Name()]
		}
	}
	for name := range listed {
		if _, ok := truth[name]; !ok {
			return nil, fmt.Errorf("%s: %s names %s, which is not there", dir, truthFile, name)
		}
	}
	if len(truth) == 0 {
		return nil, fmt.Errorf("%s: no images", dir)
	}
	return truth, nil
}
