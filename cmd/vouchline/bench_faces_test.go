package main

import (
	"encoding/json"
	"encoding/xml"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

// TestBenchFaces also counts a pair that cannot be compared.
func TestBenchFaces(t *testing.T) {
	t.Parallel()
	dir := testenv.Data(t, "faces", "deepface")
	link := filepath.Join(t.TempDir(), "deepface")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(filepath.Dir(link), "pairs.csv")
	text := filepath.Join(filepath.Dir(link), "text.jpg")
	rows := "file_a,file_b,same,group\ndeepface/img3.jpg,deepface/img12.jpg,1,a\ndeepface/img3.jpg,deepface/img11.jpg,0,a\ndeepface/img12.jpg,text.jpg,1,b\n"
	for path, body := range map[string]string{list: rows, text: "no picture"} {
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	det := filepath.Join(t.TempDir(), "det.svg")
	stdout, stderr, code := session(t, "", "bench", "faces", "--json", "--printed", "--det", det, "--models", modelFolder(t), list)
	var got facesReport
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone {
		t.Fatalf("bench faces = %d, %q, %q: %v", code, stdout, stderr, err)
	}
	if got.Pairs != 3 || got.Mated != 2 || got.Failed != 1 || got.Accept.FNMR != 0.5 {
		t.Errorf("bench faces = %s, want 3 pairs, 2 mated, 1 failed, FNMR 0.5", stdout)
	}
	if want := (share{Count: 1, Of: 4, Interval: interval(1, 4)}); got.Acquisition != want {
		t.Errorf("failure to acquire = %+v, want %+v", got.Acquisition, want)
	}
	if a, b := got.Groups["a"], got.Groups["b"]; a.Pairs != 2 || a.Accept.FNMR != 0 || b.Pairs != 1 || b.Accept.FNMR != 1 || b.Accept.FNMRInterval != interval(1, 1) {
		t.Errorf("groups = %+v, want a: 2 pairs right, b: 1 pair missed", got.Groups)
	}
	if got.Printed == nil || got.Printed.Pairs != 3 || got.Printed.EqualError == got.EqualError {
		t.Errorf("printed = %+v, want 3 pairs with scores of their own", got.Printed)
	}
	plot, err := os.ReadFile(det)
	if err != nil || xml.Unmarshal(plot, new(struct{})) != nil || !strings.Contains(string(plot), "accept 0.410") {
		t.Errorf("DET plot = %s, %v, want an SVG with the threshold marked", plot, err)
	}
	if !strings.Contains(stderr, "text.jpg") {
		t.Errorf("stderr = %q, want the unreadable file's name", stderr)
	}
}

func TestBenchFacesRefuses(t *testing.T) {
	t.Parallel()
	models := modelFolder(t)
	for name, body := range map[string]string{
		"empty":         "",
		"other columns": "a,b,c\nx,y,1\n",
		"no pair":       "file_a,file_b,same\n",
		"fourth column": "file_a,file_b,same,age\nx,y,1,30\n",
		"no truth":      "file_a,file_b,same\nx,y,maybe\n",
	} {
		list := filepath.Join(t.TempDir(), "pairs.csv")
		if err := os.WriteFile(list, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if stdout, _, code := session(t, "", "bench", "faces", "--models", models, list); code != exitFault || stdout != "" {
			t.Errorf("%s: bench faces = %d, %q, want %d", name, code, stdout, exitFault)
		}
	}
}

// TestDETAxes: a share lies where its normal deviate does, and what is beyond
// the axes lies on their ends.
func TestDETAxes(t *testing.T) {
	t.Parallel()
	if got := deviate(0.975); math.Abs(got-1.959964) > 1e-5 {
		t.Errorf("deviate(0.975) = %v, want 1.959964", got)
	}
	if low, high := detPlace(0), detPlace(1); low != 0 || high != 1 {
		t.Errorf("detPlace(0), detPlace(1) = %v, %v, want the ends", low, high)
	}
	if a, b := detPlace(0.01), detPlace(0.02); !(0 < a && a < b && b < 1) {
		t.Errorf("detPlace(0.01), detPlace(0.02) = %v, %v, want rising inside", a, b)
	}
}
