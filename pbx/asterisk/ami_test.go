package asterisk_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

var line2001 = pbx.NewAOR("2001", pbxtest.Domain)

func TestContacts(t *testing.T) {
	t.Parallel()
	address := serve(t, func(p *peer) {
		action := p.login()
		// Somebody else's answer, an event and noise come between.
		p.say("Event: FullyBooted\nPrivilege: system,all\n\nno colon here\nResponse: Error\nActionID: another\nMessage: no\n\n")
		p.contacts(action, "2001;@ab01", "20010;@ab02", "2001;@../x", "2001;@AB", "x2001;@ab", "2002;@ab03")
	})
	got, err := clientOf(t, address).Contacts(t.Context(), line2001)
	if err != nil {
		t.Fatal(err)
	}
	want := []pbx.Contact{{
		AOR: line2001, ID: "2001;@ab01", URI: "sip:2001@127.0.0.1:5060;transport=tcp", UserAgent: "A",
		Address: "127.0.0.1:5060", Expires: time.Unix(1790000000, 0).UTC(),
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Contacts() (-want +got):\n%s", diff)
	}
}

func TestNoContactOfAnyLine(t *testing.T) {
	t.Parallel()
	address := serve(t, func(p *peer) {
		for action := p.login(); action != nil; action = p.hear() {
			p.answer(action, "Error\nMessage: Database entry not found")
		}
	})
	if got, err := clientOf(t, address).Contacts(t.Context(), line2001); err != nil || len(got) != 0 {
		t.Errorf("Contacts() = %v, %v, want none", got, err)
	}
}

// A database of devices, asked for one line, sends what is that line's. One whose
// names are not matched with LIKE finds nothing so, and is asked for all.
func TestContactsOfOneLine(t *testing.T) {
	t.Parallel()
	all := []string{"2001;@ab01", "20010;@ab02", "2002;@ab03"}
	for name, tc := range map[string]struct {
		like bool
		line pbx.AOR
		want []string // the devices
		sent int      // records
	}{
		"LIKE":                   {true, line2001, []string{"2001;@ab01"}, 1},
		"LIKE, no device":        {true, pbx.NewAOR("2003", pbxtest.Domain), nil, 0},
		"exact names":            {false, line2001, []string{"2001;@ab01"}, len(all)},
		"exact names, no device": {false, pbx.NewAOR("2003", pbxtest.Domain), nil, len(all)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := make(chan int, 10)
			address := serve(t, func(p *peer) {
				for action := p.login(); action != nil; action = p.hear() {
					prefix, pattern := strings.CutSuffix(action.Get("Key"), "%")
					var found []string
					for _, key := range append(all, "UUID") {
						if familyOf(key) == action.Get("Family") && (!pattern || tc.like && strings.HasPrefix(key, prefix)) {
							found = append(found, key)
						}
					}
					if action.Get("Family") != "pbx" {
						sent <- len(found)
					}
					if len(found) == 0 {
						p.answer(action, "Error\nMessage: Database entry not found")
						continue
					}
					p.contacts(action, found...)
				}
			})
			got, err := clientOf(t, address).Contacts(t.Context(), tc.line)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, c := range got {
				ids = append(ids, c.ID)
			}
			total := 0
			for len(sent) > 0 {
				total += <-sent
			}
			if diff := cmp.Diff(tc.want, ids); diff != "" || total != tc.sent {
				t.Errorf("Contacts() took %d records, want %d; devices (-want +got):\n%s", total, tc.sent, diff)
			}
		})
	}
}

// familyOf is the family of a key in the database of a test.
func familyOf(key string) string {
	if key == "UUID" {
		return "pbx"
	}
	return "registrar/contact"
}

// What a peer says that is no Asterisk, or a broken one, is an error, within
// time and memory. Above all half a list is never taken for the whole.
func TestHostileServers(t *testing.T) {
	t.Parallel()
	endless := func(p *peer, text string) {
		for {
			if _, err := p.Write([]byte(text)); err != nil {
				return
			}
		}
	}
	for _, tc := range []struct {
		name string
		talk func(*peer)
		want error
	}{
		{"silent", func(p *peer) { p.hear() }, context.DeadlineExceeded},
		{"hangs up", func(*peer) {}, nil},
		{"another protocol", func(p *peer) { p.say("SSH-2.0-OpenSSH\n"); p.hear() }, nil},
		{"greeting without an end", func(p *peer) { endless(p, "Asterisk") }, nil},
		{"line without an end", func(p *peer) { p.login(); endless(p, "x") }, nil},
		{"message without an end", func(p *peer) { p.login(); endless(p, "A: b\r\n") }, nil},
		{"answers for others without an end", func(p *peer) { p.login(); endless(p, "Event: X\r\nActionID: y\r\n\r\n") }, context.DeadlineExceeded},
		{"silent after the login", func(p *peer) { p.login(); p.hear() }, context.DeadlineExceeded},
		{"refuses", func(p *peer) { p.answer(p.login(), "Error\nMessage: Permission denied") }, asterisk.ErrRefused},
		{"an event for a response", func(p *peer) { a := p.login(); p.say("%s", contact(a.Get("ActionID"), "2001;@ab")) }, nil},
		{"no list", func(p *peer) { p.answer(p.login(), "Success\nMessage: done") }, nil},
		{"a response in the list", func(p *peer) {
			a := p.login()
			p.answer(a, "Success\nEventList: start")
			p.answer(a, "Success")
		}, nil},
		{"list cut off", func(p *peer) {
			a := p.login()
			p.answer(a, "Success\nEventList: start")
			p.say("%s", contact(a.Get("ActionID"), "2001;@ab"))
		}, nil},
		{"list cancelled", func(p *peer) {
			a := p.login()
			p.answer(a, "Success\nEventList: start")
			p.say("Event: DBGetTreeComplete\nActionID: %s\nEventList: cancelled\n\n", a.Get("ActionID"))
		}, asterisk.ErrRefused},
		{"too many devices", func(p *peer) {
			a := p.login()
			var keys []string
			for i := range 200 {
				keys = append(keys, fmt.Sprintf("2001;@%04x", i))
			}
			p.contacts(a, keys...)
		}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a := clientOf(t, serve(t, tc.talk))
			got, err := a.Contacts(patient(t), line2001)
			if err == nil || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("Contacts() = %v, %v, want an error (%v)", got, err, tc.want)
			}
			if tc.want == nil && errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Contacts() = %v, want it noticed before the time is over", err)
			}
		})
	}
}

func TestWrongSecret(t *testing.T) {
	t.Parallel()
	address := serve(t, func(p *peer) { p.login() })
	_, err := clientOf(t, address, func(c *asterisk.AMIConfig) { c.Secret = "guess" }).Contacts(t.Context(), line2001)
	if !errors.Is(err, asterisk.ErrLogin) || strings.Contains(err.Error(), "guess") {
		t.Errorf("Contacts() = %v, want %v without the secret", err, asterisk.ErrLogin)
	}
}

func TestDrop(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, id string
		refused  bool     // whether deletions are
		left     []string // what is there after one that was
		want     error
		deleted  []string
	}{
		{"all", "", false, nil, nil, []string{"2001;@ab01", "2001;@ab02"}},
		{"one", "2001;@ab02", false, nil, nil, []string{"2001;@ab02"}},
		{"another line's", "2002;@ab03", false, nil, nil, nil},
		{"not there", "2001;@ab09", false, nil, nil, nil},
		{"expired meanwhile", "2001;@ab01", true, []string{"2001;@ab02"}, nil, []string{"2001;@ab01"}},
		{"came back as another", "", true, []string{"2001;@ab05"}, nil, []string{"2001;@ab01", "2001;@ab02"}},
		{"will not go", "2001;@ab01", true, []string{"2001;@ab01"}, asterisk.ErrNotDropped, []string{"2001;@ab01"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			deleted := make(chan string, 10)
			address := serve(t, func(p *peer) {
				keys := []string{"2001;@ab01", "2002;@ab03", "2001;@ab02"}
				for action := p.login(); action != nil; action = p.hear() {
					switch action.Get("Action") {
					case "DBGetTree":
						p.contacts(action, keys...)
						keys = tc.left
					case "DBDel":
						deleted <- action.Get("Key")
						if tc.refused {
							p.answer(action, "Error\nMessage: Database entry could not be deleted")
						} else {
							p.answer(action, "Success\nMessage: Key deleted successfully")
						}
					default:
						return
					}
				}
			})
			if err := clientOf(t, address).Drop(t.Context(), line2001, tc.id); !errors.Is(err, tc.want) {
				t.Errorf("Drop() = %v, want %v", err, tc.want)
			}
			var got []string
			for len(deleted) > 0 {
				got = append(got, <-deleted)
			}
			if diff := cmp.Diff(tc.deleted, got); diff != "" {
				t.Errorf("deleted (-want +got):\n%s", diff)
			}
		})
	}
}

// An address that is not a line's reaches nobody: it would become part of a
// key or of a pattern.
func TestAddressesOfNoLine(t *testing.T) {
	t.Parallel()
	a := clientOf(t, "127.0.0.1:1")
	for _, aor := range []pbx.AOR{"", "2001", "sip:20.*@pbx.example.org", "sip:a@pbx.example.org", "sip:2001\r\nAction: Logoff@pbx.example.org"} {
		_, err := a.Contacts(t.Context(), aor)
		for name, err := range map[string]error{"Contacts": err, "Drop": a.Drop(t.Context(), aor, ""), "HangUp": a.HangUp(t.Context(), aor)} {
			if _, ok := errors.AsType[*pbx.Error](err); !ok {
				t.Errorf("%s(%q) = %v, want a *pbx.Error", name, aor, err)
			}
		}
	}
	if err := a.Drop(t.Context(), line2001, ""); err == nil {
		t.Error("Drop() where nobody listens = nil, want an error")
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go serveOn(l, func(p *peer) { p.contacts(p.login(), "2001;@ab01") })
	trusted := x509.NewCertPool()
	trusted.AddCert(web.Certificate())
	for name, tc := range map[string]struct {
		config *tls.Config
		ok     bool
	}{
		"trusted":  {&tls.Config{RootCAs: trusted, ServerName: "example.com", MinVersion: tls.VersionTLS12}, true},
		"stranger": {&tls.Config{ServerName: "example.com", MinVersion: tls.VersionTLS12}, false},
		"none":     {nil, false},
	} {
		a := clientOf(t, l.Addr().String(), func(c *asterisk.AMIConfig) { c.TLS = tc.config })
		if got, err := a.Contacts(patient(t), line2001); (err == nil && len(got) == 1) != tc.ok {
			t.Errorf("Contacts(%s) = %v, %v, want success: %v", name, got, err, tc.ok)
		}
	}
}

// Pages that show who is registered are anybody's to load again and again. They
// leave the manager interface to what has to be dropped.
func TestContactsLeaveRoom(t *testing.T) {
	t.Parallel()
	var listen net.ListenConfig
	l, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	accepted, release := make(chan bool, 100), make(chan bool)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- true
			go func() {
				defer func() { _ = conn.Close() }()
				<-release
				p := &peer{conn, textproto.NewReader(bufio.NewReader(conn))}
				p.contacts(p.login(), "2001;@ab01")
			}()
		}
	}()
	a := clientOf(t, l.Addr().String(), func(c *asterisk.AMIConfig) { c.Timeout = time.Minute })
	var looks sync.WaitGroup
	for range 20 {
		looks.Go(func() {
			if got, err := a.Contacts(t.Context(), line2001); err != nil || len(got) != 1 {
				t.Errorf("Contacts() = %v, %v, want one", got, err)
			}
		})
	}
	for range 4 {
		<-accepted
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Contacts(impatient, line2001); !errors.Is(err, context.Canceled) {
		t.Errorf("Contacts() of who does not wait = %v, want %v", err, context.Canceled)
	}
	dropped := make(chan error)
	go func() { dropped <- a.Drop(t.Context(), line2001, "none") }()
	<-accepted // beside the looks
	if n := len(accepted); n > 0 {
		t.Errorf("%d more connections, want none", n)
	}
	close(release)
	looks.Wait()
	if err := <-dropped; err != nil {
		t.Errorf("Drop() = %v", err)
	}
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	address := serve(t, func(p *peer) { cancel(); p.hear() })
	if _, err := clientOf(t, address, func(c *asterisk.AMIConfig) { c.Timeout = time.Hour }).Contacts(ctx, line2001); !errors.Is(err, context.Canceled) {
		t.Errorf("Contacts() = %v, want %v", err, context.Canceled)
	}
}

func TestNewAMI(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return march }
	for name, c := range map[string]asterisk.AMIConfig{
		"no port":   {Address: "127.0.0.1", Username: "u", Secret: "s", Clock: clock},
		"no user":   {Address: "127.0.0.1:5038", Secret: "s", Clock: clock},
		"no secret": {Address: "127.0.0.1:5038", Username: "u", Clock: clock},
		"no clock":  {Address: "127.0.0.1:5038", Username: "u", Secret: "s"},
	} {
		if _, err := asterisk.NewAMI(c); err == nil {
			t.Errorf("NewAMI(%s) = nil, want an error", name)
		}
	}
}

func TestSecretIsRedacted(t *testing.T) {
	t.Parallel()
	c := asterisk.AMIConfig{Address: "127.0.0.1:5038", Username: "vouchline", Secret: secret}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "ami", c)
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v %s %d", c, c, c, c, c), c.String(), c.GoString(), log.String()} {
		if strings.Contains(shown, secret) || !strings.Contains(shown, net.JoinHostPort("127.0.0.1", "5038")) {
			t.Errorf("%s, want the address without the secret", shown)
		}
	}
}
