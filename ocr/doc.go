// Package ocr knows what identity documents say: it parses and checks machine
// readable zones, transliterates names, compares what a document says with
// what an applicant claims, and scores words that were read from a picture.
//
// The words are those of ICAO Doc 9303 (parts 3 to 7): MRZ, document number,
// issuing state, primary and secondary identifier, optional data, check digit,
// composite check digit, filler.
//
// It does not see pictures and does no I/O: the engine ocr/tesseract finds and
// reads the lines, kyc decides what a disagreement means. A valid MRZ is well
// formed, not genuine: anyone can compute check digits.
//
// The rule a reader must not break: never make a reading valid by guessing.
// Repair is bounded (one character a field, exactly one candidate, among
// characters that look alike), everything else stays invalid and is said so.
package ocr
