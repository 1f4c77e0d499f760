package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
)

// saveLine enrolls somebody with a line.
func saveLine(t *testing.T, s *store.Store, extension string, enabled bool) pbx.Account {
	t.Helper()
	e := kyc.NewEnrollment("en"+extension, time.Now(), kyc.Data{Identity: kyc.Identity{ID: "id" + extension}})
	if err := s.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	a := lineOf(extension, "correct horse battery staple")
	a.IdentityID, a.Enabled = "id"+extension, enabled
	if err := s.SaveAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

func lineOf(extension string, password pbx.Password) pbx.Account {
	return pbx.Account{
		Extension: extension, Realm: "vouchline", DisplayName: "Ada", AOR: pbx.NewAOR(extension, "vouchline"), Enabled: true,
		Devices: []pbx.Device{{
			ID: "first", Kind: pbx.App, Credentials: []pbx.Credential{pbx.NewCredential(extension+"-aaaaaa", "vouchline", password)},
		}},
	}
}

// withAccounts returns the flags of a database with the lines 1000 and 1001,
// of which the second is disabled.
func withAccounts(t *testing.T) (dir string, flags []string) {
	t.Helper()
	dir, flags = migrated(t)
	s := testStore(t, dir)
	saveLine(t, s, "1000", true)
	saveLine(t, s, "1001", false)
	return dir, flags
}

func TestPBXExport(t *testing.T) {
	t.Parallel()
	_, flags := withAccounts(t)
	stdout, stderr, code := session(t, "", append([]string{"pbx", "export"}, flags...)...)
	if code != exitDone || !strings.Contains(stdout, "[1000]") || strings.Contains(stdout, "[1001]") {
		t.Errorf("run(pbx export) = %d, %q, %q; want the enabled line", code, stdout, stderr)
	}
	for _, args := range [][]string{{"--format", "json"}, {"--json"}} {
		stdout, stderr, code := session(t, "", append(append([]string{"pbx", "export"}, args...), flags...)...)
		var extensions []string
		for dec := json.NewDecoder(strings.NewReader(stdout)); dec.More(); {
			var a pbx.Account
			if err := dec.Decode(&a); err != nil {
				t.Fatal(err)
			}
			extensions = append(extensions, a.Extension)
		}
		if code != exitDone || fmt.Sprint(extensions) != "[1000 1001]" {
			t.Errorf("run(pbx export %q) = %d, %q, %q; want both lines", args, code, extensions, stderr)
		}
	}
	for format, want := range map[string]string{
		"kamailio": "('1000-aaaaaa', 'vouchline', ", "freeswitch": `<user id="1000-aaaaaa">`, "csv": "1000,Ada,1000-aaaaaa,vouchline,",
	} {
		stdout, stderr, code := session(t, "", append([]string{"pbx", "export", "--format", format}, flags...)...)
		if code != exitDone || !strings.Contains(stdout, want) || strings.Contains(stdout, "1001-aaaaaa") {
			t.Errorf("run(pbx export --format %s) = %d, %q, %q; want the enabled line", format, code, stdout, stderr)
		}
	}
	stdout, stderr, code = session(t, "", append([]string{"pbx", "export", "--json", "--since", "1000000"}, flags...)...)
	if code != exitDone || stdout != "" {
		t.Errorf("run(pbx export --since later) = %d, %q, %q; want nothing", code, stdout, stderr)
	}
	if _, stderr, code := session(t, "", append([]string{"pbx", "export", "--since", "1"}, flags...)...); code != exitFault || !strings.Contains(stderr, "--since") {
		t.Errorf("run(pbx export --since of a whole file) = %d, %q; want 2", code, stderr)
	}
	if _, stderr, code := session(t, "", append([]string{"pbx", "export", "--since", "yesterday"}, flags...)...); code != exitFault {
		t.Errorf("run(pbx export --since yesterday) = %d, %q; want 2", code, stderr)
	}
}

func TestPBXViews(t *testing.T) {
	t.Parallel()
	for kind, view := range map[string]string{"asterisk": "asterisk.ps_auths", "kamailio": "kamailio.subscriber"} {
		stdout, stderr, code := session(t, "", "pbx", "views", kind)
		if code != exitDone || !strings.Contains(stdout, view) || !strings.Contains(stdout, `CREATE ROLE "`+kind+`"`) {
			t.Errorf("run(pbx views %s) = %d, %q, %q; want a role and its views", kind, code, stdout, stderr)
		}
	}
	stdout, _, code := session(t, "", "pbx", "views", "kamailio", "--role", "sip_reader")
	if code != exitDone || !strings.Contains(stdout, `CREATE ROLE "sip_reader"`) {
		t.Errorf("run(pbx views --role) = %d, %q; want that role", code, stdout)
	}
	for _, args := range [][]string{{"freeswitch"}, {"kamailio", "--role", `x"; DROP`}, {}} {
		if stdout, _, code := session(t, "", append([]string{"pbx", "views"}, args...)...); code != exitFault || stdout != "" {
			t.Errorf("run(pbx views %q) = %d, %q; want 2", args, code, stdout)
		}
	}
}
