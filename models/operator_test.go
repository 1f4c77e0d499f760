package models

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// operatorEntry is a complete entry, of which tests spoil one field.
func operatorEntry() map[string]any {
	threshold := func(name string, value float64) map[string]any {
		return map[string]any{"name": name, "value": value, "fmr": 0.001, "fnmr": 0.02, "trials": 3000, "measured": "our own pairs"}
	}
	return map[string]any{
		"name": "second", "file": "second.onnx", "sha256": strings.Repeat("0a", 32),
		"embedding": map[string]any{
			"side": 112, "alignment": "arcface", "mean": []float64{127.5, 127.5, 127.5}, "scale": 1 / 127.5,
			"swap_rb": true, "dimensions": 512, "mirror": false,
		},
		"thresholds": []any{threshold("same", 0.4), threshold("refer", 0.3)},
	}
}

func manifestOf(t *testing.T, entries ...map[string]any) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"models": entries})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestExtend(t *testing.T) {
	t.Parallel()
	files, err := Extend(manifestOf(t, operatorEntry()))
	if err != nil {
		t.Fatal(err)
	}
	embeddings := Finder{Files: files}.Embeddings()
	if len(embeddings) != 2 || embeddings[0].Name != MobileFaceNet || embeddings[1].Name != "second" {
		t.Fatalf("Embeddings() = %+v, want %s, then second", embeddings, MobileFaceNet)
	}
	if got := embeddings[1]; got.path() != "second.onnx" || got.Embedding.Dimensions != 512 {
		t.Errorf("second = %+v, want what its entry says", got)
	}
	if same, ok := embeddings[1].Threshold(ThresholdSame); !ok || same.Value != 0.4 || same.Trials != 3000 {
		t.Errorf("threshold = %+v, want 0.4 of 3000 trials", same)
	}
	if len(files) != len(Manifest)+1 {
		t.Errorf("%d files, want %d", len(files), len(Manifest)+1)
	}
}

// TestExtendReplaces also keeps the product's own manifest as it is.
func TestExtendReplaces(t *testing.T) {
	t.Parallel()
	entry := operatorEntry()
	entry["replaces"] = MobileFaceNet
	files, err := Extend(manifestOf(t, entry))
	if err != nil {
		t.Fatal(err)
	}
	finder := Finder{Files: files}
	if embeddings := finder.Embeddings(); len(embeddings) != 1 || embeddings[0].Name != "second" {
		t.Errorf("Embeddings() = %+v, want second alone", embeddings)
	}
	if _, ok := finder.Lookup(MobileFaceNet); ok {
		t.Error("the replaced model is still there")
	}
	if embeddings := (Finder{}).Embeddings(); len(embeddings) != 1 || embeddings[0].Name != MobileFaceNet {
		t.Errorf("without a manifest: Embeddings() = %+v, want %s alone", embeddings, MobileFaceNet)
	}
}

func TestExtendRefuses(t *testing.T) {
	t.Parallel()
	part := func(name string, change func(map[string]any)) func(map[string]any) {
		return func(e map[string]any) { change(e[name].(map[string]any)) }
	}
	threshold := func(i int, key string, value any) func(map[string]any) {
		return func(e map[string]any) { e["thresholds"].([]any)[i].(map[string]any)[key] = value }
	}
	tests := map[string]struct {
		spoil func(map[string]any)
		want  string
	}{
		"unknown field":          {func(e map[string]any) { e["treshold"] = 0.1 }, `unknown field "treshold"`},
		"unknown field inside":   {part("embedding", func(e map[string]any) { e["std"] = 2 }), `unknown field "std"`},
		"no thresholds":          {func(e map[string]any) { delete(e, "thresholds") }, `"same" and "refer" are needed`},
		"one threshold":          {func(e map[string]any) { e["thresholds"] = e["thresholds"].([]any)[:1] }, "are needed"},
		"threshold of zero":      {threshold(0, "value", 0), "want a cosine above 0"},
		"upside down":            {threshold(1, "value", 0.5), `"refer" is above "same"`},
		"not measured":           {threshold(0, "trials", 0), "trials and measured"},
		"rate in percent":        {threshold(0, "fnmr", 2), "shares, 0 to 1"},
		"other threshold":        {threshold(1, "name", "maybe"), `threshold "maybe"`},
		"no embedding":           {func(e map[string]any) { delete(e, "embedding") }, "only embedding models"},
		"side":                   {part("embedding", func(e map[string]any) { e["side"] = 0 }), "side is 0"},
		"scale":                  {part("embedding", func(e map[string]any) { delete(e, "scale") }), "scale is 0"},
		"dimensions":             {part("embedding", func(e map[string]any) { e["dimensions"] = -1 }), "dimensions is -1"},
		"alignment":              {part("embedding", func(e map[string]any) { e["alignment"] = "none" }), `alignment is "none"`},
		"digest":                 {func(e map[string]any) { e["sha256"] = "abc" }, "sha256"},
		"name":                   {func(e map[string]any) { delete(e, "name") }, "no name"},
		"path out of the folder": {func(e map[string]any) { e["file"] = "../../etc/passwd" }, "no path below"},
		"name taken":             {func(e map[string]any) { e["name"] = YuNet }, "name is taken"},
		"replaces the detector":  {func(e map[string]any) { e["replaces"] = YuNet }, "no embedding model"},
	}
	for name, tt := range tests {
		entry := operatorEntry()
		tt.spoil(entry)
		if _, err := Extend(manifestOf(t, entry)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Extend() error = %v, want %q in it", name, err, tt.want)
		}
	}
	for name, text := range map[string]string{
		"empty": "", "no models": `{"models": []}`, "no object": `[]`, "two objects": `{"models":[]} {}`,
	} {
		if _, err := Extend([]byte(text)); err == nil {
			t.Errorf("%s: Extend() error = nil", name)
		}
	}
}

func TestReadManifest(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "models.json")
	if _, err := ReadManifest(path); err == nil {
		t.Error("ReadManifest(none) error = nil")
	}
	if err := os.WriteFile(path, manifestOf(t, operatorEntry()), 0o600); err != nil {
		t.Fatal(err)
	}
	if files, err := ReadManifest(path); err != nil || len(files) != len(Manifest)+1 {
		t.Errorf("ReadManifest() = %d files, %v", len(files), err)
	}
	if err := os.WriteFile(path, make([]byte, maxManifest+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadManifest(path); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("ReadManifest(too large) error = %v", err)
	}
}
