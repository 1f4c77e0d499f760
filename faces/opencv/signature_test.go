package opencv

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/draw"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/mat"
)

// TestSignature: a picture that is compressed anew is the same one, a picture
// that moved by a quarter of a pixel under a sensor's noise is another.
func TestSignature(t *testing.T) {
	t.Parallel()
	scene := image.NewRGBA(image.Rect(0, 0, 640, 480))
	source := picture(t, "faces", "deepface", "img3.jpg")
	draw.ApproxBiLinear.Scale(scene, scene.Rect, source, source.Bounds(), draw.Src, nil)
	first := grainy(scene, 0, 1)
	want := signatureOf(t, compressed(t, first, 80))
	for _, quality := range []int{70, 80, 90} {
		if d := want.Distance(signatureOf(t, compressed(t, compressed(t, first, 80), quality))); d > faces.SameSignature {
			t.Errorf("compressed anew at %d: distance %v, want at most %v", quality, d, faces.SameSignature)
		}
	}
	for _, moved := range []float64{0.25, 0.5, 1} {
		if d := want.Distance(signatureOf(t, compressed(t, grainy(scene, moved, 2), 80))); d <= faces.SameSignature {
			t.Errorf("moved by %v pixels: distance %v, want more than %v", moved, d, faces.SameSignature)
		}
	}
}

func signatureOf(t *testing.T, img image.Image) faces.Signature {
	t.Helper()
	m, err := mat.FromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	s, err := signature(m)
	if err != nil || len(s) != faces.SignatureSide*faces.SignatureSide {
		t.Fatalf("signature() = %d fields, %v", len(s), err)
	}
	return s
}

// TestSignatureSizes: no size of picture may reach OpenCV's assertions.
func TestSignatureSizes(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1, 1}, {1, 700}, {3000, 2}, {17, 15}, {2000, 1500}} {
		img := image.NewGray(image.Rectangle{Max: size})
		for i := range img.Pix {
			img.Pix[i] = 77
		}
		for i, v := range signatureOf(t, img) {
			if v < 7690 || v > 7710 {
				t.Fatalf("%v: field %d = %d, want 7700", size, i, v)
			}
		}
	}
}

// grainy moves a picture to the left and adds a sensor's noise.
func grainy(img *image.RGBA, by float64, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 7))
	out := image.NewRGBA(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			a, b := img.RGBAAt(x, y), img.RGBAAt(min(x+1, img.Rect.Dx()-1), y)
			noise := r.NormFloat64() * 2
			mix := func(a, b uint8) uint8 {
				return uint8(max(0, min(255, float64(a)*(1-by)+float64(b)*by+noise)))
			}
			out.SetRGBA(x, y, color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255})
		}
	}
	return out
}

func compressed(t *testing.T, img image.Image, quality int) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	out, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
