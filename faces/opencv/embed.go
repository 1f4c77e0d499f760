package opencv

import (
	"errors"
	"fmt"
	"image"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/models"
)

// embedder is one embedding model of the manifest.
type embedder struct {
	net  gocv.Net
	name string
	spec models.Embedding
}

// Matcher compares the templates that an engine makes with these embedding
// models, by the decision points that were measured with them.
func Matcher(embeddings []models.File) (faces.Matcher, error) {
	matcher := make(faces.Matcher, 0, len(embeddings))
	for _, file := range embeddings {
		same, okSame := file.Threshold(models.ThresholdSame)
		refer, okRefer := file.Threshold(models.ThresholdRefer)
		if !okSame || !okRefer {
			return nil, errors.New("faces/opencv: the manifest has no thresholds for " + file.Name)
		}
		matcher = append(matcher, faces.Model{Name: file.Name, Thresholds: faces.Thresholds{Same: same.Value, Refer: refer.Value}})
	}
	if len(matcher) == 0 {
		return nil, errors.New("faces/opencv: the manifest has no embedding model")
	}
	return matcher, nil
}

// newEmbedder runs the network once on nothing: a manifest that does not fit
// the file is the operator's mistake, and told before anyone's face is
// compared.
func newEmbedder(net gocv.Net, file models.File) (*embedder, error) {
	e := &embedder{net: net, name: file.Name, spec: *file.Embedding}
	blank := gocv.NewMatWithSize(e.spec.Side, e.spec.Side, gocv.MatTypeCV8UC3)
	defer blank.Close()
	if _, err := e.forward(blank); err != nil {
		return nil, err
	}
	return e, nil
}

// template embeds the face with every model.
func template(embedders []*embedder, s subject) (faces.Template, error) {
	t := make(faces.Template, len(embedders))
	for _, e := range embedders {
		embedding, err := e.embedFace(s)
		if err != nil {
			return nil, err
		}
		t[e.name] = embedding
	}
	return t, nil
}

// embedFace aligns the face anew for a network of another size.
func (e *embedder) embedFace(s subject) (faces.Embedding, error) {
	if e.spec.Side == alignedSide {
		return e.embed(s.aligned)
	}
	aligned, err := align(s.picture, s.face.Landmarks, e.spec.Side)
	if err != nil {
		return nil, err
	}
	defer aligned.Close()
	return e.embed(aligned)
}

// embed returns the embedding of an aligned face, averaged with that of its
// mirror image where the model asks for it, which takes away part of what
// comes from light and pose.
func (e *embedder) embed(aligned gocv.Mat) (faces.Embedding, error) {
	inputs := []gocv.Mat{aligned}
	if e.spec.Mirror {
		mirrored := gocv.NewMat()
		defer mirrored.Close()
		if err := gocv.Flip(aligned, &mirrored, 1); err != nil {
			return nil, err
		}
		inputs = append(inputs, mirrored)
	}
	vectors, err := e.forward(inputs...)
	if err != nil {
		return nil, err
	}
	for _, v := range vectors {
		if !normalize(v) {
			return nil, errNoDirection
		}
	}
	mean := faces.Mean(vectors)
	if mean == nil {
		return nil, errNoDirection
	}
	return mean, nil
}

// errNoDirection is returned for an embedding of zeros or of no numbers.
var errNoDirection = errors.New("faces/opencv: embedding is not a number")

// forward runs the network on squares of its side, all at once, and returns a
// vector of the manifest's length for each.
func (e *embedder) forward(squares ...gocv.Mat) ([]faces.Embedding, error) {
	for _, m := range squares {
		if m.Empty() {
			return nil, errors.New("faces/opencv: empty crop")
		}
	}
	blob := gocv.NewMat()
	defer blob.Close()
	mean := gocv.NewScalar(e.spec.Mean[0], e.spec.Mean[1], e.spec.Mean[2], 0)
	gocv.BlobFromImages(squares, &blob, e.spec.Scale, image.Pt(e.spec.Side, e.spec.Side), mean, e.spec.SwapRB, false, gocv.MatTypeCV32F)
	outputs, err := forward(&e.net, blob, "")
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, e.name)
	}
	flat, n := outputs[0], e.spec.Dimensions
	if len(flat) != n*len(squares) {
		return nil, fmt.Errorf("faces/opencv: %s gave %d values for a face, its manifest says %d", e.name, len(flat)/len(squares), n)
	}
	vectors := make([]faces.Embedding, len(squares))
	for i := range vectors {
		vectors[i] = flat[i*n : (i+1)*n]
	}
	return vectors, nil
}

// normalize brings a vector to unit length; false when it has none.
func normalize(v []float32) bool {
	var norm float64
	for _, x := range v {
		norm += float64(x) * float64(x)
	}
	norm = math.Sqrt(norm)
	if !(norm > 1e-9) || math.IsInf(norm, 0) {
		return false
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / norm)
	}
	return true
}
