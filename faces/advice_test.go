package faces

import "testing"

// good is an examination in which nothing is to be mended.
func good() Examination {
	return Examination{
		Faces: []Face{{Box: Box{X: 220, Y: 120, W: 200, H: 250}, Score: 0.9}},
		Width: 640, Height: 480,
		Quality: Quality{InterEye: 90, Sharpness: 200, Brightness: 120, Contrast: 50, Uneven: 0.3, Eyes: 0.9, Mouth: 0.1, Occlusion: 0.1},
	}
}

func TestAdvice(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(*Examination)
		want  Advice
	}{
		{"good", func(*Examination) {}, ""},
		{"nothing computed", func(x *Examination) { x.Quality.Eyes, x.Quality.Mouth, x.Quality.Occlusion = -1, -1, -1 }, ""},
		{"nobody", func(x *Examination) { x.Faces = nil }, AdviceNoFace},
		{"two", func(x *Examination) { x.Faces = append(x.Faces, x.Faces[0]) }, AdviceOnePerson},
		{"someone far behind", func(x *Examination) { x.Faces = append(x.Faces, Face{Box: Box{W: 40, H: 50}}) }, ""},
		{"at the edge", func(x *Examination) { x.Quality.Outside = 0.3 }, AdviceWhole},
		{"too near", func(x *Examination) { x.Quality.Outside, x.Faces[0].Box.W = 0.3, 500 }, AdviceFarther},
		{"far away", func(x *Examination) { x.Quality.InterEye = 20 }, AdviceCloser},
		{"dark", func(x *Examination) { x.Quality.Brightness = 20 }, AdviceMoreLight},
		{"shadows", func(x *Examination) { x.Quality.Underexposed = 0.8 }, AdviceMoreLight},
		{"dark and flat", func(x *Examination) { x.Quality.Contrast, x.Quality.Brightness = 5, 60 }, AdviceMoreLight},
		{"bright", func(x *Examination) { x.Quality.Brightness = 240 }, AdviceLessLight},
		{"glare", func(x *Examination) { x.Quality.Overexposed = 0.6 }, AdviceLessLight},
		{"washed out", func(x *Examination) { x.Quality.Contrast, x.Quality.Brightness = 5, 200 }, AdviceLessLight},
		{"a lamp at one side", func(x *Examination) { x.Quality.Uneven = 1 }, AdviceEvenLight},
		{"blurred", func(x *Examination) { x.Quality.Sharpness = 10 }, AdviceSteady},
		{"a mask", func(x *Examination) { x.Quality.Occlusion = 1 }, AdviceUncover},
		{"turned", func(x *Examination) { x.Quality.Yaw = -50 }, AdviceStraight},
		{"looking up", func(x *Examination) { x.Quality.Pitch = 50 }, AdviceStraight},
		{"tilted", func(x *Examination) { x.Quality.Roll = 40 }, AdviceUpright},
		{"eyes closed", func(x *Examination) { x.Quality.Eyes = 0.01 }, AdviceEyes},
		{"mouth open", func(x *Examination) { x.Quality.Mouth = 0.8 }, AdviceMouth},
		{"light before pose", func(x *Examination) { x.Quality.Yaw, x.Quality.Brightness = 50, 20 }, AdviceMoreLight},
		{"glasses before eyes", func(x *Examination) { x.Quality.Eyes, x.Quality.Occlusion = 0.01, 1 }, AdviceUncover},
	}
	for _, tt := range tests {
		x := good()
		tt.spoil(&x)
		if got, ok := x.Advice(); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: Advice() = %q, %v, want %q", tt.name, got, ok, tt.want)
		}
	}
}
