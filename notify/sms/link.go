package sms

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vouchline/vouchline/notify"
)

// A link is one bound connection. It brings each answer to whoever waits for
// it; SMPP 3.4 section 3.2 pairs them by sequence number.
type link struct {
	session *gosmpp.Session
	conn    net.Conn

	mu      sync.Mutex
	waiting map[int32]chan pdu.PDU
	closed  chan struct{}
	once    sync.Once
}

var errLinkLost = errors.New("smpp: link lost")

func bind(ctx context.Context, c SMPPConfig) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	l := &link{waiting: map[int32]chan pdu.PDU{}, closed: make(chan struct{})}
	var stop func() bool
	dial := func(string) (net.Conn, error) {
		conn, err := c.dial(ctx)
		if err != nil {
			return nil, err
		}
		l.conn = conn
		// The library waits for the bind's answer without a limit of its own.
		stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
		return conn, nil
	}
	auth := gosmpp.Auth{SMSC: c.Address, SystemID: c.SystemID, Password: c.Password, SystemType: c.SystemType}
	session, err := gosmpp.NewSession(gosmpp.TRXConnector(dial, auth), gosmpp.Settings{
		EnquireLink:  c.EnquireLink,
		ReadTimeout:  2*c.EnquireLink + time.Second,
		WriteTimeout: c.Timeout,
		OnPDU:        func(p pdu.PDU, _ bool) { l.answer(p) },
		OnClosed:     func(gosmpp.State) { l.lose() },
	}, 0) // the library would wait and bind again on its own; we bind when there is something to send
	if stop != nil && !stop() {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		if session != nil {
			_ = session.Close()
		}
		return nil, classifyBind(ctx, err)
	}
	l.session = session
	return l, nil
}

// alive reports whether the link was not lost as far as we know.
func (l *link) alive() bool {
	select {
	case <-l.closed:
		return false
	default:
		return true
	}
}

func (l *link) lose() { l.once.Do(func() { close(l.closed) }) }

func (l *link) close() error {
	l.lose()
	// The library closes the connection before it tells us of a lost link, and
	// then again here.
	if err := l.session.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// answer hands a response to whoever waits for it. Anything else (a delivery
// receipt, an answer that came too late) is dropped; the library has already
// acknowledged what needs it.
func (l *link) answer(p pdu.PDU) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if waiter, ok := l.waiting[p.GetSequenceNumber()]; ok && (p.GetHeader().CommandID == data.SUBMIT_SM_RESP || p.IsGNack()) {
		waiter <- p // has room for one, and is asked once
		delete(l.waiting, p.GetSequenceNumber())
	}
}

// submit sends one part and waits for its answer.
func (l *link) submit(ctx context.Context, timeout time.Duration, p *pdu.SubmitSM) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return notify.Temporary(notify.CodeInterrupted, err)
	}
	waiter := make(chan pdu.PDU, 1)
	l.mu.Lock()
	l.waiting[p.GetSequenceNumber()] = waiter
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.waiting, p.GetSequenceNumber())
		l.mu.Unlock()
	}()
	if err := l.session.Transceiver().Submit(p); err != nil {
		l.lose()
		return notify.Temporary(notify.CodeInterrupted, err)
	}
	select {
	case response := <-waiter:
		return classifyStatus(response.GetHeader().CommandStatus)
	case <-l.closed:
		return notify.Temporary(notify.CodeInterrupted, errLinkLost)
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			// A centre that does not answer may be gone without a word: the next
			// message binds anew.
			l.lose()
			go func() { _ = l.session.Close() }()
			return notify.Temporary(notify.CodeTimeout, ctx.Err())
		}
		return notify.Temporary(notify.CodeInterrupted, ctx.Err())
	}
}

// classifyBind judges what went wrong before a message was offered: always
// temporary, as nothing of it is the message's fault.
func classifyBind(ctx context.Context, err error) error {
	var refused gosmpp.BindError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &refused):
		return notify.Temporary(notify.CodeAuth, err).With(status(refused.CommandStatus))
	case errors.As(err, &certificate), errors.As(err, &record):
		return notify.Temporary(notify.CodeTLS, err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return notify.Temporary(notify.CodeTimeout, err)
	case ctx.Err() != nil:
		return notify.Temporary(notify.CodeInterrupted, err)
	}
	return notify.Temporary(notify.CodeConnect, err)
}

// classifyStatus judges a command status (SMPP 3.4 section 5.1.3). Only what
// blames the destination or the message is permanent.
func classifyStatus(s data.CommandStatusType) error {
	switch s {
	case data.ESME_ROK:
		return nil
	case data.ESME_RINVDSTADR, data.ESME_RINVDSTTON, data.ESME_RINVDSTNPI, data.ESME_RINVMSGLEN,
		data.ESME_RX_P_APPN, data.ESME_RX_R_APPN, data.ESME_RINVESMCLASS:
		return notify.Permanent(notify.CodeRefused, nil).With(status(s))
	case data.ESME_RINVSRCADR, data.ESME_RINVSRCTON, data.ESME_RINVSRCNPI, data.ESME_RINVBNDSTS:
		return notify.Temporary(notify.CodeProtocol, nil).With(status(s))
	default:
		return notify.Temporary(notify.CodeBusy, nil).With(status(s))
	}
}

func status(s data.CommandStatusType) string { return fmt.Sprintf("status 0x%08x", uint32(s)) }
