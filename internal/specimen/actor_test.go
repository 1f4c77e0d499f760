package specimen_test

import (
	"bytes"
	"image"
	_ "image/jpeg" // the test data's photographs
	"os"
	"testing"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/opencv"
	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
)

func engine(t *testing.T) *opencv.Engine {
	t.Helper()
	finder := models.Default(testenv.Root())
	_, err := finder.Open(models.YuNet)
	testenv.Need(t, "models", err)
	e, err := opencv.New(opencv.Config{Models: finder})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// sitter is a photograph of the test data as the engine sees it.
func sitter(t *testing.T, e *opencv.Engine, name string) (specimen.Sitter, faces.Examination) {
	t.Helper()
	file, err := os.Open(testenv.Data(t, "faces", "deepface", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, _, err := image.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	x, err := e.Examine(t.Context(), img)
	if err != nil {
		t.Fatalf("Examine(%s): %v", name, err)
	}
	b := x.Faces[0].Box
	s := specimen.Sitter{Photograph: img, Face: image.Rect(int(b.X), int(b.Y), int(b.X+b.W), int(b.Y+b.H))}
	for i, p := range x.Faces[0].Landmarks {
		s.Points[i] = [2]float64{p.X, p.Y}
	}
	return s, x
}

// What an actor does has to be seen by the engine as what it is, or films of
// it would measure nothing.
func TestActorDoesWhatIsAsked(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for _, name := range []string{"img6.jpg", "img7.jpg"} {
		s, photo := sitter(t, e, name)
		actor := specimen.NewActor(specimen.ActorOptions{Sitter: s, Seed: 3})
		see := func(p specimen.HeadPose) faces.Examination {
			t.Helper()
			x, err := e.Examine(t.Context(), actor.Frame(p, 0))
			if err != nil {
				t.Fatalf("%s: Examine(%+v): %v", name, p, err)
			}
			if score := photo.Template[models.MobileFaceNet].Score(x.Template[models.MobileFaceNet]); score < 0.5 {
				t.Errorf("%s: %+v scores %.2f with the photograph, want one person", name, p, score)
			}
			return x
		}
		straight := see(specimen.HeadPose{})
		if straight.BonaFide < 0.9 {
			t.Errorf("%s: bona fide %.2f, want that of the photograph, %.2f", name, straight.BonaFide, photo.BonaFide)
		}
		for _, side := range []float64{1, -1} {
			last := side * straight.Quality.Yaw
			for _, degrees := range []float64{12, 24, 36} {
				got := side * see(specimen.HeadPose{Yaw: side * degrees}).Quality.Yaw
				if got <= last {
					t.Errorf("%s: turned by %v degrees has yaw %.0f, want more than the %.0f before", name, side*degrees, side*got, side*last)
				}
				last = got
			}
			if last < 20 {
				t.Errorf("%s: turned fully has yaw %.0f, want 20 or more", name, side*last)
			}
		}
		if near := see(specimen.HeadPose{Nearer: 0.5}).Quality.InterEye; near < 1.4*straight.Quality.InterEye {
			t.Errorf("%s: eyes %.0f pixels apart when nearer, %.0f before", name, near, straight.Quality.InterEye)
		}
		if shut := see(specimen.HeadPose{EyesClosed: 1}).Quality.Eyes; straight.Quality.Eyes >= 0 && shut > 0.6*straight.Quality.Eyes {
			t.Errorf("%s: eyes %.2f when shut, %.2f when open", name, shut, straight.Quality.Eyes)
		}
	}
}

// A flat photograph has no nose that could stand out.
func TestPhotographDoesNotTurn(t *testing.T) {
	t.Parallel()
	e := engine(t)
	s, _ := sitter(t, e, "img6.jpg")
	for _, p := range []specimen.Presentation{specimen.Print, specimen.Display, specimen.Injected} {
		actor := specimen.NewActor(specimen.ActorOptions{Sitter: s, Presentation: p, Seed: 3})
		x, err := e.Examine(t.Context(), actor.Frame(specimen.HeadPose{Yaw: 32, EyesClosed: 1}, 0))
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		if x.Quality.Yaw > 15 {
			t.Errorf("%s: yaw %.0f, want a flat sheet's", p, x.Quality.Yaw)
		}
	}
}

func TestFramesOfOnePoseDiffer(t *testing.T) {
	t.Parallel()
	photograph := specimen.DrawnFace(2)
	for _, p := range specimen.Presentations() {
		actor := specimen.NewActor(specimen.ActorOptions{Sitter: specimen.Sitter{Photograph: photograph}, Presentation: p, Seed: 3})
		a, b := actor.Frame(specimen.HeadPose{}, time.Second), actor.Frame(specimen.HeadPose{}, 2*time.Second)
		if got, want := bytes.Equal(a.Pix, b.Pix), p == specimen.Still; got != want {
			t.Errorf("%s: frames equal = %v, want %v", p, got, want)
		}
	}
}

func TestActEndsAsItBegan(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"turn_left", "turn_right", "blink", "closer"} {
		moved := false
		for at := time.Duration(0); at < 10*time.Second; at += 50 * time.Millisecond {
			moved = moved || specimen.Act(action, at) != specimen.HeadPose{}
		}
		if !moved {
			t.Errorf("Act(%s) never moves", action)
		}
	}
	var p specimen.Performance
	p.Ask("closer", 0)
	before := p.Pose(1400 * time.Millisecond).Nearer
	p.Ask("turn_left", 1400*time.Millisecond)
	if after := p.Pose(1401 * time.Millisecond).Nearer; before < 0.4 || after < 0.9*before {
		t.Errorf("nearer by %.2f, and by %.2f a moment after something else was asked: a jump", before, after)
	}
}
