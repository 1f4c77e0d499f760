package specimen

import "image"

// FilmOptions say what the camera sees of a person who sits still and holds
// words; an [Actor] does more.
type FilmOptions struct {
	Person        image.Image
	Face          image.Rectangle // in Person; empty takes Person for a framed portrait
	Words         []string        // on a paper held below the face; none, no paper
	Width, Height int             // 1280 by 720 when zero
	Frames        int             // of the movement; 30 when zero
	Seed          uint64
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
	o.Face = faceOrMiddle(o.Person, o.Face)
	return o
}
