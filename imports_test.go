package vouchline_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/golden"
)

const module = "github.com/vouchline/vouchline"

// row says which of our packages the packages of one layer may import. A name
// that ends in "/" covers the packages below it and yields to an exact name.
type row struct {
	layer   string
	pkg     string
	imports []string
}

// everything marks the rows that wire or exercise the whole house.
var everything = []string{"*"}

// table is the import table: arrows point down only. docs/architecture.md
// shows it, and ADR 0001 says why.
var table = []row{
	{"main", "cmd/", everything},
	{"edge", "api", []string{"api/v1", "faces", "faces/liveness", "internal/photo", "kyc", "ledger", "notify", "ocr", "otp", "pbx", "pbx/phone", "templates"}},
	{"edge", "api/v1", []string{"kyc", "ledger", "ledger/disclosure", "pbx", "pbx/format", "pbx/passport", "pbx/phone"}},
	{"adapters", "store", []string{"faces", "kyc", "ledger", "notify", "otp", "pbx"}},
	{"adapters", "jobs", []string{"kyc"}},
	{"adapters", "internal/engine", []string{"faces", "internal/photo", "ocr"}},
	{"adapters", "ocr/", []string{"internal/mat", "models", "ocr", "ocr/ocrb"}},
	{"adapters", "ocr/ocrb", []string{"ocr/ocrb/internal/conv", "ocr/ocrb/internal/strip"}},
	{"adapters", "ocr/ocrb/internal/", []string{"ocr/ocrb/internal/conv", "ocr/ocrb/internal/outline", "ocr/ocrb/internal/press", "ocr/ocrb/internal/strip"}},
	{"adapters", "ocr/ocrb/train", []string{"ocr/ocrb/internal/learn"}}, // the command that makes the weights
	{"adapters", "faces/", []string{"faces", "internal/mat", "models"}},
	{"adapters", "faces/opencv", []string{"faces", "faces/opencv/internal/parts", "internal/mat", "models"}},
	{"adapters", "faces/opencv/internal/parts", nil},
	{"adapters", "faces/opencv/internal/parts/train", []string{"faces", "faces/opencv", "faces/opencv/internal/parts", "internal/photo", "models"}}, // the command that makes the weights
	{"adapters", "ledger/", []string{"ledger"}},
	{"adapters", "ledger/fabric", []string{"ledger", "ledger/fabric/proof"}},
	{"adapters", "ledger/fabric/proof", []string{"ledger"}},
	{"adapters", "pbx/", []string{"pbx", "pbx/format"}},
	{"adapters", "pbx/x5u", nil}, // fetches certificates of other signers
	{"adapters", "notify/", []string{"notify"}},
	{"flow", "kyc", []string{"faces", "faces/liveness", "ledger", "ledger/disclosure", "notify", "ocr", "otp", "pbx", "pbx/passport"}},
	{"disciplines", "ocr", nil},
	{"disciplines", "faces", nil},
	{"disciplines", "faces/liveness", []string{"faces"}},
	{"disciplines", "otp", nil},
	{"disciplines", "ledger", nil},
	{"disciplines", "ledger/batch", []string{"ledger"}},      // many mints in one transaction
	{"disciplines", "ledger/disclosure", []string{"ledger"}}, // attributes that only their readers can open
	{"disciplines", "pbx", nil},
	{"disciplines", "pbx/format", []string{"pbx"}},              // accounts in the forms that PBXs read
	{"disciplines", "pbx/drift", []string{"pbx", "pbx/format"}}, // where a PBX is not what the accounts say
	{"disciplines", "pbx/phone", []string{"pbx"}},               // settings in the forms that phones read
	{"disciplines", "pbx/passport", nil},                        // who calls, signed (STIR)
	{"disciplines", "notify", []string{"templates"}},
	{"assets", "templates", nil},
	{"assets", "models", nil},
	{"assets", "internal/photo", nil},
	{"assets", "internal/mat", nil},
	{"assets", "internal/specimen", nil}, // draws documents of invented people
	{"tests", "internal/golden", nil},
	{"tests", "internal/testenv", []string{"models"}},
	{"tests", "internal/mutate", nil}, // spoils image files
	{"tests", "internal/chromium", []string{"internal/testenv"}},
	{"tests", "internal/fabricnet", []string{"internal/testenv"}},
	{"tests", "internal/siptest", []string{"internal/testenv"}},
	{"tests", "internal/softphone", []string{"internal/testenv", "pbx/phone"}},
	{"tests", "pbx/pbxtest", []string{"internal/siptest", "pbx"}},
	{"tests", "internal/asterisktest", []string{"internal/siptest", "internal/testenv", "store/storetest"}},
	{"tests", "internal/kamailiotest", []string{"internal/siptest", "internal/testenv"}},
	{"tests", "e2e", everything},
}

// fence keeps one library's vocabulary inside the packages that own it.
type fence struct {
	what  string
	match []string // import path, or prefix when it ends in "/"
	only  []string
}

var fences = []fence{
	{"Gin", []string{"github.com/gin-gonic/", "github.com/gin-contrib/"}, []string{"api", "api/v1"}},
	{
		"SQL",
		[]string{
			"database/sql", "database/sql/", "github.com/jackc/", "github.com/pressly/goose/", "github.com/riverqueue/",
			"github.com/uptrace/", "modernc.org/sqlite", "modernc.org/sqlite/",
		},
		[]string{"store", "jobs"},
	},
	{"Fabric", []string{"github.com/hyperledger/"}, []string{"ledger/fabric", "ledger/fabric/proof", "cmd/chaincode"}},
	{
		"cgo",
		[]string{"C", "gocv.io/", "github.com/otiai10/gosseract/"},
		[]string{"ocr/tesseract", "faces/opencv", "internal/mat"},
	},
}

// pure packages decide; they never touch a file, a socket or a process.
var (
	pure     = []string{"ocr", "faces", "faces/liveness", "otp", "ledger", "pbx", "pbx/drift", "pbx/format", "pbx/passport", "kyc"}
	touching = []string{"os", "os/exec", "os/signal", "net", "net/http", "net/smtp", "syscall", "io/ioutil"}
)

// source is one parsed production file.
type source struct {
	name string // slash-separated, from the root
	pkg  string // its folder
	file *ast.File
	fset *token.FileSet
}

func (s source) imports() []string {
	var out []string
	for _, spec := range s.file.Imports {
		imp, _ := strconv.Unquote(spec.Path.Value)
		out = append(out, imp)
	}
	return out
}

// production parses every Go file of this module that is not a test, an
// example of another module or a test suite. It reads source rather than
// calling go list, so that the test cache notices a changed import.
func production(t *testing.T) []source {
	t.Helper()
	var out []source
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.IsDir() {
			if skipDir(name) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || path.Dir(name) == "." {
			return nil
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		out = append(out, source{name, path.Dir(name), file, fset})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("no source found: the test must run in the repository's root")
	}
	return out
}

// skipDir leaves out what is not part of this module's source.
func skipDir(name string) bool {
	base := path.Base(name)
	if base == "testdata" || base == "node_modules" || name != "." && strings.HasPrefix(base, ".") {
		return true
	}
	if slices.Contains([]string{"bin", "var", "models/files"}, name) {
		return true
	}
	_, err := os.Stat(filepath.Join(name, "go.mod"))
	return name != "." && err == nil
}

// suite reports whether a package exists for tests only: a conformance suite
// with its fake (pbxtest), or the tests' own tools.
func suite(pkg string) bool {
	last := path.Base(pkg)
	return strings.HasSuffix(last, "test") || rule(pkg).layer == "tests"
}

// rule returns the row of a package: the exact name first, then the longest
// prefix. The zero row means that the package has none.
func rule(pkg string) row {
	var best row
	for _, r := range table {
		if r.pkg == pkg {
			return r
		}
		if strings.HasSuffix(r.pkg, "/") && strings.HasPrefix(pkg, r.pkg) && len(r.pkg) > len(best.pkg) {
			best = r
		}
	}
	return best
}

func (r row) may(imp string) bool {
	return slices.Equal(r.imports, everything) || slices.Contains(r.imports, imp)
}

func TestImportTable(t *testing.T) {
	t.Parallel()
	for _, src := range production(t) {
		if suite(src.pkg) {
			continue
		}
		r := rule(src.pkg)
		if r.pkg == "" {
			t.Errorf("%s: package %s has no row in the import table", src.name, src.pkg)
			continue
		}
		for _, imp := range src.imports() {
			ours, ok := strings.CutPrefix(imp, module+"/")
			if !ok {
				continue
			}
			if suite(ours) {
				t.Errorf("%s: production code must not import the test package %s", src.name, ours)
			} else if !r.may(ours) {
				t.Errorf("%s: %s (%s) must not import %s", src.name, src.pkg, r.layer, ours)
			}
		}
	}
}

func TestFences(t *testing.T) {
	t.Parallel()
	for _, src := range production(t) {
		for _, imp := range src.imports() {
			for _, f := range fences {
				if matches(f.match, imp) && !slices.Contains(f.only, src.pkg) && !suite(src.pkg) {
					t.Errorf("%s: only %s may import %s (%s)", src.name, strings.Join(f.only, ", "), f.what, imp)
				}
			}
			if slices.Contains(pure, src.pkg) && slices.Contains(touching, imp) {
				t.Errorf("%s: %s is pure and must not import %s", src.name, src.pkg, imp)
			}
		}
	}
}

func matches(patterns []string, imp string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		return imp == p || strings.HasSuffix(p, "/") && strings.HasPrefix(imp, p)
	})
}

// TestAmbient keeps clocks and contexts passed in: a package that asks the
// process for them cannot be tested at another time, nor cancelled.
func TestAmbient(t *testing.T) {
	t.Parallel()
	banned := map[string]string{"time.Now": "a clock field", "context.Background": "the caller's context", "context.TODO": "the caller's context"}
	for _, src := range production(t) {
		if strings.HasPrefix(src.pkg, "cmd/") || src.file.Name.Name == "main" || suite(src.pkg) {
			continue
		}
		ast.Inspect(src.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			name := x.Name + "." + sel.Sel.Name
			if instead, ok := banned[name]; ok {
				t.Errorf("%s: %s belongs to cmd; take %s", src.fset.Position(sel.Pos()), name, instead)
			}
			return true
		})
	}
}

const (
	tableBegin = "<!-- import table: written by go test . -update -->\n"
	tableEnd   = "<!-- end of import table -->"
)

// TestImportTableInDocs keeps the table in docs/architecture.md that of this
// file.
func TestImportTableInDocs(t *testing.T) {
	t.Parallel()
	const file = "docs/architecture.md"
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := bytes.Cut(doc, []byte(tableBegin))
	_, after, ok2 := bytes.Cut(rest, []byte(tableEnd))
	if !ok || !ok2 {
		t.Fatalf("%s has no %q … %q", file, strings.TrimSpace(tableBegin), tableEnd)
	}
	golden.Check(t, file, slices.Concat(before, []byte(tableBegin), renderTable(), []byte(tableEnd), after))
}

func renderTable() []byte {
	var b bytes.Buffer
	b.WriteString("\n| layer | package | may import of ours |\n|---|---|---|\n")
	for _, r := range table {
		name := "`" + r.pkg + "`"
		if strings.HasSuffix(r.pkg, "/") {
			name = "`" + r.pkg + "*`"
		}
		may := "nothing"
		switch {
		case slices.Equal(r.imports, everything):
			may = "everything"
		case len(r.imports) > 0:
			may = "`" + strings.Join(r.imports, "` `") + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.layer, name, may)
	}
	b.WriteString("\n| only these | know |\n|---|---|\n")
	for _, f := range fences {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.Join(f.only, "` `"), f.what)
	}
	fmt.Fprintf(&b, "\nPure (no file, socket or process): `%s`. Suites (`<pkg>test`) may see everything; production code never imports one.\n\n", strings.Join(pure, "` `"))
	return b.Bytes()
}
