package kyc_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

func (b *bench) watch() *kyc.LineWatch {
	return &kyc.LineWatch{
		Accounts: b.store, Auditor: b.store, Throttle: b.store, Logger: slog.New(slog.DiscardHandler), Clock: b.flow.Clock,
	}
}

// refusals returns what the audit log has of refused attempts, the oldest first.
func (b *bench) refusals(t *testing.T) (found []string) {
	t.Helper()
	log, err := b.store.AuditLog(t.Context(), "", 0)
	must(t, err)
	for _, e := range log {
		if e.Action == "sip_refused" {
			found = append([]string{e.Actor + " " + e.Subject + ": " + e.Detail}, found...)
		}
	}
	return found
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the audit log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRefusedAttemptsAreRecorded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	line := b.line(t, b.issued(t))
	subject := kyc.LineSubject(line)
	counted := map[pbx.SecurityKind]int{}
	w := b.watch()
	w.Counted = func(k pbx.SecurityKind, n int) { counted[k] += n }
	event := func(k pbx.SecurityKind, extension, address string) {
		w.Handle(t.Context(), pbx.SecurityEvent{Kind: k, Extension: extension, Address: address})
	}
	event(pbx.Accepted, line.Extension, "192.0.2.1:5060")
	for range 3 {
		event(pbx.Refused, line.Extension, "192.0.2.1:5060")
	}
	event(pbx.Refused, line.Extension, "[2001:db8::1]:5060")
	event(pbx.Unknown, "9999", "192.0.2.1:5060")
	event(pbx.Refused, "1001\r\n; rm", "evil\r\n;x")
	first := []string{
		"pbx " + subject + ": from 192.0.2.1", "pbx " + subject + ": from 2001:db8::1", "pbx lines: a number that nobody has",
	}
	same(t, b.refusals(t), first...)
	b.advance(time.Minute)
	w.Sum(t.Context())
	got := b.refusals(t)
	if len(got) != 5 {
		t.Fatalf("after a minute the log has %q", got)
	}
	sums := map[string]bool{got[3]: true, got[4]: true}
	for _, want := range []string{"pbx " + subject + ": 2 more in a minute from 192.0.2.1", "pbx lines: 1 more in a minute, the first from 192.0.2.1"} {
		if !sums[want] {
			t.Errorf("after a minute the log has %q, want %q", got[3:], want)
		}
	}
	if counted[pbx.Accepted] != 1 || counted[pbx.Refused] != 5 || counted[pbx.Unknown] != 1 {
		t.Errorf("counted %v", counted)
	}
	detail, err := b.flow.LineDetail(t.Context(), agent, line.Extension)
	must(t, err)
	if len(detail.Refusals) != 3 {
		t.Errorf("the line's page shows %v", detail.Refusals)
	}
}

// A PBX may sum attempts up itself.
func TestAttemptsThatAreSummedUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	line := b.line(t, b.issued(t))
	counted := map[pbx.SecurityKind]int{}
	w := b.watch()
	w.Counted = func(k pbx.SecurityKind, n int) { counted[k] += n }
	for range 2 {
		for _, e := range []pbx.SecurityEvent{
			{Kind: pbx.Accepted, Count: 70},
			{Kind: pbx.Refused, Extension: line.Extension, Address: "192.0.2.1:5060", Count: 5},
			{Kind: pbx.Refused, Count: 300},
			{Kind: pbx.Unknown, Address: "192.0.2.9:5060", Count: 900},
		} {
			w.Handle(t.Context(), e)
		}
	}
	b.advance(time.Minute)
	w.Sum(t.Context())
	subject, got := kyc.LineSubject(line), b.refusals(t)
	if len(got) != 5 {
		t.Fatalf("the log has %q", got)
	}
	slices.Sort(got[2:])
	want := []string{"pbx lines: 1799 more in a minute, the first from 192.0.2.9", "pbx lines: 600 more in a minute on lines that are not told apart", "pbx " + subject + ": 9 more in a minute from 192.0.2.1"}
	slices.Sort(want)
	same(t, got, append([]string{"pbx " + subject + ": from 192.0.2.1", "pbx lines: a number that nobody has"}, want...)...)
	if counted[pbx.Accepted] != 140 || counted[pbx.Refused] != 610 || counted[pbx.Unknown] != 1800 {
		t.Errorf("counted %v", counted)
	}
}

// Several servers hear the same of one PBX and write it down once.
func TestSeveralWatchesWriteOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	line := b.line(t, b.issued(t))
	watches := []*kyc.LineWatch{b.watch(), b.watch()}
	for range 2 {
		for _, w := range watches {
			w.Handle(t.Context(), pbx.SecurityEvent{Kind: pbx.Refused, Extension: line.Extension, Address: "192.0.2.1:5060"})
		}
	}
	b.advance(time.Minute)
	for _, w := range watches {
		w.Sum(t.Context())
	}
	subject := kyc.LineSubject(line)
	same(t, b.refusals(t), "pbx "+subject+": from 192.0.2.1", "pbx "+subject+": 1 more in a minute from 192.0.2.1")
}

// A flood from everywhere costs neither memory nor a log without end.
func TestFloodOfAttemptsIsBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	line := b.line(t, b.issued(t))
	w := b.watch()
	for n := range 300 {
		w.Handle(t.Context(), pbx.SecurityEvent{Kind: pbx.Refused, Extension: line.Extension, Address: fmt.Sprintf("192.0.%d.%d:5060", n/250, n%250)})
		w.Handle(t.Context(), pbx.SecurityEvent{Kind: pbx.Unknown, Extension: fmt.Sprint(5000 + n), Address: "192.0.2.1:5060"})
	}
	b.advance(time.Minute)
	w.Handle(t.Context(), pbx.SecurityEvent{Kind: pbx.Refused, Extension: line.Extension, Address: "192.0.2.9:5060"})
	got := b.refusals(t)
	if len(got) != 50+2+1 {
		t.Errorf("the log has %d lines", len(got))
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"251 more in a minute on lines that are not told apart", "299 more in a minute, the first from 192.0.2.1"} {
		if !strings.Contains(all, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
}

// source is a PBX that tells of one attempt and goes away.
type source struct{ done context.CancelFunc }

func (s source) Watch(ctx context.Context, handle func(pbx.SecurityEvent) error) error {
	err := handle(pbx.SecurityEvent{Kind: pbx.Unknown, Extension: "1", Address: "192.0.2.1:5060"})
	err = errors.Join(err, handle(pbx.SecurityEvent{Kind: pbx.Unknown, Extension: "2", Address: "192.0.2.1:5060"}))
	s.done()
	return errors.Join(err, ctx.Err())
}

// What was counted when the service stops is written down.
func TestWatchEndsWithItsSum(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	b.watch().Run(ctx, source{cancel})
	same(t, b.refusals(t), "pbx lines: a number that nobody has", "pbx lines: 1 more in a minute, the first from 192.0.2.1")
}
