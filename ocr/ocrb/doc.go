// Package ocrb is a second opinion on a machine readable zone: a small network
// of our own that says, for every cell of one straightened line, how likely
// each of the 37 characters is.
//
// Words are those of ICAO 9303-3: the zone is set in OCR-B (ISO 1073-2) at a
// fixed pitch, from an alphabet of A to Z, 0 to 9 and the filler <.
//
// It finds no line in a photograph and decides nothing about a document:
// ocr/tesseract straightens the line, reads it with an engine that shares
// neither training nor method with this one, and weighs the two.
//
// The rule a reader must not break: the weights come from the command
// ocr/ocrb/train and from nothing else, and no photograph of a document was
// ever shown to it. What it says of one is therefore a measurement (ADR 0012).
package ocrb
