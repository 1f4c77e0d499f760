package main

import (
	"errors"
	"image"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/internal/specimen"
)

// livePerson is a photograph that can act.
type livePerson struct {
	specimen.Sitter
	template faces.Template
	bonaFide float64 // of the photograph itself
}

// someoneElse is the next of the people, from a place on, whom the models tell
// from the person there; with nobody else, the next.
func (s *liveStage) someoneElse(people []livePerson, at int) livePerson {
	for i := 1; i < len(people); i++ {
		other := people[(at+i)%len(people)]
		if s.rules.Matcher.Compare(people[at].template, other.template).Decision == faces.Different {
			return other
		}
	}
	return people[(at+1)%len(people)]
}

// Limits of photographs that make an actor: a face that looks into the camera
// and has the pixels of one before a camera.
const (
	liveInterEye = 40
	liveYaw      = 8
	liveRoll     = 10
)

// people takes some of the photographs that can act, evenly spread.
func (s *liveStage) people(paths []string, count int) ([]livePerson, error) {
	files, err := photographs(paths)
	if err != nil {
		return nil, err
	}
	var all []livePerson
	for i, file := range spread(files, 4*count) {
		p, err := s.person(file)
		switch {
		case errors.Is(err, errNoActor):
			s.g.Log.Debug("left out", "photograph", i)
		case err != nil:
			return nil, err
		default:
			all = append(all, p)
		}
	}
	if len(all) < 2 {
		return nil, errors.New("want at least two photographs of one face each that looks into the camera")
	}
	return spread(all, count), nil
}

func photographs(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		for _, pattern := range []string{"*.jpg", "*.jpeg", "*.png"} {
			found, err := filepath.Glob(filepath.Join(path, pattern))
			if err != nil {
				return nil, err
			}
			files = append(files, found...)
		}
	}
	slices.Sort(files)
	return files, nil
}

// spread takes n of the values at even distances; all when there are fewer.
func spread[T any](values []T, n int) []T {
	if n <= 0 || n >= len(values) {
		return values
	}
	out := make([]T, n)
	for i := range out {
		out[i] = values[i*len(values)/n]
	}
	return out
}

// errNoActor says that a photograph cannot act.
var errNoActor = errors.New("not one face that looks into the camera")

func (s *liveStage) person(file string) (livePerson, error) {
	b, err := os.ReadFile(file) //nolint:gosec // G304: the file that the command was told to read
	if err != nil {
		return livePerson{}, err
	}
	img, _, err := photo.Decode(b)
	if err != nil {
		return livePerson{}, errNoActor
	}
	x, err := s.engine.Examine(s.g.Context, img)
	var noFace *faces.Error
	if errors.As(err, &noFace) {
		return livePerson{}, errNoActor
	}
	if err != nil {
		return livePerson{}, err
	}
	face, err := x.Sole()
	if q := x.Quality; err != nil || q.InterEye < liveInterEye || math.Abs(q.Yaw) > liveYaw || math.Abs(q.Roll) > liveRoll {
		return livePerson{}, errNoActor
	}
	p := livePerson{Sitter: specimen.Sitter{Photograph: img, Face: rectangleOf(face.Box)}, template: x.Template, bonaFide: x.BonaFide}
	for i, point := range face.Landmarks {
		p.Points[i] = [2]float64{point.X, point.Y}
	}
	return p, nil
}

func rectangleOf(b faces.Box) image.Rectangle {
	return image.Rect(int(b.X), int(b.Y), int(b.X+b.W), int(b.Y+b.H))
}
