package fabric_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/fabricnet"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// What travels as transient data is on our own organisation's peers and
// nowhere else, neither in a block nor in another peer's files.
func TestSealedAttributesStayWithTheManager(t *testing.T) {
	t.Parallel()
	n := fabricnet.Shared(t)
	c := connect(t, n, "org1")
	in := ledgertest.NewSealedIssue()
	if _, err := c.Issue(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	ledgertest.Eventually(t, "org2 to see the record", func() error {
		_, _, err := connect(t, n, "org2").Identity(t.Context(), in.ID)
		return err
	})
	// A piece that no encoding of the whole takes apart.
	secret := string(in.Sealed)[60:100]
	found := map[string]bool{}
	data := filepath.Join(filepath.Dir(n.Profile("org1")), "data")
	err := filepath.WalkDir(data, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) { // a store was tidied
			return nil
		}
		if strings.Contains(string(b), secret) {
			rest, _ := filepath.Rel(data, path)
			found[strings.Split(rest, string(filepath.Separator))[0]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || !found["m0"] {
		t.Errorf("sealed attributes are in the files of %v, want m0 alone", found)
	}
}
