package opencv

import (
	"errors"
	"fmt"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/models"
)

// need says which models a call cannot do without.
type need int

const (
	needDetector need = iota
	needEmbedders
	// needAll also loads the attack detector, the landmarks and, where they are
	// wanted, the hints, but does not insist on them: absence shows as BonaFide
	// -1, which kyc refers.
	needAll
)

// load makes sure of the networks, keeping those already there.
func (e *Engine) load(n need) error {
	var missing []string
	get := func(done bool, install func([]gocv.Net), names ...string) error {
		if done {
			return nil
		}
		nets, err := e.nets(names)
		var absent *models.MissingError
		switch {
		case errors.As(err, &absent):
			missing = append(missing, absent.Names...)
			return nil
		case err != nil:
			return err
		}
		install(nets)
		return nil
	}
	err := get(e.detector != nil, func(n []gocv.Net) { e.detector = &detector{net: n[0]} }, models.YuNet)
	if err == nil && n >= needEmbedders && e.embedders == nil {
		err = e.loadEmbedders()
		var absent *models.MissingError
		if errors.As(err, &absent) {
			missing, err = append(missing, absent.Names...), nil
		}
	}
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return &faces.UnavailableError{Files: missing}
	}
	if n < needAll {
		return nil
	}
	err = get(e.landmarks != nil, func(n []gocv.Net) { e.landmarks = &landmarker{net: n[0]} }, models.Landmarks68)
	if err == nil {
		err = get(e.attacks != nil, func(n []gocv.Net) { e.attacks = &attackDetector{near: n[0], far: n[1]} },
			models.MiniFASNetV2, models.MiniFASNetV1)
	}
	if err == nil && e.wantHints {
		err = get(e.hinter != nil, func(n []gocv.Net) { e.hinter = &hinter{ageSex: n[0], expression: n[1]} },
			models.AgeSex, models.Expression)
	}
	return err
}

// loadEmbedders loads every embedding model of the manifest or none: a
// template that lacks a model is referred.
func (e *Engine) loadEmbedders() error {
	files := e.finder.Embeddings()
	names := make([]string, 0, len(files))
	for _, file := range files {
		names = append(names, file.Name)
	}
	nets, err := e.nets(names)
	if err != nil {
		return err
	}
	embedders := make([]*embedder, 0, len(files))
	var faults []error
	for i, file := range files {
		embedder, err := newEmbedder(nets[i], file)
		faults = append(faults, err)
		embedders = append(embedders, embedder)
	}
	if err := errors.Join(faults...); err != nil {
		for i := range nets {
			nets[i].Close()
		}
		return err
	}
	e.embedders = embedders
	return nil
}

// nets reads networks from bytes whose digest was checked. The by-path reader
// of gocv reports no error, and even asking its result whether it is empty
// crashes.
func (e *Engine) nets(names []string) ([]gocv.Net, error) {
	if err := e.finder.Missing(names...); err != nil {
		return nil, err
	}
	loading.Lock()
	defer loading.Unlock()
	nets := make([]gocv.Net, 0, len(names))
	for _, name := range names {
		b, err := e.finder.Read(name)
		if err != nil {
			return nil, err
		}
		net, err := gocv.ReadNetFromONNXBytes(b)
		if err != nil {
			return nil, fmt.Errorf("faces/opencv: %s: %w", name, err)
		}
		nets = append(nets, net)
	}
	return nets, nil
}

// forward runs a network and returns its outputs as slices of their own. One
// output named "" is the network's last.
func forward(net *gocv.Net, blob gocv.Mat, outputs ...string) ([][]float32, error) {
	if blob.Empty() {
		return nil, errors.New("faces/opencv: empty input")
	}
	net.SetInput(blob, "")
	var mats []gocv.Mat
	if len(outputs) == 1 {
		mats = []gocv.Mat{net.Forward(outputs[0])}
	} else {
		mats = net.ForwardLayers(outputs)
	}
	defer func() {
		for i := range mats {
			mats[i].Close()
		}
	}()
	if len(mats) != len(outputs) {
		return nil, fmt.Errorf("faces/opencv: %d outputs, want %d", len(mats), len(outputs))
	}
	values := make([][]float32, len(mats))
	for i := range mats {
		if mats[i].Empty() {
			return nil, fmt.Errorf("faces/opencv: output %d is empty", i)
		}
		data, err := mats[i].DataPtrFloat32()
		if err != nil {
			return nil, fmt.Errorf("faces/opencv: output %d: %w", i, err)
		}
		values[i] = append([]float32(nil), data...)
	}
	return values, nil
}

func (d *detector) close() {
	if d != nil {
		d.net.Close()
	}
}

func (a *attackDetector) close() {
	if a != nil {
		a.near.Close()
		a.far.Close()
	}
}

func (l *landmarker) close() {
	if l != nil {
		l.net.Close()
	}
}

func (h *hinter) close() {
	if h != nil {
		h.ageSex.Close()
		h.expression.Close()
	}
}
