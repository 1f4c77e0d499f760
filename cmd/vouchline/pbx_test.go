package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
)

// withAccounts returns the flags of a database with the lines 1000 and 1001,
// of which the second is disabled.
func withAccounts(t *testing.T) (dir string, flags []string) {
	t.Helper()
	dir, flags = migrated(t)
	s := testStore(t, dir)
	for i, enabled := range []bool{true, false} {
		ext := fmt.Sprint(1000 + i)
		e := kyc.NewEnrollment("en"+ext, time.Now(), kyc.Data{Identity: kyc.Identity{ID: "id" + ext}})
		if err := s.Create(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		a := pbx.Account{
			Extension: ext, AuthUsername: ext, Realm: "vouchline", DisplayName: "Ada", AOR: pbx.NewAOR(ext, "vouchline"),
			IdentityID: "id" + ext, Enabled: enabled,
		}.WithPassword("correct horse battery staple")
		if err := s.SaveAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
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
	stdout, stderr, code = session(t, "", append([]string{"pbx", "export", "--json", "--since", "2026-11-20T12:00:01Z"}, flags...)...)
	if code != exitDone || stdout != "" {
		t.Errorf("run(pbx export --since later) = %d, %q, %q; want nothing", code, stdout, stderr)
	}
	if _, stderr, code := session(t, "", append([]string{"pbx", "export", "--since", "yesterday"}, flags...)...); code != exitFault {
		t.Errorf("run(pbx export --since yesterday) = %d, %q; want 2", code, stderr)
	}
}

func TestPBXReconcile(t *testing.T) {
	t.Parallel()
	dir, flags := withAccounts(t)
	flags = append(flags, "--pbx", "asterisk")
	p, err := asterisk.New(asterisk.Config{Dir: filepath.Join(dir, "pbx")})
	if err != nil {
		t.Fatal(err)
	}
	stray := pbx.Account{
		Extension: "1999", AuthUsername: "1999", Realm: "vouchline", AOR: pbx.NewAOR("1999", "vouchline"), Enabled: true,
	}.WithPassword("correct horse battery staple")
	if err := p.Provision(t.Context(), stray); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		want string
		left []string
	}{
		{"all again", nil, `{"provisioned":1,"deprovisioned":1,"failed":0}`, []string{"1000", "1999"}},
		{"with prune", []string{"--prune"}, `{"provisioned":1,"deprovisioned":2,"failed":0}`, []string{"1000"}},
	} {
		stdout, stderr, code := session(t, "", append(append([]string{"pbx", "reconcile", "--json"}, test.args...), flags...)...)
		if code != exitDone || strings.TrimSpace(stdout) != test.want {
			t.Errorf("run(pbx reconcile), %s = %d, %q, %q; want %s", test.name, code, stdout, stderr, test.want)
		}
		lines, err := p.Accounts()
		var got []string
		for _, line := range lines {
			got = append(got, line.Extension)
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(test.left) {
			t.Errorf("lines on the PBX, %s = %v, %v, want %v", test.name, got, err, test.left)
		}
	}
	if _, stderr, code := session(t, "", append([]string{"pbx", "reconcile", "--pbx", "none"}, flags[:2]...)...); code != exitFault || !strings.Contains(stderr, "--pbx") {
		t.Errorf("run(pbx reconcile) without a PBX = %d, %q; want 2", code, stderr)
	}
}
