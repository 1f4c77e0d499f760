package faces

import (
	"fmt"
	"strings"
	"testing"
)

func TestMatcherTakesTheWorstOpinion(t *testing.T) {
	t.Parallel()
	m := Matcher{{Name: "a", Thresholds: Thresholds{Same: 0.5, Refer: 0.2}}, {Name: "b", Thresholds: Thresholds{Same: 0.6, Refer: 0.3}}}
	one, other := Embedding{1, 0}, Embedding{0, 1}
	tests := []struct {
		name      string
		matcher   Matcher
		ref, prob Template
		want      Decision
	}{
		{"both same", m, Template{"a": one, "b": one}, Template{"a": one, "b": one}, Same},
		{"both different", m, Template{"a": one, "b": one}, Template{"a": other, "b": other}, Different},
		{"they disagree", m, Template{"a": one, "b": one}, Template{"a": one, "b": other}, Refer},
		{"one model is missing", m, Template{"a": one}, Template{"a": one, "b": one}, Refer},
		{"no model at all", nil, Template{"a": one}, Template{"a": one}, Refer},
		{"one model", m[:1], Template{"a": one}, Template{"a": one}, Same},
		{"no face", m[:1], nil, Template{"a": one}, Refer},
	}
	for _, tt := range tests {
		if got := tt.matcher.Compare(tt.ref, tt.prob); got.Decision != tt.want {
			t.Errorf("%s: Compare() = %+v, want %s", tt.name, got, tt.want)
		}
	}
}

func TestTemplateRedacts(t *testing.T) {
	t.Parallel()
	secret := Template{"model": {0.12345, 0.5}}
	if text := fmt.Sprintf("%v %+v %#v %s", secret, secret, secret, secret); strings.Contains(text, "12345") {
		t.Errorf("a template prints itself: %s", text)
	}
}
