package opencv

import (
	"flag"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/opencv/internal/parts"
	"github.com/vouchline/vouchline/internal/testenv"
)

// every is how many photographs of LFW are passed over for one that is
// examined. `go test ./faces/opencv -run TestAdviceRates -v -every 1` takes all of
// the people whom the eyes' network was not trained on.
var every = flag.Int("every", 12, "examine one in so many photographs")

// heldOut are the photographs of LFW whose people package parts did not learn
// from.
func heldOut(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(testenv.Data(t, "faces", "lfw"), "*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !parts.HeldOut(filepath.Base(name)) })
}

// TestAdviceRates counts what is asked of people in ordinary photographs, in
// which mostly nothing is wrong, and of the same photographs with one fault
// drawn into them.
func TestAdviceRates(t *testing.T) {
	t.Parallel()
	e := engine(t)
	names := heldOut(t)
	asked, n := map[faces.Advice]int{}, 0
	hits := map[string]int{}
	for i := 0; i < len(names); i += *every {
		img := picture(t, "faces", "lfw", filepath.Base(names[i]))
		x, err := e.Examine(t.Context(), img)
		if err != nil {
			t.Fatal(err)
		}
		n++
		x.Faces = x.Faces[:1] // the crowd behind is no fault of the photograph's
		advice, _ := x.Advice()
		asked[advice]++
		for name, f := range drawnFaults {
			x, err := e.Examine(t.Context(), f.draw(img, x.Faces[0]))
			x.Faces = x.Faces[:min(1, len(x.Faces))]
			got, _ := x.Advice()
			if err != nil || got == f.want {
				hits[name]++ // a face that is not found any more is noticed too
			}
		}
	}
	for _, a := range slices.Sorted(maps.Keys(asked)) {
		t.Logf("asked in %d of %d ordinary photographs: %q", asked[a], n, a)
	}
	for _, name := range slices.Sorted(maps.Keys(drawnFaults)) {
		t.Logf("%s: %d of %d noticed", name, hits[name], n)
		if f := drawnFaults[name]; float64(hits[name]) < f.least*float64(n) {
			t.Errorf("%s: %d of %d noticed, want %v", name, hits[name], n, f.least)
		}
	}
	if good := asked[""] + asked[faces.AdviceMouth]; float64(good) < 0.75*float64(n) {
		t.Errorf("%d of %d ordinary photographs need nothing, or a closed mouth, want three in four", good, n)
	}
}

// drawnFaults are faults, what should be said of them, and in how many
// photographs at least.
var drawnFaults = map[string]struct {
	draw  func(image.Image, faces.Face) image.Image
	want  faces.Advice
	least float64
}{
	"blur of a tenth of the eyes' distance": {func(i image.Image, f faces.Face) image.Image { return blurred(i, 0.1*f.InterEye()) }, faces.AdviceSteady, 0.65},
	"an eighth of the light":                {func(i image.Image, _ faces.Face) image.Image { return lit(i, 0.125, 0) }, faces.AdviceMoreLight, 0.8},
	"three times the light":                 {func(i image.Image, _ faces.Face) image.Image { return lit(i, 3, 40) }, faces.AdviceLessLight, 0.75},
	"a mask": {func(i image.Image, f faces.Face) image.Image {
		return covered(i, f, 0.5, 0.85, 0.85, 0.5, color.RGBA{176, 204, 222, 255})
	}, faces.AdviceUncover, 0.35},
	"a black mask": {func(i image.Image, f faces.Face) image.Image {
		return covered(i, f, 0.5, 0.85, 0.85, 0.5, color.RGBA{34, 34, 38, 255})
	}, faces.AdviceUncover, 0.5},
	"dark glasses": {func(i image.Image, f faces.Face) image.Image {
		black := color.RGBA{22, 22, 24, 255}
		return covered(covered(i, f, 0, 0.02, 0.36, 0.26, black), f, 1, 0.02, 0.36, 0.26, black)
	}, faces.AdviceUncover, 0.5},
}

// lit multiplies the light and adds some.
func lit(img image.Image, by, more float64) image.Image {
	return each(img, func(v uint8) uint8 { return uint8(max(0, min(255, float64(v)*by+more))) })
}

func each(img image.Image, f func(uint8) uint8) image.Image {
	out := copyOf(img)
	for i := range out.Pix {
		if i%4 != 3 {
			out.Pix[i] = f(out.Pix[i])
		}
	}
	return out
}

func copyOf(img image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}

// blurred averages three times over boxes: nearly a Gaussian of that deviation.
func blurred(img image.Image, sigma float64) image.Image {
	out := copyOf(img)
	r := max(1, int(math.Round((math.Sqrt(4*sigma*sigma+1)-1)/2)))
	for range 3 {
		out = boxed(boxed(out, r, image.Pt(1, 0)), r, image.Pt(0, 1))
	}
	return out
}

func boxed(img *image.RGBA, r int, along image.Point) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			var sum [3]int
			for k := -r; k <= r; k++ {
				c := img.RGBAAt(min(max(x+k*along.X, 0), img.Rect.Dx()-1), min(max(y+k*along.Y, 0), img.Rect.Dy()-1))
				sum = [3]int{sum[0] + int(c.R), sum[1] + int(c.G), sum[2] + int(c.B)}
			}
			n := 2*r + 1
			out.SetRGBA(x, y, color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255})
		}
	}
	return out
}

// covered lays an ellipse over a face: its middle is a part of the way from
// the right eye to the left and from the eyes to the mouth, its half axes are
// in distances of the eyes.
func covered(img image.Image, f faces.Face, across, down, halfX, halfY float64, c color.RGBA) image.Image {
	out := copyOf(img)
	m := f.Landmarks
	eyes, mouth := middle(m[faces.RightEye], m[faces.LeftEye]), middle(m[faces.RightMouth], m[faces.LeftMouth])
	size := math.Max(f.InterEye(), 0.95*distance(eyes, mouth))
	ux, uy := (m[faces.LeftEye].X-m[faces.RightEye].X)/f.InterEye(), (m[faces.LeftEye].Y-m[faces.RightEye].Y)/f.InterEye()
	cx := m[faces.RightEye].X + across*(m[faces.LeftEye].X-m[faces.RightEye].X) + down*(mouth.X-eyes.X)
	cy := m[faces.RightEye].Y + across*(m[faces.LeftEye].Y-m[faces.RightEye].Y) + down*(mouth.Y-eyes.Y)
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			dx, dy := float64(x)-cx, float64(y)-cy
			u, v := (dx*ux+dy*uy)/(halfX*size), (dy*ux-dx*uy)/(halfY*size)
			if u*u+v*v < 1 {
				out.SetRGBA(x, y, c)
			}
		}
	}
	return out
}

// TestExpose measures light on faces of which it is known.
func TestExpose(t *testing.T) {
	t.Parallel()
	var dark, half [alignedSide * alignedSide]byte
	for i := range half {
		half[i] = 40
		if i%alignedSide >= alignedSide/2 {
			half[i] = 250
		}
	}
	if h := histogram(dark[:], skinArea); math.Abs(h[0]-1) > 1e-9 {
		t.Errorf("histogram(black)[0] = %v, want 1", h[0])
	}
	right, left := histogram(half[:], rightCheek), histogram(half[:], leftCheek)
	if got := common(right, left); got != 0 {
		t.Errorf("common(dark, bright) = %v, want 0", got)
	}
	if got := common(right, right); math.Abs(got-1) > 1e-9 {
		t.Errorf("common(one cheek) = %v, want 1", got)
	}
}

func TestOutside(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		box  faces.Box
		want float64
	}{
		{"in the middle", faces.Box{X: 200, Y: 100, W: 100, H: 130}, 0},
		{"half beyond the left edge", faces.Box{X: -50, Y: 100, W: 100, H: 130}, 0.5},
		{"hair above the edge", faces.Box{X: 200, Y: 0, W: 100, H: 100}, 1.0 / 6},
		{"elsewhere", faces.Box{X: 900, Y: 100, W: 100, H: 130}, 1},
	} {
		if got := outside(faces.Face{Box: tt.box}, 640, 480); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: outside() = %v, want %v", tt.name, got, tt.want)
		}
	}
}
