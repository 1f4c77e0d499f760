package asterisk_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

func TestRender(t *testing.T) {
	t.Parallel()
	md5Only := pbxtest.Account("1003", "c")
	md5Only.HA1SHA256, md5Only.HA1SHA512256 = "", ""
	bare := pbxtest.Account("1002", "b")
	bare.DisplayName, bare.IdentityID = "", ""
	disabled := pbxtest.Account("1004", "d")
	disabled.Enabled = false
	otherUser := pbxtest.Account("1005", "e")
	otherUser.AuthUsername = "zoe.ohara"
	otherUser = otherUser.WithPassword("e")
	for _, tc := range []struct {
		name     string
		accounts []pbx.Account
	}{
		{"none", nil},
		{"one", []pbx.Account{pbxtest.Account("1001", "a")}},
		{"several", []pbx.Account{otherUser, disabled, md5Only, bare, pbxtest.Account("1001", "a")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := asterisk.Render(tc.accounts)
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, "testdata/render/"+tc.name+".conf", got)
		})
	}
}

// Every field that could break out of its line is refused, by a code.
func TestRenderRefusesInjection(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{"\n", "\r", "\r\n[1002](auth-base)\nusername = eve", "]", "[", ";", ";--", "\x00", "\u2028", "\"", "\\", "${SHELL(id)}", "=>"} {
		for field, change := range map[string]func(*pbx.Account){
			"extension":     func(a *pbx.Account) { a.Extension += evil },
			"auth_username": func(a *pbx.Account) { a.AuthUsername += evil },
			"realm":         func(a *pbx.Account) { a.Realm += evil },
			"display_name":  func(a *pbx.Account) { a.DisplayName += evil + "x" },
			"aor":           func(a *pbx.Account) { a.AOR += pbx.AOR(evil) },
			"identity_id":   func(a *pbx.Account) { a.IdentityID += evil },
			"ha1_md5":       func(a *pbx.Account) { a.HA1MD5 += evil },
		} {
			good, bad := pbxtest.Account("1000", "x"), pbxtest.Account("1001", "a")
			change(&bad)
			got, err := asterisk.Render([]pbx.Account{good, bad})
			coded, ok := errors.AsType[*pbx.Error](err)
			if !ok || coded.Field != field || got != nil {
				t.Errorf("Render(%s with %q) = %d bytes, %v, want a *pbx.Error about %s", field, evil, len(got), err, field)
			}
		}
	}
}

func TestRenderRefusesDuplicates(t *testing.T) {
	t.Parallel()
	_, err := asterisk.Render([]pbx.Account{pbxtest.Account("1001", "a"), pbxtest.Account("1001", "b")})
	if !errors.Is(err, &pbx.Error{Code: pbx.CodeDuplicate}) {
		t.Errorf("Render(twice) = %v, want %s", err, pbx.CodeDuplicate)
	}
}

func TestParseReadsWhatRenderWrote(t *testing.T) {
	t.Parallel()
	want := []pbx.Account{pbxtest.Account("1001", "a"), pbxtest.Account("1002", "b"), pbxtest.Account("10020", "c")}
	want[1].DisplayName, want[1].IdentityID, want[1].HA1SHA256 = "", "", ""
	for i := range want {
		want[i].UpdatedAt = want[i].UpdatedAt.Add(-want[i].UpdatedAt.Sub(want[i].UpdatedAt))
	}
	b, err := asterisk.Render(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := asterisk.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("Parse() = %d accounts, want %d", len(got), len(want))
	}
	for i := range want {
		got[i].UpdatedAt = want[i].UpdatedAt // not in the file
		if got[i] != want[i] {
			t.Errorf("account %s differs after Parse", want[i].Extension)
		}
	}
}

func TestParseRefusesForeignFiles(t *testing.T) {
	t.Parallel()
	b, err := asterisk.Render([]pbx.Account{pbxtest.Account("1001", "a")})
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	for name, text := range map[string]string{
		"empty":             "",
		"cut":               good[:len(good)-8],
		"option added":      strings.Replace(good, "aors = 1001\n", "aors = 1001\ncontext = free-calls\n", 1),
		"section added":     good + "\n[1002](auth-base)\nusername = eve\n",
		"include added":     good + "#include eve.conf\n",
		"comment added":     good + "; me\n",
		"digest twice":      strings.Replace(good, "password_digest = MD5", "password_digest = MD5:00\npassword_digest = MD5", 1),
		"other template":    strings.Replace(good, "(ep-base)", "(ep-free)", 1),
		"other aors":        strings.Replace(good, "aors = 1001", "aors = 1002", 1),
		"without a section": "auth = 1001\n",
		"DOS line ends":     strings.ReplaceAll(good, "\n", "\r\n"),
	} {
		if got, err := asterisk.Parse([]byte(text)); err == nil {
			t.Errorf("Parse(%s) = %v, want an error", name, got)
		} else if strings.Contains(err.Error(), pbxtest.Account("1001", "a").HA1MD5) {
			t.Errorf("Parse(%s) = %v, which shows a digest", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	b, err := asterisk.Render([]pbx.Account{pbxtest.Account("1001", "a")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("; aor: sip:1@b\n[1](ep-base)\ncallerid = <\n"))
	f.Add([]byte("[](](\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		accounts, err := asterisk.Parse(b)
		if err != nil {
			return
		}
		again, err := asterisk.Render(accounts)
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("Parse(%q) renders to %q, %v", b, again, err)
		}
	})
}
