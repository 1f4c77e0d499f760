package phone_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/phone"
)

// zoe is what a phone of an invented subscriber is given.
func zoe() pbx.Setup {
	return pbx.Setup{
		DisplayName: "Zoë O'Hara-Łęcka", Extension: "2000001", Username: "2000001-k3f9ab",
		Password: "0123456789abcdefghjkmnpqrs", Realm: "pbx.example.org", Domain: "example.org",
		Service: pbx.Service{Server: "sip.example.org:5061", Transport: "tls", STUN: "stun.example.org:3478", Expires: 120},
	}
}

// rc is a configuration of liblinphone: keys by section.
type rc map[string]map[string]string

// apply reads provisioning XML as liblinphone's xml2lpc does: sections and
// entries by their name attributes, an entry only where there is none yet or
// where it overwrites, and an empty value takes a key away.
func (c rc) apply(t *testing.T, document []byte) {
	t.Helper()
	var config struct {
		XMLName  xml.Name `xml:"config"`
		Sections []struct {
			Name    string `xml:"name,attr"`
			Entries []struct {
				Name      string `xml:"name,attr"`
				Overwrite string `xml:"overwrite,attr"`
				Value     string `xml:",chardata"`
			} `xml:"entry"`
		} `xml:"section"`
	}
	if err := xml.Unmarshal(document, &config); err != nil {
		t.Fatalf("not XML: %v\n%s", err, document)
	}
	for _, section := range config.Sections {
		if c[section.Name] == nil {
			c[section.Name] = map[string]string{}
		}
		for _, e := range section.Entries {
			if _, there := c[section.Name][e.Name]; there && e.Overwrite != "true" {
				continue
			}
			if e.Value == "" {
				delete(c[section.Name], e.Name)
			} else {
				c[section.Name][e.Name] = e.Value
			}
		}
	}
}

func TestLinphone(t *testing.T) {
	t.Parallel()
	document, err := phone.Linphone(zoe())
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/linphone.xml", document)
}

func TestLinphoneWithoutNameAndSTUN(t *testing.T) {
	t.Parallel()
	s := zoe()
	s.DisplayName, s.Service.STUN, s.Service.Transport = "", "", "udp"
	document, err := phone.Linphone(s)
	if err != nil {
		t.Fatal(err)
	}
	got := rc{}
	got.apply(t, document)
	if got["proxy_0"]["reg_identity"] != "<sip:2000001@example.org>" || got["proxy_0"]["reg_route"] != "<sip:sip.example.org:5061;transport=udp;lr>" {
		t.Errorf("proxy_0 = %v", got["proxy_0"])
	}
	if _, there := got["nat_policy_0"]; there {
		t.Error("a section about STUN where there is none")
	}
}

// The app that is set up anew has a digest of the old password, another
// account's server and an address to ask at each start. None of it may stay.
func TestLinphoneReplacesWhatWasThere(t *testing.T) {
	t.Parallel()
	got := rc{
		"misc": {"config-uri": "https://id.example.org/p/old"},
		"sip":  {"default_proxy": "1", "register_only_when_network_is_up": "1"},
		"proxy_0": {
			"reg_identity": "sip:old@old.example", "reg_route": "<sip:old.example>", "nat_policy_ref": "old", "lime_server_url": "https://lime.example",
			"conference_factory_uri": "sip:factory@old.example", "realm": "old.example",
		},
		"auth_info_0": {
			"username": "old", "userid": "old", "ha1": "00", "algorithm": "SHA-256", "available_algorithms": "SHA-256", "realm": "old.example", "domain": "old.example",
		},
	}
	s := zoe()
	s.Service.STUN = ""
	document, err := phone.Linphone(s)
	if err != nil {
		t.Fatal(err)
	}
	got.apply(t, document)
	want := map[string]string{
		"username": "2000001", "userid": "2000001-k3f9ab", "passwd": "0123456789abcdefghjkmnpqrs", "algorithm": "MD5",
		"realm": "pbx.example.org", "domain": "example.org",
	}
	if diff := cmp.Diff(want, got["auth_info_0"]); diff != "" {
		t.Errorf("auth_info_0 (-want +got):\n%s", diff)
	}
	if got["misc"]["transient_provisioning"] != "1" || got["sip"]["default_proxy"] != "0" || got["sip"]["register_only_when_network_is_up"] != "1" {
		t.Errorf("misc = %v, sip = %v", got["misc"], got["sip"])
	}
	for section, keys := range got {
		for key, value := range keys {
			if strings.Contains(value, "old.example") || value == "old" {
				t.Errorf("%s/%s = %s stays", section, key, value)
			}
		}
	}
}

// An entry's value is in one piece, or xml2lpc would read its first piece only;
// and no attribute is empty, which it does not survive.
func TestLinphoneIsPlainXML(t *testing.T) {
	t.Parallel()
	s := zoe()
	s.DisplayName = "O'Hara & Søn"
	document, err := phone.Linphone(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, not := range []string{"<!", "<!--", `=""`, "CDATA", "\r"} {
		if strings.Contains(string(document), not) {
			t.Errorf("the XML holds %q", not)
		}
	}
	got := rc{}
	got.apply(t, document)
	if want := `"O'Hara & Søn" <sip:2000001@example.org>`; got["proxy_0"]["reg_identity"] != want {
		t.Errorf("reg_identity = %q, want %q", got["proxy_0"]["reg_identity"], want)
	}
}
