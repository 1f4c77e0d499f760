package faces

// AttackSigns are measures of a presentation attack (ISO/IEC 30107-1) that are
// no classifier's: each is 0 to 1, higher is more suspect, -1 where it was not
// computed. They are signs for a reviewer, never a proof, and no policy reads them.
type AttackSigns struct {
	// Moire is how strongly the face carries the beat of two grids, as a
	// photographed screen or halftone print does.
	Moire float64 `json:"moire"`
	// Reflectance is how unlike a head the picture's tones are: flat, as paper
	// and glass give light back.
	Reflectance float64 `json:"reflectance"`
}

// From these scores a sign counts as raised. docs/measurements.md has how often
// each is raised on people and on attacks; both are too rarely right, and
// Reflectance too often wrong, to decide anything.
const (
	MoireRaised       = 0.5
	ReflectanceRaised = 0.5
)
