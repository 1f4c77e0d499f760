// Package models names the machine-learning model files that Vouchline uses,
// finds them and proves that they are the ones whose error rates were
// measured.
//
// Error rates are those of ISO/IEC 19795-1 (FMR, FNMR at a threshold) and
// ISO/IEC 30107-3 (APCER, BPCER). It runs no model: ocr/tesseract and
// faces/opencv do. It holds data types of no discipline; those live beside
// their rules.
//
// The rule: an engine loads only what Finder.Open or Finder.Read gave it. A
// file that is missing or differs by one byte is never replaced by something
// weaker; the check it serves goes to a reviewer.
package models
