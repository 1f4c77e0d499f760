package faces

import "math"

// Mean returns the direction in which embeddings of one face point together,
// of unit length, or nil for none. Averaging several frames of one camera
// session takes out what differs between them: pose, light, noise.
func Mean(embeddings []Embedding) Embedding {
	if len(embeddings) == 0 {
		return nil
	}
	sum := make([]float64, len(embeddings[0]))
	for _, e := range embeddings {
		for i := range min(len(sum), len(e)) {
			sum[i] += float64(e[i])
		}
	}
	norm := 0.0
	for _, v := range sum {
		norm += v * v
	}
	norm = math.Sqrt(norm)
	if norm == 0 {
		return nil // opposite vectors: no direction at all
	}
	mean := make(Embedding, len(sum))
	for i, v := range sum {
		mean[i] = float32(v / norm)
	}
	return mean
}
