// Package smpptest runs a short message centre in the test's own process.
//
// It speaks SMPP 3.4 by the PDUs of github.com/linxGnu/gosmpp: bind as
// transceiver, enquire_link, submit_sm and unbind.
//
// It delivers to no phone. It puts long messages together as a phone does, and
// what it took is read back with [Server.Messages].
//
// It listens on 127.0.0.1 only.
package smpptest

import (
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// Options choose what the centre asks for.
type Options struct {
	SystemID, Password string
	// TLS, when set, protects the port.
	TLS *tls.Config
}

// A Message is a text as the phone shows it.
type Message struct {
	From, To string
	Text     string
	// Parts is how many submit_sm it took, Coding their data_coding, and
	// Reference the number that joined them.
	Parts     int
	Coding    byte
	Reference byte
}

// A Server is a running message centre.
type Server struct {
	// Address is its host:port.
	Address string

	options Options

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
	messages []Message
	pending  map[string][]*pdu.SubmitSM
	hook     Hook
	binds    int
}

// A Hook is asked before a submit_sm is answered; its status is the answer.
// [HangUp] closes the connection instead, [Silence] never answers.
type Hook func(part *pdu.SubmitSM) data.CommandStatusType

// Answers of a Hook that are no status.
const (
	HangUp  = data.CommandStatusType(0x7FFFFFFE)
	Silence = data.CommandStatusType(0x7FFFFFFF)
)

// New starts a centre that stops with the test.
func New(tb testing.TB, o Options) *Server {
	tb.Helper()
	s := &Server{options: o, conns: map[net.Conn]bool{}, pending: map[string][]*pdu.SubmitSM{}}
	s.start(tb, "127.0.0.1:0")
	tb.Cleanup(s.Stop)
	return s
}

func (s *Server) start(tb testing.TB, address string) {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	if s.options.TLS != nil {
		l = tls.NewListener(l, s.options.TLS)
	}
	s.mu.Lock()
	s.Address, s.listener = l.Addr().String(), l
	s.mu.Unlock()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[conn] = true
			s.mu.Unlock()
			go s.serve(conn)
		}
	}()
}

// Stop closes the port and every connection, without unbinding.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.listener.Close()
	for conn := range s.conns {
		_ = conn.Close()
	}
	clear(s.conns)
}

// Restart opens the same port again.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	s.start(tb, s.Address)
}

// SetHook sets or, with nil, removes the hook.
func (s *Server) SetHook(h Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = h
}

// Messages returns the texts that are complete, in order.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Binds returns how often a client has bound.
func (s *Server) Binds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.binds
}

func (s *Server) serve(conn net.Conn) {
	defer func() {
		_ = conn.Close()
		s.mu.Lock()
		delete(s.conns, conn)
		s.mu.Unlock()
	}()
	bound := false
	for {
		p, err := pdu.Parse(conn)
		if err != nil {
			return
		}
		answer, end := s.respond(p, &bound)
		if answer != nil {
			b := pdu.NewBuffer(nil)
			answer.Marshal(b)
			if _, err := conn.Write(b.Bytes()); err != nil {
				return
			}
		}
		if end {
			return
		}
	}
}

// respond returns the answer to a PDU, and whether the connection ends.
func (s *Server) respond(p pdu.PDU, bound *bool) (answer pdu.PDU, end bool) {
	switch p := p.(type) {
	case *pdu.BindRequest:
		answer, _ := p.GetResponse().(*pdu.BindResp)
		if p.SystemID != s.options.SystemID || p.Password != s.options.Password {
			answer.CommandStatus = data.ESME_RINVPASWD
			return answer, true
		}
		*bound = true
		s.mu.Lock()
		s.binds++
		s.mu.Unlock()
		return answer, false
	case *pdu.Unbind:
		return p.GetResponse(), true
	case *pdu.SubmitSM:
		answer, _ := p.GetResponse().(*pdu.SubmitSMResp)
		if !*bound {
			answer.CommandStatus = data.ESME_RINVBNDSTS
			return answer, true
		}
		return s.submit(p, answer)
	}
	if p.CanResponse() {
		return p.GetResponse(), false
	}
	return nil, false
}

func (s *Server) submit(p *pdu.SubmitSM, answer *pdu.SubmitSMResp) (pdu.PDU, bool) {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if hook != nil {
		switch status := hook(p); status {
		case data.ESME_ROK:
		case HangUp:
			return nil, true
		case Silence:
			return nil, false
		default:
			answer.CommandStatus = status
			return answer, false
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.take(p); err != nil {
		answer.CommandStatus = data.ESME_RINVMSGLEN
		return answer, false
	}
	answer.MessageID = strconv.Itoa(len(s.messages))
	return answer, false
}

var errTooLong = errors.New("smpptest: more than a phone can take")

// take keeps one part, and the message once all parts are there.
func (s *Server) take(p *pdu.SubmitSM) error {
	body, _ := p.Message.GetMessageData()
	udh := p.Message.UDH()
	if err := checkLength(p, len(body), len(udh) > 0); err != nil {
		return err
	}
	m := Message{From: p.SourceAddr.Address(), To: "+" + p.DestAddr.Address(), Coding: p.Message.Encoding().DataCoding(), Parts: 1}
	total, number, reference, joined := udh.GetConcatInfo()
	if !joined {
		m.Text = decode(m.Coding, body)
		s.messages = append(s.messages, m)
		return nil
	}
	key := m.To + "/" + strconv.Itoa(int(reference))
	// A part that comes again replaces itself, as on a phone.
	parts := slices.DeleteFunc(s.pending[key], func(q *pdu.SubmitSM) bool {
		_, n, _, _ := q.Message.UDH().GetConcatInfo()
		return n == number
	})
	s.pending[key] = append(parts, p)
	if len(s.pending[key]) < int(total) {
		return nil
	}
	slices.SortFunc(s.pending[key], func(a, b *pdu.SubmitSM) int {
		_, x, _, _ := a.Message.UDH().GetConcatInfo()
		_, y, _, _ := b.Message.UDH().GetConcatInfo()
		return int(x) - int(y)
	})
	for _, q := range s.pending[key] {
		part, _ := q.Message.GetMessageData()
		m.Text += decode(m.Coding, part) // part by part: a phone cannot join half characters
	}
	m.Parts, m.Reference = int(total), reference
	delete(s.pending, key)
	s.messages = append(s.messages, m)
	return nil
}

// checkLength refuses what does not fit on the air: 140 octets, with the
// header of a part and septets packed (TS 23.040 section 9.2.3.24.1).
func checkLength(p *pdu.SubmitSM, n int, part bool) error {
	single, joined := 140, 134
	if p.Message.Encoding().DataCoding() == data.GSM7BITCoding {
		single, joined = 160, 153
	}
	if part && n > joined || !part && n > single {
		return errTooLong
	}
	return nil
}

func decode(coding byte, body []byte) string {
	if coding == data.GSM7BITCoding {
		text, err := data.GSM7BIT.Decode(body)
		if err != nil {
			return "undecodable: " + err.Error()
		}
		return text
	}
	var units []uint16
	for i := 0; i+1 < len(body); i += 2 {
		units = append(units, uint16(body[i])<<8|uint16(body[i+1]))
	}
	return string(utf16.Decode(units))
}
