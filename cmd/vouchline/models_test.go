package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
)

// secondModel writes an operator's manifest in which MobileFaceNet's file is a
// model of its own, with other decision points.
func secondModel(t *testing.T, change func(entry map[string]any)) string {
	t.Helper()
	file, _ := models.Lookup(models.MobileFaceNet)
	b, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	var entry map[string]any
	if err := json.Unmarshal(b, &entry); err != nil {
		t.Fatal(err)
	}
	entry["name"], entry["file"] = "second", models.MobileFaceNet
	change(entry)
	if b, err = json.Marshal(map[string]any{"models": []any{entry}}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "models.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFaceCompareBySecondModel: a model that no line of code knows gives its
// opinion, and its doubt leaves the pair to a person.
func TestFaceCompareBySecondModel(t *testing.T) {
	t.Parallel()
	a, b := testenv.Data(t, "faces", "deepface", "img3.jpg"), testenv.Data(t, "faces", "deepface", "img12.jpg")
	folder := modelFolder(t)
	stricter := func(entry map[string]any) { entry["thresholds"].([]any)[0].(map[string]any)["value"] = 0.999 }
	for _, tt := range []struct {
		name   string
		change func(map[string]any)
		want   string
		second string
	}{
		{"agrees", func(map[string]any) {}, "same", "same"},
		{"doubts", stricter, "refer", "refer"},
	} {
		manifest := secondModel(t, tt.change)
		stdout, stderr, _ := session(t, "", "face", "compare", "--json", "--models", folder, "--model-manifest", manifest, a, b)
		var got struct {
			Model, Decision string
			Others          []struct {
				Model, Decision string
				Score           float64
			}
		}
		if err := json.Unmarshal([]byte(stdout), &got); err != nil {
			t.Fatalf("%s: face compare = %q, %q: %v", tt.name, stdout, stderr, err)
		}
		if got.Decision != tt.want || len(got.Others) != 1 || got.Others[0].Model != "second" || got.Others[0].Decision != tt.second {
			t.Errorf("%s: face compare = %s, want %s and the second model's %s", tt.name, stdout, tt.want, tt.second)
		}
	}
}

func TestModelManifestRefuses(t *testing.T) {
	t.Parallel()
	photo := testenv.Data(t, "faces", "deepface", "img3.jpg")
	folder := modelFolder(t)
	for name, tt := range map[string]struct {
		change func(map[string]any)
		want   string
	}{
		"unknown field": {func(e map[string]any) { e["colour"] = "rgb" }, `unknown field "colour"`},
		"no thresholds": {func(e map[string]any) { delete(e, "thresholds") }, "thresholds"},
		"wrong digest":  {func(e map[string]any) { e["sha256"] = strings.Repeat("0a", 32) }, "wrong digest"},
		"wrong length": {func(e map[string]any) {
			e["embedding"].(map[string]any)["dimensions"] = 512
		}, "second gave 128 values for a face, its manifest says 512"},
	} {
		stdout, stderr, code := session(t, "", "face", "compare", "--models", folder, "--model-manifest", secondModel(t, tt.change), photo, photo)
		if code != exitFault || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: face compare = %d, %q, %q, want %d and %q", name, code, stdout, stderr, exitFault, tt.want)
		}
	}
	stdout, stderr, code := session(t, "", "models", "verify", "--models", folder, "--model-manifest", secondModel(t, func(map[string]any) {}))
	if code != exitDone || !strings.Contains(stdout, "second") {
		t.Errorf("models verify = %d, %q, %q, want the second model listed", code, stdout, stderr)
	}
}
