package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

func TestFaceCompare(t *testing.T) {
	t.Parallel()
	models := modelFolder(t)
	faces := testenv.Data(t, "faces")
	text := filepath.Join(t.TempDir(), "text.jpg")
	if err := os.WriteFile(text, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := filepath.Join(faces, "deepface", "img3.jpg")
	tests := []struct {
		name   string
		b      string
		code   int
		stdout string
		stderr string
	}{
		{"one person", filepath.Join(faces, "deepface", "img12.jpg"), exitDone, " 0.4100 same ", ""},
		{"two persons", filepath.Join(faces, "lfw", "Abel_Pacheco_0001.jpg"), exitNegative, " 0.4100 different ", "different"},
		{"no face", testenv.Data(t, "documents", "passporteye_77_card-cmw.png"), exitFault, "", "no_face"},
		{"no picture", text, exitFault, "", "unsupported_format"},
		{"no file", filepath.Join(faces, "none.jpg"), exitFault, "", "none.jpg"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := session(t, "", "face", "compare", "--models", models, a, tt.b)
			if code != tt.code || !strings.Contains(stdout, tt.stdout) || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("face compare = %d, %q, %q, want %d, %q, %q", code, stdout, stderr, tt.code, tt.stdout, tt.stderr)
			}
			if tt.stdout == "" && stdout != "" {
				t.Errorf("stdout = %q, want nothing", stdout)
			}
		})
	}
}

func TestFaceCompareJSON(t *testing.T) {
	t.Parallel()
	photo := testenv.Data(t, "faces", "deepface", "img3.jpg")
	stdout, stderr, code := session(t, "", "face", "compare", "--json", "--models", modelFolder(t), photo, photo)
	var got struct {
		Score, Threshold float64
		Decision         string
		MS               *float64
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone {
		t.Fatalf("face compare = %d, %q, %q: %v", code, stdout, stderr, err)
	}
	if got.Score < 0.999 || got.Decision != "same" || got.Threshold != 0.410 || got.MS == nil {
		t.Errorf("face compare of a photograph with itself = %s", stdout)
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	source, into := modelFolder(t), t.TempDir()
	if _, stderr, code := session(t, "", "models", "verify", "--models", into); code != exitNegative || !strings.Contains(stderr, "models fetch --from") {
		t.Errorf("models verify of an empty folder = %d, %q, want %d and what to do", code, stderr, exitNegative)
	}
	if stdout, stderr, code := session(t, "", "models", "fetch", "--from", source, "--into", into); code != exitDone {
		t.Errorf("models fetch = %d, %q, %q", code, stdout, stderr)
	}
	if stdout, stderr, code := session(t, "", "models", "verify", "--json", "--models", into); code != exitDone || strings.Count(stdout, `"ok":true`) != 9 {
		t.Errorf("models verify = %d, %q, %q, want 9 files", code, stdout, stderr)
	}
	if _, stderr, code := session(t, "", "models", "fetch", "--from", t.TempDir(), "--into", t.TempDir()); code != exitFault || stderr == "" {
		t.Errorf("models fetch from an empty folder = %d, %q, want %d", code, stderr, exitFault)
	}
}
