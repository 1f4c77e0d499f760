package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx/passport"
)

// verified is what the test's proxy answers a call whose token is good.
const verified = 480

// proxy is as little Kamailio as the example needs around it. It trusts who
// calls to be the line; a call that says so is one from a trunk.
const proxy = `#!KAMAILIO
children=2
log_stderror=yes
disable_tcp=yes
listen=udp:%[1]s
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
include_file "stir.cfg"
request_route {
	if (!is_method("INVITE")) {
		if (has_totag()) loose_route();
		$du = "sip:%[2]s";
		t_relay();
		exit;
	}
	if (is_present_hf("X-Trunk")) {
		route(CHECK_CALL);
		sl_send_reply("480", "Verified");
		exit;
	}
	record_route();
	$var(line) = "%[3]s";
	route(SIGN_CALL);
	$du = "sip:%[2]s";
	t_relay();
}
`

// startProxy starts a Kamailio with the example of deploy/kamailio/stir and
// returns when it answers.
func startProxy(t *testing.T, s *signingService, address, carrier string) {
	t.Helper()
	program := testenv.Program(t, "kamailio", "/usr/sbin")
	for _, module := range []string{"http_client.so", "secsipid.so"} {
		var missing error
		if found, _ := filepath.Glob("/usr/lib/*/kamailio/modules/" + module); len(found) == 0 {
			missing = fmt.Errorf("no module %s of Kamailio", module)
		}
		testenv.Need(t, "kamailio", missing)
	}
	dir := t.TempDir()
	example, err := os.ReadFile(filepath.Join(testenv.Root(), "deploy", "kamailio", "stir", "stir.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	settings := strings.NewReplacer("https://id.example.org", s.url, "replace-me", gatewayKey, "/etc/kamailio/signers.pem", filepath.Join(dir, "signers.pem"))
	for name, text := range map[string]string{
		"kamailio.cfg": fmt.Sprintf(proxy, address, carrier, s.extension), "stir.cfg": settings.Replace(string(example)), "signers.pem": string(s.root),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	cmd := exec.Command(program, "-DD", "-E", "-f", filepath.Join(dir, "kamailio.cfg"), "-P", filepath.Join(dir, "pid"), "-Y", dir, "-w", dir, "-m", "32", "-M", "8") //nolint:gosec,noctx // the test's own; ended below
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("Kamailio said:\n%s", &log)
		}
	})
	await(t, "Kamailio", func() bool { return listening(address) })
}

// listening reports whether somebody has the UDP port.
func listening(address string) bool {
	conn, err := net.ListenPacket("udp4", address) //nolint:noctx // at once
	if err != nil {
		return true
	}
	_ = conn.Close()
	return false
}

// TestSignedCallsThroughKamailio: the example signs a call, and libsecsipid,
// which shares no line with this program, verifies what our tokens are.
func TestSignedCallsThroughKamailio(t *testing.T) {
	t.Parallel()
	s := startSigning(t)
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		t.Fatal(err)
	}
	address := conn.LocalAddr().String()
	_ = conn.Close()
	carrier := siptest.NewUA(t, address, siptest.Phone{Number: "carrier", Realm: "carrier.example"})
	startProxy(t, s, address, carrier.Address())
	call := func(from, to string, more ...string) *siptest.Call {
		t.Helper()
		ua := siptest.NewUA(t, address, siptest.Phone{Number: from, Realm: "pbx.example.org"})
		return ua.Call(t, to, more...)
	}
	signed := func(from string) string {
		t.Helper()
		c := call(from, "+12155551212", "Identity: forged")
		defer c.HangUp(t)
		return carrier.Incoming(t).Header.Get("Identity")
	}
	check := func(from, to, identity string) int {
		t.Helper()
		more := []string{"X-Trunk: carrier"}
		if identity != "" {
			more = append(more, "Identity: "+identity)
		}
		return call(from, to, more...).Status
	}
	for from, want := range map[string]passport.Attestation{s.extension: passport.Partial, "+33612345601": passport.Full} {
		identity := signed(from)
		token, _, err := s.flow.Passports.VerifyPassport(t.Context(), identity, passport.Call{})
		if err != nil || token.Attest != want {
			t.Errorf("a call from %s has attestation %s, %v, want %s", from, token.Attest, err, want)
		}
		if status := check(from, "+12155551212", identity); status != verified {
			t.Errorf("a call with a token of attestation %s = %d, want %d", want, status, verified)
		}
		// Who was called by somebody has a token that is good for a minute.
		if status := check("+33612345699", "+12155551212", identity); status != 438 {
			t.Errorf("a call from another number with a token of attestation %s = %d, want 438", want, status)
		}
		if status := check(from, "+12155559999", identity); status != 438 {
			t.Errorf("a call to another number with a token of attestation %s = %d, want 438", want, status)
		}
	}
	good := signed("+33612345601")
	if good == "" {
		t.Fatal("nothing is signed")
	}
	stale, err := s.flow.Passports.SignPassport(passport.Claims{
		Attest: passport.Full, Orig: passport.Party{TN: "33612345601"}, Dest: []passport.Party{{TN: "12155551212"}},
		IssuedAt: time.Now().Add(-2 * time.Minute).Truncate(time.Second), OrigID: "1",
	})
	if err != nil {
		t.Fatal(err)
	}
	dot := strings.IndexByte(good, '.')
	for name, identity := range map[string]string{
		"tampered with": good[:dot+20] + strings.Map(other, good[dot+20:dot+21]) + good[dot+21:], "two minutes old": stale,
	} {
		if status := check("+33612345601", "+12155551212", identity); status != 438 {
			t.Errorf("secsipid on a token %s = %d, want 438", name, status)
		}
	}
	if status := check("+33612345601", "+12155551212", ""); status != 428 {
		t.Errorf("a call without a token = %d, want 428", status)
	}
	if _, err := s.ledger.SetStatus(t.Context(), s.identity, ledger.StatusRevoked, ledger.ReasonAdministrative); err != nil {
		t.Fatal(err)
	}
	if identity := signed(s.extension); identity != "" {
		t.Errorf("a call of a revoked identity carries %q", identity)
	}
}

// other returns another character of base64url.
func other(r rune) rune {
	if r == 'A' {
		return 'B'
	}
	return 'A'
}
