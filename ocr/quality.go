package ocr

import "math"

// Quality describes the photograph so that an applicant can be told what to do
// better. It decides nothing by itself; see Advice. A zero Quality is that of a
// photograph nobody looked at.
type Quality struct {
	Width  int `json:"width"`  // pixels
	Height int `json:"height"` // pixels
	// Document says how many documents are seen; empty where nobody looked.
	Document Sight `json:"document,omitempty"`

	// Of the zone where it was found, else of the whole photograph. Both are
	// taken from a copy of a fixed size, so that cameras of any resolution compare.
	Sharpness float64 `json:"sharpness"` // steepness of strokes as a part of their contrast, 0 to 1
	Contrast  float64 `json:"contrast"`  // between ink and paper, 0 to 255
	// Motion is how much softer the zone's strokes are in one direction than in
	// another, 0 to 1: a moving hand smears in one.
	Motion float64 `json:"motion"`

	// Of the document where it was found, else of the whole photograph.
	Brightness float64 `json:"brightness"` // mean grey value, 0 to 255
	Dark       float64 `json:"dark"`       // part that is underexposed, 0 to 1
	Glare      float64 `json:"glare"`      // part in burnt out spots, 0 to 1

	// Of the zone; 0 where none was found.
	MRZHeight float64 `json:"mrz_height"` // of a character, pixels of the photograph
	ZoneGlare float64 `json:"zone_glare"` // part of the zone that is burnt out, 0 to 1

	// Of the document's outline; 0 where none was found.
	Cut           float64 `json:"cut"`            // length of its edges that lie on the photograph's border, as a part of their own length, 0 to 1
	Tilt          float64 `json:"tilt"`           // between its normal and the line of sight, degrees
	DocumentShare float64 `json:"document_share"` // part of the photograph it covers, 0 to 1
}

// Sight is how many documents a photograph shows.
type Sight string

// What may be seen.
const (
	SightNone    Sight = "none"
	SightOne     Sight = "one"
	SightSeveral Sight = "several"
)

// Outlined fills in what follows from the corners of the document, clockwise
// from its top left one; without four of them it changes nothing.
func (q *Quality) Outlined(outline []Point) {
	if len(outline) != 4 || q.Width <= 0 || q.Height <= 0 {
		return
	}
	q.Cut = rounded(q.cut(outline))
	q.Tilt = rounded(q.tilt(outline))
	q.DocumentShare = rounded(math.Min(1, area(outline)/float64(q.Width*q.Height)))
}

// cut adds up the edges that run along the border of the photograph, and so
// were most likely cut off by it. A document seen whole has none, a scan
// trimmed to the document has all of them. Of a corner that is outside the
// network sees only about where it should be: one of two must be on the border.
func (q *Quality) cut(outline []Point) float64 {
	side := float64(max(q.Width, q.Height))
	on := func(a, b float64) bool {
		return min(a, b) < borderMargin*side && max(a, b) < borderReach*side
	}
	right, bottom := float64(q.Width), float64(q.Height)
	along, all := 0.0, 0.0
	for i, a := range outline {
		b := outline[(i+1)%4]
		length := math.Hypot(b.X-a.X, b.Y-a.Y)
		all += length
		if math.Abs(a.X-b.X) < math.Abs(a.Y-b.Y) && (on(a.X, b.X) || on(right-a.X, right-b.X)) ||
			math.Abs(a.X-b.X) > math.Abs(a.Y-b.Y) && (on(a.Y, b.Y) || on(bottom-a.Y, bottom-b.Y)) {
			along += length
		}
	}
	if all == 0 {
		return 0
	}
	return along / all
}

// tilt is the angle between the document's normal and the line to its middle.
// The normal is the cross product of the first two columns of the homography
// without the camera's matrix; the proportions of the document only stretch one
// of the columns. The focal length is a phone's.
func (q *Quality) tilt(outline []Point) float64 {
	f := focalLength * float64(max(q.Width, q.Height))
	var p [4][2]float64
	for i, c := range outline {
		p[i] = [2]float64{(c.X - float64(q.Width)/2) / f, (c.Y - float64(q.Height)/2) / f}
	}
	// The homography that takes the unit square to p (Heckbert 1989, 2.2.3).
	dx1, dy1 := p[1][0]-p[2][0], p[1][1]-p[2][1]
	dx2, dy2 := p[3][0]-p[2][0], p[3][1]-p[2][1]
	sx, sy := p[0][0]-p[1][0]+p[2][0]-p[3][0], p[0][1]-p[1][1]+p[2][1]-p[3][1]
	d := dx1*dy2 - dx2*dy1
	if d == 0 {
		return 0
	}
	g, h := (sx*dy2-dx2*sy)/d, (dx1*sy-sx*dy1)/d
	across := vector{p[1][0] - p[0][0] + g*p[1][0], p[1][1] - p[0][1] + g*p[1][1], g}
	down := vector{p[3][0] - p[0][0] + h*p[3][0], p[3][1] - p[0][1] + h*p[3][1], h}
	ray := vector{p[0][0] + (across[0]+down[0])/2, p[0][1] + (across[1]+down[1])/2, 1 + (g+h)/2}
	n := across.cross(down)
	c := math.Abs(n.dot(ray)) / (n.length() * ray.length())
	if math.IsNaN(c) {
		return 0
	}
	return math.Acos(math.Min(1, c)) * 180 / math.Pi
}

// area of a polygon.
func area(points []Point) float64 {
	sum := 0.0
	for i, a := range points {
		b := points[(i+1)%len(points)]
		sum += a.X*b.Y - b.X*a.Y
	}
	return math.Abs(sum) / 2
}

type vector [3]float64

func (a vector) cross(b vector) vector {
	return vector{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

func (a vector) dot(b vector) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func (a vector) length() float64      { return math.Sqrt(a.dot(a)) }

// rounded keeps three decimals: more are noise in an answer.
func rounded(v float64) float64 { return math.Round(v*1000) / 1000 }
