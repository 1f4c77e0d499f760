package pbx_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/pbx"
)

func alice() pbx.Account {
	return pbx.Account{
		Extension: "1001", Realm: "pbx.example.org", DisplayName: "Zoë O'Hara-Łęcka",
		AOR: pbx.NewAOR("1001", "pbx.example.org"), IdentityID: "vl-01", Enabled: true, UpdatedAt: march,
		Devices: []pbx.Device{{
			ID: "k3f9ab2c", Name: "Office", Kind: pbx.App, AddedAt: march,
			Credentials: []pbx.Credential{pbx.NewCredential("1001-k3f9ab", "pbx.example.org", "secret")},
		}},
	}
}

var march = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// first is the account's only credential.
func first(a *pbx.Account) *pbx.Credential { return &a.Devices[0].Credentials[0] }

func TestAccountValidate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		change      func(*pbx.Account)
		code, field string
	}{
		{"good", func(*pbx.Account) {}, "", ""},
		{"no name, no identity", func(a *pbx.Account) { a.DisplayName, a.IdentityID = "", "" }, "", ""},
		{"disabled without devices", func(a *pbx.Account) { a.Enabled, a.Devices = false, nil }, "", ""},
		{"MD5 only", func(a *pbx.Account) { first(a).HA1SHA256, first(a).HA1SHA512256 = "", "" }, "", ""},
		{"without digests", func(a *pbx.Account) { *first(a) = pbx.Credential{Username: "1001-x"} }, pbx.CodeNoDigest, "ha1"},
		{"without devices", func(a *pbx.Account) { a.Devices = nil }, pbx.CodeNoDigest, "devices"},
		{"without credentials", func(a *pbx.Account) { a.Devices[0].Credentials = nil }, pbx.CodeNoDigest, "devices"},
		{"device twice", func(a *pbx.Account) {
			a.Devices = append(a.Devices, pbx.Device{ID: a.Devices[0].ID, Kind: pbx.Desk})
		}, pbx.CodeDuplicate, "device"},
		{"user twice", func(a *pbx.Account) {
			a.Devices = append(a.Devices, pbx.Device{ID: "other", Kind: pbx.Desk, Credentials: a.Devices[0].Credentials})
		}, pbx.CodeDuplicate, "username"},
		{"device of no kind", func(a *pbx.Account) { a.Devices[0].Kind = "" }, pbx.CodeMalformed, "device_kind"},
		{"line break in a device's name", func(a *pbx.Account) { a.Devices[0].Name = "A\nB" }, pbx.CodeCharacter, "device_name"},
		{"too many devices", func(a *pbx.Account) { a.Devices = make([]pbx.Device, pbx.MaxDevices+1) }, pbx.CodeTooMany, "devices"},
		{"organisation with a space", func(a *pbx.Account) { a.Organisation = "a b" }, pbx.CodeCharacter, "organisation"},
		{"no extension", func(a *pbx.Account) { a.Extension = "" }, pbx.CodeEmpty, "extension"},
		{"path in the extension", func(a *pbx.Account) { a.Extension = "../1001" }, pbx.CodeCharacter, "extension"},
		{"long extension", func(a *pbx.Account) { a.Extension = strings.Repeat("1", 16) }, pbx.CodeTooLong, "extension"},
		{"section in the extension", func(a *pbx.Account) { a.Extension = "1](x)" }, pbx.CodeCharacter, "extension"},
		{"line break in the user", func(a *pbx.Account) { first(a).Username = "a\nusername=b" }, pbx.CodeCharacter, "username"},
		{"colon in the user", func(a *pbx.Account) { first(a).Username = "a:b" }, pbx.CodeCharacter, "username"},
		{"semicolon in the realm", func(a *pbx.Account) { a.Realm = "x;y" }, pbx.CodeCharacter, "realm"},
		{"no realm", func(a *pbx.Account) { a.Realm = "" }, pbx.CodeEmpty, "realm"},
		{"AOR of another number", func(a *pbx.Account) { a.AOR = "sip:1002@pbx.example.org" }, pbx.CodeMismatch, "aor"},
		{"AOR with a parameter", func(a *pbx.Account) { a.AOR = "sip:1001@pbx.example.org;x=y" }, pbx.CodeCharacter, "aor"},
		{"AOR of another scheme", func(a *pbx.Account) { a.AOR = "tel:1001" }, pbx.CodeMalformed, "aor"},
		{"line break in the name", func(a *pbx.Account) { a.DisplayName = "A\n[1002](auth-base)" }, pbx.CodeCharacter, "display_name"},
		{"carriage return in the name", func(a *pbx.Account) { a.DisplayName = "A\rB" }, pbx.CodeCharacter, "display_name"},
		{"line separator in the name", func(a *pbx.Account) { a.DisplayName = "A\u2028B" }, pbx.CodeCharacter, "display_name"},
		{"NUL in the name", func(a *pbx.Account) { a.DisplayName = "A\x00B" }, pbx.CodeCharacter, "display_name"},
		{"quote in the name", func(a *pbx.Account) { a.DisplayName = `A" <9999>` }, pbx.CodeCharacter, "display_name"},
		{"comment in the name", func(a *pbx.Account) { a.DisplayName = "A;--" }, pbx.CodeCharacter, "display_name"},
		{"variable in the name", func(a *pbx.Account) { a.DisplayName = "${SHELL(id)}" }, pbx.CodeCharacter, "display_name"},
		{"right-to-left override in the name", func(a *pbx.Account) { a.DisplayName = "A\u202eB" }, pbx.CodeCharacter, "display_name"},
		{"broken UTF-8 in the name", func(a *pbx.Account) { a.DisplayName = "A\xff" }, pbx.CodeCharacter, "display_name"},
		{"long name", func(a *pbx.Account) { a.DisplayName = strings.Repeat("é", 65) }, pbx.CodeTooLong, "display_name"},
		{"line break in the identity", func(a *pbx.Account) { a.IdentityID = "a\nb" }, pbx.CodeCharacter, "identity_id"},
		{"upper-case digest", func(a *pbx.Account) { first(a).HA1MD5 = strings.ToUpper(first(a).HA1MD5) }, pbx.CodeMalformed, "ha1_md5"},
		{"upper-case digest with the realm", func(a *pbx.Account) { first(a).HA1B = strings.ToUpper(first(a).HA1B) }, pbx.CodeMalformed, "ha1b"},
		{"digest of another algorithm", func(a *pbx.Account) { first(a).HA1SHA256 = first(a).HA1MD5 }, pbx.CodeMalformed, "ha1_sha256"},
		{"line break in a digest", func(a *pbx.Account) { first(a).HA1SHA512256 = first(a).HA1SHA512256[:63] + "\n" }, pbx.CodeMalformed, "ha1_sha512_256"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a := alice()
			tc.change(&a)
			err := a.Validate()
			if tc.code == "" {
				if err != nil {
					t.Errorf("Validate() = %v, want nil", err)
				}
				return
			}
			if want := (&pbx.Error{Code: tc.code, Field: tc.field}); !errors.Is(err, want) {
				t.Errorf("Validate() = %v, want %v", err, want)
			}
		})
	}
}

func TestCleanDisplayName(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"plain", "Zoë O'Hara", "Zoë O'Hara"},
		{"injection", "Eve\n[1002](auth-base)\nusername=x;", "Eve 1002 (auth-base) username x"},
		{"quotes", `Ann "Nan" Lee`, "Ann Nan Lee"},
		{"broken", "A\xff\xfeB", "A B"},
		{"long", strings.Repeat("é", 70), strings.Repeat("é", 64)},
		{"other scripts", "山田 太郎", "山田 太郎"},
		{"nothing left", ";;;", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := pbx.CleanDisplayName(tc.in); got != tc.want {
				t.Errorf("CleanDisplayName(%q) = %q, want %q", tc.in, got, tc.want)
			}
		})
	}
}

func FuzzCleanDisplayName(f *testing.F) {
	for _, s := range []string{"Zoë", "a\nb", "\xff", strings.Repeat("é ", 40), "]\u2028["} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		a := alice()
		a.DisplayName = pbx.CleanDisplayName(name)
		if err := a.Validate(); err != nil {
			t.Errorf("Validate() of CleanDisplayName(%q) = %q: %v", name, a.DisplayName, err)
		}
	})
}

func FuzzParseAOR(f *testing.F) {
	for _, s := range []string{"sip:1001@pbx.example.org", "sip:@", "sip:a@b:5060", "sips:a@b", "sip:a@b;c", "sip:a@b@c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		aor, err := pbx.ParseAOR(s)
		if err != nil {
			if _, ok := errors.AsType[*pbx.Error](err); !ok {
				t.Errorf("ParseAOR(%q) = %v, want a *pbx.Error", s, err)
			}
			return
		}
		if string(aor) != s || pbx.NewAOR(aor.User(), aor.Domain()) != aor {
			t.Errorf("ParseAOR(%q) = %s of %q at %q", s, aor, aor.User(), aor.Domain())
		}
	})
}

func TestAccountJSON(t *testing.T) {
	t.Parallel()
	b, err := json.MarshalIndent(alice(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/account.json", append(b, '\n'))
	var back pbx.Account
	if err := json.Unmarshal(b, &back); err != nil || !back.Equal(alice()) {
		t.Errorf("account after JSON differs, %v", err)
	}
}
