package outbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/notify"
	"github.com/vouchline/vouchline/notify/notifytest"
	"github.com/vouchline/vouchline/notify/outbox"
)

// ticking returns a clock that moves on each time it is read.
func ticking() func() time.Time {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(time.Second)
		return now
	}
}

func open(t *testing.T, dir string, now func() time.Time) *outbox.Outbox {
	t.Helper()
	o, err := outbox.Open(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func messages(t *testing.T, o *outbox.Outbox) []notify.Message {
	t.Helper()
	entries, err := o.Messages()
	if err != nil {
		t.Fatal(err)
	}
	var out []notify.Message
	for _, e := range slices.Backward(entries) {
		out = append(out, e.Message)
	}
	return out
}

func TestSuite(t *testing.T) {
	t.Parallel()
	for _, channel := range []notify.Channel{notify.Email, notify.SMS} {
		t.Run(string(channel), func(t *testing.T) {
			t.Parallel()
			notifytest.Run(t, func(t *testing.T) notifytest.Target {
				o := open(t, t.TempDir(), ticking())
				return notifytest.Target{
					Sender: o, Channel: channel, AnyChannel: true, Replaces: true, Identifies: true,
					Delivered: func(t *testing.T) []notifytest.Delivery { return notifytest.Deliveries(messages(t, o)) },
				}
			})
		})
	}
}

// A restart keeps the codes that applicants wait for.
func TestReopen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := notifytest.Message(notify.SMS, "k")
	if err := open(t, dir, ticking()).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := messages(t, open(t, dir, ticking()))
	if diff := cmp.Diff([]string{m.Text}, texts(got)); diff != "" {
		t.Errorf("messages after reopening (-want +got):\n%s", diff)
	}
}

func texts(ms []notify.Message) []string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Text)
	}
	return out
}

func TestOldMessagesGo(t *testing.T) {
	t.Parallel()
	o := open(t, t.TempDir(), ticking())
	for i := range 205 {
		m := notifytest.Message(notify.SMS, fmt.Sprintf("k%d", i))
		m.Text = fmt.Sprint(i)
		if err := o.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	got := texts(messages(t, o))
	if len(got) != 200 || got[0] != "5" || got[199] != "204" {
		t.Errorf("%d messages kept, want the last 200", len(got))
	}
}

func TestFolderIsPrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "outbox")
	o := open(t, dir, ticking())
	m := notifytest.Message(notify.SMS, "k")
	if err := o.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(dir, m.ID()+".json")} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("mode of %s = %v, want nothing for others", path, info.Mode())
		}
	}
}
