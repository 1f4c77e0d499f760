package phone_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/pbx/phone"
)

func TestDeskFiles(t *testing.T) {
	t.Parallel()
	for name, ending := range map[string]string{"001565abcdef.cfg": "yealink.cfg", "cfg000b82abcdef.xml": "grandstream.xml", "snomD735-000413ABCDEF.htm": "snom.xml"} {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			file, ok := phone.Desk(name)
			if !ok {
				t.Fatalf("Desk(%s) = no file", name)
			}
			b, err := file.Write(zoe())
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, "testdata/"+ending, b)
		})
	}
}

// A phone asks for several files; only the one of its own hardware address uses
// the address up.
func TestOtherDeskFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "y000000000000.boot", "001565abcdef.boot", "y000000000028.cfg", "001565abcde.cfg", "cfg.xml", "cfggrp2612.xml", "snomD735.htm",
		"x001565abcdef.cfg", "001565abcdef.cfg.bak", "../001565abcdef.cfg", "001565abcdeg.cfg", "snom-000413ABCDEF.htm",
	} {
		if _, ok := phone.Desk(name); ok {
			t.Errorf("Desk(%q) has a file", name)
		}
	}
}

func TestDeskPorts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ server, transport, want string }{
		{"sip.example.org", "udp", "sip.example.org:5060"},
		{"sip.example.org", "tcp", "sip.example.org:5060"},
		{"sip.example.org", "tls", "sip.example.org:5061"},
		{"[2001:db8::1]", "tls", "[2001:db8::1]:5061"},
		{"192.0.2.7:5070", "tls", "192.0.2.7:5070"},
	} {
		s := zoe()
		s.Service.Server, s.Service.Transport = tc.server, tc.transport
		b, err := phone.Snom(s)
		if err != nil || !strings.Contains(string(b), ">"+tc.want+";transport="+tc.transport+"<") {
			t.Errorf("%s by %s: %v\n%s", tc.server, tc.transport, err, b)
		}
	}
}

// What XML would read as its own is escaped; what a line of a Yealink file
// would, is refused before.
func TestDeskFilesAreEscaped(t *testing.T) {
	t.Parallel()
	s := zoe()
	s.DisplayName, s.Password = "Tom & Søn", "a<b&c>d"
	for _, write := range writers {
		b, err := write.to(s)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b, "<?xml") {
			continue
		}
		var any struct {
			XMLName xml.Name
			Inner   string `xml:",innerxml"`
		}
		if err := xml.Unmarshal([]byte(b), &any); err != nil {
			t.Errorf("%s: %v\n%s", write.form, err, b)
		}
		if !strings.Contains(any.Inner, "a&lt;b&amp;c&gt;d") || !strings.Contains(any.Inner, "Tom &amp; Søn") {
			t.Errorf("%s: %s", write.form, b)
		}
	}
}
