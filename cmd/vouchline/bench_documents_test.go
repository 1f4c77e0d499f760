package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr"
)

// An accepted zone that is right, one that is wrong, and so on.
func TestDocumentsReportCounts(t *testing.T) {
	t.Parallel()
	want, wrong := []string{"A", "B"}, []string{"A", "C"}
	valid := func(lines []string) ocr.Reading {
		return ocr.Reading{MRZ: &ocr.MRZ{Lines: lines, Valid: true, Status: ocr.StatusValid}}
	}
	not := func(lines []string, s ocr.Status) ocr.Reading {
		return ocr.Reading{MRZ: &ocr.MRZ{Lines: lines, Status: s}}
	}
	zone, none := documentTruth{MRZ: want, Type: "TD3"}, documentTruth{Set: setNone}
	several := documentTruth{Set: setSeveral, Several: [][]string{want}}
	unread, told := &ocr.Error{Code: ocr.CodeMRZNotFound}, &ocr.Error{Code: ocr.CodeSeveralDocuments}
	r := newDocumentsReport()
	r.add(judge("exact", zone, valid(want), nil))
	r.add(judge("exact, but its digits are wrong", zone, not(want, ocr.StatusInvalid), nil))
	r.add(judge("wrong", zone, valid(wrong), nil))
	r.add(judge("wrong, uncertain", zone, not(wrong, ocr.StatusUncertain), nil))
	r.add(judge("not read", zone, ocr.Reading{}, unread))
	r.add(judge("none, invented", none, valid(want), nil))
	r.add(judge("none", none, ocr.Reading{}, unread))
	r.add(judge("one of several", several, valid(want), nil))
	r.add(judge("invented of several", several, valid(wrong), nil))
	r.add(judge("several told", several, ocr.Reading{}, told))

	all := documentsTally{Documents: 5, Without: 5, Exact: 2, Accepted: 5, WrongAccepted: 3, Refused: 3, Uncertain: 1}
	if diff := cmp.Diff(all, r.documentsTally); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if got := r.ByFormat["TD3"].documentsTally; got.Documents != 5 || got.Exact != 2 || got.Without != 0 {
		t.Errorf("counts of TD3 = %+v, want 5 documents, 2 exact", got)
	}
	if got := r.Several; got.Count != 1 || got.Of != 3 {
		t.Errorf("told several = %d of %d, want 1 of 3", got.Count, got.Of)
	}
	var files []string
	for _, f := range r.Faults {
		files = append(files, f.File)
	}
	if diff := cmp.Diff([]string{"wrong", "wrong, uncertain", "not read", "none, invented", "invented of several"}, files); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestDocumentsReportTellsFieldsPrintAndHints(t *testing.T) {
	t.Parallel()
	p := specimen.RandomPerson(specimen.TD3, 1)
	lines := specimen.MRZ(specimen.TD3, p)
	got, err := ocr.ParseMRZ(lines)
	if err != nil {
		t.Fatal(err)
	}
	got.Fields.Sex = "?"
	hint := func(n ocr.HintName, raised bool) []ocr.Hint { return []ocr.Hint{{Name: n, Raised: raised}} }
	reading := ocr.Reading{
		MRZ: &got, Hints: hint(ocr.HintScreenReplay, true),
		Corroborations: []ocr.Corroboration{
			{Field: "sex", MRZ: "M", Agreement: ocr.Agree},
			{Field: "birth_date", MRZ: "740812", Agreement: ocr.Missing},
			{Field: "document_number", MRZ: "L89", Agreement: ocr.Differ},
			{Field: "name_of_birth", Printed: "X", Agreement: ocr.Missing},
		},
	}
	r := newDocumentsReport()
	r.add(judge("genuine", documentTruth{MRZ: lines}, reading, nil))
	r.add(judge("screen", documentTruth{MRZ: lines, Tampering: "screen_replay"}, reading, nil))
	r.add(judge("copy", documentTruth{MRZ: lines, Tampering: "monochrome_copy"}, reading, nil))
	if s := r.Fields["sex"]; s.Count != 0 || s.Of != 3 {
		t.Errorf("sex exact = %d of %d, want 0 of 3", s.Count, s.Of)
	}
	if s := r.Fields["document_number"]; s.Count != 3 || s.Of != 3 {
		t.Errorf("number exact = %d of %d, want 3 of 3", s.Count, s.Of)
	}
	for field, want := range map[string][2]int{"sex": {1, 0}, "birth_date": {0, 0}, "document_number": {0, 1}} {
		if a, d := r.Corroborated[field], r.Contradicted[field]; a.Count != want[0] || d.Count != want[1] || a.Of != 1 || d.Of != 1 {
			t.Errorf("print of %s = %+v and %+v, want %v of 1", field, a, d, want)
		}
	}
	if _, ok := r.Corroborated["name_of_birth"]; ok {
		t.Error("what only the print has counts as corroboration")
	}
	s := r.Hints[ocr.HintScreenReplay]
	if s.FalseAlarms.Count != 1 || s.FalseAlarms.Of != 1 || s.Caught.Count != 1 || s.Caught.Of != 1 {
		t.Errorf("screen_replay = %+v, want one false alarm and one caught, each of 1", s)
	}
}

// Values of tables of the interval.
func TestInterval(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		k, n      int
		low, high float64
	}{
		{0, 0, 0, 1},
		{0, 10, 0, 0.3085},
		{10, 10, 0.6915, 1},
		{5, 10, 0.1871, 0.8129},
		{32, 32, 0.8911, 1},
		{1, 200, 0.0001, 0.0275},
	} {
		got := interval(tt.k, tt.n)
		if d := max(got[0]-tt.low, tt.low-got[0], got[1]-tt.high, tt.high-got[1]); d > 0.0001 {
			t.Errorf("interval(%d, %d) = %.4f, want %.4f to %.4f", tt.k, tt.n, got, tt.low, tt.high)
		}
	}
}

func TestZonesInText(t *testing.T) {
	t.Parallel()
	upper, lower := "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
	got := zonesIn("PASSPORT\n\n" + upper[:9] + " " + upper[9:] + "\n\n" + lower + "\nend\n")
	if len(got) != 1 || !slices.Equal(got[0], []string{upper, lower}) {
		t.Errorf("zonesIn = %v, want the two lines", got)
	}
	if got := zonesIn(upper + "\nshort\n" + lower); got != nil {
		t.Errorf("zonesIn of parted lines = %v, want none", got)
	}
}

func TestReadTruth(t *testing.T) {
	t.Parallel()
	folder := func(truth string, images ...string) string {
		dir := t.TempDir()
		for _, name := range images {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, truthFile), []byte(truth), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	got, err := readTruth(folder(`{"a.png": {"mrz": ["X"], "source": "unknown to us"}}`, "a.png", "b.JPG", "notes.txt"))
	want := map[string]documentTruth{"a.png": {MRZ: []string{"X"}}, "b.JPG": {}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("readTruth: %v (-want +got):\n%s", err, diff)
	}
	for name, dir := range map[string]string{
		"named but not there": folder(`{"a.png": {"mrz": []}}`, "b.png"),
		"no images":           folder(`{}`),
		"no JSON":             folder(`{`, "a.png"),
		"no truth":            t.TempDir(),
	} {
		if _, err := readTruth(dir); err == nil {
			t.Errorf("readTruth(%s) succeeded, want an error", name)
		}
	}
}

// Every kind meets every scene in a whole set.
func TestSpecimenSetIsBalanced(t *testing.T) {
	t.Parallel()
	met := map[[2]int]bool{}
	for n := range len(specimenKinds) * len(specimenScenes) {
		met[[2]int{n % len(specimenKinds), n * 13 % len(specimenScenes)}] = true
	}
	if want := len(specimenKinds) * len(specimenScenes); len(met) != want {
		t.Errorf("a set of %d meets %d pairs of kind and scene, want all", want, len(met))
	}
	for i, s := range specimenScenes {
		if s.name == "" || s.set == "" {
			t.Errorf("scene %d has no name or set", i)
		}
	}
}

func TestSpecimensAreWrittenAndMeasured(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts-ocr-b", specimen.Available())
	models := modelFolder(t)
	dirs := []string{filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")}
	for _, dir := range dirs {
		if stdout, stderr, code := session(t, "", "bench", "specimens", dir, "--count", "2", "--seed", "7"); code != exitDone || !strings.Contains(stdout, "2 documents") {
			t.Fatalf("bench specimens = %d, %q, %q", code, stdout, stderr)
		}
	}
	truth, err := readTruth(dirs[0])
	if err != nil {
		t.Fatal(err)
	}
	for name := range truth {
		a, errA := os.ReadFile(filepath.Join(dirs[0], name))
		b, errB := os.ReadFile(filepath.Join(dirs[1], name))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s written twice differs: %v, %v", name, errA, errB)
		}
	}
	stdout, stderr, code := session(t, "", "bench", "documents", "--json", "--models", models, dirs[0])
	var report map[string]any
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != exitDone {
		t.Fatalf("bench documents = %d, %q, %q: %v", code, stdout, stderr, err)
	}
	for _, key := range []string{
		"documents", "without_mrz", "exact", "accepted", "wrong_accepted", "refused", "uncertain", "p50_ms", "p95_ms", "cpu_p50_ms", "cpu_p95_ms",
		"faults", "by_set", "by_format", "by_degradation", "fields", "intervals", "reading", "corroborated", "hints", "several",
	} {
		if _, ok := report[key]; !ok {
			t.Errorf("bench documents --json lacks %q: %s", key, stdout)
		}
	}
	if stdout, _, code := session(t, "", "bench", "documents", "--models", models, dirs[0]); code != exitDone || !strings.Contains(stdout, "whole reading") {
		t.Errorf("bench documents = %d, %s, want tables", code, stdout)
	}
}
