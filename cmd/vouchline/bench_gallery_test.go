package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
)

func TestBenchGallery(t *testing.T) {
	t.Parallel()
	stdout, stderr, _ := session(t, "", "bench", "gallery", "--json", "--n", "25", "--dir", t.TempDir())
	var got galleryReport
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("bench gallery = %q, %q: %v", stdout, stderr, err)
	}
	if got.Faces != 25 || got.Remember.CPU <= 0 || got.BytesPerFace < 4*128 || got.BytesPerFace > 4096 {
		t.Errorf("bench gallery = %+v, want 25 faces that take time and a little more than their 512 bytes", got)
	}
	if _, stderr, code := session(t, "", "bench", "gallery", "--n", "0"); code == 0 {
		t.Errorf("bench gallery --n 0 succeeds: %s", stderr)
	}
}

// TestDuplicatesAreCounted: two people whose faces resemble each other in one
// pair of photographs out of four.
func TestDuplicatesAreCounted(t *testing.T) {
	t.Parallel()
	at := func(degrees float64) faces.Template {
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		return faces.Template{"m": {float32(cos), float32(sin)}}
	}
	r := duplicates(map[string][]faces.Template{"ada": {at(0), at(10)}, "bea": {at(65), at(120)}}, "m", 0.55)
	if r.Photographs != 4 || r.People != 2 || r.Mated != 2 || r.NonMated != 4 {
		t.Errorf("counts = %+v, want 4 photographs of 2 people in 2 mated and 4 non-mated pairs", r)
	}
	found := false
	for _, p := range r.Points {
		if !p.InUse {
			continue
		}
		found = true
		if p.Threshold != 0.55 || p.Matched != 1 || p.FMR != 0.25 || p.FNMR != 0 { // cos 55 is 0.574, of 0 to 65 degrees 0.42
			t.Errorf("at the threshold in use = %+v, want FMR 1 of 4", p)
		}
	}
	if !found {
		t.Errorf("points = %+v, want the threshold in use among them", r.Points)
	}
}

func TestFalseReferralsGrowWithTheGallery(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fmr  float64
		n    int
		want float64
	}{
		{0, 100_000, 0},
		{1e-6, 1_000, 0.000999},
		{1e-6, 100_000, 0.0952},
		{1e-3, 100_000, 1},
	} {
		if got := falseReferral(tt.fmr, tt.n); math.Abs(got-tt.want) > 1e-4 {
			t.Errorf("falseReferral(%g, %d) = %g, want %g", tt.fmr, tt.n, got, tt.want)
		}
	}
}

// The tail of an exponential is found again.
func TestFitTail(t *testing.T) {
	t.Parallel()
	const n, mean = 100_000, 0.03
	scores := make([]float64, n)
	for i := range scores { // quantiles
		scores[i] = -mean * math.Log(1-(float64(i)+0.5)/n)
	}
	tail := fitTail(scores)
	if want := -mean * math.Log(tailShare); math.Abs(tail[0]-want) > 0.001 || math.Abs(tail[1]-mean) > 0.002 {
		t.Errorf("fitTail = %v, want [%.3f %.3f]", tail, want, mean)
	}
}

// Among many enrolled some match by chance, so a search has to be stricter than
// a comparison.
func TestThresholdForDuplicates(t *testing.T) {
	t.Parallel()
	got, err := thresholds(models.Finder{})
	if err != nil {
		t.Fatal(err)
	}
	if same := got.Face[0].Thresholds.Same; got.Duplicate <= same {
		t.Errorf("threshold for duplicates = %v, want above %v", got.Duplicate, same)
	}
}

// TestBenchDuplicates holds a budget on some of the test data's people.
func TestBenchDuplicates(t *testing.T) {
	t.Parallel()
	folder, all := modelFolder(t), testenv.Data(t, "faces", "lfw")
	if _, stderr, code := session(t, "", "bench", "duplicates", "--models", folder, t.TempDir()); code == 0 {
		t.Errorf("bench duplicates of nobody succeeds: %s", stderr)
	}
	entries, err := os.ReadDir(all)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, e := range entries[:min(len(entries), 60)] {
		if err := os.Symlink(filepath.Join(all, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	stdout, stderr, _ := session(t, "", "bench", "duplicates", "--json", "--models", folder, dir)
	var got duplicatesReport
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("bench duplicates = %q, %q: %v", stdout, stderr, err)
	}
	for _, p := range got.Points {
		if p.InUse && (p.Matched > 0 || p.FNMR > 0.25) {
			t.Errorf("at %.3f: %d of %d strangers match, FNMR %.3f; want none and at most 0.25", p.Threshold, p.Matched, got.NonMated, p.FNMR)
		}
	}
	if got.NonMated < 1000 || got.Mated == 0 {
		t.Errorf("%d non-mated and %d mated pairs, want more than a thousand and some", got.NonMated, got.Mated)
	}
}
