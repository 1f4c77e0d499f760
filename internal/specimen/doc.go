// Package specimen draws identity documents of people who do not exist, and
// the selfies and camera films that go with them, for tests, measurements and
// the screenshots of the documentation.
//
// Words and measures are those of ICAO 9303: formats TD1, TD2, TD3, MRV-A and
// MRV-B, visual and machine readable zone (VIZ, MRZ), check digits, OCR-B at
// ten characters to the inch. It builds MRZs and never parses one: package ocr
// does, from its own reading of the standard, so that each is a test of the
// other. The same seed gives the same pixels; a golden test holds that.
//
// The repository holds no fonts and no faces. Fonts are Debian's fonts-ocr-b
// and fonts-dejavu-core ([Available] says whether they are there); a portrait
// is whatever image the caller gives, or [DrawnFace] where a real one must not
// be seen. Everything drawn carries the word SPECIMEN: do not take it off.
package specimen
