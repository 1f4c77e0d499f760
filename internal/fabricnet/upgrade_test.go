package fabricnet_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/internal/testenv"
)

// A network that was made before the collection existed, as an operator's may
// be, gets it by up; what is on its ledger stays.
func TestEarlierDefinitionIsReplaced(t *testing.T) { // one network at a time
	n := fabricnet.Start(t)
	earlier := filepath.Join(t.TempDir(), "fabric")
	if err := os.CopyFS(earlier, os.DirFS(filepath.Join(testenv.Root(), "deploy", "fabric"))); err != nil {
		t.Fatal(err)
	}
	create := filepath.Join(earlier, "lib", "create.sh")
	script := read(t, create)
	for _, cut := range []string{` --collections-config "$NET/cfg/collections.json"`, `echo "$POLICY"; `} { // without it, and so with another version
		if !bytes.Contains(script, []byte(cut)) {
			t.Fatalf("create.sh has no %q", cut)
		}
		script = bytes.ReplaceAll(script, []byte(cut), nil)
	}
	if err := os.WriteFile(create, script, 0o600); err != nil {
		t.Fatal(err)
	}
	up := func(script, want string) {
		t.Helper()
		out, err := n.Command(script, "up").CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("%s up = %v, %s; want %q", script, err, out, want)
		}
	}
	if out, err := n.Command("network.sh", "wipe").CombinedOutput(); err != nil {
		t.Fatalf("network.sh wipe = %v, %s", err, out)
	}
	up(filepath.Join(earlier, "network.sh"), "definition 1 of the contract committed")
	c := connect(t, n, "org1")
	before, err := c.Organisation(t.Context(), "manager")
	if err != nil {
		t.Fatal(err)
	}
	in := sealed()
	if _, err := c.Issue(t.Context(), in); err == nil {
		t.Fatal("Issue(sealed attributes, no collection) = nil, want an error")
	}

	up("network.sh", "definition 2 of the contract committed")
	if after, err := c.Organisation(t.Context(), "manager"); err != nil || after != before {
		t.Errorf("Organisation() afterwards = %+v, %v; want %+v", after, err, before)
	}
	if _, err := c.Issue(t.Context(), in); err != nil {
		t.Errorf("Issue(sealed attributes) afterwards = %v, want no error", err)
	}
	out, err := n.Command("network.sh", "up").CombinedOutput()
	if err != nil || strings.Contains(string(out), "committed") {
		t.Errorf("network.sh up once more = %v, %s; want nothing to commit", err, out)
	}
}
