package opencv

import (
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"sync"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/mat"
	"github.com/vouchline/vouchline/models"
)

// loading keeps the reading of networks apart, across engines: see the
// package comment.
var loading sync.Mutex

// Config says where an Engine finds its models.
type Config struct {
	// Models finds the model files.
	Models models.Finder
	// Logger is told what is missing; nil is silence.
	Logger *slog.Logger
	// Hints estimates age, sex and expression for a reviewer; off by default.
	Hints bool
}

// Engine examines photographs. It is safe for concurrent use and does one
// thing at a time; whoever has cores to spare makes two.
type Engine struct {
	mu      sync.Mutex
	finder  models.Finder
	logger  *slog.Logger
	matcher faces.Matcher

	detector  *detector
	embedders []*embedder // of every embedding model, in the manifest's order
	attacks   *attackDetector
	landmarks *landmarker
	wantHints bool
	hinter    *hinter
}

// subject is the face that an examination is about, as its measures see it.
type subject struct {
	picture gocv.Mat // the whole photograph
	aligned gocv.Mat // upright, alignedSide square
	face    faces.Face
}

// New loads the models that are there. Missing files are no error here: the
// methods that need them return *faces.UnavailableError, and look again each
// time. A file that has the right digest and yet does not load is an error.
func New(config Config) (*Engine, error) {
	e := &Engine{finder: config.Models, logger: config.Logger, wantHints: config.Hints}
	if e.logger == nil {
		e.logger = slog.New(slog.DiscardHandler)
	}
	var err error
	if e.matcher, err = Matcher(config.Models.Embeddings()); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	gocv.SetNumThreads(1) // the pool of children is what uses the cores
	var unavailable *faces.UnavailableError
	if err := e.load(needAll); errors.As(err, &unavailable) {
		e.logger.Warn("face models missing, face checks go to a reviewer", "files", unavailable.Files)
	} else if err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// Matcher compares the templates that the engine makes.
func (e *Engine) Matcher() faces.Matcher { return e.matcher }

// Close frees the networks.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.close()
}

func (e *Engine) close() {
	e.detector.close()
	for _, embedder := range e.embedders {
		embedder.net.Close()
	}
	e.attacks.close()
	e.landmarks.close()
	e.hinter.close()
	e.detector, e.embedders, e.attacks, e.landmarks, e.hinter = nil, nil, nil, nil, nil
}

// Detect finds all faces, the largest first. It is the thorough search, for
// portraits that are small in the photograph of a document. No face is an
// empty slice.
func (e *Engine) Detect(ctx context.Context, img image.Image) ([]faces.Face, error) {
	var found []faces.Face
	err := e.with(ctx, img, needDetector, func(m gocv.Mat) (err error) {
		found, err = e.detector.thorough(m)
		return err
	})
	return found, err
}

// Examine finds the faces, and of the largest makes the embedding, judges the
// quality and looks for a presentation attack. It returns *faces.Error with
// code no_face when there is none; several faces are the caller's to judge
// (faces.Examination.Sole).
func (e *Engine) Examine(ctx context.Context, img image.Image) (faces.Examination, error) {
	return e.examine(ctx, img, needAll)
}

// Embed is Examine without the search for attacks, for photographs that were
// not taken live.
func (e *Engine) Embed(ctx context.Context, img image.Image) (faces.Examination, error) {
	return e.examine(ctx, img, needEmbedders)
}

func (e *Engine) examine(ctx context.Context, img image.Image, need need) (faces.Examination, error) {
	x := faces.Examination{BonaFide: -1, Attack: faces.AttackSigns{Moire: -1, Reflectance: -1}}
	err := e.with(ctx, img, need, func(m gocv.Mat) error {
		found, err := e.detector.quick(m)
		if err != nil {
			return err
		}
		x.Faces, x.Width, x.Height = found, m.Cols(), m.Rows()
		if len(found) == 0 {
			return &faces.Error{Code: faces.NoFace}
		}
		aligned, err := align(m, found[0].Landmarks, alignedSide)
		if err != nil {
			return err
		}
		defer aligned.Close()
		s := subject{picture: m, aligned: aligned, face: found[0]}
		if x.Template, err = template(e.embedders, s); err != nil {
			return err
		}
		return e.judge(&x, s, need)
	})
	if err != nil {
		return faces.Examination{BonaFide: -1}, err
	}
	return x, nil
}

// judge adds what is measured beside the embedding. e.landmarks and e.hinter
// are nil where their models are missing or switched off.
func (e *Engine) judge(x *faces.Examination, s subject, need need) (err error) {
	if need < needAll {
		x.Quality, err = measure(s, nil)
		return err
	}
	if x.Quality, err = measure(s, e.landmarks); err != nil {
		return err
	}
	if x.Signature, err = signature(s.picture); err != nil {
		return err
	}
	if e.hinter != nil {
		if x.Hints, err = e.hinter.estimate(s); err != nil {
			return err
		}
	}
	if x.Attack.Moire, err = moire(s); err != nil {
		return err
	}
	if x.Attack.Reflectance, err = reflectance(s); err != nil {
		return err
	}
	if e.attacks != nil {
		x.BonaFide, err = e.attacks.score(s.picture, s.face.Box)
	}
	return err
}

// with runs f on the photograph's pixels, alone and with the models it needs.
func (e *Engine) with(ctx context.Context, img image.Image, need need, f func(gocv.Mat) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.load(need); err != nil {
		return err
	}
	m, err := mat.FromImage(img)
	if err != nil {
		return fmt.Errorf("faces/opencv: %w", err)
	}
	defer m.Close()
	return f(m)
}
