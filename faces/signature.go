package faces

// SignatureSide is the side of the grid that a Signature is made of.
const SignatureSide = 16

// A Signature is the mean brightness of the 16 by 16 fields of a picture, row
// by row. Two pictures from a camera differ in it, for light, hands and noise
// move; a picture that is shown again does not, even when it was compressed
// anew.
type Signature []byte
