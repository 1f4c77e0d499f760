package phone

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/vouchline/vouchline/pbx"
)

// Transports are those of SIP that a phone is told to use (RFC 3261 section
// 18, RFC 5630). A browser's is not among them.
func Transports() []string { return []string{"udp", "tcp", "tls"} }

// check refuses a setup that could not be written safely. What an account may
// hold, package pbx knows; the rest is the operator's.
func check(s pbx.Setup) error {
	account := pbx.Account{
		Extension: s.Extension, Realm: s.Realm, DisplayName: s.DisplayName, AOR: pbx.NewAOR(s.Extension, s.Domain),
		Devices: []pbx.Device{{ID: "phone", Kind: pbx.App, Credentials: []pbx.Credential{pbx.NewCredential(s.Username, s.Realm, s.Password)}}},
	}
	if err := account.Validate(); err != nil {
		return err
	}
	if password := s.Password.Reveal(); password == "" {
		return &pbx.Error{Code: pbx.CodeEmpty, Field: "password"}
	} else if strings.ContainsFunc(password, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return &pbx.Error{Code: pbx.CodeCharacter, Field: "password"}
	}
	return checkService(s.Service)
}

func checkService(s pbx.Service) error {
	if err := checkHost("server", s.Server); err != nil {
		return err
	}
	if !slices.Contains(Transports(), s.Transport) {
		return &pbx.Error{Code: pbx.CodeMalformed, Field: "transport"}
	}
	if s.Expires <= 0 {
		return &pbx.Error{Code: pbx.CodeMalformed, Field: "expires"}
	}
	if s.STUN == "" {
		return nil
	}
	return checkHost("stun", s.STUN)
}

// checkHost takes a name or an address of IPv4 or IPv6 (in brackets), with or
// without a port: what RFC 3261 section 25.1 calls hostport.
func checkHost(field, hostport string) error {
	host, port := split(hostport)
	if host == "" {
		return &pbx.Error{Code: pbx.CodeEmpty, Field: field}
	}
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != port) {
		return &pbx.Error{Code: pbx.CodeMalformed, Field: field}
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		if ip := net.ParseIP(inner); !ok || ip == nil || !strings.Contains(inner, ":") {
			return &pbx.Error{Code: pbx.CodeMalformed, Field: field}
		}
		return nil
	}
	if _, err := pbx.ParseAOR("sip:0@" + host); err != nil {
		return &pbx.Error{Code: pbx.CodeCharacter, Field: field}
	}
	return nil
}

// split cuts the port off, which may be missing. The host keeps its brackets.
func split(hostport string) (host, port string) {
	i := strings.LastIndexByte(hostport, ':')
	if i < 0 || strings.HasSuffix(hostport, "]") {
		return hostport, ""
	}
	return hostport[:i], hostport[i+1:]
}
