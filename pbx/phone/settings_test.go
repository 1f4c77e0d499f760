package phone_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/phone"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(pbx.Setup) ([]phone.Setting, error){"settings": phone.Settings, "zoiper": phone.Zoiper} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings, err := write(zoe())
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, s := range settings {
				fmt.Fprintf(&b, "%s\t%s\n", s.Name, s.Value)
			}
			golden.Check(t, "testdata/"+name+".txt", []byte(b.String()))
		})
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	b, err := phone.JSON(zoe())
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/settings.json", b)
}

func TestURIHasNoPassword(t *testing.T) {
	t.Parallel()
	if got, err := phone.URI(zoe()); err != nil || got != "sip:2000001@example.org;transport=tls" {
		t.Errorf("URI() = %q, %v", got, err)
	}
}

// writers are all forms, each as text.
var writers = []struct {
	form string
	to   func(pbx.Setup) (string, error)
}{
	{"linphone", text(phone.Linphone)},
	{"yealink", text(phone.Yealink)},
	{"grandstream", text(phone.Grandstream)},
	{"snom", text(phone.Snom)},
	{"json", text(phone.JSON)},
	{"settings", func(s pbx.Setup) (string, error) { v, err := phone.Settings(s); return fmt.Sprint(v), err }},
	{"zoiper", func(s pbx.Setup) (string, error) { v, err := phone.Zoiper(s); return fmt.Sprint(v), err }},
	{"uri", phone.URI},
}

func text(write func(pbx.Setup) ([]byte, error)) func(pbx.Setup) (string, error) {
	return func(s pbx.Setup) (string, error) {
		b, err := write(s)
		return string(b), err
	}
}

// What a form would have to mend is refused by every form.
func TestHostileSetup(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		change      func(*pbx.Setup)
		code, field string
	}{
		{"line break in the name", func(s *pbx.Setup) { s.DisplayName = "A\n[auth_info_1]\nusername=b" }, pbx.CodeCharacter, "display_name"},
		{"quote in the name", func(s *pbx.Setup) { s.DisplayName = `A" <sip:9@evil.example>;` }, pbx.CodeCharacter, "display_name"},
		{"NUL in the name", func(s *pbx.Setup) { s.DisplayName = "A\x00" }, pbx.CodeCharacter, "display_name"},
		{"URI in the extension", func(s *pbx.Setup) { s.Extension = "1@evil.example" }, pbx.CodeCharacter, "extension"},
		{"line break in the user", func(s *pbx.Setup) { s.Username = "a\nb" }, pbx.CodeCharacter, "username"},
		{"no password", func(s *pbx.Setup) { s.Password = "" }, pbx.CodeEmpty, "password"},
		{"line break in the password", func(s *pbx.Setup) { s.Password = "a\nb" }, pbx.CodeCharacter, "password"},
		{"parameter in the domain", func(s *pbx.Setup) { s.Domain = "example.org;maddr=evil.example" }, pbx.CodeCharacter, "aor"},
		{"no domain", func(s *pbx.Setup) { s.Domain = "" }, pbx.CodeEmpty, "aor"},
		{"bracket in the realm", func(s *pbx.Setup) { s.Realm = "<x>" }, pbx.CodeCharacter, "realm"},
		{"parameter in the server", func(s *pbx.Setup) { s.Service.Server = "sip.example.org;x=y" }, pbx.CodeCharacter, "server"},
		{"user in the server", func(s *pbx.Setup) { s.Service.Server = "a@sip.example.org:5060" }, pbx.CodeCharacter, "server"},
		{"no server", func(s *pbx.Setup) { s.Service.Server = "" }, pbx.CodeEmpty, "server"},
		{"port alone", func(s *pbx.Setup) { s.Service.Server = ":5060" }, pbx.CodeEmpty, "server"},
		{"port of letters", func(s *pbx.Setup) { s.Service.Server = "sip.example.org:sip" }, pbx.CodeMalformed, "server"},
		{"port too large", func(s *pbx.Setup) { s.Service.Server = "sip.example.org:65536" }, pbx.CodeMalformed, "server"},
		{"bare IPv6", func(s *pbx.Setup) { s.Service.Server = "2001:db8::1" }, pbx.CodeCharacter, "server"},
		{"half a bracket", func(s *pbx.Setup) { s.Service.Server = "[2001:db8::1" }, pbx.CodeMalformed, "server"},
		{"name in brackets", func(s *pbx.Setup) { s.Service.Server = "[sip.example.org]" }, pbx.CodeMalformed, "server"},
		{"browser's transport", func(s *pbx.Setup) { s.Service.Transport = "wss" }, pbx.CodeMalformed, "transport"},
		{"no time to register for", func(s *pbx.Setup) { s.Service.Expires = 0 }, pbx.CodeMalformed, "expires"},
		{"line break in STUN", func(s *pbx.Setup) { s.Service.STUN = "stun\n.example" }, pbx.CodeCharacter, "stun"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := zoe()
			tc.change(&s)
			for _, w := range writers {
				out, err := w.to(s)
				if want := (&pbx.Error{Code: tc.code, Field: tc.field}); !errors.Is(err, want) {
					t.Errorf("%s: error = %v, want %v", w.form, err, want)
				}
				if strings.Contains(out, "evil") || err != nil && strings.Contains(err.Error(), "evil") {
					t.Errorf("%s: %s, %v repeats what it refuses", w.form, out, err)
				}
			}
		})
	}
}

func TestServers(t *testing.T) {
	t.Parallel()
	for _, server := range []string{"sip.example.org", "sip.example.org:5061", "192.0.2.7", "192.0.2.7:5060", "[2001:db8::1]", "[2001:db8::1]:5061"} {
		s := zoe()
		s.Service.Server = server
		got := rc{}
		document, err := phone.Linphone(s)
		if err != nil {
			t.Errorf("Linphone() for %s: %v", server, err)
			continue
		}
		got.apply(t, document)
		if want := "<sip:" + server + ";transport=tls"; got["proxy_0"]["reg_route"] != want+";lr>" || got["proxy_0"]["reg_proxy"] != want+">" {
			t.Errorf("reg_route, reg_proxy = %s, %s, want both to begin with %s", got["proxy_0"]["reg_route"], got["proxy_0"]["reg_proxy"], want)
		}
	}
}

// Whatever is accepted comes out of the XML and of the JSON as it went in, and
// nothing else with it.
func FuzzForms(f *testing.F) {
	f.Add("Zoë", "1001", "1001-k3f9ab", "secret", "example.org", "sip.example.org:5061")
	f.Add("a\"<&>'\n]]>", "1", "a:b", "p w", "e;x", "[::1]:5060")
	f.Add("&#10;", "00", "-", "<", "..", "[::1]")
	f.Fuzz(func(t *testing.T, name, extension, user, password, domain, server string) {
		s := zoe()
		s.DisplayName, s.Extension, s.Username, s.Password, s.Domain, s.Realm, s.Service.Server = name, extension, user, pbx.Password(password), domain, domain, server
		document, err := phone.Linphone(s)
		encoded, jsonErr := phone.JSON(s)
		if (err == nil) != (jsonErr == nil) {
			t.Fatalf("Linphone() = %v, JSON() = %v", err, jsonErr)
		}
		if err != nil {
			return
		}
		got := rc{}
		got.apply(t, document)
		auth := got["auth_info_0"]
		if len(got) != 5 || len(auth) != 6 || auth["username"] != extension || auth["userid"] != user || auth["passwd"] != password || auth["domain"] != domain {
			t.Errorf("auth_info_0 of %q, %q, %q = %v", extension, user, password, auth)
		}
		var back struct{ Number, Username, Password, Domain, Server, URI string }
		if err := json.Unmarshal(encoded, &back); err != nil {
			t.Fatal(err)
		}
		if back.Number != extension || back.Username != user || back.Password != password || back.Domain != domain || back.Server != server {
			t.Errorf("JSON of %+v = %s", s, encoded)
		}
	})
}
