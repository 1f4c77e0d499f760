package kamailio_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// asserted are the headers by which phones would have themselves called something
// else, in their long and short forms.
var asserted = []string{
	`P-Asserted-Identity: "The bank" <sip:100@` + pbxtest.Domain + `>`, `P-Preferred-Identity: <sip:100@example.net>`,
	`Remote-Party-ID: "The bank" <sip:100@example.net>`, `Identity: forged;info=<https://example.net>`, `y: forged;info=<https://example.net>`,
}

var forgedName = regexp.MustCompile(`(?i)bank|sip:100@|forged`)

var contactURI = regexp.MustCompile(`(?m)^Contact: <([^>]+)>`)

// A phone does not call itself something else once the call has begun either:
// neither who called, nor who answered (RFC 3325 section 5, RFC 4916).
func TestNobodyAssertsTheirName(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	b.provision(t, pbxtest.Account("2002", "two"))
	callee, caller := newWire(t, "udp", b.server.Address), newWire(t, "udp", b.server.Address)
	challenge := callee.say(t, callee.request("REGISTER", domainURI, "2002", "2002"))
	callee.say(t, callee.request("REGISTER", domainURI, "2002", "2002", authorization(challenge, "REGISTER", domainURI, "2002-aaaaaa", "two", 1)))
	uri := "sip:2002@" + pbxtest.Domain
	challenge = caller.say(t, caller.request("INVITE", uri, "2001", "2002"))
	caller.send(t, caller.request("INVITE", uri, "2001", "2002", append(asserted, authorization(challenge, "INVITE", uri, "2001-aaaaaa", "one", 1))...))
	invite := callee.hear(t)
	reply(t, callee, invite, "200 OK", asserted...)
	answer := caller.hear(t)
	within := func(method string, more ...string) string {
		for _, route := range recordRoute.FindAllStringSubmatch(answer, -1) {
			more = append(more, "Route: "+route[1])
		}
		text := caller.request(method, contactURI.FindStringSubmatch(answer)[1], "2001", "2002", more...)
		return strings.Replace(text, "To: <"+uri+">", "To: <"+uri+">;tag=callee", 1)
	}
	caller.send(t, within("ACK"))
	caller.send(t, within("UPDATE", asserted...))
	update := callee.hear(t)
	for !strings.HasPrefix(update, "UPDATE ") { // the ACK, or an INVITE sent again
		update = callee.hear(t)
	}
	reply(t, callee, update, "200 OK", asserted...)
	answered := caller.hear(t)
	for !strings.Contains(answered, " UPDATE\r\n") {
		answered = caller.hear(t)
	}
	for what, text := range map[string]string{"INVITE": invite, "answer": answer, "UPDATE": update, "answer to UPDATE": answered} {
		text = strings.ReplaceAll(text, `P-Asserted-Identity: "Zoë O'Hara-Łęcka"`, "")
		if found := forgedName.FindAllString(text, -1); len(found) > 0 {
			t.Errorf("%s carries %q:\n%s", what, found, text)
		}
	}
}

var recordRoute = regexp.MustCompile(`(?m)^Record-Route: ([^\r]+)`)

// send says something to which nothing is heard yet.
func (w *wire) send(t *testing.T, text string) {
	t.Helper()
	if _, err := w.conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}
