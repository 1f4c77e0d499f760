package specimen

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
)

// FilmOptions say what the camera sees.
type FilmOptions struct {
	Person        image.Image
	Face          image.Rectangle // in Person; empty takes Person for a framed portrait
	Words         []string        // on a paper held below the face; none, no paper
	Width, Height int             // 1280 by 720 when zero
	Frames        int             // of the movement; 30 when zero, a second in Chromium
	Takes         int             // how often the movement is played with other grain; 9 when zero
	Seed          uint64
}

// FramesPerSecond is the speed at which Chromium plays a motion JPEG file.
const FramesPerSecond = 30

// FrameBytes is the size of every frame in a film. Chromium maps the file, so a
// film may be written over another of as many frames while the camera runs:
// frames of one size begin at the same places in both.
const FrameBytes = 1 << 17

// Film writes a camera film for Chromium's --use-file-for-fake-video-capture:
// motion JPEG, that is one JPEG after another. Its last frame leads back to its
// first, and no two frames decode to the same picture: a camera never gives the
// same picture twice, and whoever receives its pictures may insist on that.
func Film(w io.Writer, o FilmOptions) error {
	o = o.withDefaults()
	f := newFilming(o)
	frames := make([][]byte, o.Frames)
	for n := range frames {
		var err error
		if frames[n], err = encodeFrame(f.frame(n)); err != nil {
			return fmt.Errorf("film: frame %d: %w", n, err)
		}
	}
	for take := range o.Takes {
		for n, frame := range frames {
			if _, err := w.Write(retake(frame, take)); err != nil {
				return fmt.Errorf("film: frame %d: %w", n, err)
			}
		}
	}
	return nil
}

// WriteFilm writes a film into a file, whose name must end in .mjpeg for
// Chromium to know it. A file that is there already is written over in place,
// without a moment at which it is short: a camera may be running.
func WriteFilm(path string, o FilmOptions) error {
	o = o.withDefaults()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // a test's own file
	if err != nil {
		return err
	}
	err = Film(file, o)
	return errors.Join(err, file.Truncate(int64(o.Frames*o.Takes*FrameBytes)), file.Close())
}

// encodeFrame compresses to FrameBytes exactly: as well as fits, then filled up
// with comment segments (ISO/IEC 10918-1, B.2.4.5) behind the start marker.
func encodeFrame(img image.Image) ([]byte, error) {
	for quality := 84; quality >= 40; quality -= 8 {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if left := FrameBytes - b.Len(); left >= commentHead {
			return slices.Concat(b.Bytes()[:2], comments(left), b.Bytes()[2:]), nil
		}
	}
	return nil, fmt.Errorf("larger than %d bytes", FrameBytes)
}

// retake returns the frame with the strength of its finest luminance patterns
// changed by a step (entries of the quantization table, B.2.4.1), another for
// every take: the same scene with other grain, for no work.
func retake(frame []byte, take int) []byte {
	at := bytes.Index(frame, []byte{0xff, 0xdb, 0x00, 0x84, 0x00})
	if take == 0 || at < 0 {
		return frame
	}
	const head, firstFine = 5, 16
	out := bytes.Clone(frame)
	for entry := firstFine; entry < 64; entry++ {
		if q := &out[at+head+entry]; (entry>>(take%4))&1 == (take/4)%2 && *q < 255 {
			*q++
		}
	}
	return out
}

// commentHead is the marker and the length of a comment.
const commentHead = 4

// comments returns comment segments of n bytes together, at least commentHead.
func comments(n int) []byte {
	var out []byte
	for n > 0 {
		segment := min(n, 1<<15)
		if rest := n - segment; rest > 0 && rest < commentHead {
			segment -= commentHead
		}
		out = append(out, 0xff, 0xfe, byte((segment-2)>>8), byte(segment-2)) //nolint:gosec // two bytes of a length below 1<<16
		out = append(out, make([]byte, segment-commentHead)...)
		n -= segment
	}
	return out
}

// Frame returns the nth frame of the film.
func Frame(o FilmOptions, n int) image.Image {
	return newFilming(o.withDefaults()).frame(n)
}

func (o FilmOptions) withDefaults() FilmOptions {
	if o.Width == 0 || o.Height == 0 {
		o.Width, o.Height = 1280, 720
	}
	if o.Frames == 0 {
		o.Frames = 30
	}
	if o.Takes == 0 {
		o.Takes = 9
	}
	o.Face = faceOrMiddle(o.Person, o.Face)
	return o
}

// filming holds what is the same in every frame.
type filming struct {
	o     FilmOptions
	room  *image.RGBA // with the person, margin pixels larger on every side
	paper *image.RGBA
	grain []int8
	skin  rgb
}

const (
	margin = 12
	// faceHeight is where the middle of the face is, as a part of the picture.
	faceHeight = 0.335
)

func newFilming(o FilmOptions) *filming {
	h := float64(o.Height)
	f := &filming{o: o}
	f.room = scene(o.Person, o.Face, view{
		width: o.Width + 2*margin, height: o.Height + 2*margin,
		scale: 0.36 * h / float64(o.Face.Dy()), faceX: 0.5, faceY: faceHeight,
	})
	f.skin = f.cheeks()
	if len(o.Words) > 0 {
		f.paper = paper(o.Words, int(0.74*h), int(0.335*h))
	}
	r := source(o.Seed, 8)
	f.grain = make([]int8, 1<<16)
	for i := range f.grain {
		f.grain[i] = int8(math.Round(math.Max(-9, math.Min(9, r.NormFloat64()*2))))
	}
	return f
}

// cheeks is the mean colour of the middle of the face.
func (f *filming) cheeks() rgb {
	cx, cy := f.room.Rect.Dx()/2, int(faceHeight*float64(f.room.Rect.Dy()))
	var sum rgb
	for dy := -10; dy < 10; dy++ {
		for dx := -20; dx < 20; dx++ {
			c := at(f.room, cx+dx, cy+dy)
			sum = rgb{sum[0] + c[0], sum[1] + c[1], sum[2] + c[2]}
		}
	}
	return sum.scale(1.0 / 800)
}

// frame moves head and hands by a few pixels along closed curves, changes the
// light by a hundredth and adds the sensor's grain.
func (f *filming) frame(n int) *image.RGBA {
	turn := 2 * math.Pi * float64(n) / float64(f.o.Frames)
	w, h := float64(f.o.Width), float64(f.o.Height)
	out := image.NewRGBA(image.Rect(0, 0, f.o.Width, f.o.Height))
	dx, dy := 0.004*w*math.Sin(turn), 0.003*w*math.Sin(2*turn+1)
	shift(out, f.room, margin+dx, margin+dy)
	if f.paper != nil {
		f.hold(out, point{0.5*w + 0.004*w*math.Sin(turn+2), 0.795*h + 0.005*h*math.Sin(2*turn)}, 0.012*math.Sin(turn+0.5))
	}
	f.expose(out, 1+0.012*math.Sin(3*turn), source(f.o.Seed, uint64(1000+n)))
	return out
}

// expose applies the light and the grain of one frame.
func (f *filming) expose(out *image.RGBA, light float64, r *rand.Rand) {
	var lit [256]int
	for i := range lit {
		lit[i] = int(math.Round(float64(i) * light))
	}
	for y := range f.o.Height {
		row := out.Pix[y*out.Stride : y*out.Stride+4*f.o.Width]
		noise := f.grain[r.IntN(1<<15):]
		for i := 0; i < len(row); i += 4 {
			g := int(noise[(i/4)&0x3fff])
			for c := range 3 {
				row[i+c] = uint8(min(max(lit[row[i+c]]+g, 0), 255)) //nolint:gosec // bounded
			}
		}
	}
}

// shift copies from into out, moved left and up by parts of a pixel, in whole
// numbers since it runs for every pixel of every frame.
func shift(out, from *image.RGBA, dx, dy float64) {
	x0, y0 := int(math.Floor(dx)), int(math.Floor(dy))
	fx, fy := int(256*(dx-float64(x0))), int(256*(dy-float64(y0)))
	a, b, c, d := (256-fx)*(256-fy), fx*(256-fy), (256-fx)*fy, fx*fy
	for y := range out.Rect.Dy() {
		top := from.Pix[from.PixOffset(x0, y+y0):]
		low := from.Pix[from.PixOffset(x0, y+y0+1):]
		row := out.Pix[y*out.Stride : (y+1)*out.Stride]
		for i := range row {
			row[i] = uint8((a*int(top[i]) + b*int(top[i+4]) + c*int(low[i]) + d*int(low[i+4])) >> 16) //nolint:gosec // a mean of bytes
		}
	}
}

// hold draws the paper around a middle, turned by an angle, with a thumb at
// either edge.
func (f *filming) hold(out *image.RGBA, middle point, angle float64) {
	sin, cos := math.Sincos(angle)
	w, h := float64(f.paper.Rect.Dx()), float64(f.paper.Rect.Dy())
	place := func(x, y float64) point {
		return point{middle.x + x*cos - y*sin, middle.y + x*sin + y*cos}
	}
	lay(out, f.paper, quad{place(-w/2, -h/2), place(w/2, -h/2), place(w/2, h/2), place(-w/2, h/2)}, 0)
	for _, side := range []float64{-1, 1} {
		thumb := place(side*(w/2-0.01*w), 0.12*h)
		ellipse(out, thumb.x+side*0.035*w, thumb.y+0.1*h, 0.055*w, 0.2*h, f.skin.scale(0.9))
		ellipse(out, thumb.x, thumb.y, 0.035*w, 0.07*h, f.skin)
	}
}

// paper is a white sheet with the words in capitals as large as fit, one to a
// line up to three words and two to a line above.
func paper(words []string, w, h int) *image.RGBA {
	sheet := image.NewRGBA(image.Rect(0, 0, w, h))
	rectangle(sheet, sheet.Rect, rgb{240, 240, 236})
	lines := make([]string, 0, len(words))
	for i, word := range words {
		word = strings.ToUpper(word)
		if len(words) > 3 && i%2 == 1 {
			lines[len(lines)-1] += "  " + word
			continue
		}
		lines = append(lines, word)
	}
	step := float64(h) * 0.92 / float64(len(lines))
	size := step * 1.05
	for _, line := range lines {
		size = math.Min(size, size*0.82*float64(w)/math.Max(1, width(face(boldText, size), line)))
	}
	f := face(boldText, size)
	for i, line := range lines {
		x := (float64(w) - width(f, line)) / 2
		y := float64(h)*0.04 + step*(float64(i)+0.5) + 0.365*size
		write(sheet, f, x, y, line, rgb{24, 24, 30}.opaque())
	}
	return blur(sheet, 0.6)
}
