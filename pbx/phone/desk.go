package phone

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/vouchline/vouchline/pbx"
)

// A File is the settings in the form of one maker's desk phones.
type File struct {
	MediaType string
	Write     func(pbx.Setup) ([]byte, error)
}

// desk are the files that desk phones ask for below the address that somebody
// typed into them. Each name holds the phone's hardware address: nobody asks
// for it by chance.
var desk = []struct {
	name *regexp.Regexp
	file File
}{
	{regexp.MustCompile(`^[0-9a-fA-F]{12}\.cfg$`), File{"text/plain; charset=utf-8", Yealink}},
	{regexp.MustCompile(`^cfg[0-9a-fA-F]{12}\.xml$`), File{"application/xml", Grandstream}},
	{regexp.MustCompile(`^snom[0-9A-Za-z]{1,8}-[0-9a-fA-F]{12}\.html?$`), File{"application/xml", Snom}},
}

// Desk returns the file of that name. Phones ask for others before, such as
// their model's, which are of no use to them here.
func Desk(name string) (File, bool) {
	for _, d := range desk {
		if d.name.MatchString(name) {
			return d.file, true
		}
	}
	return File{}, false
}

// transportNumber is how Yealink and Grandstream number the transports.
func transportNumber(transport string) string {
	return map[string]string{"udp": "0", "tcp": "1", "tls": "2"}[transport]
}

// hostAndPort are the server's, with the port of its transport where none is
// given (RFC 3261 section 19.1.2).
func hostAndPort(s pbx.Service) (host, port string) {
	host, port = split(s.Server)
	switch {
	case port != "":
	case s.Transport == "tls":
		port = "5061"
	default:
		port = "5060"
	}
	return host, port
}

// Yealink writes a MAC-oriented configuration file.
func Yealink(s pbx.Setup) ([]byte, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	host, port := hostAndPort(s.Service)
	settings := keys{
		{"enable", "1"},
		{"label", s.Extension},
		{"display_name", s.DisplayName},
		{"user_name", s.Extension},
		{"auth_name", s.Username},
		{"password", s.Password.Reveal()},
		{"sip_server.1.address", s.Domain},
		{"sip_server.1.port", port},
		{"sip_server.1.transport_type", transportNumber(s.Service.Transport)},
		{"sip_server.1.expires", strconv.Itoa(s.Service.Expires)},
		{"outbound_proxy_enable", "1"},
		{"outbound_proxy.1.address", host},
		{"outbound_proxy.1.port", port},
		{"outbound_host", host}, // up to firmware 80
		{"outbound_port", port},
	}
	b := bytes.NewBufferString("#!version:1.0.0.1\n") // their header, not a comment
	for _, pair := range settings {
		fmt.Fprintf(b, "account.1.%s = %s\n", pair[0], pair[1])
	}
	return b.Bytes(), nil
}

// Grandstream writes the XML form of their numbered settings.
func Grandstream(s pbx.Setup) ([]byte, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	host, port := hostAndPort(s.Service)
	minutes := max(1, s.Service.Expires/60)
	return elements(`<gs_provision version="1"><config version="1">`, keys{
		{"P271", "1"}, // the account is in use
		{"P270", s.Extension},
		{"P47", s.Domain},
		{"P48", host + ":" + port}, // outbound proxy
		{"P35", s.Extension},
		{"P36", s.Username},
		{"P34", s.Password.Reveal()},
		{"P3", s.DisplayName},
		{"P32", strconv.Itoa(minutes)}, // of a registration
		{"P130", transportNumber(s.Service.Transport)},
		{"P2329", "0"}, // sip: addresses with TLS too
	}, "", `</config></gs_provision>`)
}

// Snom writes their settings for the first identity.
func Snom(s pbx.Setup) ([]byte, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	host, port := hostAndPort(s.Service)
	return elements(`<settings><phone-settings>`, keys{
		{"user_active", "on"},
		{"user_realname", s.DisplayName},
		{"user_idle_text", s.Extension},
		{"user_name", s.Extension},
		{"user_pname", s.Username},
		{"user_pass", s.Password.Reveal()},
		{"user_host", s.Domain},
		{"user_outbound", host + ":" + port + ";transport=" + s.Service.Transport},
		{"user_expiry", strconv.Itoa(s.Service.Expires)},
	}, ` idx="1" perm="RW"`, `</phone-settings></settings>`)
}

// elements writes one element a key, whose names are ours.
func elements(open string, k keys, attributes, end string) ([]byte, error) {
	b := bytes.NewBufferString(xml.Header + strings.ReplaceAll(open, "><", ">\n<") + "\n")
	for _, pair := range k {
		fmt.Fprintf(b, "<%s%s>", pair[0], attributes)
		if err := xml.EscapeText(b, []byte(pair[1])); err != nil {
			return nil, err
		}
		fmt.Fprintf(b, "</%s>\n", pair[0])
	}
	b.WriteString(strings.ReplaceAll(end, "><", ">\n<") + "\n")
	return b.Bytes(), nil
}
