package opencv

import "gocv.io/x/gocv"

// landmarker finds 68 points of a face.
type landmarker struct{ net gocv.Net }
