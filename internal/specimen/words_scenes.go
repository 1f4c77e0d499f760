package specimen

import (
	"image"
	"image/color"
	"math"
)

// A WordScene is one way in which words are held up.
type WordScene struct {
	Name string
	// hold arranges it; chance is from 0 to 1, for what varies within the scene.
	hold func(h *Holding, chance float64)
	// spoil is what the camera does to it; nil for a good one.
	spoil Degradation
	by    float64
}

// Draw draws the scene with these words in that hand, and says where the face
// is; without words nothing is held up.
func (s WordScene) Draw(words []string, hand string, seed uint64) (image.Image, image.Rectangle) {
	h := Holding{Words: words, Bare: len(words) == 0, Style: PaperStyle{Hand: hand, Jitter: 1}, Seed: seed}
	if s.hold != nil {
		s.hold(&h, source(seed, 23).Float64())
	}
	img := HoldUp(h)
	if s.spoil != nil {
		img = s.spoil(img, s.by, seed)
	}
	return img, h.Face()
}

// Inks and sheets of the scenes.
var (
	ballpoint = color.RGBA{44, 66, 150, 255}
	yellow    = color.RGBA{250, 222, 96, 255}
	pink      = color.RGBA{246, 176, 190, 255}
	glowing   = color.RGBA{236, 243, 255, 255}
	unlit     = color.RGBA{12, 12, 16, 255}
)

// WordScenes are all of them. The sheet takes half of a picture of 640 by 480
// pixels, black on white and a word to a line, unless the name says otherwise.
var WordScenes = []WordScene{
	{Name: "plain"},
	{Name: "large frame", hold: func(h *Holding, _ float64) { h.Width, h.Height, h.Part = 1280, 720, 0.4 }},
	{Name: "far away", hold: func(h *Holding, _ float64) { h.Part = 0.34 }},
	{Name: "turned", hold: func(h *Holding, chance float64) { h.Turn = math.Copysign(10+12*chance, chance-0.5) }},
	{Name: "tilted", hold: func(h *Holding, chance float64) { h.Tilt, h.Axis = 30, 2*math.Pi*chance }},
	{Name: "turned and tilted", hold: func(h *Holding, chance float64) {
		h.Turn, h.Tilt, h.Axis, h.Fingers = 30*chance-15, 22, 2*math.Pi*chance, true
	}},
	{Name: "fingers", hold: func(h *Holding, _ float64) { h.Fingers = true }},
	{Name: "beside the face", hold: func(h *Holding, chance float64) { h.Beside, h.Part, h.Turn, h.Fingers = true, 0.42, 10*chance-5, true }},
	{Name: "white wall", hold: func(h *Holding, _ float64) { h.Beside, h.Wall, h.Part = true, true, 0.42 }},
	{Name: "lined, ballpoint", hold: func(h *Holding, chance float64) {
		h.Style.Ruling, h.Style.Ink, h.Turn = Lined, ballpoint, 16*chance-8
	}},
	{Name: "squared, ballpoint", hold: func(h *Holding, chance float64) {
		h.Style.Ruling, h.Style.Ink, h.Turn = Squared, ballpoint, 16*chance-8
	}},
	{Name: "thin ballpoint", hold: func(h *Holding, _ float64) { h.Style.Ink, h.Style.Pen = ballpoint, -0.02 }},
	{Name: "marker", hold: func(h *Holding, _ float64) { h.Style.Pen = 0.03 }},
	{Name: "yellow sheet", hold: func(h *Holding, _ float64) { h.Style.Sheet = yellow }},
	{Name: "pink sheet, ballpoint", hold: func(h *Holding, _ float64) { h.Style.Sheet, h.Style.Ink = pink, ballpoint }},
	{Name: "yellow light", hold: func(h *Holding, _ float64) { h.Light = [3]float64{0.95, 0.75, 0.42} }},
	{Name: "dim", hold: func(h *Holding, _ float64) { h.Light, h.Noise = [3]float64{0.3, 0.28, 0.25}, 5 }},
	{Name: "side light", spoil: Shade, by: 0.7},
	{Name: "in a row", hold: func(h *Holding, chance float64) {
		h.Style.Row, h.Part, h.Proportion, h.Turn = true, 0.85, 0.28, 12*chance-6
	}},
	{Name: "lower case", hold: func(h *Holding, _ float64) { h.Style.Lower = true }},
	{Name: "words about", hold: func(h *Holding, _ float64) {
		h.Shirt, h.Poster, h.Part = "CALIFORNIA", []string{"GRAND", "FESTIVAL"}, 0.44
	}},
	{Name: "blur", spoil: Blur, by: 1.3},
	{Name: "motion", spoil: Motion, by: 6},
	{Name: "noise", spoil: Noise, by: 14},
	{Name: "jpeg", spoil: JPEG, by: 30},
	{Name: "screen, dark on light", hold: func(h *Holding, chance float64) {
		h.Style.Screen, h.Style.Hand, h.Style.Jitter, h.Style.Sheet, h.Part, h.Turn = true, "", 0, glowing, 0.34, 16*chance-8
	}},
	{Name: "screen, light on dark", hold: func(h *Holding, chance float64) {
		h.Style.Screen, h.Style.Hand, h.Style.Jitter, h.Part, h.Turn = true, "", 0, 0.34, 16*chance-8
		h.Style.Sheet, h.Style.Ink = unlit, glowing
	}},
}
