package specimen

import (
	"fmt"
	"image"
	"os"
)

// A Reel is a film for Chromium's --use-file-for-fake-video-capture that goes on
// being written while it is played: whoever holds it decides from moment to
// moment what the camera sees. Chromium reads the file again and again from its
// beginning; each of its frames shows what was shown last, with grain of its
// own, since a camera never gives the same picture twice. Frames are not
// compressed, so that one read while it is written is above the new picture
// and below the old one, and nothing worse.
type Reel struct {
	file          *os.File
	width, height int
	frame         []byte // with its header
	grain         []byte // to be added to the brightness; below zero as a byte wraps
	turn          int
}

const (
	reelFrames = 10 // or 1 s: whoever shows nothing new for so long repeats pictures
	reelRate   = 10 // frames a second
	reelMark   = "FRAME\n"
)

// NewReel makes the file, whose name must end in .y4m for Chromium to know it,
// and shows a first picture. All pictures have to be of its size, which is even
// both ways.
func NewReel(path string, first *image.RGBA) (*Reel, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // a test's own file
	if err != nil {
		return nil, err
	}
	r := &Reel{file: file, width: first.Rect.Dx(), height: first.Rect.Dy(), grain: fineGrain()}
	r.frame = make([]byte, len(reelMark)+r.width*r.height*3/2)
	copy(r.frame, reelMark)
	if _, err := file.WriteAt([]byte(r.head()), 0); err != nil {
		_ = file.Close()
		return nil, err
	}
	if err := r.Show(first); err != nil {
		_ = file.Close()
		return nil, err
	}
	return r, nil
}

// Close closes the file; the film goes on with its last picture.
func (r *Reel) Close() error { return r.file.Close() }

func (r *Reel) head() string {
	return fmt.Sprintf("YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420\n", r.width, r.height, reelRate)
}

// Show has the camera see a picture from now on.
func (r *Reel) Show(img *image.RGBA) error {
	if img.Rect.Dx() != r.width || img.Rect.Dy() != r.height {
		return fmt.Errorf("reel: a picture of %v in a film of %d by %d", img.Rect.Size(), r.width, r.height)
	}
	luma, chroma := planes(img)
	at := int64(len(r.head()))
	copy(r.frame[len(reelMark)+len(luma):], chroma)
	for range reelFrames {
		r.turn = (r.turn + 7919) % (len(r.grain) / 2) // prime: every frame of the film begins elsewhere in the grain
		addGrain(r.frame[len(reelMark):], luma, r.grain[r.turn:r.turn+len(r.grain)/2])
		if _, err := r.file.WriteAt(r.frame, at); err != nil {
			return err
		}
		at += int64(len(r.frame))
	}
	return nil
}

// fineGrain is half as strong as a camera's: the pictures have that already. It
// is at most 4, so that no brightness of video, 16 to 235, wraps with it.
func fineGrain() []byte {
	coarse := newSensor(5)
	fine := make([]byte, len(coarse))
	for i, g := range coarse {
		fine[i] = byte(g / 2) //nolint:gosec // wraps on purpose
	}
	return fine
}

// addGrain writes the brightness with the grain, which it repeats, to out.
func addGrain(out, luma, grain []byte) {
	for len(luma) > 0 {
		n := min(len(luma), len(grain))
		from, to, g := luma[:n], out[:n], grain[:n]
		for i, y := range from {
			to[i] = y + g[i]
		}
		luma, out = luma[n:], out[n:]
	}
}

// planes converts to the colours of video (ITU-R BT.601): brightness for every
// pixel, colour for every fourth.
func planes(img *image.RGBA) (luma, chroma []byte) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	luma, chroma = make([]byte, w*h), make([]byte, w*h/2)
	for y := range h {
		row := img.Pix[y*img.Stride:]
		for x := range w {
			r, g, b := int(row[4*x]), int(row[4*x+1]), int(row[4*x+2])
			luma[y*w+x] = byte((66*r+129*g+25*b+128)>>8 + 16) //nolint:gosec // 16 to 235
			if x%2 == 0 && y%2 == 0 {
				i := y/2*(w/2) + x/2
				chroma[i] = byte((-38*r-74*g+112*b+128)>>8 + 128)      //nolint:gosec // 16 to 240
				chroma[w*h/4+i] = byte((112*r-94*g-18*b+128)>>8 + 128) //nolint:gosec // 16 to 240
			}
		}
	}
	return luma, chroma
}
