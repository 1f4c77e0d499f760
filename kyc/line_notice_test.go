package kyc_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/pbx"
)

// reached makes a subscriber whose e-mail address is confirmed.
func (b *bench) reached(t *testing.T) (id string) {
	t.Helper()
	id = b.issued(t)
	_, err := b.store.Update(t.Context(), id, func(e *kyc.Enrollment) error {
		e.Data.EmailLink.ValidatedAt = b.now
		return nil
	})
	must(t, err)
	b.mail.Reset()
	return id
}

// told runs what waits and returns the kinds of the messages that were sent since
// it was last asked.
func (b *bench) told(t *testing.T) (kinds []string) {
	t.Helper()
	b.work(t)
	for _, m := range b.mail.Messages() {
		kinds = append(kinds, string(m.Kind))
	}
	b.mail.Reset()
	return kinds
}

// follow has the line follow the ledger as after an event.
func (b *bench) follow(t *testing.T, id string) {
	t.Helper()
	identity := b.identity(t, id).ID
	must(t, b.runner.Run(t.Context(), kyc.Effect{Kind: kyc.SyncLine, EnrollmentID: id, Ref: identity}))
}

func TestWhatASubscriberIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.reached(t)
	identity, line := b.identity(t, id).ID, b.line(t, id).Extension
	setup, err := b.flow.AddDevice(t.Context(), id, office)
	must(t, err)
	token := ""
	move := func(to ledger.Status, reason string) func() error {
		return func() error {
			err := b.change(t, identity, to, reason)
			b.work(t)
			for range 2 { // as with events that are followed anew
				b.follow(t, id)
			}
			return err
		}
	}
	for _, step := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"a phone is added", func() error { return nil }, []string{"phone_added"}},
		{"a phone gets another password", func() error { _, err := b.flow.RotateDevice(t.Context(), id, line, setup.DeviceID); return err }, []string{"phone_again"}},
		{"a phone is paired", func() error { token = b.paired(t, id); return nil }, []string{"phone_added"}},
		{"a phone fetches its settings", func() error { _, err := b.flow.DeviceSetup(t.Context(), token); return err }, nil},
		{"a browser", func() error { _, err := b.flow.BrowserLine(t.Context(), id); return err }, nil},
		{"another name", func() error { return b.flow.RenameDevice(t.Context(), id, line, setup.DeviceID, "Hall") }, nil},
		{"signed out by its subscriber", func() error { return b.flow.RemoveDevice(t.Context(), id, line, setup.DeviceID) }, nil},
		{"suspended", func() error { return b.flow.SuspendLine(t.Context(), agent, line) }, []string{"line_suspended"}},
		{"suspended again", func() error { return b.flow.SuspendLine(t.Context(), agent, line) }, nil},
		{"resumed", func() error { return b.flow.ResumeLine(t.Context(), agent, line) }, []string{"line_resumed"}},
		{"another line", func() error { _, err := b.flow.AddLine(t.Context(), agent, identity, ""); return err }, []string{"line_added"}},
		{"ended", func() error { return b.flow.ReleaseLine(t.Context(), agent, line) }, []string{"line_ended"}},
		{"nothing on the ledger", func() error { b.follow(t, id); return nil }, nil},
		{"suspended on the ledger", move(ledger.StatusSuspended, ledger.ReasonUnderReview), []string{"identity_suspended"}},
		{"resumed on the ledger", move(ledger.StatusActive, ledger.ReasonReviewed), []string{"identity_resumed"}},
		{"revoked on the ledger", move(ledger.StatusRevoked, ledger.ReasonFraud), []string{"identity_revoked"}},
	} {
		must(t, step.do())
		if diff := cmp.Diff(step.want, b.told(t)); diff != "" {
			t.Errorf("%s: told (-want +got)\n%s", step.name, diff)
		}
	}
}

// A message says which line and phone, and nothing that opens them.
func TestWhatAMessageSays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.reached(t)
	setup, err := b.flow.AddDevice(t.Context(), id, office)
	must(t, err)
	b.work(t)
	m, _ := b.mail.Last("phone_added")
	for _, want := range []string{"Anna Maria", setup.Extension, "Office", b.now.Local().Format("15:04"), "http://127.0.0.1:8080/account/phone\n"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the message does not say %q:\n%s", want, m.Text)
		}
	}
	for _, secret := range []string{setup.Password.Reveal(), setup.Username, "Eriksson", "1974", "+33612"} {
		if strings.Contains(m.Text+m.HTML+m.Subject, secret) {
			t.Errorf("the message says %q", secret)
		}
	}
	// The thief chooses the name, and we must not carry their link.
	for name, want := range map[string]string{"Pay at evil.example": "Phone: App", "http://10.1": "Phone: App", "me@10": "Phone: App", "evil。example": "Phone: App", "Call 0800 123 456": "Phone: App", "Yealink T46 v1.2": "Yealink T46 v1.2"} {
		_, err := b.flow.AddDevice(t.Context(), id, kyc.NewDevice{Name: name, Kind: pbx.App})
		must(t, err)
		b.work(t)
		if m, _ := b.mail.Last("phone_added"); !strings.Contains(m.Text, want) || want != name && strings.Contains(m.Text+m.HTML, name) {
			t.Errorf("a phone named %q is told of as\n%s", name, m.Text)
		}
	}
}

// What is not so any more when its message is sent is not told; what a thief may
// have done is.
func TestWhatIsOvertakenIsNotTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.reached(t)
	line := b.line(t, id).Extension
	must(t, b.flow.SuspendLine(t.Context(), agent, line))
	must(t, b.flow.ResumeLine(t.Context(), agent, line))
	if diff := cmp.Diff([]string{"line_resumed"}, b.told(t)); diff != "" {
		t.Errorf("suspended and resumed: told (-want +got)\n%s", diff)
	}
	setup, err := b.flow.AddDevice(t.Context(), id, office)
	must(t, err)
	must(t, b.flow.RemoveDevice(t.Context(), id, line, setup.DeviceID))
	if diff := cmp.Diff([]string{"phone_added"}, b.told(t)); diff != "" {
		t.Errorf("added and signed out: told (-want +got)\n%s", diff)
	}
	must(t, b.flow.SuspendLine(t.Context(), agent, line))
	must(t, b.change(t, b.identity(t, id).ID, ledger.StatusSuspended, ledger.ReasonUnderReview))
	b.work(t)
	b.follow(t, id)
	b.told(t)
	must(t, b.flow.ResumeLine(t.Context(), agent, line))
	if got := b.told(t); got != nil {
		t.Errorf("resumed while the identity is suspended: told %v", got)
	}
}

// laggard is a ledger's peer that has not seen the last changes.
type laggard struct {
	kyc.Ledger
	record ledger.Identity
}

func (l laggard) Identity(context.Context, string) (ledger.Identity, ledger.Location, error) {
	return l.record, ledger.Location{}, nil
}

func TestPeerThatLagsTellsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.reached(t)
	identity := b.identity(t, id).ID
	before, _, err := b.ledger.Log.Identity(t.Context(), identity)
	must(t, err)
	must(t, b.change(t, identity, ledger.StatusSuspended, ledger.ReasonUnderReview))
	b.work(t)
	b.follow(t, id)
	b.told(t)
	b.flow.Ledger = laggard{b.ledger, before}
	b.follow(t, id)
	if got := b.told(t); got != nil {
		t.Errorf("told %v", got)
	}
}

func TestWhoIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	unconfirmed, forgotten := b.issued(t), b.reached(t)
	b.mail.Reset()
	for _, id := range []string{unconfirmed, forgotten} {
		must(t, b.flow.SuspendLine(t.Context(), agent, b.line(t, id).Extension))
	}
	must(t, b.flow.EraseSubject(t.Context(), agent, forgotten))
	if got := b.told(t); got != nil {
		t.Errorf("told %v", got)
	}
}

// Whoever turns a line off and on all day fills no mailbox, and keeps nobody from
// being told of a phone.
func TestMailboxIsNotFilled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.reached(t)
	line := b.line(t, id).Extension
	told := map[string]int{}
	tell := func(what func() error) {
		t.Helper()
		must(t, what())
		b.advance(time.Minute)
		for _, kind := range b.told(t) {
			told[kind]++
		}
	}
	for range 30 {
		tell(func() error { return b.flow.SuspendLine(t.Context(), agent, line) })
		tell(func() error { return b.flow.ResumeLine(t.Context(), agent, line) })
	}
	tell(func() error { _, err := b.flow.AddDevice(t.Context(), id, office); return err })
	b.advance(day)
	tell(func() error { return b.flow.SuspendLine(t.Context(), agent, line) })
	if diff := cmp.Diff(map[string]int{"line_suspended": 25, "line_resumed": 24, "phone_added": 1}, told); diff != "" {
		t.Errorf("told (-want +got)\n%s", diff)
	}
}

// A provider that refuses, or is away, holds nothing up but the message.
func TestMessageThatIsNotTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.reached(t)
	line := b.line(t, id)
	tell := func(do func() error) kyc.Effect {
		t.Helper()
		must(t, do())
		var letter kyc.Effect
		b.mu.Lock()
		b.queue = slices.DeleteFunc(b.queue, func(e kyc.Effect) bool {
			if e.Kind != kyc.TellLine {
				return false
			}
			letter = e
			return true
		})
		b.mu.Unlock()
		b.work(t)
		return letter
	}
	b.mail.Fail = func(notify.Message) error { return notify.Permanent(notify.CodeRefused, nil) }
	letter := tell(func() error { return b.flow.SuspendLine(t.Context(), agent, line.Extension) })
	must(t, b.runner.Run(t.Context(), letter)) // not tried again
	if on, _ := b.pbx.Lookup(line.AOR); on.Enabled {
		t.Error("the line is on")
	}
	b.mail.Fail = func(notify.Message) error { return notify.Temporary(notify.CodeConnect, nil) }
	letter = tell(func() error { return b.flow.ResumeLine(t.Context(), agent, line.Extension) })
	if !letter.MustHappen() || b.runner.Run(t.Context(), letter) == nil {
		t.Error("a message that was not taken is not tried again")
	}
	if on, _ := b.pbx.Lookup(line.AOR); !on.Enabled {
		t.Error("the line waits for its message")
	}
	b.advance(4 * day)
	must(t, b.runner.Run(t.Context(), letter)) // no news any more
	b.mail.Fail = nil
	must(t, b.runner.Run(t.Context(), letter))
	if sent := b.mail.Messages(); len(sent) > 0 {
		t.Errorf("%d messages of four days ago were sent", len(sent))
	}
}

// crashMail is a sender with a saboteur in front.
type crashMail struct {
	kyc.Sender
	*saboteur
}

func (m crashMail) Send(ctx context.Context, message notify.Message) error {
	return m.call(func() error { return m.Sender.Send(ctx, message) })
}

// TestToldThroughAKillAnywhere: whatever call somebody dies at, the subscriber is
// told, and of one thing under one key.
func TestToldThroughAKillAnywhere(t *testing.T) {
	prepare := func(t *testing.T, b *bench) string { t.Helper(); return b.reached(t) }
	killEverywhere(t, prepare, func(t *testing.T, b *bench, id string, s *saboteur) {
		line := b.line(t, id).Extension
		b.runner.Sender = crashMail{b.runner.Sender, s}
		insist(t, func() error { return b.flow.SuspendLine(t.Context(), agent, line) })
		b.persist(t)
		ids := map[string]int{}
		for _, m := range b.mail.Messages() {
			ids[string(m.Kind)+" "+m.ID()]++
		}
		for key, copies := range ids {
			if !strings.HasPrefix(key, "line_suspended ") || copies > 2 || copies > 1 && !s.killed() {
				t.Errorf("%d times %s", copies, key)
			}
		}
		if len(ids) != 1 {
			t.Errorf("%d messages, want one: %v", len(ids), ids)
		}
	})
}

// A line that is there already is not given again.
func TestLineIsToldOfWhenItIsNew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	line := b.line(t, b.reached(t))
	x := b.count()
	_, err := b.store.OpenAccount(t.Context(), line, kyc.Effect{Kind: kyc.TellLine, EnrollmentID: "en1", Ref: "again"})
	must(t, err)
	if got := x.all(); len(got) > 0 {
		t.Errorf("asked for %v", got)
	}
}
