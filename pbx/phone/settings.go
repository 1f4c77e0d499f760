package phone

import (
	"encoding/json"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// A Setting is one line of what a person types into a phone. Its name is
// stable; the words for it are a catalogue's.
type Setting struct{ Name, Value string }

// The names of settings.
const (
	DisplayName = "display_name"
	Number      = "number"
	Username    = "username" // of the digest
	Password    = "password"
	Domain      = "domain"
	Server      = "server"
	Transport   = "transport"
	STUN        = "stun"
	Login       = "login" // number and domain in one field
	Host        = "host"
	Proxy       = "proxy"
)

// Settings are what most phones ask for, in the order in which they do.
func Settings(s pbx.Setup) ([]Setting, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	settings := []Setting{
		{DisplayName, s.DisplayName},
		{Number, s.Extension},
		{Domain, s.Domain},
		{Username, s.Username},
		{Password, s.Password.Reveal()},
		{Server, s.Service.Server},
		{Transport, s.Service.Transport},
		{STUN, s.Service.STUN},
	}
	return filled(settings), nil
}

// Zoiper are the fields of Zoiper's first screens, in their order. Its QR codes
// are no alternative: they hold an account at its vendor's portal, through which
// the password or the key to it would go.
func Zoiper(s pbx.Setup) ([]Setting, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	return filled([]Setting{
		{Login, s.Extension + "@" + s.Domain},
		{Password, s.Password.Reveal()},
		{Host, s.Domain},
		{Username, s.Username},
		{Proxy, s.Service.Server},
		{Transport, s.Service.Transport},
		{STUN, s.Service.STUN},
	}), nil
}

// filled leaves out what there is nothing to type for.
func filled(all []Setting) []Setting {
	var out []Setting
	for _, s := range all {
		if s.Value != "" {
			out = append(out, s)
		}
	}
	return out
}

// URI is the line's address with the transport to reach it (RFC 3261 section
// 19.1). It has no password: a URI with one is repeated wherever it is shown.
func URI(s pbx.Setup) (string, error) {
	if err := check(s); err != nil {
		return "", err
	}
	return string(pbx.NewAOR(s.Extension, s.Domain)) + ";transport=" + s.Service.Transport, nil
}

// configuration is the settings for a program.
type configuration struct {
	DisplayName string    `json:"display_name,omitempty"`
	URI         string    `json:"uri"`
	Number      string    `json:"number"`
	Domain      string    `json:"domain"`
	Realm       string    `json:"realm"`
	Username    string    `json:"username"`
	Password    string    `json:"password"`
	Server      string    `json:"server"`
	Transport   string    `json:"transport"`
	Expires     int       `json:"expires"`
	STUN        string    `json:"stun,omitempty"`
	Algorithms  []string  `json:"algorithms"`
	NotAfter    time.Time `json:"not_after,omitzero"`
}

// JSON writes the settings for a program that configures a phone. Algorithms
// are those that the password was digested by, the best one first.
func JSON(s pbx.Setup) ([]byte, error) {
	uri, err := URI(s)
	if err != nil {
		return nil, err
	}
	c := configuration{
		DisplayName: s.DisplayName, URI: uri, Number: s.Extension, Domain: s.Domain, Realm: s.Realm, Username: s.Username,
		Password: s.Password.Reveal(), Server: s.Service.Server, Transport: s.Service.Transport, Expires: s.Service.Expires,
		STUN: s.Service.STUN, NotAfter: s.NotAfter,
	}
	for _, a := range pbx.Algorithms() {
		c.Algorithms = append(c.Algorithms, string(a))
	}
	b, err := json.MarshalIndent(c, "", "  ") //nolint:gosec // the password is what the phone asks for
	return append(b, '\n'), err
}
