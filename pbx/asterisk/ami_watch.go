package asterisk

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/vouchline/vouchline/pbx"
)

const (
	// backlog is how many events wait while one is handled. Asterisk hangs up on
	// who reads too slowly, so what is more is counted and left out.
	backlog = 4096
	// The first and the longest wait before Asterisk is asked again.
	firstWait = 250 * time.Millisecond
	lastWait  = 30 * time.Second
	// maxClaim bounds what a stranger claims to be.
	maxClaim = 64
)

// errLate reports a connection that is silent in spite of questions.
var errLate = errors.New("asterisk: AMI is silent")

// handleError carries an error of the one who is told.
type handleError struct{ error }

// Watch hands on what Asterisk says of attempts to register and call, until
// the context or handle ends it; the error is theirs. When the connection is
// lost it is made again, with waits that grow. What happens between is told
// nobody.
//
// An attempt on a line that does not exist may be told twice: before and after
// its challenge.
func (a *AMI) Watch(ctx context.Context, handle func(pbx.SecurityEvent) error) error {
	wait := firstWait
	for {
		heard, err := a.watch(ctx, handle)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if h, ok := errors.AsType[handleError](err); ok {
			return h.error
		}
		if heard {
			wait = firstWait
		}
		a.config.Logger.WarnContext(ctx, "security events interrupted", "error", err, "again_in", wait)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		wait = min(2*wait, lastWait)
	}
}

// watch hands events on for as long as one connection lasts, and reports
// whether Asterisk took the login.
func (a *AMI) watch(watching context.Context, handle func(pbx.SecurityEvent) error) (heard bool, err error) {
	ctx, cancel := context.WithCancelCause(watching)
	defer cancel(nil)
	late := time.AfterFunc(a.config.Timeout, func() { cancel(errLate) })
	s, err := a.open(ctx, true)
	late.Stop()
	if err != nil {
		return false, errors.Join(err, context.Cause(ctx))
	}
	var both sync.WaitGroup
	defer both.Wait()
	defer s.end()
	events := make(chan pbx.SecurityEvent, backlog)
	var lost error
	both.Go(func() {
		lost = a.read(ctx, s, events)
		close(events)
		cancel(nil)
	})
	both.Go(func() { a.ask(ctx, s) })
	// What was heard before the connection ended is told too.
	for e := range events {
		if watching.Err() != nil {
			break
		}
		if err := handle(e); err != nil {
			return true, handleError{err}
		}
	}
	return true, lost
}

// ask asks for a sign of life: a peer that is gone without a word is not
// noticed otherwise.
func (a *AMI) ask(ctx context.Context, s *session) {
	tick := time.NewTicker(a.config.Timeout)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if _, err := s.send("Ping", nil); err != nil {
				return // the reader learns it too
			}
		case <-ctx.Done():
			return
		}
	}
}

// read reads events until the connection ends, or says nothing for the time of
// three questions.
func (a *AMI) read(ctx context.Context, s *session, events chan<- pbx.SecurityEvent) error {
	silent := time.AfterFunc(3*a.config.Timeout, func() { _ = s.Close() })
	defer silent.Stop()
	lost := 0
	for {
		m, err := readMessage(s.reader)
		if err != nil {
			return err
		}
		silent.Reset(3 * a.config.Timeout)
		e, ok := a.securityEvent(m)
		if !ok {
			continue
		}
		select {
		case events <- e:
			if lost > 0 {
				a.config.Logger.WarnContext(ctx, "security events lost", "count", lost)
				lost = 0
			}
		default:
			lost++
		}
	}
}

// kinds of security event by their name in Asterisk.
var kinds = map[string]pbx.SecurityKind{
	"SuccessfulAuth": pbx.Accepted, "ChallengeResponseFailed": pbx.Refused, "InvalidPassword": pbx.Refused,
	"FailedACL": pbx.Refused, "InvalidAccountID": pbx.Unknown,
}

// artificial is the line to which Asterisk puts a challenge that nobody can
// answer; InvalidAccountID has told of the attempt already.
const artificial = "<unknown>"

// securityEvent reads an event, if it is one of a phone's: the interface tells
// of its own users too.
func (a *AMI) securityEvent(m message) (pbx.SecurityEvent, bool) {
	kind, ok := kinds[m.get("Event")]
	if !ok || m.get("Service") != "PJSIP" || m.get("AccountID") == artificial {
		return pbx.SecurityEvent{}, false
	}
	at, err := time.Parse("2006-01-02T15:04:05.000-0700", m.get("EventTV"))
	if err != nil {
		at = a.config.Clock()
	}
	return pbx.SecurityEvent{At: at.UTC(), Kind: kind, Extension: extension(claim(m.get("AccountID"))), Address: remote(m.get("RemoteAddress"))}, true
}

var browser = regexp.MustCompile(`^([0-9]+)-[0-9a-z]+$`)

// extension returns the line of an endpoint: a browser has one of its own,
// named by its credential.
func extension(endpoint string) string {
	if match := browser.FindStringSubmatch(endpoint); match != nil {
		return match[1]
	}
	return endpoint
}

// claim makes what a stranger calls himself fit to be kept.
func claim(s string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
	return string(runes[:min(len(runes), maxClaim)])
}

// remote reads "IPV4/UDP/192.0.2.1/5060".
func remote(s string) string {
	parts := strings.Split(s, "/")
	if len(parts) != 4 {
		return ""
	}
	address, err := netip.ParseAddrPort(net.JoinHostPort(parts[2], parts[3]))
	if err != nil {
		return ""
	}
	return address.String()
}
