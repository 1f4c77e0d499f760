package notifytest

import (
	"context"
	"slices"
	"sync"

	"github.com/vouchline/vouchline/notify"
)

// A Fake keeps what it is asked to send. It passes [Run], so that tests which
// use it rest on the same contract as production does. Its zero value is ready
// and may be used by several goroutines.
type Fake struct {
	// Channel, when set, is the only one it takes.
	Channel notify.Channel
	// Fail, when set, is asked before each message and stops it with its error.
	Fail func(m notify.Message) error

	mu   sync.Mutex
	sent []notify.Message
}

// Send keeps the message.
func (f *Fake) Send(ctx context.Context, m notify.Message) error {
	if err := ctx.Err(); err != nil {
		return notify.Temporary(notify.CodeInterrupted, err)
	}
	if err := m.Validate(); err != nil {
		return err
	}
	if f.Channel != "" && m.To.Channel != f.Channel {
		return notify.Permanent(notify.CodeInvalid, nil).With("channel")
	}
	if f.Fail != nil {
		if err := f.Fail(m); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, m)
	return nil
}

// Messages returns everything that was sent, in order.
func (f *Fake) Messages() []notify.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.sent)
}

// To returns the messages to one address, in order.
func (f *Fake) To(value string) []notify.Message {
	return slices.DeleteFunc(f.Messages(), func(m notify.Message) bool { return m.To.Value != value })
}

// Last returns the newest message of a kind.
func (f *Fake) Last(kind notify.Kind) (notify.Message, bool) {
	all := f.Messages()
	for _, m := range slices.Backward(all) {
		if m.Kind == kind {
			return m, true
		}
	}
	return notify.Message{}, false
}

// Reset forgets everything.
func (f *Fake) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = nil
}

// Deliveries shows messages in the suite's form.
func Deliveries(messages []notify.Message) []Delivery {
	var out []Delivery
	for _, m := range messages {
		d := Delivery{To: m.To.Value, Subject: m.Subject, Text: m.Text, HTML: m.HTML, ID: m.ID(), Files: map[string]string{}}
		for _, a := range m.Attachments {
			d.Files[a.Name] = string(a.Content)
		}
		out = append(out, d)
	}
	return out
}
