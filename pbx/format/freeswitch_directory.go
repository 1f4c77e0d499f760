package format

import (
	"encoding/xml"
	"net/url"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// directoryNotFound is FreeSWITCH's word for it. Any other answer than this and a
// user would have it go on to its files, or log an error.
const directoryNotFound = xml.Header + `<document type="freeswitch/xml"><section name="result"><result status="not found"/></section></document>` + "\n"

type fsDocument struct {
	XMLName xml.Name  `xml:"document"`
	Type    string    `xml:"type,attr"`
	Section fsSection `xml:"section"`
}

type fsSection struct {
	Name   string   `xml:"name,attr"`
	Domain fsDomain `xml:"domain"`
}

// A DirectoryRequest is FreeSWITCH's question who a user of the digest is.
type DirectoryRequest struct {
	// Extension is the line that the user name begins with.
	Extension string
	Username  string
	Domain    string
}

// ParseDirectory reads the form that mod_xml_curl posts. It takes the question
// for the digest of a phone and no other: dialling, voice mail and the rest of
// FreeSWITCH get no digest. What phones write (their headers are in the form too)
// is not believed; a field that comes twice asks nothing.
func ParseDirectory(form url.Values) (DirectoryRequest, bool) {
	for field, want := range map[string]string{"section": "directory", "tag_name": "domain", "key_name": "name", "action": "sip_auth", "key": "id"} {
		if one(form, field) != want {
			return DirectoryRequest{}, false
		}
	}
	r := DirectoryRequest{Username: one(form, "user"), Domain: one(form, "domain")}
	if r.Username == "" || r.Username != one(form, "sip_auth_username") {
		return DirectoryRequest{}, false
	}
	if r.Domain == "" || r.Domain != one(form, "key_value") || r.Domain != one(form, "sip_auth_realm") {
		return DirectoryRequest{}, false
	}
	extension, _, ok := strings.Cut(r.Username, "-")
	r.Extension = extension
	return r, ok && digitsOnly(extension)
}

// one returns a field that is there once.
func one(form url.Values, field string) string {
	if len(form[field]) != 1 {
		return ""
	}
	return form[field][0]
}

func digitsOnly(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// Directory answers a question with the one user it is about. The account is
// that of the extension, or the zero account where there is none. A line that is
// off, a credential that has ended and an unknown user are answered alike, as is
// a user without an MD5 digest: FreeSWITCH lets in whom it finds without one.
func Directory(r DirectoryRequest, a pbx.Account, now time.Time) []byte {
	if !a.Enabled || a.Validate() != nil || a.Extension != r.Extension || a.Realm != r.Domain {
		return []byte(directoryNotFound)
	}
	for _, c := range a.Credentials(now) {
		if c.Username == r.Username && c.HA1MD5 != "" {
			return directoryUser(user{a, c})
		}
	}
	return []byte(directoryNotFound)
}

// DirectoryNotFound is the answer to every question that [ParseDirectory] does
// not take.
func DirectoryNotFound() []byte { return []byte(directoryNotFound) }

func directoryUser(u user) []byte {
	doc := fsDocument{Type: "freeswitch/xml", Section: fsSection{Name: "directory", Domain: fsDomain{
		Name: u.line.Realm, Groups: []fsGroup{{Name: "vouchline", Users: []fsUser{u.freeswitch()}}},
	}}}
	b, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return []byte(directoryNotFound) // fails closed
	}
	return append([]byte(xml.Header), append(b, '\n')...)
}
