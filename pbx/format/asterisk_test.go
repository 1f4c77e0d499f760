package format_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/format"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

var march = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestAsterisk(t *testing.T) {
	t.Parallel()
	md5Only := pbxtest.Account("1003", "c")
	md5Only.Devices[0].Credentials[0].HA1SHA256, md5Only.Devices[0].Credentials[0].HA1SHA512256 = "", ""
	bare := pbxtest.Account("1002", "b")
	bare.DisplayName, bare.IdentityID = "", ""
	disabled := pbxtest.Account("1004", "d")
	disabled.Enabled = false
	rotated := pbxtest.Account("1005", "e")
	rotated.Devices[0].Rotate(pbx.NewCredential("1005-zzzzzz", pbxtest.Domain, "f"), march, march.Add(time.Hour))
	ended := pbxtest.Account("1006", "g")
	ended.Devices[0].Credentials[0].NotAfter = march
	browsing := pbxtest.Account("1007", "h")
	browsing.Devices = append([]pbx.Device{browser("1007-bbbbbb")}, browsing.Devices...)
	only := pbxtest.Account("1008", "i")
	only.Devices = []pbx.Device{browser("1008-bbbbbb")}
	for _, tc := range []struct {
		name     string
		accounts []pbx.Account
	}{
		{"none", nil},
		{"browsers", []pbx.Account{browsing, only}},
		{"one", []pbx.Account{pbxtest.Account("1001", "a")}},
		{"several", []pbx.Account{rotated, ended, disabled, md5Only, bare, pbxtest.Account("1001", "a")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := format.Asterisk(tc.accounts, march)
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, "testdata/asterisk/"+tc.name+".conf", got)
		})
	}
}

// browser is a web phone with a credential.
func browser(username string) pbx.Device {
	return pbx.Device{ID: format.ParsedBrowser, Kind: pbx.Browser, Credentials: []pbx.Credential{pbx.NewCredential(username, pbxtest.Domain, "b")}}
}

// Every field that could break out of its line is refused, by a code.
func TestAsteriskRefusesInjection(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{"\n", "\r", "\r\n[1002](auth-base)\nusername = eve", "]", "[", ";", ";--", "\x00", "\u2028", "\"", "\\", "${SHELL(id)}", "=>"} {
		for field, change := range map[string]func(*pbx.Account){
			"extension":    func(a *pbx.Account) { a.Extension += evil },
			"username":     func(a *pbx.Account) { a.Devices[0].Credentials[0].Username += evil },
			"realm":        func(a *pbx.Account) { a.Realm += evil },
			"display_name": func(a *pbx.Account) { a.DisplayName += evil + "x" },
			"aor":          func(a *pbx.Account) { a.AOR += pbx.AOR(evil) },
			"identity_id":  func(a *pbx.Account) { a.IdentityID += evil },
			"ha1_md5":      func(a *pbx.Account) { a.Devices[0].Credentials[0].HA1MD5 += evil },
		} {
			good, bad := pbxtest.Account("1000", "x"), pbxtest.Account("1001", "a")
			change(&bad)
			got, err := format.Asterisk([]pbx.Account{good, bad}, march)
			coded, ok := errors.AsType[*pbx.Error](err)
			if !ok || coded.Field != field || got != nil {
				t.Errorf("Render(%s with %q) = %d bytes, %v, want a *pbx.Error about %s", field, evil, len(got), err, field)
			}
		}
	}
}

func TestAsteriskRefusesDuplicates(t *testing.T) {
	t.Parallel()
	_, err := format.Asterisk([]pbx.Account{pbxtest.Account("1001", "a"), pbxtest.Account("1001", "b")}, march)
	if !errors.Is(err, &pbx.Error{Code: pbx.CodeDuplicate}) {
		t.Errorf("Render(twice) = %v, want %s", err, pbx.CodeDuplicate)
	}
}

func TestParseAsteriskReadsWhatRenderWrote(t *testing.T) {
	t.Parallel()
	want := []pbx.Account{pbxtest.Account("1001", "a"), pbxtest.Account("1002", "b"), pbxtest.Account("10020", "c"), pbxtest.Account("1003", "d")}
	want[1].DisplayName, want[1].IdentityID, want[1].Devices[0].Credentials[0].HA1SHA256 = "", "", ""
	for i := range want {
		want[i].UpdatedAt, want[i].Devices[0].ID = time.Time{}, format.ParsedDevice // neither is in the file
		want[i].Devices[0].Credentials[0].HA1B = ""                                 // nor is this
	}
	web := browser("1003-bbbbbb")
	web.Credentials[0].HA1B = ""
	want[3].Devices = append(want[3].Devices, web)
	b, err := format.Asterisk(want, march)
	if err != nil {
		t.Fatal(err)
	}
	got, err := format.ParseAsterisk(b)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("Parse() = %d accounts, want %d", len(got), len(want))
	}
	for i := range want {
		if !got[i].Equal(want[i]) {
			t.Errorf("account %s differs after Parse", want[i].Extension)
		}
	}
}

func TestParseAsteriskRefusesForeignFiles(t *testing.T) {
	t.Parallel()
	b, err := format.Asterisk([]pbx.Account{pbxtest.Account("1001", "a")}, march)
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
		"browser of nobody": strings.Replace(good, "\n[1001](aor-base)", "\n[1001-bbbbbb](ep-browser)\nauth = 1001-bbbbbb\n\n[1001](aor-base)", 1),
		"without a section": "auth = 1001\n",
		"DOS line ends":     strings.ReplaceAll(good, "\n", "\r\n"),
	} {
		if got, err := format.ParseAsterisk([]byte(text)); err == nil {
			t.Errorf("Parse(%s) = %v, want an error", name, got)
		} else if strings.Contains(err.Error(), pbxtest.Account("1001", "a").Devices[0].Credentials[0].HA1MD5) {
			t.Errorf("Parse(%s) = %v, which shows a digest", name, err)
		}
	}
}

func FuzzParseAsterisk(f *testing.F) {
	b, err := format.Asterisk([]pbx.Account{pbxtest.Account("1001", "a")}, march)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	web := pbxtest.Account("1002", "b")
	web.Devices = append(web.Devices, browser("1002-bbbbbb"))
	if b, err = format.Asterisk([]pbx.Account{web}, march); err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("; aor: sip:1@b\n[1](ep-base)\ncallerid = <\n"))
	f.Add([]byte("[](](\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		accounts, err := format.ParseAsterisk(b)
		if err != nil {
			return
		}
		again, err := format.Asterisk(accounts, march)
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("Parse(%q) renders to %q, %v", b, again, err)
		}
	})
}
