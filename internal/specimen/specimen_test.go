package specimen

import (
	"crypto/sha256"
	"encoding/hex"
	"image"
	"math"
	"runtime"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

// pixels hashes what a picture shows.
func pixels(img image.Image) string {
	sum := sha256.Sum256(copyRGBA(img).Pix)
	return hex.EncodeToString(sum[:8])
}

// The hashes change when the drawing does, on purpose or not: look at the new
// pictures before writing down new ones. They hold for amd64, since other
// processors may fuse a multiplication with an addition and round once.
func TestSameSeedSamePixels(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts-ocr-b", Available())
	person := DrawnFace(3)
	draw := func(o Options) func() image.Image {
		return func() image.Image { img, _ := Draw(o); return img }
	}
	tests := []struct {
		name string
		make func() image.Image
		want string
	}{
		{"TD3", draw(Options{Seed: 1}), "feada44f6795fb8e"},
		{"TD1 front", draw(Options{Format: TD1, Seed: 2}), "2180a77b14581831"},
		{"TD1 back", draw(Options{Format: TD1, Side: Back, Seed: 2}), "6388d35612f1edce"},
		{"TD2", draw(Options{Format: TD2, Seed: 3}), "6d23417fd6d8ce79"},
		{"MRV-A", draw(Options{Format: MRVA, Seed: 4}), "6820f315f09fab37"},
		{"MRV-B", draw(Options{Format: MRVB, Seed: 5}), "0283f48d167cfebb"},
		{"French card", draw(Options{Format: FRID, Seed: 6, PerMM: 6, Design: RandomDesign(1)}), "dcabc508aae396fb"},
		{"French card of 2021", draw(Options{Format: TD1, Person: PersonOf("FRA", TD1, 3), PerMM: 6, Design: RandomDesign(3)}), "8ce3b733bc006515"},
		{"Cyrillic", draw(Options{Person: PersonOf("UKR", TD3, 2), PerMM: 6, Design: RandomDesign(14)}), "6b4c36bb3a2c82c2"},
		{"Greek", draw(Options{Format: TD2, Person: PersonOf("GRC", TD2, 2), PerMM: 6, Design: RandomDesign(4)}), "e2ef4529c2d9bbb3"},
		{"face", func() image.Image { return person }, "8e609dceaa2ecd9e"},
		{"selfie", func() image.Image { return Selfie(person, image.Rectangle{}, 1) }, "c96a262c432284e7"},
		{"film", func() image.Image {
			return Frame(FilmOptions{Person: person, Words: []string{"river", "été"}, Width: 640, Height: 480}, 7)
		}, "07e7046af9675c72"},
		{"photograph", func() image.Image {
			doc, _ := Draw(Options{Seed: 1, PerMM: 4})
			img, _ := Photograph(doc, Shot{Width: 800, Height: 600, Seed: 6})
			return img
		}, "72c151c676244efd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := pixels(tt.make())
			if again := pixels(tt.make()); again != got {
				t.Errorf("drawn twice = %s and %s, want the same", got, again)
			}
			if runtime.GOARCH == "amd64" && got != tt.want {
				t.Errorf("pixels = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestTruthSaysWhereThingsAre(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts-ocr-b", Available())
	for _, f := range Formats {
		for _, side := range []Side{Front, Back} {
			img, truth := Draw(Options{Format: f, Side: side, Seed: 9, PerMM: 6})
			if truth.Lines != nil {
				if !truth.MRZ.In(img.Bounds()) {
					t.Errorf("Draw(%s %s) MRZ at %v, want inside %v", f, side, truth.MRZ, img.Bounds())
				}
				if got := dark(img, truth.MRZ); got < 0.06 || got > 0.35 {
					t.Errorf("Draw(%s %s) has %.2f of its MRZ's box in black, want 0.06 to 0.35", f, side, got)
				}
			}
			wantMRZ, wantPortrait := f != TD1 || side == Back, f != TD1 || side == Front
			if got := truth.Lines != nil; got != wantMRZ {
				t.Errorf("Draw(%s %s) has an MRZ = %t, want %t", f, side, got, wantMRZ)
			}
			if got := !truth.Portrait.Empty(); got != wantPortrait {
				t.Errorf("Draw(%s %s) has a portrait = %t, want %t", f, side, got, wantPortrait)
			}
		}
	}
}

func dark(img image.Image, r image.Rectangle) float64 {
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if g, _, _, _ := img.At(x, y).RGBA(); g < 0x7000 {
				n++
			}
		}
	}
	return float64(n) / float64(r.Dx()*r.Dy())
}

func TestPlacementFollowsTheDocument(t *testing.T) {
	t.Parallel()
	doc := image.NewRGBA(image.Rect(0, 0, 500, 352))
	rectangle(doc, doc.Rect, rgb{255, 255, 255})
	mark := image.Rect(40, 300, 460, 330)
	rectangle(doc, mark, rgb{0, 0, 0})
	for i, degrees := range []float64{0, 8, 90, 181, 30, 200, 271} {
		shot := Shot{Width: 800, Height: 600, Degrees: degrees, Seed: 4}
		if i > 3 {
			shot.Pitch, shot.Surface = 40, Surface(i-3)
		}
		photo, placed := Photograph(doc, shot)
		x, y := placed.Point(250, 315)
		if r, _, _, _ := photo.At(int(x), int(y)).RGBA(); r > 0x4000 {
			t.Errorf("Photograph(%v degrees) at the mark's middle is %#x, want dark", degrees, r)
		}
		if box := placed.Box(mark); !box.In(photo.Bounds()) || box.Empty() {
			t.Errorf("Photograph(%v degrees) has the mark at %v, want inside", degrees, box)
		}
	}
}

func TestShotCutsAndShowsSeveral(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts-ocr-b", Available())
	doc := image.NewRGBA(image.Rect(0, 0, 500, 352))
	rectangle(doc, doc.Rect, rgb{255, 255, 255})
	for seed := range uint64(4) {
		_, placed := Photograph(doc, Shot{Width: 800, Height: 600, Cut: 0.2, Seed: seed})
		box := placed.Box(doc.Rect)
		in := box.Intersect(image.Rect(0, 0, 800, 600))
		if got := float64(in.Dx()*in.Dy()) / float64(box.Dx()*box.Dy()); got < 0.75 || got > 0.85 {
			t.Errorf("Photograph(Cut 0.2, seed %d) shows %.2f of the document's box, want about 0.8", seed, got)
		}
	}
	one, _ := Photograph(doc, Shot{Width: 800, Height: 600, Pitch: 1, Surface: Slate})
	two, placed := Photograph(doc, Shot{Width: 800, Height: 600, Pitch: 1, Surface: Slate, Beside: []image.Image{doc}})
	if pixels(one) == pixels(two) {
		t.Error("Photograph with a second document is as without")
	}
	if box := placed.Box(doc.Rect); !box.In(two.Bounds()) || box.Dy() > 330 {
		t.Errorf("Photograph of two documents has the first at %v, want room for the other", box)
	}
}

// What is farther away is smaller: a corner jitter has no such order.
func TestPinholeShrinksWhatIsFar(t *testing.T) {
	t.Parallel()
	c := newCamera(1000, 40, 0)
	far, near := c.see(point{200, 300}), c.see(point{200, -300})
	if far.x >= 200 || near.x <= 200 {
		t.Errorf("see at 40 degrees = %v far and %v near, want the far one nearer the middle", far, near)
	}
	if got := c.see(point{200, 0}); math.Abs(got.x-200) > 1e-9 || math.Abs(got.y) > 1e-9 {
		t.Errorf("see on the axis = %v, want (200, 0)", got)
	}
}

func TestDegradationsSpoilByTheirAmount(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 120, 90))
	for y := range 90 {
		for x := range 120 {
			v := float64((x/7+y/7)%2*200 + 30)
			set(img, x, y, rgb{v, v, v})
		}
	}
	// little and much, in each one's own unit
	amounts := map[string][2]float64{
		"rotate": {1, 30}, "perspective": {0.01, 0.2}, "blur": {0.5, 4}, "motion": {2, 15}, "noise": {2, 40},
		"jpeg": {95, 5}, "glare": {0.1, 1}, "shade": {0.1, 0.8}, "contrast": {0.9, 0.2}, "scale": {0.9, 0.1},
		"cast": {0.03, 0.2},
	}
	for _, d := range Degradations {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			little, much := difference(img, d.Do(img, amounts[d.Name][0], 1)), difference(img, d.Do(img, amounts[d.Name][1], 1))
			if little <= 0 || much <= little {
				t.Errorf("%s differs by %.2f for %v and %.2f for %v %s, want more for more", d.Name, little, amounts[d.Name][0], much, amounts[d.Name][1], d.Unit)
			}
			if again := difference(img, d.Do(img, amounts[d.Name][1], 1)); again != much {
				t.Errorf("%s twice with one seed differs", d.Name)
			}
		})
	}
}

// difference is the mean distance of two pictures' pixels, the second brought
// to the size of the first.
func difference(a *image.RGBA, b image.Image) float64 {
	c := copyRGBA(b)
	sum := 0.0
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			q := sample(c, (float64(x)+0.5)*float64(c.Rect.Dx())/float64(a.Rect.Dx()), (float64(y)+0.5)*float64(c.Rect.Dy())/float64(a.Rect.Dy()))
			sum += max(q[0]-at(a, x, y)[0], at(a, x, y)[0]-q[0])
		}
	}
	return sum / float64(a.Rect.Dx()*a.Rect.Dy())
}
