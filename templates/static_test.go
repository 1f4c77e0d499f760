package templates

import (
	"fmt"
	"path"
	"strings"
	"testing"
)

// A module asks for the very version of its neighbours that it was written
// with: a browser that holds an old one for ever never mixes the two.
func TestModulesImportHashedNames(t *testing.T) {
	t.Parallel()
	s, err := staticSet()
	if err != nil {
		t.Fatal(err)
	}
	imports := 0
	for name, f := range s.byName {
		if path.Ext(name) != ".js" {
			continue
		}
		for _, line := range strings.Split(string(f.Content), "\n") {
			if !strings.HasPrefix(line, "import ") {
				continue
			}
			imports++
			_, from, _ := strings.Cut(line, ` from "./`)
			imported, ok := s.byHash[strings.TrimSuffix(from, `";`)]
			if !ok || imported.Name == name {
				t.Errorf("%s: %s names no hashed static file", name, line)
			}
		}
	}
	if imports == 0 {
		t.Fatal("no module imports another: the test looks at nothing")
	}
}

func TestHashedNameIsOfTheContent(t *testing.T) {
	t.Parallel()
	s, err := staticSet()
	if err != nil {
		t.Fatal(err)
	}
	for hashed, f := range s.byHash {
		if got, ok := Static(hashed); !ok || got.Name != f.Name || fmt.Sprintf("%s%s", StaticPrefix, hashed) != must(t, f.Name) {
			t.Errorf("Static(%s) = %s, want %s under the address of Asset", hashed, got.Name, f.Name)
		}
	}
}

func must(t *testing.T, name string) string {
	t.Helper()
	address, err := Asset(name)
	if err != nil {
		t.Fatal(err)
	}
	return address
}
