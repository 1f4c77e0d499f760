package faces

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flatSignature has one value in all fields.
func flatSignature(v uint16) Signature {
	s := make(Signature, SignatureSide*SignatureSide)
	for i := range s {
		s[i] = v
	}
	return s
}

func TestSignatureDistance(t *testing.T) {
	t.Parallel()
	one := flatSignature(12000)
	one[7] += 1600
	tests := []struct {
		name string
		a, b Signature
		want float64
	}{
		{"itself", one, one, 0},
		{"one grey level", flatSignature(12000), flatSignature(12100), 1},
		{"one field by 16 levels", flatSignature(12000), one, 1},
		{"none", nil, nil, 255},
		{"one of them", one, nil, 255},
		{"of other grids", one, one[:8], 255},
		{"out of range", flatSignature(0), flatSignature(math.MaxUint16), 255},
	}
	for _, tt := range tests {
		if got := tt.a.Distance(tt.b); math.Abs(got-tt.want) > 1e-9 || got != tt.b.Distance(tt.a) {
			t.Errorf("%s: Distance() = %v and back %v, want %v", tt.name, got, tt.b.Distance(tt.a), tt.want)
		}
	}
}

func TestSignatureText(t *testing.T) {
	t.Parallel()
	s := flatSignature(9999)
	s[0], s[255] = 0, 25500
	b, err := json.Marshal(Examination{Signature: s})
	if err != nil {
		t.Fatal(err)
	}
	var got Examination
	if err := json.Unmarshal(b, &got); err != nil || !cmp.Equal(got.Signature, s) {
		t.Errorf("Unmarshal() = %v, %v, want the signature", []uint16(got.Signature), err)
	}
	if b, err := json.Marshal(Examination{}); err != nil || strings.Contains(string(b), `"signature"`) {
		t.Errorf("Marshal(none) = %s, %v, want no signature", b, err)
	}
	for _, text := range []string{`"AAAA"`, `"*"`, `[1,2]`} {
		if err := json.Unmarshal([]byte(text), &s); err == nil {
			t.Errorf("Unmarshal(%s) error = nil", text)
		}
	}
}

// TestSignatureRedacts: it is a picture of a person, if a small one.
func TestSignatureRedacts(t *testing.T) {
	t.Parallel()
	s := flatSignature(12345)
	if text := fmt.Sprintf("%v %+v %#v %s", s, s, s, s); strings.Contains(text, "123") {
		t.Errorf("a signature prints itself: %s", text)
	}
}
