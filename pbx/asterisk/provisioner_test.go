package asterisk_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/format"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

var march = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newProvisioner(t *testing.T, c asterisk.Config) *asterisk.Provisioner {
	t.Helper()
	if c.Clock == nil {
		c.Clock = func() time.Time { return march }
	}
	p, err := asterisk.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The suite on the files alone: what Asterisk makes of them is TestAsterisk's.
func TestFiles(t *testing.T) {
	t.Parallel()
	pbxtest.Run(t, func(t *testing.T) pbxtest.Target {
		dir := t.TempDir()
		return pbxtest.Target{
			Provisioner: newProvisioner(t, asterisk.Config{Dir: dir}),
			Lookup: func(t *testing.T, aor pbx.AOR) (pbx.Account, bool) {
				b, err := os.ReadFile(filepath.Join(dir, aor.User()+".conf"))
				if errors.Is(err, os.ErrNotExist) {
					return pbx.Account{}, false
				}
				accounts, perr := format.ParseAsterisk(b)
				if err != nil || perr != nil || len(accounts) != 1 {
					t.Fatalf("file of %s: %v, %v, %d accounts", aor, err, perr, len(accounts))
				}
				return accounts[0], true
			},
		}
	})
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestFolderIsNeverEmpty(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "accounts")
	p := newProvisioner(t, asterisk.Config{Dir: dir})
	a := pbxtest.Account("1001", "p")
	if err := p.Provision(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"000-vouchline.conf", "1001.conf", "lines.all"}, names(t, dir)); diff != "" {
		t.Errorf("folder with a line (-want +got):\n%s", diff)
	}
	info, err := os.Stat(filepath.Join(dir, "1001.conf"))
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode = %v, %v, want 0640: the digests are as good as passwords", info.Mode(), err)
	}
	if err := p.Deprovision(t.Context(), a.AOR); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"000-vouchline.conf", "lines.all"}, names(t, dir)); diff != "" {
		t.Errorf("folder without lines (-want +got):\n%s", diff)
	}
}

// The file that opens an empty folder is the same that deploy/ brings along.
func TestKeepFileIsTheDeployedOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newProvisioner(t, asterisk.Config{Dir: dir})
	got, err := os.ReadFile(filepath.Join(dir, "000-vouchline.conf"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../deploy/asterisk/etc/pjsip.d/000-vouchline.conf")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("000-vouchline.conf (-deploy +written):\n%s", diff)
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := newProvisioner(t, asterisk.Config{Dir: dir})
	for _, ext := range []string{"1002", "1001"} {
		if err := p.Provision(t.Context(), pbxtest.Account(ext, "p")); err != nil {
			t.Fatal(err)
		}
	}
	accounts, err := p.Accounts()
	if err != nil || len(accounts) != 2 || accounts[0].Extension != "1001" || accounts[1].Extension != "1002" {
		t.Errorf("Accounts() = %v, %v, want 1001 and 1002", accounts, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "1003.conf"), []byte("[1003](ep-base)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Accounts(); err == nil || !strings.Contains(err.Error(), "1003.conf") {
		t.Errorf("Accounts() with a foreign file = %v, want an error that names it", err)
	}
}

// script writes a program that stands for the operator's command.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "command")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	return path
}

func TestReloadIsRunAndChecked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(t.TempDir(), "log")
	p := newProvisioner(t, asterisk.Config{Dir: dir, Reload: []string{script(t, `test -e "$1/1001.conf" && echo "$2" >>"$3"`), dir, "two words", log}})
	if err := p.Provision(t.Context(), pbxtest.Account("1001", "p")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(log); err != nil || string(b) != "two words\n" {
		t.Errorf("reload wrote %q, %v, want it run once, after the file was there", b, err)
	}
	broken := newProvisioner(t, asterisk.Config{Dir: t.TempDir(), Reload: []string{script(t, "echo no such module >&2; exit 1")}})
	err := broken.Provision(t.Context(), pbxtest.Account("1001", "p"))
	if !errors.Is(err, asterisk.ErrReload) || !strings.Contains(err.Error(), "no such module") {
		t.Errorf("Provision() = %v, want %v with what the command said", err, asterisk.ErrReload)
	}
	if err := broken.Deprovision(t.Context(), pbxtest.Account("1001", "p").AOR); !errors.Is(err, asterisk.ErrReload) {
		t.Errorf("Deprovision() = %v, want %v", err, asterisk.ErrReload)
	}
}

// A reload that hangs, and an Asterisk that never shows the change, cost the
// timeout and are errors: nobody is told of a line that does not work.
func TestChangeThatNeverTakesEffect(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name         string
		reload, show string
		want         error
	}{
		{"reload hangs", "exec sleep 60", "", asterisk.ErrReload},
		{"Asterisk is down", "true", "echo Unable to connect; exit 1", asterisk.ErrNotLoaded},
		{"line is unknown", "true", `echo "Unable to find object $1."`, asterisk.ErrNotLoaded},
		{"another line is shown", "true", "echo ' Endpoint: 10010/1001'; echo ' InAuth: 1001-aaaaaa/1001-aaaaaa'", asterisk.ErrNotLoaded},
		{"old credential is shown", "true", "echo ' Endpoint: 1001'; echo ' InAuth: 1001-oldold/1001-oldold'", asterisk.ErrNotLoaded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := asterisk.Config{Dir: t.TempDir(), Timeout: 2 * time.Second, Reload: []string{script(t, tc.reload)}}
			if tc.show != "" {
				c.Show = []string{script(t, tc.show), "{extension}"}
			}
			if err := newProvisioner(t, c).Provision(t.Context(), pbxtest.Account("1001", "p")); !errors.Is(err, tc.want) {
				t.Errorf("Provision() = %v, want %v", err, tc.want)
			}
		})
	}
}

// A line that cannot be taken from Asterisk's memory is not revoked.
func TestDeprovisionWhileAsteriskIsDown(t *testing.T) {
	t.Parallel()
	a := pbxtest.Account("1001", "p")
	for name, tc := range map[string]struct {
		console string
		want    error
	}{
		"down":             {"echo Unable to connect; exit 1", asterisk.ErrReload},
		"still shown":      {"echo ' Endpoint: 1001'", asterisk.ErrNotLoaded},
		"database is shut": {`case "$1" in database*) exit 1;; *) echo "Unable to find object 1001.";; esac`, asterisk.ErrNotDropped},
	} {
		c := asterisk.Config{Dir: t.TempDir(), Timeout: 2 * time.Second, Console: []string{script(t, tc.console)}}
		if err := newProvisioner(t, c).Deprovision(t.Context(), a.AOR); !errors.Is(err, tc.want) {
			t.Errorf("Deprovision(%s) = %v, want %v", name, err, tc.want)
		}
	}
}

func TestUnwritableFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := asterisk.New(asterisk.Config{Dir: file}); err == nil {
		t.Error("New(a file) = nil, want an error")
	}
	if _, err := asterisk.New(asterisk.Config{}); err == nil {
		t.Error("New(no folder) = nil, want an error")
	}
}

// A process that is killed while it writes a line's file leaves the name and
// the digests beside it. They go with the line, and a neighbour whose number
// begins alike keeps its own.
func TestLeftoversGoWithTheLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := newProvisioner(t, asterisk.Config{Dir: dir})
	for _, extension := range []string{"200", "2001"} {
		if err := p.Provision(t.Context(), pbxtest.Account(extension, "password")); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dir, extension+".conf"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "."+extension+".conf.3141592653"), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Deprovision(t.Context(), pbx.NewAOR("200", pbxtest.Domain)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{".2001.conf.3141592653", "000-vouchline.conf", "2001.conf", "lines.all"}, names(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
