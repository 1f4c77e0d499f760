package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

// A catalogue holds the words of the pages in one language, so that the same
// walk goes through both.
type catalogue map[string]string

func loadCatalogue(t *testing.T, locale string) catalogue {
	t.Helper()
	c := catalogue{}
	folder := filepath.Join(testenv.Root(), "templates", "locales")
	subjects, err := filepath.Glob(filepath.Join(folder, "*."+locale+".json"))
	if err != nil || len(subjects) == 0 {
		t.Fatalf("no catalogues in %s: %v", folder, err)
	}
	for _, name := range append(subjects, filepath.Join(folder, locale+".json")) {
		raw, err := os.ReadFile(name) //nolint:gosec // the repository's
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &c); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// say returns the words behind a key. A key that is gone is a fault of the
// walk, not of the page.
func (w *walk) say(key string) string {
	w.t.Helper()
	text, ok := w.words[key]
	if !ok {
		w.t.Fatalf("the catalogue has no %q", key)
	}
	return text
}
