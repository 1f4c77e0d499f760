package faces

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHintFindings(t *testing.T) {
	t.Parallel()
	calm := map[string]float64{Neutral: 0.9, Fearful: 0.1}
	tests := []struct {
		name    string
		hints   Hints
		age     float64
		sex     string
		differs []HintName
		count   int
	}{
		{"as the document says", Hints{Age: 33, Female: 0.97, Expressions: calm}, 30, "F", nil, 3},
		{"a little older", Hints{Age: 42, Female: 0.1, Expressions: calm}, 30, "M", nil, 3},
		{"much older", Hints{Age: 43, Female: 0.1, Expressions: calm}, 30, "M", []HintName{HintAge}, 3},
		{"much younger", Hints{Age: 17, Female: 0.1, Expressions: calm}, 30, "M", []HintName{HintAge}, 3},
		{"surely of the other sex", Hints{Age: 30, Female: 0.95, Expressions: calm}, 30, "M", []HintName{HintSex}, 3},
		{"perhaps of the other sex", Hints{Age: 30, Female: 0.85, Expressions: calm}, 30, "M", nil, 3},
		{"afraid", Hints{Age: 30, Female: 1, Expressions: map[string]float64{Fearful: 0.6}}, 30, "F", []HintName{HintDuress}, 3},
		{"age and sex unknown", Hints{Age: 30, Female: 1}, -1, "X", nil, 1},
		{"nothing estimated", Hints{}, -1, "", nil, 1},
	}
	for _, tt := range tests {
		got := HintFindings(tt.hints, tt.age, tt.sex)
		var differs []HintName
		for _, f := range got {
			if f.Differs {
				differs = append(differs, f.Name)
			}
			if f.UsualError <= 0 {
				t.Errorf("%s: %s without its error rate", tt.name, f.Name)
			}
		}
		if !cmp.Equal(differs, tt.differs) || len(got) != tt.count {
			t.Errorf("%s: HintFindings() = %+v, want %d of which %v differ", tt.name, got, tt.count, tt.differs)
		}
	}
}

// TestHintsRedact: age and sex are personal data.
func TestHintsRedact(t *testing.T) {
	t.Parallel()
	h := Hints{Age: 12345, Expressions: map[string]float64{Sad: 0.5}}
	if text := fmt.Sprintf("%v %+v %#v %s", h, h, h, &h); strings.Contains(text, "12345") || strings.Contains(text, Sad) {
		t.Errorf("hints print themselves: %s", text)
	}
}
