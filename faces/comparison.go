package faces

// Decision is the answer of one comparison.
type Decision string

// The three answers. Refer is a person's to settle.
const (
	Same      Decision = "same"
	Refer     Decision = "refer"
	Different Decision = "different"
)

// Thresholds are the decision points of a model, measured with it and kept in
// its manifest.
type Thresholds struct {
	// Same is the lowest score taken as one person.
	Same float64 `json:"same"`
	// Refer is the lowest score that a person looks at.
	Refer float64 `json:"refer"`
}

// Decide compares a score with the thresholds. Thresholds that make no sense,
// a zero value above all, refer everything: a forgotten setting must not
// accept a stranger.
func (t Thresholds) Decide(score float64) Decision {
	switch {
	case t.Same <= 0 || t.Refer > t.Same || score != score:
		return Refer
	case score >= t.Same:
		return Same
	case score >= t.Refer:
		return Refer
	}
	return Different
}

// Comparison is the outcome of comparing a probe with a reference.
type Comparison struct {
	// Model is the embedding model's name.
	Model string  `json:"model,omitempty"`
	Score float64 `json:"score"`
	// Threshold is the score from which the answer is Same.
	Threshold float64  `json:"threshold"`
	Decision  Decision `json:"decision"`
	// Others are what further models say of the same pair.
	Others []Comparison `json:"others,omitempty"`
}

// Compare scores two embeddings and decides.
func (t Thresholds) Compare(reference, probe Embedding) Comparison {
	score := reference.Score(probe)
	return Comparison{Score: score, Threshold: t.Same, Decision: t.Decide(score)}
}
