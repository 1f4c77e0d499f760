// Package ocr knows what identity documents say: it parses and checks machine
// readable zones, reads the labelled values of the printed zone, compares both
// with each other and with what an applicant claims, and scores words that were
// read from a picture.
//
// The words are those of ICAO Doc 9303 (parts 3 to 7): MRZ, visual inspection
// zone, document number, issuing state, primary and secondary identifier,
// optional data, check digit, composite check digit, filler.
//
// Three sources say what a document holds, in this order of trust: the MRZ, which
// has check digits (ParseMRZ); the print beside it (ParsePrinted); the claims of
// the applicant. Corroborate finds the zone in the print, Binds tells whether a
// side without a zone belongs to one with it, Confirm settles names that readings
// of the zone dispute, CompareSources compares all three and says why they
// differ, Findings says what is odd about a zone that was read well.
//
// It does not see pictures and does no I/O: the engine ocr/tesseract finds and
// reads the lines, kyc decides what a disagreement means. A valid MRZ is well
// formed, not genuine: anyone can compute check digits.
//
// The rule a reader must not break: never make a reading valid by guessing.
// Repair is bounded (one character a field, exactly one candidate, among
// characters that look alike), print confirms names only where it has them
// exactly, everything else stays invalid or uncertain and is said so.
package ocr
