package format_test

import (
	"bytes"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/format"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// posted is a form as mod_xml_curl posts it, with changes.
func posted(t *testing.T, name string, changes ...string) url.Values {
	t.Helper()
	b, err := os.ReadFile("testdata/directory/" + name + ".form")
	if err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

// ask answers a form from these accounts, as the API does.
func ask(form url.Values, now time.Time, accounts ...pbx.Account) []byte {
	r, ok := format.ParseDirectory(form)
	if !ok {
		return format.DirectoryNotFound()
	}
	var found pbx.Account
	for _, a := range accounts {
		if a.Extension == r.Extension {
			found = a
		}
	}
	return format.Directory(r, found, now)
}

func TestDirectoryReplay(t *testing.T) {
	t.Parallel()
	a := pbxtest.Account("1001", "a")
	for _, name := range []string{
		"register", "invite", "reverse-auth-lookup", "user-call", "user-data", "message-count", "voicemail", "network-list",
		"dialplan", "configuration", "domain-only",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask(posted(t, name), march, a)
			want := "not-found.xml"
			if name == "register" || name == "invite" {
				want = "user.xml"
			}
			golden.Check(t, "testdata/directory/"+want, got)
			digests(t, got)
		})
	}
}

// Whatever a phone or FreeSWITCH asks about anybody else is not found, in the
// very same bytes.
func TestDirectoryNotFound(t *testing.T) {
	t.Parallel()
	on := pbxtest.Account("1001", "a")
	off, ended, noMD5, invalid := on.Clone(), on.Clone(), on.Clone(), on.Clone()
	off.Enabled = false
	ended.Devices[0].Credentials[0].NotAfter = march
	noMD5.Devices[0].Credentials[0].HA1MD5 = ""
	invalid.DisplayName = `"><variable`
	user := func(name string) []string { return []string{"user", name, "sip_auth_username", name} }
	domain := func(name string) []string { return []string{"domain", name, "key_value", name, "sip_auth_realm", name} }
	for _, tc := range []struct {
		name    string
		changes []string
		account pbx.Account
	}{
		{"line that is off", nil, off},
		{"credential that has ended", nil, ended},
		{"no MD5 digest", nil, noMD5},
		{"account that does not validate", nil, invalid},
		{"no account", nil, pbx.Account{}},
		{"another line's credential", user("1002-aaaaaa"), on},
		{"unknown credential", user("1001-bbbbbb"), on},
		{"extension as user", user("1001"), on},
		{"no user", user(""), on},
		{"nobody", user("nobody"), on},
		{"user in another case", user("1001-AAAAAA"), on},
		{"user with a domain", user("1001-aaaaaa@" + pbxtest.Domain), on},
		{"path", user("../1001-aaaaaa"), on},
		{"XML", user(`1001-aaaaaa"/><user id="x`), on},
		{"SQL", user("1001-aaaaaa' or '1'='1"), on},
		{"line break", user("1001-aaaaaa\r\n"), on},
		{"NUL", user("1001-aaaaaa\x00"), on},
		{"broken UTF-8", user("1001-aaaaaa\xff"), on},
		{"user differs from the digest's", []string{"user", "1001-aaaaaa", "sip_auth_username", "1002-aaaaaa"}, on},
		{"other domain", domain("other.example.org"), on},
		{"no domain", domain(""), on},
		{"realm differs", []string{"sip_auth_realm", "other.example.org"}, on},
		{"other section", []string{"section", "dialplan"}, on},
		{"other action", []string{"action", "reverse-auth-lookup"}, on},
		{"no action", []string{"action", ""}, on},
		{"other key", []string{"key", "number-alias"}, on},
		{"other tag", []string{"tag_name", "user"}, on},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := ask(posted(t, "register", tc.changes...), march, tc.account); !bytes.Equal(got, format.DirectoryNotFound()) {
				t.Errorf("answer %s, want not found", got)
			}
		})
	}
}

// A phone's headers are in the form too: one that is named like a field of ours
// makes it come twice, and neither is believed.
func TestDirectoryTakesNoFieldTwice(t *testing.T) {
	t.Parallel()
	a := pbxtest.Account("1001", "a")
	for _, field := range []string{"section", "tag_name", "key_name", "key_value", "action", "key", "user", "domain", "sip_auth_username", "sip_auth_realm"} {
		form := posted(t, "register")
		form.Add(field, form.Get(field))
		if got := ask(form, march, a); !bytes.Equal(got, format.DirectoryNotFound()) {
			t.Errorf("%s twice is answered", field)
		}
	}
}

func FuzzDirectory(f *testing.F) {
	for _, s := range []string{"section=directory&user=1001-aaaaaa", "a=1;b=2", "user=%00&user=%ff"} {
		f.Add(s)
	}
	b, err := os.ReadFile("testdata/directory/register.form")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(strings.TrimSpace(string(b)))
	a := pbxtest.Account("1001", "a")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		got := ask(form, march, a)
		if digests(t, got) == 1 && (form.Get("user") != pbxtest.Username("1001") || form.Get("action") != "sip_auth") {
			t.Errorf("%q is answered with a user", body)
		}
	})
}
