package siptest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const invite = "INVITE sip:2002@127.0.0.1:5062 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK2\r\n" +
	"Record-Route: <sip:127.0.0.1:5060;lr>, <sip:127.0.0.1:5061;lr>\r\nRecord-Route: <sip:127.0.0.1:5063;lr>\r\n" +
	"From: <sip:2001@a>;tag=1\r\nTo: <sip:2002@a>\r\nCall-ID: x\r\nCSeq: 7 INVITE\r\nContact: \"A\" <sip:2001@127.0.0.1:5061>;expires=60\r\nContent-Length: 3\r\n\r\nv=0"

func TestParse(t *testing.T) {
	t.Parallel()
	m, ok := parse(invite)
	if !ok || m.method != "INVITE" || m.uri != "sip:2002@127.0.0.1:5062" || m.body != "v=0" || m.key() != "x 7 INVITE" || m.contact() != "sip:2001@127.0.0.1:5061" {
		t.Fatalf("parse(INVITE) = %+v, %v", m, ok)
	}
	near, far := []string{"<sip:127.0.0.1:5060;lr>", "<sip:127.0.0.1:5061;lr>", "<sip:127.0.0.1:5063;lr>"}, []string{"<sip:127.0.0.1:5063;lr>", "<sip:127.0.0.1:5061;lr>", "<sip:127.0.0.1:5060;lr>"}
	if diff := cmp.Diff(near, m.routes(false)) + cmp.Diff(far, m.routes(true)); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	answer, ok := parse(m.reply("200 OK", "tag", "body"))
	if !ok || answer.status != 200 || !answer.final() || answer.key() != m.key() || answer.header.Get("To") != "<sip:2002@a>;tag=tag" || answer.body != "body" {
		t.Errorf("reply = %+v, %v", answer, ok)
	}
	for _, text := range []string{"", "\r\n\r\n", "SIP/2.0 OK\r\n\r\n", "SIP/2.0 x OK\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", strings.Replace(invite, "Call-ID: x", "Call-ID", 1)} {
		if m, ok := parse(text); ok {
			t.Errorf("parse(%q) = %+v, want nothing", text, m)
		}
	}
}

func TestDestination(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n": "127.0.0.1:4000",
		"v=0\r\nm=audio 4000 RTP/AVP 0\r\n":                       "",
		"v=0\r\nc=IN IP4 999.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n": "",
		"": "",
	} {
		got := ""
		if addr := destination(text); addr != nil {
			got = addr.String()
		}
		if got != want {
			t.Errorf("destination(%q) = %q, want %q", text, got, want)
		}
	}
}
