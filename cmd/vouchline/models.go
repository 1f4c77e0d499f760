package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vouchline/vouchline/models"
)

// ModelsFlag says where a tool looks for model files, and for which.
type ModelsFlag struct {
	Models        string `name:"models" env:"VOUCHLINE_MODELS" placeholder:"DIR" help:"Folder of model files. Default: models/files, then ../shared/models."`
	ModelManifest string `name:"model-manifest" env:"VOUCHLINE_MODEL_MANIFEST" placeholder:"FILE" help:"JSON manifest of embedding models of yours, added to the product's (docs/models.md). Default: none."`
}

// finder returns the finder of the flags.
func (f ModelsFlag) finder() (models.Finder, error) { return extendedFinder(f.Models, f.ModelManifest) }

// arguments pass the flags on to an engine child.
func (f ModelsFlag) arguments() []string {
	var arguments []string
	if f.Models != "" {
		arguments = append(arguments, "--models", f.Models)
	}
	if f.ModelManifest != "" {
		arguments = append(arguments, "--model-manifest", f.ModelManifest)
	}
	return arguments
}

// extendedFinder is modelFinder with the operator's manifest, if there is one.
func extendedFinder(dir, manifest string) (models.Finder, error) {
	finder := modelFinder(dir)
	if manifest == "" {
		return finder, nil
	}
	var err error
	finder.Files, err = models.ReadManifest(manifest)
	return finder, err
}

// modelFinder looks in dir, if given, then below the working directory and
// below the folder above the program (bin/vouchline of a checkout).
func modelFinder(dir string) models.Finder {
	var f models.Finder
	if dir != "" {
		f.Dirs = append(f.Dirs, dir)
	}
	f.Dirs = append(f.Dirs, models.Default(".").Dirs...)
	if program, err := os.Executable(); err == nil {
		f.Dirs = append(f.Dirs, models.Default(filepath.Dir(filepath.Dir(program))).Dirs...)
	}
	return f
}

// ModelsCmd keeps the machine-learning model files.
type ModelsCmd struct {
	Verify ModelsVerifyCmd `cmd:"" help:"Check that every model file is there and is the one that was measured."`
	Fetch  ModelsFetchCmd  `cmd:"" help:"Fetch the model files from an address or folder of yours into models/files."`
}

// ModelsVerifyCmd checks the files.
type ModelsVerifyCmd struct {
	ModelsFlag
}

// Run prints one line a file; a missing or different file is exit code 1.
func (c *ModelsVerifyCmd) Run(g *Globals) error {
	finder, err := c.finder()
	if err != nil {
		return err
	}
	var missing []string
	for _, s := range finder.Verify() {
		if !s.OK() {
			missing = append(missing, s.File.Name)
		}
		if err := printStatus(g, s); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		err := &models.MissingError{Names: missing, Dirs: finder.Dirs}
		return &NegativeError{Reason: err.Error()}
	}
	return nil
}

// ModelsFetchCmd gets the files.
type ModelsFetchCmd struct {
	From string `required:"" placeholder:"URL-OR-FOLDER" help:"Address or folder that holds the files under their names."`
	Into string `default:"models/files" placeholder:"DIR" help:"Folder to put them in."`
}

// Run fetches what is missing and prints one line a file.
func (c *ModelsFetchCmd) Run(g *Globals) error {
	statuses, err := models.Fetch(g.Context, models.FetchConfig{From: c.From, Into: c.Into})
	for _, s := range statuses {
		if printErr := printStatus(g, s); printErr != nil {
			return errors.Join(err, printErr)
		}
	}
	return err
}

func printStatus(g *Globals, s models.Status) error {
	if g.JSON {
		answer := struct {
			Name  string `json:"name"`
			OK    bool   `json:"ok"`
			Path  string `json:"path,omitempty"`
			Error string `json:"error,omitempty"`
		}{Name: s.File.Name, OK: s.OK(), Path: s.Path}
		if s.Err != nil {
			answer.Error = s.Err.Error()
		}
		return g.WriteJSON(answer)
	}
	if s.OK() {
		return g.Printf("ok       %s (%s)\n", s.File.Name, s.Path)
	}
	var absent *models.MissingError
	if errors.As(s.Err, &absent) && len(absent.Differ) > 0 {
		return g.Printf("differs  %s (%s)\n", s.File.Name, absent.Differ[0])
	}
	if absent == nil {
		return g.Printf("failed   %s\n", fmt.Sprint(s.File.Name, ": ", s.Err))
	}
	return g.Printf("missing  %s\n", s.File.Name)
}
