package opencv

import (
	"cmp"
	"errors"
	"image"
	"image/color"
	"math"
	"slices"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/models"
)

// Working sizes of the detector, in pixels of the longer side, in the order
// tried until a face is found. YuNet finds faces from about ten pixels on;
// large faces under guilloche, grain or dots are found only when the picture
// is small enough for the pattern to vanish.
var (
	quickSides    = []int{320, 160, 640}
	thoroughSides = []int{640, 320, 1280, 160}
)

// refineWidth is how wide a face is, in pixels, when its five points are
// measured. YuNet's points are most exact there: on LFW, comparison misses a
// quarter fewer mated pairs at the same FMR than with the points of a face of
// 100 pixels, and more again at 48 or 96.
const refineWidth = 64

// overlapLimit is the intersection over union above which two detections are
// one face (non-maximum suppression).
const overlapLimit = 0.3

var strides = [...]int{8, 16, 32}

// outputNames are YuNet's twelve outputs, by kind and stride.
var outputNames = []string{
	"cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32",
	"bbox_8", "bbox_16", "bbox_32", "kps_8", "kps_16", "kps_32",
}

// faceThreshold is the score from which a detection counts.
var faceThreshold = func() float64 {
	file, _ := models.Lookup(models.YuNet)
	t, ok := file.Threshold("face")
	if !ok {
		return 1 // finds nothing: loud in every test
	}
	return t.Value
}()

// detector is YuNet by its raw outputs: cv::FaceDetectorYN of OpenCV 4.6
// cannot run the 2023 model.
type detector struct{ net gocv.Net }

// quick is for photographs of people, whose largest face is compared: its
// points are measured a second time.
func (d *detector) quick(m gocv.Mat) ([]faces.Face, error) {
	found, err := d.search(m, quickSides)
	if err != nil || len(found) == 0 {
		return found, err
	}
	found[0], err = d.refine(m, found[0])
	return found, err
}

// thorough is for documents, whose portrait may be small.
func (d *detector) thorough(m gocv.Mat) ([]faces.Face, error) {
	return d.search(m, thoroughSides)
}

// search looks at one size after another until there is a face. Sizes beyond
// the picture's own show nothing more than the picture does.
func (d *detector) search(m gocv.Mat, sides []int) ([]faces.Face, error) {
	longest := max(m.Cols(), m.Rows())
	tried := false
	for _, side := range sides {
		if side >= longest {
			if tried {
				continue
			}
			tried = true
		}
		found, err := d.detect(m, side)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

// refine measures the five points of a face at one size, once as it is and
// once in the mirror, and takes the mean: what the network errs to one side by
// cancels out. A crop in which the face is not found again counts for nothing.
func (d *detector) refine(m gocv.Mat, f faces.Face) (faces.Face, error) {
	half := math.Max(f.Box.W, f.Box.H)
	cx, cy := f.Box.X+f.Box.W/2, f.Box.Y+f.Box.H/2
	area := image.Rect(int(cx-half), int(cy-half), int(cx+half), int(cy+half)).
		Intersect(image.Rect(0, 0, m.Cols(), m.Rows()))
	scale := refineWidth / f.Box.W
	size := image.Pt(int(math.Round(float64(area.Dx())*scale)), int(math.Round(float64(area.Dy())*scale)))
	if size.X < refineWidth/2 || size.Y < refineWidth/2 {
		return f, nil
	}
	crop := m.Region(area)
	defer crop.Close()
	small := gocv.NewMat()
	defer small.Close()
	if err := gocv.Resize(crop, &small, size, 0, 0, interpolation(scale)); err != nil {
		return f, err
	}
	var points [][5]faces.Point
	for _, mirrored := range []bool{false, true} {
		if mirrored {
			if err := gocv.Flip(small, &small, 1); err != nil {
				return f, err
			}
		}
		again, err := d.detect(small, max(size.X, size.Y))
		if err != nil {
			return f, err
		}
		for _, g := range again {
			if mirrored {
				g = mirror(g, float64(size.X))
			}
			g = enlarge(g, float64(size.X)/float64(area.Dx()), float64(size.Y)/float64(area.Dy()), area.Min)
			if g.Box.Overlap(f.Box) > 0.4 {
				points = append(points, g.Landmarks)
				break
			}
		}
	}
	f.Landmarks = meanPoints(f.Landmarks, points)
	return f, nil
}

// interpolation is the way to resize by a scale: down by means over areas, for
// else the detail between the samples would become false detail.
func interpolation(scale float64) gocv.InterpolationFlags {
	if scale < 1 {
		return gocv.InterpolationArea
	}
	return gocv.InterpolationLinear
}

// mirror turns a face found in a mirror image of that width back; the points of
// left and right change places.
func mirror(f faces.Face, width float64) faces.Face {
	f.Box.X = width - f.Box.X - f.Box.W
	for i := range f.Landmarks {
		f.Landmarks[i].X = width - 1 - f.Landmarks[i].X
	}
	l := &f.Landmarks
	l[faces.RightEye], l[faces.LeftEye] = l[faces.LeftEye], l[faces.RightEye]
	l[faces.RightMouth], l[faces.LeftMouth] = l[faces.LeftMouth], l[faces.RightMouth]
	return f
}

// enlarge takes a face from a resized crop to the picture it was cut from. The
// middle of a pixel goes to the middle of the pixels it stands for.
func enlarge(f faces.Face, sx, sy float64, corner image.Point) faces.Face {
	x, y := float64(corner.X), float64(corner.Y)
	f.Box = faces.Box{X: f.Box.X/sx + x, Y: f.Box.Y/sy + y, W: f.Box.W / sx, H: f.Box.H / sy}
	for i, p := range f.Landmarks {
		f.Landmarks[i] = faces.Point{X: (p.X+0.5)/sx - 0.5 + x, Y: (p.Y+0.5)/sy - 0.5 + y}
	}
	return f
}

// meanPoints averages measurements of the points; without any they stay.
func meanPoints(points [5]faces.Point, measured [][5]faces.Point) [5]faces.Point {
	if len(measured) == 0 {
		return points
	}
	n := float64(len(measured))
	points = [5]faces.Point{}
	for _, m := range measured {
		for i, p := range m {
			points[i].X += p.X / n
			points[i].Y += p.Y / n
		}
	}
	return points
}

// detect runs the network on the picture, reduced to at most side pixels, and
// returns faces in the picture's own pixels, the largest first.
func (d *detector) detect(m gocv.Mat, side int) ([]faces.Face, error) {
	input, scale, err := reduce(m, side)
	if err != nil {
		return nil, err
	}
	defer input.Close()
	blob := gocv.BlobFromImage(input, 1, image.Pt(input.Cols(), input.Rows()), gocv.Scalar{}, false, false)
	defer blob.Close()
	outputs, err := forward(&d.net, blob, outputNames...)
	if err != nil {
		return nil, err
	}
	var found []faces.Face
	for i, stride := range strides {
		head := head{
			stride: stride, columns: input.Cols() / stride,
			class: outputs[i], object: outputs[3+i], box: outputs[6+i], points: outputs[9+i],
		}
		if found, err = head.decode(found, scale); err != nil {
			return nil, err
		}
	}
	found = suppress(found)
	slices.SortStableFunc(found, func(a, b faces.Face) int { return cmp.Compare(b.Box.Area(), a.Box.Area()) })
	return found, nil
}

// reduce shrinks a picture to side and pads it, right and below, to multiples
// of the largest stride. It returns the factor of the shrinking.
func reduce(m gocv.Mat, side int) (gocv.Mat, float64, error) {
	const (
		multiple = 32
		// Below about four cells of the largest stride, OpenCV 4.6 reads
		// memory beside its feature maps and finds faces in it.
		smallest = 160
	)
	w, h := m.Cols(), m.Rows()
	scale := math.Min(1, float64(side)/float64(max(w, h)))
	small, out := gocv.NewMat(), gocv.NewMat()
	defer small.Close()
	src := m
	if scale < 1 {
		w, h = max(1, int(math.Round(float64(w)*scale))), max(1, int(math.Round(float64(h)*scale)))
		if err := gocv.Resize(m, &small, image.Pt(w, h), 0, 0, gocv.InterpolationArea); err != nil {
			out.Close()
			return gocv.Mat{}, 0, err
		}
		src = small
	}
	right := max(-w&(multiple-1), smallest-w)
	below := max(-h&(multiple-1), smallest-h)
	err := gocv.CopyMakeBorder(src, &out, 0, below, 0, right, gocv.BorderConstant, color.RGBA{})
	if err == nil && out.Empty() {
		err = errors.New("faces/opencv: empty picture")
	}
	if err != nil {
		out.Close()
		return gocv.Mat{}, 0, err
	}
	return out, scale, nil
}
