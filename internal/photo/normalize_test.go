package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

// TestNormalizeStrips looks for what a photograph tells beside its pixels.
func TestNormalizeStrips(t *testing.T) {
	t.Parallel()
	body := append(tiff(binary.LittleEndian, 6), "GPS 6.3703 N 2.3912 E"...)
	in := append(withExif(asJPEG(t, gradient(96, 64)), body), "trailing secret"...)
	out, info, err := Normalize(in)
	if err != nil {
		t.Fatal(err)
	}
	if info != (Info{Width: 64, Height: 96, Format: "jpeg"}) {
		t.Errorf("Normalize() = %+v, want 64x96 jpeg", info)
	}
	for _, secret := range []string{"Exif", "GPS", "secret"} {
		if bytes.Contains(out, []byte(secret)) {
			t.Errorf("the normalized photograph still holds %q", secret)
		}
	}
	img, _, err := Decode(out)
	if err != nil {
		t.Fatal(err)
	}
	if red, _ := corners(img); red != "bottom right" {
		t.Errorf("red corner at %s, want bottom right", red)
	}
}

// TestNormalizeWithin: a picture that is too long is refused by its header.
func TestNormalizeWithin(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]uint16{{401, 300}, {300, 401}} {
		header := resized(asJPEG(t, gradient(64, 48)), size[0], size[1])
		if _, _, err := NormalizeWithin(header, 400); !errors.Is(err, &Error{Code: TooManyPixels}) {
			t.Errorf("NormalizeWithin(%v) error = %v, want %s", size, err, TooManyPixels)
		}
	}
	if _, info, err := NormalizeWithin(asJPEG(t, gradient(400, 300)), 400); err != nil || info.Width != 400 {
		t.Errorf("NormalizeWithin() = %+v, %v", info, err)
	}
}

func TestNormalizeShrinks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		w, h         int
		wantW, wantH int
	}{
		{name: "as it is", w: 400, h: 300, wantW: 400, wantH: 300},
		{name: "a little", w: 5000, h: 500, wantW: 4000, wantH: 400},
		{name: "a lot", w: 200, h: 10000, wantW: 80, wantH: 4000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, info, err := Normalize(asPNG(t, gradient(tt.w, tt.h)))
			if err != nil {
				t.Fatal(err)
			}
			if info.Width != tt.wantW || info.Height != tt.wantH {
				t.Errorf("Normalize() = %+v, want %dx%d", info, tt.wantW, tt.wantH)
			}
			img, _, err := Decode(out)
			if err != nil {
				t.Fatal(err)
			}
			if red, green := corners(img); red != "top right" || green != "bottom left" {
				t.Errorf("red at %s, green at %s", red, green)
			}
		})
	}
}

// TestNormalizeTransparent: what is not there is paper, not darkness.
func TestNormalizeTransparent(t *testing.T) {
	t.Parallel()
	out, _, err := Normalize(asPNG(t, image.NewNRGBA(image.Rect(0, 0, 64, 64))))
	if err != nil {
		t.Fatal(err)
	}
	img, _, err := Decode(out)
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := img.At(32, 32).RGBA(); min(r, g, b) < 0xf000 {
		t.Errorf("pixel = %x %x %x, want white", r, g, b)
	}
}

// FuzzDecode: whatever bytes come, Decode neither panics nor exceeds its
// bounds, and what it accepts can be normalized.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(pngHeader(50000, 50000))
	f.Add(asPNG(f, gradient(40, 36)))
	f.Add(asJPEG(f, gradient(40, 36)))
	f.Add(withExif(asJPEG(f, gradient(40, 36)), tiff(binary.BigEndian, 8)))
	f.Add(endlessScans(asJPEG(f, gradient(40, 36))))
	f.Fuzz(func(t *testing.T, b []byte) {
		img, info, err := Decode(b)
		if err != nil {
			return
		}
		if info.Width*info.Height > MaxPixels || img.Bounds().Dx() != info.Width || img.Bounds().Dy() != info.Height {
			t.Fatalf("Decode() = %v, %+v", img.Bounds(), info)
		}
		if info.Width*info.Height > 1<<20 {
			return // slow, and nothing new
		}
		if _, _, err := Normalize(b); err != nil {
			t.Errorf("Normalize() error = %v after Decode accepted", err)
		}
	})
}

// TestSpecimens decodes the whole test data: real files are odder than made
// ones.
func TestSpecimens(t *testing.T) {
	t.Parallel()
	dir := testenv.Data(t, "documents")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) == ".json" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := Decode(b); err != nil {
			t.Errorf("Decode(%s) error = %v", entry.Name(), err)
		}
	}
}
