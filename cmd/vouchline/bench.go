package main

// BenchCmd measures the engines on data of which the truth is known; the
// figures in docs/measurements.md come from it.
type BenchCmd struct {
	Documents BenchDocumentsCmd `cmd:"" help:"Measure the reading of MRZs on images with known lines: exact, wrong but accepted, refused, times."`
	Faces     BenchFacesCmd     `cmd:"" help:"Measure face comparison on a list of pairs: FMR, FNMR, accuracy, times."`
}
