package format

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// A ParseError says which line of a file is not of our making. The line itself
// is not repeated: it may hold a digest.
type ParseError struct {
	Line   int
	Reason string
}

func (e *ParseError) Error() string { return fmt.Sprintf("pjsip.conf: line %d: %s", e.Line, e.Reason) }

// The devices of a parsed account: Asterisk is told of credentials and not of
// whose they are, only which are of browsers.
const (
	ParsedDevice  = "parsed"
	ParsedBrowser = "browser"
)

// ParseAsterisk reads what [Asterisk] wrote, and nothing else: a file that
// somebody has changed by hand is an error, so that reading back proves what
// was written. All accounts are enabled; times are not kept, nor which device
// a credential is of.
func ParseAsterisk(b []byte) ([]pbx.Account, error) {
	p := &parser{}
	for i, line := range strings.Split(string(b), "\n") {
		if err := p.line(line); err != nil {
			return nil, &ParseError{Line: i + 1, Reason: err.Error()}
		}
	}
	for _, a := range p.accounts {
		if err := a.Validate(); err != nil {
			return nil, err
		}
	}
	// What renders to the same bytes has no line too many, too few or twice.
	again, err := Asterisk(p.accounts, time.Time{})
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, b) {
		return nil, &ParseError{Line: 1, Reason: "not as written by Vouchline"}
	}
	return p.accounts, nil
}

type parser struct {
	accounts []pbx.Account
	section  string // name of the present one
	template string
}

func (p *parser) line(line string) error {
	switch {
	case line == "" || line == strings.TrimSuffix(header, "\n"):
		return nil
	case strings.HasPrefix(line, aorComment):
		aor := pbx.AOR(strings.TrimPrefix(line, aorComment))
		p.accounts = append(p.accounts, pbx.Account{
			AOR: aor, Extension: aor.User(), Enabled: true, Devices: []pbx.Device{{ID: ParsedDevice, Kind: pbx.App}},
		})
		p.template = ""
		return nil
	case strings.HasPrefix(line, "["):
		return p.begin(line)
	}
	key, value, ok := strings.Cut(line, " = ")
	if !ok || len(p.accounts) == 0 {
		return fmt.Errorf("neither a section nor an option")
	}
	return p.option(key, value)
}

func (p *parser) begin(line string) error {
	if len(p.accounts) == 0 {
		return fmt.Errorf("section without an address of record before it")
	}
	var ok bool
	p.section, p.template, ok = strings.Cut(strings.TrimSuffix(strings.TrimPrefix(line, "["), ")"), "](")
	a := &p.accounts[len(p.accounts)-1]
	switch {
	case ok && p.template == authTemplate:
		d := &a.Devices[0]
		d.Credentials = append(d.Credentials, pbx.Credential{})
	case ok && p.template == browserTemplate:
		return p.browser(a)
	case !ok || p.section != a.Extension:
		return fmt.Errorf("section of another line")
	}
	return nil
}

// browser makes a credential one of a browser: its endpoint comes after it.
func (p *parser) browser(a *pbx.Account) error {
	of := func(c pbx.Credential) bool { return c.Username == p.section }
	i := slices.IndexFunc(a.Devices[0].Credentials, of)
	if i < 0 {
		return fmt.Errorf("endpoint of no credential")
	}
	c := a.Devices[0].Credentials[i]
	a.Devices[0].Credentials = slices.Delete(a.Devices[0].Credentials, i, i+1)
	if len(a.Devices) == 1 {
		a.Devices = append(a.Devices, pbx.Device{ID: ParsedBrowser, Kind: pbx.Browser})
	}
	a.Devices[1].Credentials = append(a.Devices[1].Credentials, c)
	return nil
}

func (p *parser) option(key, value string) error {
	a := &p.accounts[len(p.accounts)-1]
	var c *pbx.Credential
	if d := a.Devices[0]; p.template == authTemplate {
		c = &d.Credentials[len(d.Credentials)-1]
	}
	switch p.template + "/" + key {
	case endpointTemplate + "/auth", endpointTemplate + "/aors",
		browserTemplate + "/auth", browserTemplate + "/aors", browserTemplate + "/callerid", browserTemplate + "/accountcode",
		authTemplate + "/supported_algorithms_uas", authTemplate + "/supported_algorithms_uac":
		return nil // follow from the rest; rendering again compares them
	case endpointTemplate + "/callerid":
		name, _, _ := strings.Cut(value, "<")
		a.DisplayName = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(name, " "), `"`), `"`)
	case endpointTemplate + "/accountcode":
		a.IdentityID = value
	case authTemplate + "/username":
		c.Username = value
	case authTemplate + "/realm":
		a.Realm = value
	case authTemplate + "/password_digest":
		alg, ha1, _ := strings.Cut(value, ":")
		c.SetHA1(pbx.Algorithm(alg), ha1)
	default:
		return fmt.Errorf("unknown option")
	}
	return nil
}
