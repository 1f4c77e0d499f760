package asterisk_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/format"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// Lines that an earlier version wrote stay: the first reload after an upgrade
// must not take all of them away.
func TestBundleKeepsWhatEarlierVersionsWrote(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, err := format.Asterisk([]pbx.Account{pbxtest.Account("1002", "p")}, march)
	if err != nil {
		t.Fatal(err)
	}
	earlier := strings.Replace(string(file), "realm = ", "supported_algorithms_uas = MD5\nrealm = ", 1)
	if _, err := format.ParseAsterisk([]byte(earlier)); err == nil {
		t.Fatal("it is as it is written now")
	}
	write(t, filepath.Join(dir, "1002.conf"), earlier)
	p := newProvisioner(t, asterisk.Config{Dir: dir})
	if err := p.Provision(t.Context(), pbxtest.Account("1001", "p")); err != nil {
		t.Fatal(err)
	}
	if all := read(t, filepath.Join(dir, "lines.all")); !strings.Contains(all, earlier) {
		t.Errorf("lines.all has not the line of an earlier version:\n%s", all)
	}
}

// What could mean something for other lines stays out.
func TestBundleKeepsLinesApart(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"another line":             "[1001](+)\ncontext = out\n",
		"a line that begins alike": "[10021](ep-base)\n",
		"everybody's":              "[global]\n",
		"another file":             "#include /etc/passwd\n",
		"a program":                "  #exec /bin/true\n",
		"an open comment":          "[1002](ep-base)\n;-- no end\n",
		"a comment in an option":   "[1002](ep-base)\ncontext = a ;-- no end\n",
		"a long line":              "[1002](ep-base)\ncontext = " + strings.Repeat("x", 9000) + "[1001](+)\n",
		"a carriage return":        "[1002](ep-base)\ncontext = a\r[1001](+)\n",
		"a byte order mark":        "\ufeff[1001](+)\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "1002.conf"), content)
			newProvisioner(t, asterisk.Config{Dir: dir})
			if all := read(t, filepath.Join(dir, "lines.all")); all != "" {
				t.Errorf("lines.all = %q, want nothing", all)
			}
		})
	}
}

// A file that cannot be read keeps its line as it was, and no other line from
// being taken away.
func TestUnreadableFileKeepsNoOtherLineOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := newProvisioner(t, asterisk.Config{Dir: dir})
	for _, extension := range []string{"1001", "1002", "1003"} {
		if err := p.Provision(t.Context(), pbxtest.Account(extension, "p")); err != nil {
			t.Fatal(err)
		}
	}
	before := read(t, filepath.Join(dir, "1002.conf"))
	for _, extension := range []string{"1002", "1004"} { // a name that leads to itself opens for nobody, the superuser neither
		path := filepath.Join(dir, extension+".conf")
		_ = os.Remove(path)
		if err := os.Symlink(filepath.Base(path), path); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Deprovision(t.Context(), pbx.NewAOR("1003", pbxtest.Domain)); err != nil {
		t.Errorf("Deprovision() = %v, want nil", err)
	}
	if got, want := read(t, filepath.Join(dir, "lines.all")), read(t, filepath.Join(dir, "1001.conf"))+"; 1002.conf\n"+before; !strings.HasPrefix(got, "; 1001.conf\n"+want) || strings.Contains(got, "[1003]") {
		t.Errorf("lines.all =\n%s\nwant\n%s", got, want)
	}
	newProvisioner(t, asterisk.Config{Dir: dir}) // a service that starts anew
	if got := read(t, filepath.Join(dir, "lines.all")); !strings.Contains(got, before) {
		t.Errorf("lines.all after a start =\n%s\nwant\n%s in it", got, before)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
