package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/testenv"
)

func TestPADReport(t *testing.T) {
	t.Parallel()
	r := newPADReport(0.9)
	clean := faces.AttackSigns{Moire: 0.1, Reflectance: -1}
	live := presentation{bonaFide: true}
	screen, mask := presentation{species: "display"}, presentation{species: "cut_out"}
	r.add(live, faces.Examination{BonaFide: 0.95, Attack: clean})
	r.add(live, faces.Examination{BonaFide: 0.5, Attack: clean})
	r.add(screen, faces.Examination{BonaFide: 0.95, Attack: faces.AttackSigns{Moire: 0.8, Reflectance: 0.1}})
	r.add(mask, faces.Examination{BonaFide: 0.95, Attack: clean})
	r.add(mask, faces.Examination{BonaFide: 0.2, Attack: clean})
	count := func(s share) [2]int { return [2]int{s.Count, s.Of} }
	for name, tt := range map[string]struct{ got, want [2]int }{
		"passive BPCER":   {count(r.Passive.BPCER), [2]int{1, 2}},
		"passive screen":  {count(r.Passive.APCER["display"]), [2]int{1, 1}},
		"passive mask":    {count(r.Passive.APCER["cut_out"]), [2]int{1, 2}},
		"moire screen":    {count(r.Moire.APCER["display"]), [2]int{0, 1}},
		"moire mask":      {count(r.Moire.APCER["cut_out"]), [2]int{2, 2}},
		"moire BPCER":     {count(r.Moire.BPCER), [2]int{0, 2}},
		"not computed":    {count(r.Reflectance.APCER["cut_out"]), [2]int{2, 2}},
		"combined screen": {count(r.Combined.APCER["display"]), [2]int{0, 1}},
		"combined mask":   {count(r.Combined.APCER["cut_out"]), [2]int{1, 2}},
		"combined BPCER":  {count(r.Combined.BPCER), [2]int{1, 2}},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %v, want %v", name, tt.got, tt.want)
		}
	}
	if r.Passive.MaxAPCER != 1 || r.Combined.MaxAPCER != 0.5 {
		t.Errorf("worst APCER = %v, %v, want 1 and 0.5", r.Passive.MaxAPCER, r.Combined.MaxAPCER)
	}
}

// TestBenchPAD draws one person alive and by every species and judges them:
// which of them are found is measured, not tested.
func TestBenchPAD(t *testing.T) {
	t.Parallel()
	from, into, folder := t.TempDir(), t.TempDir(), modelFolder(t)
	photo := testenv.Data(t, "faces", "deepface", "img3.jpg")
	if err := os.Symlink(photo, filepath.Join(from, "a.jpg")); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := session(t, "", "bench", "attacks", "--count", "1", "--models", folder, from, into); code != exitDone {
		t.Fatalf("bench attacks = %d, %q", code, stderr)
	}
	stdout, stderr, code := session(t, "", "bench", "pad", "--json", "--models", folder, into)
	var got padReport
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone {
		t.Fatalf("bench pad = %d, %q, %q: %v", code, stdout, stderr, err)
	}
	if got.BonaFide != 1 || got.BonaFide+got.Attacks+got.NoResponse != 5 || got.Passive.Threshold != 0.9 || got.Passive.BPCER.Of != 1 {
		t.Errorf("bench pad = %s, want 5 presentations, 1 bona fide", stdout)
	}
}

func TestBenchPADRefuses(t *testing.T) {
	t.Parallel()
	folder := modelFolder(t)
	for name, body := range map[string]string{
		"empty":         "",
		"other columns": "a,b\nx,live\n",
		"no line":       "file,label\n",
		"no truth":      "file,label\nx.jpg,maybe\n",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, labelsFile), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if stdout, _, code := session(t, "", "bench", "pad", "--models", folder, dir); code != exitFault || stdout != "" {
			t.Errorf("%s: bench pad = %d, %q, want %d", name, code, stdout, exitFault)
		}
	}
}
