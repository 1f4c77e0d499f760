package kyc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
)

// pbxActor is who reports refused attempts, in the audit log.
const pbxActor = "pbx"

const (
	watchMinute = time.Minute
	// watchedKeys bounds the pairs of line and address that are told apart in a
	// minute, in memory and in the audit log, which is kept for good.
	watchedKeys = 50
	// maxKnown bounds the lines that are remembered to exist within a minute.
	maxKnown = 1000
)

// A SecuritySource tells of attempts to use lines until ctx or handle ends it.
type SecuritySource interface {
	Watch(ctx context.Context, handle func(pbx.SecurityEvent) error) error
}

// A LineWatch writes refused attempts to use lines to the audit log: the first
// of a line and address at once, and how many followed when the minute is over.
// Numbers that nobody has are summed up over all of them. Several processes may
// watch the same PBX: the database lets one of them write.
type LineWatch struct {
	Accounts LineStore
	Auditor  Auditor
	Throttle Throttle
	Logger   *slog.Logger
	Clock    func() time.Time
	// Counted, when set, is told of all attempts, so many at a time.
	Counted func(kind pbx.SecurityKind, n int)

	mu     sync.Mutex
	minute time.Time
	seen   map[attempt]*attempts
	known  map[string]string // by number, its name in the audit log; "" is nobody's
	more   int               // attempts beyond what is told apart
}

// An attempt is what is told apart: whose line, and from where. Attempts on
// nobody's line are all one.
type attempt struct {
	subject string
	from    string
}

type attempts struct {
	n    int    // after the first one
	from string // of the first one
}

// Run hands events of a PBX to the watch until ctx ends.
func (w *LineWatch) Run(ctx context.Context, source SecuritySource) {
	var both sync.WaitGroup
	defer both.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	both.Go(func() { w.keepSummed(ctx) })
	err := source.Watch(ctx, func(e pbx.SecurityEvent) error {
		w.Handle(ctx, e)
		return nil
	})
	if ctx.Err() == nil {
		w.Logger.ErrorContext(ctx, "the PBX's security events are watched no longer", "cause", err)
	}
}

func (w *LineWatch) keepSummed(ctx context.Context) {
	ticker := time.NewTicker(watchMinute / 6)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			w.Sum(context.WithoutCancel(ctx))
			return
		case <-ticker.C:
			if w.over() {
				w.Sum(ctx)
			}
		}
	}
}

func (w *LineWatch) over() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.minute.IsZero() && !w.Clock().Before(w.minute.Add(watchMinute))
}

// Handle takes one event. Strangers write most of it: a number is looked up, an
// address parsed, and nothing else is kept.
func (w *LineWatch) Handle(ctx context.Context, e pbx.SecurityEvent) {
	if w.Counted != nil {
		w.Counted(e.Kind, e.Attempts())
	}
	if e.Kind != pbx.Refused && e.Kind != pbx.Unknown {
		return
	}
	if w.over() {
		w.Sum(ctx)
	}
	if e.Kind == pbx.Refused && e.Extension == "" { // the PBX itself tells apart no more
		w.noteMore(e.Attempts())
		return
	}
	a, first := w.note(w.subjectOf(ctx, e), hostOf(e.Address), e.Attempts())
	if !first {
		return
	}
	detail := "from " + a.from
	if a.subject == nobodysLine {
		detail = "a number that nobody has"
	}
	w.write(ctx, a, "first", AuditEntry{Action: "sip_refused", Subject: a.subject, Detail: detail})
}

// nobodysLine stands for all numbers that nobody has, in the audit log.
const nobodysLine = "lines"

// subjectOf names the line that was claimed. A number that the PBX does not know
// is not looked up: there are as many of those as somebody likes to send.
func (w *LineWatch) subjectOf(ctx context.Context, e pbx.SecurityEvent) string {
	if e.Kind == pbx.Unknown || len(e.Extension) > maxNumber {
		return nobodysLine
	}
	w.mu.Lock()
	subject, known := w.known[e.Extension]
	w.mu.Unlock()
	if known {
		return subject
	}
	line, err := w.Accounts.Account(ctx, e.Extension)
	switch {
	case err == nil:
		subject = LineSubject(line)
	case errors.Is(err, ErrNotFound):
		subject = nobodysLine
	default:
		return nobodysLine // and asked again the next time
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known == nil {
		w.known = map[string]string{}
	}
	if len(w.known) < maxKnown {
		w.known[e.Extension] = subject
	}
	return subject
}

// maxNumber is the length of the longest number (E.164).
const maxNumber = 15

// begin begins a minute, if none is under way.
func (w *LineWatch) begin() {
	if w.seen == nil {
		w.seen, w.minute = map[attempt]*attempts{}, w.Clock()
	}
}

// noteMore counts attempts that are not told apart.
func (w *LineWatch) noteMore(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	w.more += n
}

// note counts attempts and reports whether they are the first of their kind in
// this minute.
func (w *LineWatch) note(subject, from string, n int) (a attempt, first bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	a = attempt{subject, from}
	if subject == nobodysLine {
		a.from = ""
	}
	if s := w.seen[a]; s != nil {
		s.n += n
		return a, false
	}
	if len(w.seen) >= watchedKeys {
		w.more += n
		return a, false
	}
	w.seen[a] = &attempts{n: n - 1, from: from}
	return a, true
}

// Sum writes down what followed the first attempts and begins a new minute.
func (w *LineWatch) Sum(ctx context.Context) {
	w.mu.Lock()
	seen, more, minute := w.seen, w.more, w.minute
	w.seen, w.known, w.more, w.minute = nil, nil, 0, time.Time{}
	w.mu.Unlock()
	for a, s := range seen {
		if s.n == 0 {
			continue
		}
		detail := fmt.Sprintf("%d more in a minute from %s", s.n, s.from)
		if a.subject == nobodysLine {
			detail = fmt.Sprintf("%d more in a minute, the first from %s", s.n, s.from)
		}
		w.write(ctx, a, "sum", AuditEntry{At: minute.Add(watchMinute), Action: "sip_refused", Subject: a.subject, Detail: detail})
	}
	if more > 0 {
		entry := AuditEntry{At: minute.Add(watchMinute), Action: "sip_refused", Subject: nobodysLine, Detail: fmt.Sprintf("%d more in a minute on lines that are not told apart", more)}
		w.write(ctx, attempt{subject: "more"}, "sum", entry)
	}
}

// write adds an entry unless another process that watches the same PBX has.
func (w *LineWatch) write(ctx context.Context, a attempt, what string, entry AuditEntry) {
	key := "sip_watch:" + what + ":" + a.subject + ":" + a.from
	wait, err := w.Throttle.Take(ctx, key, otp.Window{N: 1, Per: watchMinute * 9 / 10})
	if err == nil && wait > 0 {
		return
	}
	if err == nil {
		entry.Actor = pbxActor
		if entry.At.IsZero() {
			entry.At = w.Clock()
		}
		err = w.Auditor.Audit(ctx, entry)
	}
	if err != nil && ctx.Err() == nil {
		w.Logger.WarnContext(ctx, "a refused attempt is not in the audit log", "cause", err)
	}
}

// hostOf returns the address of host:port, or what stands for one that is none.
func hostOf(address string) string {
	if ap, err := netip.ParseAddrPort(address); err == nil {
		return ap.Addr().Unmap().WithZone("").String()
	}
	if a, err := netip.ParseAddr(address); err == nil {
		return a.Unmap().WithZone("").String()
	}
	return "an unknown address"
}
