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

// refineSide is the crop around a face that was found in a reduced picture:
// its five points then come from the original's pixels.
const refineSide = 256

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

// quick is for photographs of people. The largest face's points are refined
// when they were found in a reduced picture.
func (d *detector) quick(m gocv.Mat) ([]faces.Face, error) {
	found, err := d.search(m, quickSides)
	if err != nil || len(found) == 0 || max(m.Cols(), m.Rows()) <= quickSides[0] {
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

// refine detects once more in a crop around a face and keeps the better of
// the two. A crop in which the face is not found again leaves it as it was.
func (d *detector) refine(m gocv.Mat, f faces.Face) (faces.Face, error) {
	half := math.Max(f.Box.W, f.Box.H)
	cx, cy := f.Box.X+f.Box.W/2, f.Box.Y+f.Box.H/2
	area := image.Rect(int(cx-half), int(cy-half), int(cx+half), int(cy+half)).
		Intersect(image.Rect(0, 0, m.Cols(), m.Rows()))
	if area.Dx() < 32 || area.Dy() < 32 {
		return f, nil
	}
	crop := m.Region(area)
	defer crop.Close()
	again, err := d.detect(crop, refineSide)
	if err != nil {
		return f, err
	}
	for _, g := range again {
		g = shift(g, float64(area.Min.X), float64(area.Min.Y))
		if g.Box.Overlap(f.Box) > 0.4 {
			return g, nil
		}
	}
	return f, nil
}

func shift(f faces.Face, dx, dy float64) faces.Face {
	f.Box.X += dx
	f.Box.Y += dy
	for i := range f.Landmarks {
		f.Landmarks[i].X += dx
		f.Landmarks[i].Y += dy
	}
	return f
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
