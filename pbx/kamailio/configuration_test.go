package kamailio_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/kamailiotest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/store/storetest"
)

// These tests are of deploy/kamailio itself: what it lets in, and what it tells
// strangers.

const domainURI = "sip:" + pbxtest.Domain

// A credential is good for its own line only, to register and to call, in either
// form of its user name.
func TestCredentialsBelongToTheirLine(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	b.provision(t, pbxtest.Account("2002", "two"))
	callee := b.on(t, phone("2002", "two"))
	for _, tc := range []struct {
		name                   string
		number, user, password string
		register, call         int
	}{
		{"its own", "2001", "2001-aaaaaa", "one", 200, 200},
		{"its own, with the domain", "2001", "2001-aaaaaa@" + pbxtest.Domain, "one", 200, 200},
		{"with another domain", "2001", "2001-aaaaaa@example.net", "one", 401, 407},
		{"of another line", "2002", "2001-aaaaaa", "one", 401, 407},
		{"of no line", "2009", "2001-aaaaaa", "one", 401, 407},
		{"another line's password", "2001", "2001-aaaaaa", "two", 401, 407},
		{"the extension itself", "2001", "2001", "one", 401, 407},
		{"no password", "2001", "2001-aaaaaa", "", 401, 407},
		{"unknown", "2009", "2009-aaaaaa", "one", 401, 407},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := siptest.Phone{Number: tc.number, User: tc.user, Password: tc.password, Realm: pbxtest.Domain, Expires: 60}
			b.register(t, p, tc.register)
			call := siptest.NewUA(t, b.server.Address, p).Call(t, "2002")
			if call.Status != tc.call {
				t.Errorf("call = %d, want %d", call.Status, tc.call)
			}
			if call.Status == 200 {
				in := callee.Incoming(t)
				call.HangUp(t)
				in.AwaitEnd(t)
			}
		})
	}
	if got := b.registered(t); !slices.Contains(got, "2001") || slices.Contains(got, "2009") {
		t.Errorf("devices of %v, want of 2001 and none of 2009", got)
	}
}

// A row without a digest is nobody's password. The store's own view has none.
func TestEmptyDigestsLetNobodyIn(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	kamailiotest.Exec(t, p.dsn, "drop view kamailio.subscriber")
	kamailiotest.Exec(t, p.dsn, "create table kamailio.subscriber (username text, domain text, ha1 text, ha1b text, extension text, display_name text)")
	b := bench{server: kamailiotest.Start(t, kamailiotest.Config{Domain: pbxtest.Domain, Database: storetest.PBXRole(t, p.dsn, "kamailio").String()})}
	for _, digests := range []string{"'', ''", "null, null"} {
		kamailiotest.Exec(t, p.dsn, "delete from kamailio.subscriber")
		kamailiotest.Exec(t, p.dsn, "insert into kamailio.subscriber values ('2001-aaaaaa', '"+pbxtest.Domain+"', "+digests+", '2001', '')")
		for _, user := range []string{"2001-aaaaaa", "2001-aaaaaa@" + pbxtest.Domain} {
			for _, ha1 := range []string{"", "null", strings.Repeat("0", 32), strings.Repeat("\x00", 32), md5Hex("")} {
				w := newWire(t, "udp", b.server.Address)
				challenge := w.say(t, w.request("REGISTER", domainURI, "2001", "2001"))
				got := w.say(t, w.request("REGISTER", domainURI, "2001", "2001", forged(challenge, "REGISTER", domainURI, user, ha1, 1)))
				if status(got) != 401 {
					t.Errorf("REGISTER of %s with the digest %q = %d, want 401", user, ha1, status(got))
				}
			}
		}
	}
}

// what is drawn anew for each answer.
var drawn = regexp.MustCompile(`branch=z9hG4bK\w+|nonce="[^"]*"|;tag=[\w.-]+|rport=\d+|127\.0\.0\.1:\d+|\b200\d\b`)

// A stranger cannot tell which lines and credentials there are: every answer is
// the same, to the letter.
func TestUnknownLooksKnown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	off := pbxtest.Account("2002", "two")
	off.Enabled = false
	b.provision(t, off)
	b.on(t, phone("2001", "one"))
	for method, to := range map[string]func(line string) (uri, address string){
		"REGISTER": func(line string) (string, string) { return domainURI, line },
		"INVITE":   func(string) (string, string) { return "sip:2001@" + pbxtest.Domain, "2001" },
		"MESSAGE":  func(string) (string, string) { return "sip:2001@" + pbxtest.Domain, "2001" },
	} {
		t.Run(method, func(t *testing.T) {
			var first string
			for _, line := range []string{"2001", "2002", "2009"} { // on, off, unknown
				w := newWire(t, "udp", b.server.Address)
				uri, address := to(line)
				challenge := w.say(t, w.request(method, uri, line, address))
				refusal := w.say(t, w.request(method, uri, line, address, authorization(challenge, method, uri, line+"-aaaaaa", "wrong", 1)))
				got := drawn.ReplaceAllString(strings.ReplaceAll(challenge+refusal, w.callID, "call"), "*")
				if first == "" {
					first = got
				}
				if got != first {
					t.Errorf("line %s is answered\n%s\nand line 2001\n%s", line, got, first)
				}
			}
		})
	}
}

// A subscriber learns no more: lines that are off and unknown ones are alike.
func TestCallsToNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	b.provision(t, pbxtest.Account("2002", "two")) // has no device
	caller := b.on(t, phone("2001", "one"))
	for _, number := range []string{"2002", "2009", "600"} {
		if got := caller.Call(t, number).Status; got != 480 {
			t.Errorf("call to %s = %d, want 480", number, got)
		}
	}
}

// An answer that somebody listened to registers nobody else, nor again.
func TestReplayedDigest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	w := newWire(t, "udp", b.server.Address)
	challenge := w.say(t, w.request("REGISTER", domainURI, "2001", "2001"))
	heard := authorization(challenge, "REGISTER", domainURI, "2001-aaaaaa", "one", 1)
	again := w.request("REGISTER", domainURI, "2001", "2001", heard)
	for _, step := range []struct {
		name, text string
		want       int
	}{
		{"first", again, 200},
		{"the same request, sent again for want of an answer", again, 200},
		{"another request", w.request("REGISTER", domainURI, "2001", "2001", heard), 401},
		{"the next count", w.request("REGISTER", domainURI, "2001", "2001", authorization(challenge, "REGISTER", domainURI, "2001-aaaaaa", "one", 2)), 200},
	} {
		if got := status(w.say(t, step.text)); got != step.want {
			t.Errorf("%s = %d, want %d", step.name, got, step.want)
		}
	}
}

// Without its database nobody is let in, who is registered stays, and all is well
// again when it is back.
func TestDatabaseAwayAndBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	b.on(t, phone("2001", "one"))
	b.gate.Close()
	b.register(t, phone("2001", "one"), 401)
	b.register(t, phone("2001", "wrong"), 401)
	if got := b.registered(t); !slices.Equal(got, []string{"2001"}) {
		t.Errorf("devices while the database is away: %v, want 2001", got)
	}
	b.gate.Open()
	b.register(t, phone("2001", "one"), 200)
	b.register(t, phone("2001", "wrong"), 401)
}

// The called party sees the name of the verified identity, whatever the phone
// said.
func TestCallersName(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	unnamed := pbxtest.Account("2003", "three")
	unnamed.DisplayName = ""
	for _, a := range []pbx.Account{pbxtest.Account("2001", "one"), pbxtest.Account("2002", "two"), unnamed} {
		b.provision(t, a)
	}
	callee := b.on(t, phone("2002", "two"))
	for _, tc := range []struct {
		from     string
		password pbx.Password
		name     string
	}{{"2001", "one", `"Zoë O'Hara-Łęcka" `}, {"2003", "three", ""}} {
		call := b.on(t, phone(tc.from, tc.password)).Call(t, "2002",
			`P-Asserted-Identity: "The bank" <sip:100@`+pbxtest.Domain+`>`, `P-Preferred-Identity: <sip:100@example.net>`,
			`Remote-Party-ID: "The bank" <sip:100@example.net>`, `Identity: forged`)
		if call.Status != 200 {
			t.Fatalf("call = %d, want 200", call.Status)
		}
		in := callee.Incoming(t)
		want := tc.name + "<sip:" + tc.from + "@" + pbxtest.Domain + ">"
		if got := in.Header.Values("P-Asserted-Identity"); !slices.Equal(got, []string{want}) {
			t.Errorf("P-Asserted-Identity: %q, want %q", got, want)
		}
		if got := in.Header.Get("From"); !strings.HasPrefix(got, want) {
			t.Errorf("From: %s, want %s", got, want)
		}
		for _, gone := range []string{"P-Preferred-Identity", "Remote-Party-ID", "Identity", "Proxy-Authorization"} {
			if got := in.Header.Get(gone); got != "" {
				t.Errorf("%s: %s, want none", gone, got)
			}
		}
		call.HangUp(t)
		in.AwaitEnd(t)
	}
}

// Nothing is carried to where a stranger wants it.
func TestNoRelay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	target := newWire(t, "udp", b.server.Address) // would hear what is relayed
	away := "sip:x@" + target.conn.LocalAddr().String()
	w := newWire(t, "udp", b.server.Address)
	challenge := w.say(t, w.request("INVITE", away, "2001", "2002"))
	if got := status(w.say(t, w.request("INVITE", away, "2001", "2002", authorization(challenge, "INVITE", away, "2001-aaaaaa", "one", 1)))); got != 403 {
		t.Errorf("INVITE to another host = %d, want 403", got)
	}
	within := func(method string) string {
		text := w.request(method, away, "2001", "2002", "Route: <"+away+";lr>")
		return strings.Replace(text, "To: <sip:2002@"+pbxtest.Domain+">", "To: <sip:2002@"+pbxtest.Domain+">;tag=b", 1)
	}
	for _, method := range []string{"INVITE", "MESSAGE", "REFER", "NOTIFY", "UPDATE"} {
		if got := status(w.say(t, within(method))); got != 481 {
			t.Errorf("%s within no dialog = %d, want 481", method, got)
		}
	}
	for _, method := range []string{"SUBSCRIBE", "PUBLISH", "REFER", "NOTIFY", "INFO", "XYZZY"} {
		if got := status(w.say(t, w.request(method, "sip:2001@"+pbxtest.Domain, "2001", "2001"))); got != 405 {
			t.Errorf("%s = %d, want 405", method, got)
		}
	}
	if got := status(w.say(t, strings.Replace(w.request("OPTIONS", domainURI, "2001", "2001"), w.callID, `a"b\c`, 1))); got != 400 {
		t.Errorf("Call-ID with a quote = %d, want 400", got)
	}
}

// A device is called where it registered from: nobody sends calls to others.
func TestContactOfAnother(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	w := newWire(t, "udp", b.server.Address)
	said := strings.NewReplacer("Contact: <sip:2001@"+w.conn.LocalAddr().String()+">", "Contact: <sip:victim@192.0.2.1:5060>")
	challenge := w.say(t, said.Replace(w.request("REGISTER", domainURI, "2001", "2001")))
	answer := authorization(challenge, "REGISTER", domainURI, "2001-aaaaaa", "one", 1)
	if got := status(w.say(t, said.Replace(w.request("REGISTER", domainURI, "2001", "2001", answer)))); got != 200 {
		t.Fatalf("REGISTER = %d, want 200", got)
	}
	got, err := b.registrar.Contacts(t.Context(), pbx.NewAOR("2001", pbxtest.Domain))
	if err != nil || len(got) != 1 {
		t.Fatalf("Contacts() = %v, %v, want one", got, err)
	}
	if got[0].Address != w.conn.LocalAddr().String() || got[0].URI != "sip:victim@192.0.2.1:5060" {
		t.Errorf("contact %s at %s, want at %s", got[0].URI, got[0].Address, w.conn.LocalAddr())
	}
	for _, more := range []string{"Contact: <sip:victim@192.0.2.1>", "Contact: <sip:a@192.0.2.1>, \"x\" <sip:b@192.0.2.1>"} {
		challenge := w.say(t, w.request("REGISTER", domainURI, "2001", "2001"))
		answer := authorization(challenge, "REGISTER", domainURI, "2001-aaaaaa", "one", 1)
		if got := status(w.say(t, w.request("REGISTER", domainURI, "2001", "2001", answer, more))); got != 400 {
			t.Errorf("REGISTER of several contacts = %d, want 400", got)
		}
	}
	if err := b.registrar.Drop(t.Context(), got[0].AOR, got[0].ID); err != nil {
		t.Errorf("Drop() of the one = %v", err)
	}
	if left := b.registered(t); len(left) != 0 {
		t.Errorf("devices of %v after Drop, want none", left)
	}
}

// A call that only rings is hung up too.
func TestRingingIsHungUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	b.provision(t, pbxtest.Account("2002", "two"))
	callee, caller := newWire(t, "udp", b.server.Address), newWire(t, "udp", b.server.Address)
	challenge := callee.say(t, callee.request("REGISTER", domainURI, "2002", "2002"))
	callee.say(t, callee.request("REGISTER", domainURI, "2002", "2002", authorization(challenge, "REGISTER", domainURI, "2002-aaaaaa", "two", 1)))
	uri := "sip:2002@" + pbxtest.Domain
	challenge = caller.say(t, caller.request("INVITE", uri, "2001", "2002"))
	invite := caller.request("INVITE", uri, "2001", "2002", authorization(challenge, "INVITE", uri, "2001-aaaaaa", "one", 1))
	if _, err := caller.conn.Write([]byte(invite)); err != nil {
		t.Fatal(err)
	}
	ringing := callee.hear(t)
	reply(t, callee, ringing, "180 Ringing")
	done := make(chan error, 1)
	go func() { done <- b.registrar.HangUp(t.Context(), pbx.NewAOR("2001", pbxtest.Domain)) }()
	cancel := callee.hear(t)
	for !strings.HasPrefix(cancel, "CANCEL ") { // an INVITE sent again
		cancel = callee.hear(t)
	}
	reply(t, callee, cancel, "200 OK")
	reply(t, callee, ringing, "487 Request Terminated")
	if got := status(caller.hear(t)); got != 487 {
		t.Errorf("the call ended with %d, want 487", got)
	}
	if err := <-done; err != nil {
		t.Errorf("HangUp() = %v, want nil", err)
	}
}

// reply answers a request that came in.
func reply(t *testing.T, w *wire, request, answer string, more ...string) {
	t.Helper()
	lines := []string{"SIP/2.0 " + answer}
	for _, line := range strings.Split(request, "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		switch name {
		case "Via", "From", "Call-ID", "CSeq", "Record-Route":
			lines = append(lines, line)
		case "To":
			lines = append(lines, line+";tag=callee")
		}
	}
	lines = append(append(lines, more...), "Contact: <sip:2002@"+w.conn.LocalAddr().String()+">", "Content-Length: 0")
	if _, err := w.conn.Write([]byte(strings.Join(lines, "\r\n") + "\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
}
