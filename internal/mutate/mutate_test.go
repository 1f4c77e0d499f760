package mutate_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/vouchline/vouchline/internal/mutate"
)

// TestFile: the same number gives the same bytes, the file stays as it was,
// and every kind changes what it is given.
func TestFile(t *testing.T) {
	t.Parallel()
	var j, p bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	if err := jpeg.Encode(&j, img, nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&p, img); err != nil {
		t.Fatal(err)
	}
	for _, in := range [][]byte{j.Bytes(), p.Bytes(), []byte("neither of the two, but long enough to be spoilt"), nil} {
		before := bytes.Clone(in)
		changed := map[string]bool{}
		for n := range uint64(40 * len(mutate.Kinds)) {
			a, kind := mutate.File(in, n)
			b, _ := mutate.File(in, n)
			if !bytes.Equal(a, b) {
				t.Fatalf("File(%d) gave two files of kind %s", n, kind.Name)
			}
			changed[kind.Name] = changed[kind.Name] || !bytes.Equal(a, in)
		}
		if !bytes.Equal(in, before) {
			t.Error("File changed its input")
		}
		for _, k := range mutate.Kinds {
			if len(in) > 0 && !changed[k.Name] {
				t.Errorf("kind %s changed nothing of %d bytes", k.Name, len(in))
			}
		}
	}
}
