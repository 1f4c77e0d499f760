package opencv

import (
	"errors"
	"image"
	"math"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/faces"
)

// Sizes of the search for a lattice on a face. Tiles are taken from the
// photograph as it is: no scaling leaves the beat of two grids alone.
const (
	tileSide  = 128
	tilesWide = 2
	tilesHigh = 3
	// lowestBeat, in periods to the tile, leaves out what a face itself has.
	lowestBeat = 13
	// beatReach is the side of the neighbourhood that a peak stands out from.
	beatReach = 13
)

// moireMiddle is how far a peak has to stand out, in nepers (the natural
// logarithm of an amplitude), for a score of a half: above the 1.13 that was the
// most on 117 photographs of LFW and deepface.
const moireMiddle = 1.25

// moire says how far a single spatial frequency stands out all over the face,
// in brightness and in colour at once: the lamps of a screen do, seen through
// the colour filter of a camera, and the dots of a colour printer. Hair and
// cloth have frequencies too, but bend: in the mean of several tiles' spectra
// their peaks are levelled. It is -1 where the picture is smaller than a tile.
func moire(s subject) (float64, error) {
	if min(s.picture.Cols(), s.picture.Rows()) < tileSide {
		return -1, nil
	}
	sums, err := spectra(s)
	if err != nil {
		return -1, err
	}
	var peaks [3]float64
	for c := range sums {
		peaks[c], err = peak(sums[c])
		sums[c].Close()
		if err != nil {
			return -1, err
		}
	}
	return sigmoid(5 * (min(peaks[0], max(peaks[1], peaks[2])) - moireMiddle)), nil
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// spectra is the mean of the logarithms of the amplitudes in the face's tiles,
// in luminance and two of chrominance.
func spectra(s subject) (sums [3]gocv.Mat, err error) {
	window := hann(tileSide)
	defer window.Close()
	for c := range sums {
		sums[c] = gocv.NewMatWithSizeFromScalar(gocv.Scalar{}, tileSide, tileSide, gocv.MatTypeCV32F)
	}
	for i := range tilesWide * tilesHigh {
		at := tile(s.face.Box, i, s.picture.Cols(), s.picture.Rows())
		if err := addTile(&sums, s.picture, window, at); err != nil {
			for c := range sums {
				sums[c].Close()
			}
			return sums, err
		}
	}
	for c := range sums {
		sums[c].DivideFloat(tilesWide * tilesHigh)
	}
	return sums, nil
}

// tile is the ith square on the face, inside the picture, which must not be
// smaller.
func tile(box faces.Box, i, width, height int) image.Rectangle {
	across := (float64(i%tilesWide) + 0.5) / tilesWide
	down := (float64(i/tilesWide) + 0.5) / tilesHigh
	x := min(max(int(box.X+across*box.W)-tileSide/2, 0), width-tileSide)
	y := min(max(int(box.Y+down*box.H)-tileSide/2, 0), height-tileSide)
	return image.Rect(x, y, x+tileSide, y+tileSide)
}

// hann is the window that keeps a tile's own edges out of its spectrum.
func hann(side int) gocv.Mat {
	m := gocv.NewMatWithSize(side, side, gocv.MatTypeCV32F)
	at := func(i int) float64 { return 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(side)) }
	for y := range side {
		for x := range side {
			m.SetFloatAt(y, x, float32(at(x)*at(y)))
		}
	}
	return m
}

func addTile(sums *[3]gocv.Mat, picture, window gocv.Mat, at image.Rectangle) error {
	region := picture.Region(at)
	defer region.Close()
	ycc, parts := gocv.NewMat(), gocv.NewMat()
	defer ycc.Close()
	defer parts.Close()
	if err := gocv.CvtColor(region, &ycc, gocv.ColorBGRToYCrCb); err != nil {
		return err
	}
	if err := ycc.ConvertTo(&parts, gocv.MatTypeCV32F); err != nil {
		return err
	}
	channels := gocv.Split(parts)
	var faults []error
	for c := range channels {
		if c < len(sums) {
			faults = append(faults, addSpectrum(&sums[c], channels[c], window))
		}
		channels[c].Close()
	}
	return errors.Join(faults...)
}

func addSpectrum(sum *gocv.Mat, m, window gocv.Mat) error {
	m.SubtractFloat(float32(m.Mean().Val1))
	spectrum, amplitude := gocv.NewMat(), gocv.NewMat()
	defer spectrum.Close()
	defer amplitude.Close()
	if err := gocv.Multiply(m, window, &m); err != nil {
		return err
	}
	if err := gocv.DFT(m, &spectrum, gocv.DftComplexOutput); err != nil {
		return err
	}
	parts := gocv.Split(spectrum)
	defer func() {
		for i := range parts {
			parts[i].Close()
		}
	}()
	if len(parts) != 2 {
		return errors.New("faces/opencv: a spectrum without two parts")
	}
	if err := gocv.Magnitude(parts[0], parts[1], &amplitude); err != nil {
		return err
	}
	amplitude.AddFloat(1) // so that an even tile counts nothing
	if err := gocv.Log(amplitude, &amplitude); err != nil {
		return err
	}
	return gocv.Add(*sum, amplitude, sum)
}

// peak is how far the highest frequency stands out from those about it.
func peak(spectrum gocv.Mat) (float64, error) {
	around := gocv.NewMat()
	defer around.Close()
	if err := gocv.BoxFilter(spectrum, &around, -1, image.Pt(beatReach, beatReach)); err != nil {
		return 0, err
	}
	here, err := spectrum.DataPtrFloat32()
	if err != nil {
		return 0, err
	}
	there, err := around.DataPtrFloat32()
	if err != nil || len(here) != tileSide*tileSide || len(there) != len(here) {
		return 0, errors.Join(err, errors.New("faces/opencv: a spectrum of another size"))
	}
	best := 0.0
	const half = tileSide / 2
	for row := range tileSide {
		fy := row
		if fy > half {
			fy -= tileSide
		}
		for fx := 2; fx < half-1; fx++ {
			if ofPicture(fx, fy) {
				continue
			}
			i := row*tileSide + fx
			best = max(best, float64(here[i]-there[i]))
		}
	}
	return best, nil
}

// ofPicture tells the frequencies that any photograph may have: low ones, the
// axes, on which edges and frames lie, and those of the 8 and 16 pixel blocks of
// JPEG (ISO/IEC 10918-1, A.2).
func ofPicture(fx, fy int) bool {
	const half = tileSide / 2
	y := max(fy, -fy)
	return y < 2 || y > half-2 || math.Hypot(float64(fx), float64(fy)) < lowestBeat || ofBlocks(fx) && ofBlocks(y)
}

func ofBlocks(f int) bool {
	const step = tileSide / 16
	r := f % step
	return r <= 1 || r == step-1
}
