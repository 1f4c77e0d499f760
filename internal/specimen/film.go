package specimen

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"slices"
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
