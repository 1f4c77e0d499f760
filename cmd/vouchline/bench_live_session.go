package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"time"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/internal/photo"
	"github.com/vouchline/vouchline/ocr"
)

// How a browser films and sends.
const (
	liveEvery   = 333 * time.Millisecond // three frames a second
	liveBatch   = 3
	liveNetwork = 120 * time.Millisecond // there, and back again
	liveQuality = 85                     // of its JPEG
)

// liveOutcome is what became of a session.
type liveOutcome struct {
	end      liveness.End
	action   liveness.Action // that was asked for then
	bonaFide float64         // mean of the frames, -1 without any
	lasted   time.Duration
	frames   int
}

// liveScript draws a script that the seed repeats.
func liveScript(seed uint64) []liveness.Action {
	script, err := liveness.NewScript(chance{rand.New(rand.NewPCG(seed, 41))}) //nolint:gosec // reproducible on purpose
	if err != nil {
		return nil // chance never fails
	}
	return script
}

// chance reads numbers that a seed repeats.
type chance struct{ *rand.Rand }

func (c chance) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c.Uint32())
	}
	return len(p), nil
}

// play plays a session to its end: the camera films, the browser sends batches
// and hears the next prompt when the answer is back. The clock is the film's.
func (s *liveStage) play(t liveTake) (liveOutcome, error) {
	film, session := newLiveFilm(t), liveness.New(liveScript(t.seed))
	var scores []float64
	prompt := session.Prompt(0)
	for at := time.Duration(0); session.End == ""; {
		var batch []liveShot
		for range liveBatch {
			film.prompt(prompt, at)
			img, words := film.frame(at)
			batch = append(batch, liveShot{img, words, at})
			at += liveEvery
		}
		arrived := at + liveNetwork
		for _, shot := range batch {
			if err := s.observe(&session, shot, arrived, &scores); err != nil {
				return liveOutcome{}, err
			}
		}
		session.Tick(arrived)
		prompt = session.Prompt(arrived)
	}
	out := liveOutcome{end: session.End, bonaFide: -1, lasted: session.Ended, frames: session.Watch.Seen}
	if n := len(session.Steps); n > 0 && session.Steps[n-1].Ended == 0 {
		out.action = session.Steps[n-1].Action
	}
	if len(scores) > 0 {
		out.bonaFide = 0
		for _, score := range scores {
			out.bonaFide += score / float64(len(scores))
		}
	}
	return out, nil
}

// liveShot is a picture, whether it shows the words, and when it was taken.
type liveShot struct {
	img   image.Image
	words bool
	taken time.Duration
}

// observe does the server's work on one frame, and counts what it costs.
func (s *liveStage) observe(session *liveness.Session, shot liveShot, arrived time.Duration, scores *[]float64) error {
	if session.End != "" {
		return nil
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, shot.img, &jpeg.Options{Quality: liveQuality}); err != nil {
		return err
	}
	began := cpuTime()
	digest := sha256.Sum256(b.Bytes())
	img, _, err := photo.Decode(b.Bytes())
	if err != nil {
		return err
	}
	x, err := s.engine.Examine(s.g.Context, img)
	var noFace *faces.Error
	if err != nil && !errors.As(err, &noFace) {
		return err
	}
	frame := liveness.NewFrame(x, hex.EncodeToString(digest[:]), shot.taken, arrived)
	spent := cpuTime() - began
	if prompt := session.Prompt(arrived); prompt.Action == liveness.Words {
		if frame.Words, err = s.read(img, shot.words); err != nil {
			return err
		}
	}
	began = cpuTime()
	session.Observe(frame, x.Template, s.rules)
	s.work = append(s.work, spent+cpuTime()-began)
	if err == nil && x.BonaFide >= 0 && len(x.Faces) > 0 {
		*scores = append(*scores, x.BonaFide)
	}
	return nil
}

// read says how well the words of the frame agree with those asked for.
func (s *liveStage) read(img image.Image, shown bool) (float64, error) {
	if s.words == nil {
		if shown {
			return 1, nil
		}
		return 0, nil
	}
	began := cpuTime()
	words, err := s.words.ReadWords(s.g.Context, img, nil)
	s.reading = append(s.reading, cpuTime()-began)
	return ocr.ScoreWords(liveWords, words), err
}
