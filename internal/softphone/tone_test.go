package softphone

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTonesAreToldApart(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		drawn := tones(seed, 3)
		for i, tone := range drawn {
			samples, rates, err := decode(tone.wav())
			if err != nil || !slices.Equal(rates, []int{rate}) || len(samples) != rate*played {
				t.Fatalf("a tone of %d samples at %v Hz, %v", len(samples), rates, err)
			}
			for j, sought := range drawn {
				if share := sought.share(samples[:rate], rate); (share > pure) != (i == j) {
					t.Errorf("%d Hz has %.3f of %d Hz", sought, share, tone)
				}
				if share := sought.share(samples[:48000], 48000); share > pure {
					t.Errorf("%d Hz has %.3f of %d Hz at another rate", sought, share, tone)
				}
			}
		}
		if again := tones(seed, 3); !slices.Equal(again, drawn) {
			t.Errorf("seed %d gives %v, then %v", seed, drawn, again)
		}
	}
}

// What is not a second of the tone is not heard: nothing at all, silence, too
// little, another file.
func TestRecordings(t *testing.T) {
	t.Parallel()
	const tone = Tone(700)
	whole := tone.wav()
	silence := append(slices.Clone(whole[:44]), make([]byte, 4*rate)...)
	for _, tc := range []struct {
		name    string
		content []byte
		want    bool
		wrong   bool
	}{
		{"the tone", whole, true, false},
		{"the tone, being written", whole[:44+2*rate], true, false},
		{"the tone, under a header to come", append(make([]byte, 44), whole[44:44+2*rate]...), true, false},
		{"half a second", whole[:44+rate], false, false},
		{"half a header", whole[:20], false, false},
		{"silence", silence, false, false},
		{"silence, then the tone", append(slices.Clone(silence), whole[44:44+3*rate]...), true, false},
		{"no samples yet", make([]byte, 100), false, false},
		{"not a recording", []byte(strings.Repeat("text", 30)), false, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "heard.wav")
			if err := os.WriteFile(path, tc.content, 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := tone.heardIn(path); got != tc.want || (err != nil) != tc.wrong {
				t.Errorf("heardIn() = %t, %v, want %t", got, err, tc.want)
			}
		})
	}
	if got, err := tone.heardIn(filepath.Join(t.TempDir(), "none.wav")); got || err != nil {
		t.Errorf("heardIn() of nothing = %t, %v", got, err)
	}
}
