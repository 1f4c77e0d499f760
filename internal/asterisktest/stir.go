package asterisktest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// verification is Asterisk's own sample, relaxed for certificates that are
// served on this machine.
const verification = `
[verification]
ca_file = %[1]s/roots.pem
cert_cache_dir = %[1]s/certificates
curl_timeout = 5
max_iat_age = 60
max_date_header_age = 60
relax_x5u_port_scheme_restrictions = yes
x5u_deny = 0.0.0.0/0.0.0.0
x5u_permit = 127.0.0.0/8

[incoming]
type = profile
endpoint_behavior = verify
failure_action = reject_request
`

// incoming takes calls from this machine, without a password and with a token.
const incoming = `
[incoming](ep-base)
context = incoming
stir_shaken_profile = incoming

[incoming]
type = identify
endpoint = incoming
match = 127.0.0.1
`

const answering = `
[incoming]
exten => _[+0-9].,1,Answer()
 same => n,Echo()
`

var configurationFolder = regexp.MustCompile(`Configuration directory:\s+(\S+)`)

// VerifyCalls makes the server a carrier: it answers every call that carries a
// token (STIR) of a signer below one of the roots, and refuses every other with
// the status of RFC 8224.
func (s *Server) VerifyCalls(tb testing.TB, roots []byte) {
	tb.Helper()
	etc := filepath.Dir(s.Accounts)
	inside := configurationFolder.FindStringSubmatch(s.CLI(tb, "core show settings"))
	if inside == nil {
		tb.Fatal("Asterisk does not say where its configuration is")
	}
	if err := os.MkdirAll(filepath.Join(etc, "certificates"), 0o755); err != nil { //nolint:gosec // Asterisk may run as another user
		tb.Fatal(err)
	}
	for name, text := range map[string]string{
		"roots.pem": string(roots), "stir_shaken.conf": fmt.Sprintf(verification, inside[1]), "extensions.conf": answering, "pjsip.d/incoming.conf": incoming,
	} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(text), 0o644); err != nil { //nolint:gosec // the same
			tb.Fatal(err)
		}
	}
	for _, module := range []string{"res_pjsip_endpoint_identifier_ip", "res_curl", "res_stir_shaken", "res_pjsip_stir_shaken"} {
		s.CLI(tb, "module load "+module+".so")
	}
	s.CLI(tb, "module reload res_pjsip.so")
	s.CLI(tb, "dialplan reload")
}
