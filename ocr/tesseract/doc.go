// Package tesseract is the engine that reads identity documents: it finds the
// machine readable zone in a photograph, straightens it, reads it with Tesseract
// and reports how good the photograph is. It reads the print beside the zone, or of
// a side that has none, and large written words.
//
// Words are those of ICAO 9303, see package ocr.
//
// It parses and judges nothing itself (package ocr does), decodes no files
// (internal/photo does) and finds no portrait (faces/opencv does). OpenCV and
// Tesseract can end the process: internal/engine runs this package in a child
// that may die.
//
// The rule a reader must not break: one Tesseract client is used by one
// goroutine at a time, and never sees an empty or broken picture. After one it
// would return the text of the picture before, which is another person's.
package tesseract
