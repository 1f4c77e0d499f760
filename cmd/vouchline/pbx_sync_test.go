package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/kamailiotest"
	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// syncing runs the command and compares what it says, line by line.
func syncing(t *testing.T, flags []string, wantCode int, want ...string) {
	t.Helper()
	stdout, stderr, code := session(t, "", append([]string{"pbx", "sync"}, flags...)...)
	got := strings.Fields(strings.ReplaceAll(strings.TrimSpace(stdout), " ", "_"))
	if code != wantCode || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("run(pbx sync %q) = %d, %q, %s; want %d, %q", flags, code, got, stderr, wantCode, want)
	}
}

func TestPBXSyncFragments(t *testing.T) {
	t.Parallel()
	dir, flags := withAccounts(t) // 1000 on, 1001 off
	saveLine(t, testStore(t, dir), "1002", true)
	saveLine(t, testStore(t, dir), "1003", true)
	flags = append(flags, "--pbx", "asterisk")
	folder := filepath.Join(dir, "pbx")
	p, err := asterisk.New(asterisk.Config{Dir: folder, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []pbx.Account{lineOf("1001", "p"), lineOf("1002", "another password"), lineOf("1999", "p")} {
		if err := p.Provision(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{
		"1003.conf": "[1003](ep-base)\n", "1998.conf": "[1998](ep-base)\n", "operators.conf": "[gateway](ep-base)\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	syncing(t, flags, exitNegative, "1000_missing", "1001_extra", "1002_differs", "1003_differs", "1998_extra", "1999_extra")
	syncing(t, append(flags, "--repair"), exitDone,
		"1000_missing_repaired", "1001_extra_repaired", "1002_differs_repaired", "1003_differs_repaired", "1998_extra_repaired", "1999_extra_repaired")
	syncing(t, flags, exitDone)
	if _, err := os.Stat(filepath.Join(folder, "operators.conf")); err != nil {
		t.Errorf("the operator's own file: %v, want it left alone", err)
	}
	if err := os.Remove(filepath.Join(folder, "1000.conf")); err != nil {
		t.Fatal(err)
	}
	syncing(t, append(flags, "--json"), exitNegative, `{"extension":"1000","drift":"missing","repaired":false}`)
	syncing(t, append(flags, "--json", "--repair"), exitDone, `{"extension":"1000","drift":"missing","repaired":true}`)
	syncing(t, append(flags[:2:2], "--pbx", "none"), exitFault)
}

// A PBX that does not take a change is a fault, with each line that failed.
func TestPBXSyncSaysWhatFailed(t *testing.T) {
	t.Parallel()
	_, flags := withAccounts(t)
	flags = append(flags, "--pbx", "asterisk", "--pbx-reload", "false", "--repair")
	_, stderr, code := session(t, "", append([]string{"pbx", "sync"}, flags...)...)
	if code != exitFault || !strings.Contains(stderr, "line 1000") {
		t.Errorf("run(pbx sync) with a reload that fails = %d, %q; want 2 and the line", code, stderr)
	}
}

// PBXs that read our database, by the flags of each, and where phones find it.
var published = map[string]func(t *testing.T, dsn string) (address string, flags []string){
	"Kamailio": func(t *testing.T, dsn string) (string, []string) {
		s := kamailiotest.Start(t, kamailiotest.Config{Domain: "vouchline", Database: storetest.PBXRole(t, dsn, "kamailio").String()})
		return s.Address, []string{"--pbx", "kamailio", "--pbx-kamailio-rpc", s.RPC, "--pbx-kamailio-token", s.Token}
	},
	"Asterisk": func(t *testing.T, dsn string) (string, []string) {
		s := asterisktest.Start(t, "vouchline", asterisktest.Realtime(asterisktest.NewDatabase(t, dsn)))
		return s.Address, []string{
			"--pbx", "asterisk-realtime", "--pbx-ami", s.Manager, "--pbx-ami-user", s.ManagerUser, "--pbx-ami-secret", s.ManagerSecret,
		}
	},
}

// A line that is in the view of a restored database, or a device that is
// registered though its line went off while the PBX was away.
func TestPBXSyncPublished(t *testing.T) {
	t.Parallel()
	for name, start := range published {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			syncPublished(t, start)
		})
	}
}

func syncPublished(t *testing.T, start func(t *testing.T, dsn string) (string, []string)) {
	t.Helper()
	dir, dsn := t.TempDir(), pgtest.Start(t)
	s := storetest.Open(t, store.Config{
		DSN: dsn, Blobs: filepath.Join(dir, "blobs"), KeyFile: filepath.Join(dir, "operator.key"), Clock: time.Now,
	})
	address, flags := start(t, dsn)
	flags = append([]string{"--data-dir", dir, "--database", dsn}, flags...)
	saveLine(t, s, "1000", true)
	on := saveLine(t, s, "1001", true)
	syncing(t, flags, exitNegative, "1000_missing", "1001_missing")
	syncing(t, append(flags, "--repair"), exitDone, "1000_missing_repaired", "1001_missing_repaired")
	phone := siptest.Phone{Number: "1001", User: "1001-aaaaaa", Password: "correct horse battery staple", Realm: "vouchline", Expires: 60}
	register := func(want int) {
		t.Helper()
		if got := siptest.Register(t, address, phone); got.Status != want {
			t.Fatalf("REGISTER = %d, want %d", got.Status, want)
		}
	}
	register(200)
	syncing(t, flags, exitDone)
	on.Enabled = false
	if err := s.SaveAccount(t.Context(), on); err != nil {
		t.Fatal(err)
	}
	syncing(t, flags, exitNegative, "1001_extra", "1001_registered_but_off")
	syncing(t, append(flags, "--repair"), exitDone, "1001_extra_repaired", "1001_registered_but_off_repaired")
	register(401)
	syncing(t, flags, exitDone)
	syncing(t, append(flags[:len(flags)-1:len(flags)-1], "wrong"), exitFault)
}
