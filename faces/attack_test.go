package faces

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRaised(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		a    AttackSigns
		want []string
	}{
		{name: "not computed", a: AttackSigns{Moire: -1, Reflectance: -1}},
		{name: "neither", a: AttackSigns{Moire: 0.49, Reflectance: 0.1}},
		{name: "moire", a: AttackSigns{Moire: 0.5}, want: []string{SignMoire}},
		{name: "both", a: AttackSigns{Moire: 1, Reflectance: 0.9}, want: []string{SignMoire, SignReflectance}},
	}
	for _, tt := range tests {
		if got := tt.a.Raised(); !cmp.Equal(got, tt.want) {
			t.Errorf("%s: Raised() = %v, want %v", tt.name, got, tt.want)
		}
	}
}
