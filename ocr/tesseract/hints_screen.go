package tesseract

import (
	"image"
	"math"

	"gocv.io/x/gocv"
)

// Sizes of the search for a lattice. Patches are taken from the photograph as it
// is: a display's grid does not survive any scaling.
const (
	patchSide   = 128
	patchesWide = 4
	patchesHigh = 3
	// lowestFrequency, in periods to the patch, leaves out what print itself has.
	lowestFrequency = 13
	// backgroundReach is the side of the neighbourhood a peak stands out from.
	backgroundReach = 13
)

// latticeLimit is in nepers, the natural logarithm of an amplitude.
const latticeLimit = 1.4

// lattice says how far a single spatial frequency stands out, in brightness and
// in colour at once, all over the document. The lamps of a display have it, seen
// through the colour filter of a camera, and so do the dots of a colour printer.
// Guilloche bends and letters change, so that in the mean of many spectra their
// peaks are levelled; grey halftone has none in colour.
func lattice(colour gocv.Mat, outline []pt) (float64, bool) {
	if min(colour.Cols(), colour.Rows()) < patchSide {
		return 0, false
	}
	window := hann(patchSide)
	defer window.Close()
	var sums [3]gocv.Mat // luminance and two of chrominance
	for c := range sums {
		sums[c] = gocv.NewMatWithSizeFromScalar(gocv.Scalar{}, patchSide, patchSide, gocv.MatTypeCV32F)
	}
	defer func() {
		for c := range sums {
			sums[c].Close()
		}
	}()
	for i := range patchesWide * patchesHigh {
		across := (float64(i%patchesWide) + 0.5) / patchesWide
		down := (float64(i/patchesWide) + 0.5) / patchesHigh
		addSpectra(&sums, colour, window, between(outline, across, down))
	}
	var peaks [3]float64
	for c := range sums {
		sums[c].DivideFloat(patchesWide * patchesHigh)
		peaks[c] = peak(sums[c])
	}
	return min(peaks[0], max(peaks[1], peaks[2])), true
}

// between is a place in a quadrilateral, its parts across and down.
func between(q []pt, across, down float64) pt {
	mix := func(a, b pt, t float64) pt { return pt{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t} }
	return mix(mix(q[0], q[1], across), mix(q[3], q[2], across), down)
}

// hann is the window that keeps a patch's own edges out of its spectrum.
func hann(side int) gocv.Mat {
	m := gocv.NewMatWithSize(side, side, gocv.MatTypeCV32F)
	pix, err := m.DataPtrFloat32()
	if err != nil {
		return m
	}
	at := func(i int) float64 { return 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(side)) }
	for i := range pix {
		pix[i] = float32(at(i/side) * at(i%side))
	}
	return m
}

// addSpectra adds the logarithms of the amplitudes in the patch about a point.
func addSpectra(sums *[3]gocv.Mat, colour, window gocv.Mat, at pt) {
	x := min(max(int(at.x)-patchSide/2, 0), colour.Cols()-patchSide)
	y := min(max(int(at.y)-patchSide/2, 0), colour.Rows()-patchSide)
	region := colour.Region(image.Rect(x, y, x+patchSide, y+patchSide)) // inside by construction
	defer region.Close()
	patch := gocv.NewMat()
	defer patch.Close()
	_ = gocv.CvtColor(region, &patch, gocv.ColorBGRToYCrCb)
	_ = patch.ConvertTo(&patch, gocv.MatTypeCV32F)
	for c, m := range gocv.Split(patch) {
		if c < len(sums) {
			addSpectrum(&sums[c], m, window)
		}
		m.Close()
	}
}

func addSpectrum(sum *gocv.Mat, m, window gocv.Mat) {
	m.SubtractFloat(float32(m.Mean().Val1))
	_ = gocv.Multiply(m, window, &m)
	spectrum, amplitude := gocv.NewMat(), gocv.NewMat()
	defer spectrum.Close()
	defer amplitude.Close()
	_ = gocv.DFT(m, &spectrum, gocv.DftComplexOutput)
	parts := gocv.Split(spectrum)
	if len(parts) == 2 {
		_ = gocv.Magnitude(parts[0], parts[1], &amplitude)
		amplitude.AddFloat(1) // so that an even patch counts nothing
		_ = gocv.Log(amplitude, &amplitude)
		_ = gocv.Add(*sum, amplitude, sum)
	}
	for _, p := range parts {
		p.Close()
	}
}

// peak is how far the highest frequency stands out from those about it.
func peak(spectrum gocv.Mat) float64 {
	around := gocv.NewMat()
	defer around.Close()
	_ = gocv.BoxFilter(spectrum, &around, -1, image.Pt(backgroundReach, backgroundReach))
	here, err := spectrum.DataPtrFloat32()
	there, err2 := around.DataPtrFloat32()
	if err != nil || err2 != nil || len(here) != len(there) {
		return 0
	}
	best := 0.0
	const half = patchSide / 2
	for row := range patchSide {
		fy := row
		if fy > half {
			fy -= patchSide
		}
		for fx := 2; fx < half-1; fx++ {
			if math.Abs(float64(fy)) < 2 || math.Abs(float64(fy)) > half-2 ||
				math.Hypot(float64(fx), float64(fy)) < lowestFrequency || ofBlocks(fx) && ofBlocks(fy) {
				continue
			}
			i := row*patchSide + fx
			best = max(best, float64(here[i]-there[i]))
		}
	}
	return best
}

// ofBlocks tells the frequencies of the 8 and 16 pixel blocks of JPEG (ISO/IEC
// 10918-1, A.2). The axes, where they are strongest, are left out altogether.
func ofBlocks(f int) bool {
	const step = patchSide / 16
	r := (f%step + step) % step
	return r <= 1 || r == step-1
}
