package ocr

import "log/slog"

// Rect is a box in a photograph's pixels, X and Y its top left corner.
type Rect struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Point is a place in a photograph's pixels.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Reading is what an engine read from the photograph of one side of a document.
type Reading struct {
	MRZ     *MRZ     `json:"mrz,omitempty"`
	Printed *Printed `json:"printed,omitempty"`
	// Corroborations compare the zone with the print beside it; see Corroborate.
	Corroborations []Corroboration `json:"corroborations,omitempty"`
	Hints          []Hint          `json:"hints,omitempty"`
	Portrait       *Rect           `json:"portrait,omitempty"` // in the photograph's pixels
	PortraitJPEG   []byte          `json:"portrait_jpeg,omitempty"`
	// PortraitQuality tells how well the portrait can be compared.
	PortraitQuality *PortraitQuality `json:"portrait_quality,omitempty"`
	// Ghosts are smaller repetitions of the portrait, in the photograph's pixels.
	Ghosts  []Rect  `json:"ghosts,omitempty"`
	Quality Quality `json:"quality"`
	// Rotation in degrees clockwise made the photograph upright: 0, 90, 180, 270.
	Rotation int `json:"rotation"`
	// Outline is the document's corners in the photograph's pixels, clockwise
	// from the top left one of the upright document; empty where not found.
	Outline []Point `json:"outline,omitempty"`
}

// PortraitQuality describes a printed portrait.
type PortraitQuality struct {
	EyeDistance float64 `json:"eye_distance"` // between the pupils, in pixels of the photograph
	Sharpness   float64 `json:"sharpness"`    // variance of the Laplacian of the aligned face; higher is sharper
	Brightness  float64 `json:"brightness"`   // mean grey value of the face, 0 to 255
	Contrast    float64 `json:"contrast"`     // standard deviation of the grey values of the face
	Score       float64 `json:"score"`        // 0 to 1, of all of these; no probability
}

// String redacts: a reading is personal data.
func (r Reading) String() string {
	if r.MRZ == nil {
		return "reading without MRZ"
	}
	return "reading of " + r.MRZ.String()
}

// GoString redacts %#v as String does %v.
func (r Reading) GoString() string { return r.String() }

// LogValue redacts, see String.
func (r Reading) LogValue() slog.Value {
	attrs := []slog.Attr{slog.Any("quality", r.Quality), slog.Int("rotation", r.Rotation)}
	if r.MRZ != nil {
		attrs = append(attrs, slog.Any("mrz", *r.MRZ))
	}
	return slog.GroupValue(attrs...)
}
