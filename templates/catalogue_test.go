package templates

import (
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"
)

func words(t *testing.T, locale string) map[string]string {
	t.Helper()
	m, err := readWords(locale)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var gap = regexp.MustCompile(`{{\.\w+}}`)

// Every key has words in every language, with the same gaps.
func TestCataloguesAreComplete(t *testing.T) {
	t.Parallel()
	first := words(t, locales[0])
	for _, locale := range locales {
		other := words(t, locale)
		for key, text := range first {
			translated, ok := other[key]
			if !ok || strings.TrimSpace(translated) == "" {
				t.Errorf("%s has no words for %s", locale, key)
				continue
			}
			want, got := gap.FindAllString(text, -1), gap.FindAllString(translated, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s: %s has the gaps %v, want %v", locale, key, got, want)
			}
		}
		for key := range other {
			if _, ok := first[key]; !ok {
				t.Errorf("%s alone has words for %s", locale, key)
			}
		}
	}
}

// A key twice, in one file or in two, would silently lose the first one's
// words.
func TestNoKeyTwice(t *testing.T) {
	t.Parallel()
	key := regexp.MustCompile(`(?m)^"([^"]+)":`)
	for _, locale := range locales {
		seen := map[string]bool{}
		for _, name := range parts(locale) {
			b, err := localeFiles.ReadFile(path.Join("locales", name))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range key.FindAllSubmatch(b, -1) {
				if seen[string(m[1])] {
					t.Errorf("%s has %s twice", name, m[1])
				}
				seen[string(m[1])] = true
			}
		}
	}
}

// used collects what the templates ask of the catalogue: whole keys, and the
// prefixes of keys whose end comes from data.
type used struct {
	keys     map[string]bool
	prefixes map[string]bool
}

func (u used) walk(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				u.walk(c)
			}
		}
	case *parse.ActionNode:
		u.walk(n.Pipe)
	case *parse.IfNode:
		u.branch(&n.BranchNode)
	case *parse.RangeNode:
		u.branch(&n.BranchNode)
	case *parse.WithNode:
		u.branch(&n.BranchNode)
	case *parse.TemplateNode:
		u.walk(n.Pipe)
	case *parse.PipeNode:
		if n != nil {
			for _, c := range n.Cmds {
				u.walk(c)
			}
		}
	case *parse.CommandNode:
		u.command(n)
	}
}

func (u used) branch(n *parse.BranchNode) {
	u.walk(n.Pipe)
	u.walk(n.List)
	u.walk(n.ElseList)
}

func (u used) command(n *parse.CommandNode) {
	for _, a := range n.Args {
		u.walk(a)
	}
	name, ok := n.Args[0].(*parse.IdentifierNode)
	if !ok || len(n.Args) < 2 {
		return
	}
	literal, isLiteral := n.Args[1].(*parse.StringNode)
	switch {
	case name.Ident == "t" && isLiteral:
		u.keys[literal.Text] = true
	case name.Ident == "code" && isLiteral:
		u.keys[literal.Text+".other"] = true
	case name.Ident == "t" || name.Ident == "has":
		if p, ok := n.Args[1].(*parse.PipeNode); ok && len(p.Cmds) == 1 && len(p.Cmds[0].Args) > 1 {
			if s, ok := p.Cmds[0].Args[1].(*parse.StringNode); ok {
				u.prefixes[s.Text] = true
			}
		}
	case name.Ident == "input" && len(n.Args) > 2:
		if field, ok := n.Args[2].(*parse.StringNode); ok {
			label := "field." + field.Text
			for i := 3; i+1 < len(n.Args); i += 2 {
				a, ok := n.Args[i].(*parse.StringNode)
				value, literal := n.Args[i+1].(*parse.StringNode)
				switch {
				case !ok || !literal:
				case a.Text == "label":
					label = value.Text
				case a.Text == "hint" && value.Text != "no":
					u.keys["hint."+value.Text] = true
				}
			}
			u.keys[label] = true
		}
	}
	// The words of lists of tips are looked up one by one.
	if name.Ident == "list" {
		for _, a := range n.Args[1:] {
			if s, ok := a.(*parse.StringNode); ok && strings.Contains(s.Text, ".") {
				u.keys[s.Text] = true
			}
		}
	}
}

// Every sentence that a template asks for exists.
func TestTemplatesUseKnownKeys(t *testing.T) {
	t.Parallel()
	all, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	u := used{keys: map[string]bool{}, prefixes: map[string]bool{}}
	builtin := map[string]any{"print": 0, "printf": 0, "len": 0, "eq": 0, "ne": 0, "gt": 0, "not": 0, "or": 0, "and": 0}
	funcs := map[string]any{}
	maps.Copy(funcs, all.words[locales[0]].funcs())
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		trees, err := parse.Parse(name, string(b), "", "", funcs, builtin)
		if err != nil {
			return err
		}
		for _, tree := range trees {
			u.walk(tree.Root)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(u.keys) < 150 {
		t.Fatalf("found only %d keys in the templates: the test looks at nothing", len(u.keys))
	}
	known := words(t, locales[0])
	for key := range u.keys {
		if _, ok := known[key]; !ok {
			t.Errorf("no words for %s", key)
		}
	}
	for prefix := range u.prefixes {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(known)), func(k string) bool { return strings.HasPrefix(k, prefix) }) {
			t.Errorf("no words for %s…", prefix)
		}
	}
}

func TestMatchLocale(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, accept, want string }{
		{"french", "fr-FR,fr;q=0.9,en;q=0.8", "fr"},
		{"canadian french", "fr-CA", "fr"},
		{"english", "en-GB,en;q=0.9,fr;q=0.1", "en"},
		{"french preferred later", "de;q=0.9,fr;q=0.8,en;q=0.2", "fr"},
		{"unknown", "ja", "en"},
		{"nothing", "", "en"},
		{"nonsense", ";;;q=,,", "en"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := MatchLocale(tc.accept); got != tc.want {
				t.Errorf("MatchLocale(%q) = %s, want %s", tc.accept, got, tc.want)
			}
		})
	}
}
