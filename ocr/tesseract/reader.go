package tesseract

import (
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/otiai10/gosseract/v2"
	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/internal/mat"
	"github.com/vouchline/vouchline/models"
	"github.com/vouchline/vouchline/ocr"
)

// defaultTessdata is where Debian's tesseract-ocr-eng puts its data.
const defaultTessdata = "/usr/share/tesseract-ocr/5/tessdata"

// engFile is the data ReadWords needs. It comes with Debian's Tesseract and not
// with the models.
const engFile = "eng.traineddata"

// Config says where a Reader finds its models.
type Config struct {
	// Models finds mrz.traineddata and the network for document corners.
	Models models.Finder
	// Tessdata is the folder with eng.traineddata and, where there are any, those
	// of fra, deu, spa and por; Debian's when empty.
	Tessdata string
	// Now dates what is printed; without it Read leaves the print alone.
	Now func() time.Time
	// Logger is told what is missing; nil is silence. It must not write to
	// stderr, which gosseract closes for moments.
	Logger *slog.Logger
}

// Reader reads documents and words. It is safe for concurrent use and does one
// thing at a time; whoever has cores to spare makes two, in two processes.
type Reader struct {
	mu       sync.Mutex
	config   Config
	zones    *client            // mrz.traineddata
	letters  *client            // eng
	printers map[string]*client // by language, for print
	corners  *cornerNet
}

// New makes a Reader. Missing model files are no error here: Read returns
// *ocr.UnavailableError with their names, and looks again each time.
func New(config Config) (*Reader, error) {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Tessdata == "" {
		config.Tessdata = defaultTessdata
	}
	r := &Reader{config: config}
	r.mu.Lock()
	defer r.mu.Unlock()
	gocv.SetNumThreads(1) // the pool of children is what uses the cores
	var unavailable *ocr.UnavailableError
	if err := r.loadZones(); errors.As(err, &unavailable) {
		config.Logger.Warn("document models missing, documents go to a reviewer", "files", unavailable.Files)
	} else if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// Close frees Tesseract and the network.
func (r *Reader) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.close()
}

func (r *Reader) close() {
	r.zones.close()
	r.letters.close()
	for _, c := range r.printers {
		c.close()
	}
	r.corners.close()
	r.zones, r.letters, r.printers, r.corners = nil, nil, nil, nil
}

// loadZones makes sure of what Read needs.
func (r *Reader) loadZones() error {
	if r.zones != nil && r.corners != nil {
		return nil
	}
	var missing *models.MissingError
	if err := r.config.Models.Missing(models.MRZ, models.DocCorners); errors.As(err, &missing) {
		return &ocr.UnavailableError{Files: missing.Names}
	} else if err != nil {
		return err
	}
	if r.corners == nil {
		b, err := r.config.Models.Read(models.DocCorners)
		if err != nil {
			return err
		}
		if r.corners, err = newCornerNet(b); err != nil {
			return err
		}
	}
	if r.zones == nil {
		path, err := r.config.Models.Open(models.MRZ)
		if err != nil {
			return err
		}
		const alphabet = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		if r.zones, err = newClient(path, alphabet, gosseract.PSM_SINGLE_BLOCK); err != nil {
			return err
		}
	}
	return nil
}

// loadLetters makes sure of what ReadWords needs.
func (r *Reader) loadLetters() error {
	if r.letters != nil {
		return nil
	}
	path := filepath.Join(r.config.Tessdata, engFile)
	if _, err := os.Stat(path); err != nil {
		return &ocr.UnavailableError{Files: []string{path}}
	}
	var err error
	r.letters, err = newClient(path, "", gosseract.PSM_SINGLE_LINE)
	return err
}

// A photograph needs this many pixels on its shorter side for any MRZ in it to
// have characters.
const minPhotograph = 100

// Read reads the MRZ of a document and returns the photograph turned upright,
// by quarter turns, beside the reading. A photograph without MRZ is an *ocr.Error
// mrz_not_found, one with an MRZ that makes no sense mrz_unreadable; the reading
// then still tells the photograph's quality. A zone whose check digits fail, or
// on which readings disagree, is returned with Valid false, not as an error.
func (r *Reader) Read(ctx context.Context, img image.Image) (ocr.Reading, image.Image, error) {
	if img == nil || min(img.Bounds().Dx(), img.Bounds().Dy()) < minPhotograph {
		return ocr.Reading{}, img, &ocr.Error{Code: ocr.CodeNoDocument, Detail: "the photograph is too small"}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.loadZones(); err != nil {
		return ocr.Reading{}, img, err
	}
	colour, err := mat.FromImage(img)
	if err != nil {
		return ocr.Reading{}, img, &ocr.Error{Code: ocr.CodeNoDocument, Detail: err.Error()}
	}
	defer colour.Close()
	gray := gocv.NewMat()
	defer gray.Close()
	_ = gocv.CvtColor(colour, &gray, gocv.ColorBGRToGray)
	if gray.Empty() {
		return ocr.Reading{}, img, &ocr.Error{Code: ocr.CodeNoDocument, Detail: "the photograph has no pixels"}
	}
	s := search{ctx: ctx, client: r.zones, corners: r.corners, gray: gray, colour: colour}
	zone, err := s.run()
	if err != nil {
		// The outline tells the portrait on a card's front from the face of whoever
		// holds it up: without a zone nothing else says how large it may be.
		return ocr.Reading{Quality: s.unreadQuality(err), Outline: points(s.quad)}, img, err
	}
	reading := ocr.Reading{MRZ: &zone.mrz, Rotation: zone.rotation}
	place := zone.place
	if seen, ok := place.within(s.documentCorners()); ok {
		place = seen
	}
	reading.Outline = place.outline()
	reading.Quality = s.readQuality(zone, place.corners())
	reading.Hints = s.hints(zone, place.corners(), reading.Quality)
	if err := r.addPrint(ctx, &reading, gray, place); err != nil {
		return ocr.Reading{}, img, err
	}
	return reading, upright(img, zone.rotation), nil
}

// ReadWords reads large written words, in upper case and in reading order,
// anywhere in a picture but in the boxes to avoid.
func (r *Reader) ReadWords(ctx context.Context, img image.Image, avoid []ocr.Rect) ([]string, error) {
	if img == nil || min(img.Bounds().Dx(), img.Bounds().Dy()) < minPhotograph {
		return nil, &ocr.Error{Code: ocr.CodeNoDocument, Detail: "the picture is too small"}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.loadLetters(); err != nil {
		return nil, err
	}
	colour, err := mat.FromImage(img)
	if err != nil {
		return nil, fmt.Errorf("tesseract: %w", err)
	}
	defer colour.Close()
	return readWords(ctx, r.letters, colour, avoid)
}
