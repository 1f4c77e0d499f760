package sms_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vouchline/vouchline/internal/mailtest"
	"github.com/vouchline/vouchline/internal/smpptest"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/notify/notifytest"
	"github.com/vouchline/vouchline/notify/sms"
)

func smppConfig(s *smpptest.Server) sms.SMPPConfig {
	return sms.SMPPConfig{Address: s.Address, SystemID: "vouchline", Password: "secret", From: "Vouchline", Timeout: 10 * time.Second}
}

var account = smpptest.Options{SystemID: "vouchline", Password: "secret"}

func newSMPP(t *testing.T, c sms.SMPPConfig) *sms.SMPP {
	t.Helper()
	s, err := sms.NewSMPP(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestSMPPSuite(t *testing.T) {
	t.Parallel()
	certificate, roots := mailtest.Certificate(t)
	for _, tc := range []struct {
		name string
		tls  *tls.Config
	}{
		{"plain", nil},
		{"TLS", &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			notifytest.Run(t, func(t *testing.T) notifytest.Target {
				options := account
				options.TLS = tc.tls
				server := smpptest.New(t, options)
				c := smppConfig(server)
				c.TLS, c.Roots = tc.tls != nil, roots
				return notifytest.Target{
					Sender: newSMPP(t, c), Channel: notify.SMS,
					Delivered: func(*testing.T) []notifytest.Delivery {
						var out []notifytest.Delivery
						for _, m := range server.Messages() {
							out = append(out, notifytest.Delivery{To: m.To, Text: m.Text})
						}
						return out
					},
					Fail: func(_ *testing.T, permanent bool) {
						status := data.ESME_RTHROTTLED
						if permanent {
							status = data.ESME_RINVDSTADR
						}
						answerOnce(server, status)
					},
					Down: func(*testing.T) { server.Stop() },
					Up:   func(t *testing.T) { server.Restart(t) },
				}
			})
		})
	}
}

func answerOnce(s *smpptest.Server, status data.CommandStatusType) {
	s.SetHook(func(*pdu.SubmitSM) data.CommandStatusType {
		s.SetHook(nil)
		return status
	})
}

// How many parts a text takes, and in which alphabet, is what it costs.
func TestParts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		parts      int
		coding     byte
	}{
		{"one", "Votre code est 123456", 1, data.GSM7BITCoding},
		{"160 septets", strings.Repeat("x", 160), 1, data.GSM7BITCoding},
		{"161 septets", strings.Repeat("x", 161), 2, data.GSM7BITCoding},
		{"306 septets", strings.Repeat("x", 306), 2, data.GSM7BITCoding},
		{"307 septets", strings.Repeat("x", 307), 3, data.GSM7BITCoding},
		{"80 characters of two septets", strings.Repeat("€", 80), 1, data.GSM7BITCoding},
		{"81 characters of two septets", strings.Repeat("€", 81), 2, data.GSM7BITCoding},
		{"153 of them leave one septet free in each part", strings.Repeat("€", 153), 3, data.GSM7BITCoding},
		{"70 units", strings.Repeat("я", 70), 1, data.UCS2Coding},
		{"71 units", strings.Repeat("я", 71), 2, data.UCS2Coding},
		{"134 units", strings.Repeat("я", 134), 2, data.UCS2Coding},
		{"135 units", strings.Repeat("я", 135), 3, data.UCS2Coding},
		{"67 pairs leave one unit free in each part", strings.Repeat("🔑", 67), 3, data.UCS2Coding},
		{"one foreign letter", strings.Repeat("x", 160) + "ł", 3, data.UCS2Coding},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := smpptest.New(t, account)
			m := notifytest.Message(notify.SMS, "k")
			m.Text = tc.text
			if err := newSMPP(t, smppConfig(server)).Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			got := server.Messages()
			if len(got) != 1 || got[0].Parts != tc.parts || got[0].Coding != tc.coding || got[0].Text != tc.text {
				t.Errorf("took %+v, want one message of %d parts in coding %d", got, tc.parts, tc.coding)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, from, address string
		ton, npi            byte
	}{
		{"number", "+33600000002", "33600000002", 1, 1},
		{"short code", "38123", "38123", 3, 0},
		{"name", "Vouchline", "Vouchline", 5, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := smpptest.New(t, account)
			c := smppConfig(server)
			c.From = tc.from
			server.SetHook(func(p *pdu.SubmitSM) data.CommandStatusType {
				if s := p.SourceAddr; s.Address() != tc.address || s.Ton() != tc.ton || s.Npi() != tc.npi {
					t.Errorf("source = %q, %d, %d, want %q, %d, %d", s.Address(), s.Ton(), s.Npi(), tc.address, tc.ton, tc.npi)
				}
				if d := p.DestAddr; d.Address() != "33600000001" || d.Ton() != 1 || d.Npi() != 1 {
					t.Errorf("destination = %q, %d, %d, want 33600000001, 1, 1", d.Address(), d.Ton(), d.Npi())
				}
				return data.ESME_ROK
			})
			if err := newSMPP(t, c).Send(t.Context(), notifytest.Message(notify.SMS, "k")); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestSMPPFailures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		status data.CommandStatusType
		change func(*sms.SMPPConfig)
		want   error
		code   string
	}{
		{"no such number", data.ESME_RINVDSTADR, nil, notify.ErrPermanent, notify.CodeRefused},
		{"too fast", data.ESME_RTHROTTLED, nil, notify.ErrTemporary, notify.CodeBusy},
		{"queue full", data.ESME_RMSGQFUL, nil, notify.ErrTemporary, notify.CodeBusy},
		{"system error", data.ESME_RSYSERR, nil, notify.ErrTemporary, notify.CodeBusy},
		{"our own address is wrong", data.ESME_RINVSRCADR, nil, notify.ErrTemporary, notify.CodeProtocol},
		{"dies before the answer", smpptest.HangUp, nil, notify.ErrTemporary, notify.CodeInterrupted},
		{"never answers", smpptest.Silence, func(c *sms.SMPPConfig) { c.Timeout = 50 * time.Millisecond }, notify.ErrTemporary, notify.CodeTimeout},
		{"wrong password", data.ESME_ROK, func(c *sms.SMPPConfig) { c.Password = "wrong" }, notify.ErrTemporary, notify.CodeAuth},
		{"nobody listens", data.ESME_ROK, func(c *sms.SMPPConfig) { c.Address = "127.0.0.1:1" }, notify.ErrTemporary, notify.CodeConnect},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := smpptest.New(t, account)
			c := smppConfig(server)
			if tc.change != nil {
				tc.change(&c)
			}
			sender := newSMPP(t, c)
			server.SetHook(func(*pdu.SubmitSM) data.CommandStatusType { return tc.status })
			m := notifytest.Message(notify.SMS, "k")
			err := sender.Send(t.Context(), m)
			coded, ok := errors.AsType[*notify.Error](err)
			if !errors.Is(err, tc.want) || !ok || coded.Code != tc.code {
				t.Fatalf("Send() = %v (%v), want %v with code %s", err, errors.Unwrap(err), tc.want, tc.code)
			}
			if c.Password == "wrong" || c.Address != server.Address {
				return
			}
			server.SetHook(nil)
			if err := sender.Send(t.Context(), m); err != nil {
				t.Errorf("Send() after the failure = %v, want nil", err)
			}
		})
	}
}

// A centre that takes a connection and never answers the bind costs the
// timeout, no more.
func TestBindWithoutAnswer(t *testing.T) {
	t.Parallel()
	server := smpptest.New(t, account)
	c := smppConfig(server)
	c.TLS, c.Timeout = true, 50*time.Millisecond // its plain port waits for more than a TLS hello
	if err := newSMPP(t, c).Send(t.Context(), notifytest.Message(notify.SMS, "k")); !errors.Is(err, notify.ErrTemporary) {
		t.Errorf("Send() = %v, want %v", err, notify.ErrTemporary)
	}
}

// The link dies between the parts of a long message: the second try sends all
// parts again under the same reference, and the phone shows one message.
func TestRepeatedPartsMakeOneMessage(t *testing.T) {
	t.Parallel()
	server := smpptest.New(t, account)
	server.SetHook(func(p *pdu.SubmitSM) data.CommandStatusType {
		if _, n, _, _ := p.Message.UDH().GetConcatInfo(); n == 2 {
			server.SetHook(nil)
			return smpptest.HangUp
		}
		return data.ESME_ROK
	})
	sender := newSMPP(t, smppConfig(server))
	m := notifytest.Message(notify.SMS, "k")
	m.Text = strings.Repeat("long ", 80)
	if err := sender.Send(t.Context(), m); !errors.Is(err, notify.ErrTemporary) {
		t.Fatalf("Send() = %v, want %v", err, notify.ErrTemporary)
	}
	if err := sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := server.Messages(); len(got) != 1 || got[0].Text != m.Text {
		t.Errorf("took %+v, want the message once", got)
	}
	if n := server.Binds(); n != 2 {
		t.Errorf("%d binds, want 2: the lost link was bound anew", n)
	}
}

func TestSMPPManyAtOnce(t *testing.T) {
	t.Parallel()
	server := smpptest.New(t, account)
	sender := newSMPP(t, smppConfig(server))
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			m := notifytest.Message(notify.SMS, fmt.Sprintf("k%d", i))
			m.Text = fmt.Sprintf("message %d", i)
			if err := sender.Send(t.Context(), m); err != nil {
				t.Errorf("Send() = %v, want nil", err)
			}
		})
	}
	wg.Wait()
	if n, binds := len(server.Messages()), server.Binds(); n != 50 || binds != 1 {
		t.Errorf("%d messages over %d binds, want 50 over 1", n, binds)
	}
}

func TestNewSMPPRefuses(t *testing.T) {
	t.Parallel()
	good := sms.SMPPConfig{Address: "smsc.example.org:2775", SystemID: "id", Password: "12345678", From: "Vouchline"}
	for name, change := range map[string]func(*sms.SMPPConfig){
		"no port":            func(c *sms.SMPPConfig) { c.Address = "smsc.example.org" },
		"no system id":       func(c *sms.SMPPConfig) { c.SystemID = "" },
		"long password":      func(c *sms.SMPPConfig) { c.Password = "123456789" },
		"long system id":     func(c *sms.SMPPConfig) { c.SystemID = strings.Repeat("x", 16) },
		"no sender":          func(c *sms.SMPPConfig) { c.From = "" },
		"long name":          func(c *sms.SMPPConfig) { c.From = "Vouchline of Paris" },
		"name not in ASCII":  func(c *sms.SMPPConfig) { c.From = "Élan" },
		"much too long code": func(c *sms.SMPPConfig) { c.From = strings.Repeat("1", 16) },
	} {
		c := good
		change(&c)
		if _, err := sms.NewSMPP(c); err == nil {
			t.Errorf("NewSMPP(%s) = nil, want an error", name)
		}
	}
	if _, err := sms.NewSMPP(good); err != nil {
		t.Errorf("NewSMPP(good) = %v, want nil", err)
	}
}

func TestSMPPLogsShowNobody(t *testing.T) {
	t.Parallel()
	server := smpptest.New(t, account)
	var out bytes.Buffer
	c := smppConfig(server)
	c.Logger = slog.New(slog.NewJSONHandler(&out, nil))
	sender := newSMPP(t, c)
	m := notifytest.Message(notify.SMS, "k")
	if err := sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	answerOnce(server, data.ESME_RINVDSTADR)
	err := sender.Send(t.Context(), m)
	fmt.Fprintf(&out, "%v %+v %#v", err, c, c)
	for _, s := range []string{m.To.Value, strings.TrimPrefix(m.To.Value, "+"), "123456", "secret"} {
		if strings.Contains(out.String(), s) {
			t.Errorf("the log shows %q:\n%s", s, out.String())
		}
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	t.Parallel()
	server := smpptest.New(t, account)
	ctx, cancel := context.WithCancel(t.Context())
	server.SetHook(func(*pdu.SubmitSM) data.CommandStatusType {
		cancel()
		return smpptest.Silence
	})
	if err := newSMPP(t, smppConfig(server)).Send(ctx, notifytest.Message(notify.SMS, "k")); !errors.Is(err, notify.ErrTemporary) {
		t.Errorf("Send(cancelled) = %v, want %v", err, notify.ErrTemporary)
	}
}
