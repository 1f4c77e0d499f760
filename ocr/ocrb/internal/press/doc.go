// Package press prints lines of an MRZ and photographs them badly: the examples
// the network of package conv learns from.
//
// Its fonts are Debian's fonts-ocr-b, in the cuts OCRB and OCRBS, each line with
// proportions, weight and edges of its own, since printers of documents use
// cuts of their own; and, as what is not OCR-B, fonts-dejavu. It knows no
// document and no language: characters are drawn at random, so that the network
// cannot guess one from its neighbours.
//
// The same seed gives the same examples.
package press
