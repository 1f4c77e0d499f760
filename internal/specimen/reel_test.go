package specimen_test

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/vouchline/vouchline/internal/specimen"
)

// The film keeps its length while it is written over, and no two of its frames
// are equal.
func TestReelIsAFilmAtEveryMoment(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "camera.y4m")
	size := image.Rect(0, 0, 64, 48)
	reel, err := specimen.NewReel(path, image.NewRGBA(size))
	if err != nil {
		t.Fatal(err)
	}
	defer reel.Close()
	seen := map[string]bool{}
	for range 3 {
		film, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		frames := bytes.Split(film, []byte("FRAME\n"))
		if head := "YUV4MPEG2 W64 H48 F10:1 Ip A1:1 C420\n"; string(frames[0]) != head {
			t.Fatalf("the film begins with %q, want %q", frames[0], head)
		}
		for i, frame := range frames[1:] {
			if len(frame) != 64*48*3/2 {
				t.Errorf("frame %d has %d bytes, want %d", i, len(frame), 64*48*3/2)
			}
			if seen[string(frame)] {
				t.Errorf("frame %d came before", i)
			}
			seen[string(frame)] = true
		}
		if err := reel.Show(image.NewRGBA(size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := reel.Show(image.NewRGBA(image.Rect(0, 0, 32, 32))); err == nil {
		t.Error("a picture of another size is shown, want an error")
	}
}
