// Package faces decides whether two photographs show one person, and says
// how good a photograph of a face is.
//
// Words are those of ISO/IEC 2382-37 (reference, probe, comparison, score,
// threshold), ISO/IEC 19795-1 (FMR, FNMR) and ISO/IEC 30107 (bona fide,
// attack presentation, APCER, BPCER). It touches no pixels: faces/opencv
// finds, aligns and embeds. Which photographs must agree, and what follows
// when they do not, is kyc's.
//
// The rule: a score means nothing without the model and thresholds it was
// measured with. It is never shown to an applicant, and a score between the
// two thresholds belongs to a person.
package faces
