package tesseract

import "github.com/vouchline/vouchline/ocr"

// hintThreshold is the score from which a hint is raised. Every measure is
// mapped so that its own limit lies there.
const hintThreshold = 0.5

// hint maps a measure, which is suspicious from limit on, to a score.
func hint(name ocr.HintName, value, limit float64) ocr.Hint {
	score := 0.0
	if value > 0 {
		score = value / (value + limit)
	}
	return ocr.Hint{
		Name: name, Score: rounded(score), Threshold: hintThreshold, Raised: rounded(score) >= hintThreshold,
	}
}

// hints are the signs in a photograph that it may not show a genuine document
// itself. What cannot be measured is left out, and so is the font on a photograph
// that is poor: blur and slant make any font strange.
func (s *search) hints(z zone, outline []pt, q ocr.Quality) []ocr.Hint {
	if len(outline) != 4 { // a zone of no length lies nowhere
		return nil
	}
	var out []ocr.Hint
	if v, ok := lattice(s.colour, outline); ok {
		out = append(out, hint(ocr.HintScreenReplay, v, latticeLimit))
	}
	if v, ok := greyness(s.colour, outline); ok {
		out = append(out, hint(ocr.HintMonochromeCopy, v, greynessLimit))
	}
	if _, poor := q.Advice(); poor {
		return out
	}
	if v, ok := strangeness(s.gray, z.place, z.mrz.Lines); ok {
		out = append(out, hint(ocr.HintMRZFont, v, strangenessLimit))
	}
	return out
}
