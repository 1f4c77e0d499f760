package kyc_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/otp"
)

const day = 24 * time.Hour

// scheduled is a bench with a schedule, and a subscriber with a phone of today
// beside the first one, which the schedule does not know yet.
func scheduled(t *testing.T) (b *bench, id, device string) {
	t.Helper()
	b = newBench(t)
	b.flow.Settings.Rotate, b.flow.Settings.Overlap = 30*day, day
	id = b.reached(t)
	must(t, b.flow.RemoveDevice(t.Context(), id, "", b.line(t, id).Devices[0].ID))
	setup, err := b.flow.AddDevice(t.Context(), id, office)
	must(t, err)
	b.told(t)
	return b, id, setup.DeviceID
}

// tended lets time pass, looks after the lines as often as servers do in two
// hours, and returns what was told.
func (b *bench) tended(t *testing.T, after time.Duration) []string {
	t.Helper()
	b.advance(after - 2*time.Hour)
	var told []string
	for range 3 {
		must(t, b.flow.TendLines(t.Context()))
		told = append(told, b.told(t)...)
		b.queue = nil // a queue that forgets what it did
		b.advance(time.Hour)
	}
	b.advance(-time.Hour)
	return told
}

func TestPasswordDueIsTold(t *testing.T) {
	t.Parallel()
	b, id, device := scheduled(t)
	end := b.line(t, id).NextEnd()
	for _, step := range []struct {
		name string
		wait time.Duration
		want []string
	}{
		{"not yet", 29 * day, nil},
		{"due", day + time.Hour, []string{"password_due"}},
		{"still due", 10 * time.Hour, nil},
		{"near its end", 10 * time.Hour, []string{"password_ends"}},
		{"ended", 4 * time.Hour, nil},
	} {
		if diff := cmp.Diff(step.want, b.tended(t, step.wait)); diff != "" {
			t.Errorf("%s: told (-want +got)\n%s", step.name, diff)
		}
	}
	if !b.now.After(end) {
		t.Fatalf("it is %s, before the end", b.now)
	}
	_, err := b.flow.RotateDevice(t.Context(), id, "", device)
	must(t, err)
	if diff := cmp.Diff([]string{"phone_again"}, b.told(t)); diff != "" {
		t.Errorf("set up again: told (-want +got)\n%s", diff)
	}
}

// The message names the day on which the old password ends.
func TestPasswordsEndIsNamed(t *testing.T) {
	t.Parallel()
	b, id, _ := scheduled(t)
	end := b.line(t, id).NextEnd()
	b.advance(30 * day)
	must(t, b.flow.TendLines(t.Context()))
	b.work(t)
	m, _ := b.mail.Last("password_due")
	if want := end.Local().Format("2 January 2006, 15:04"); !strings.Contains(m.Text, want) {
		t.Errorf("the message does not say %s:\n%s", want, m.Text)
	}
}

func TestNobodyIsRemindedInVain(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(b *bench, id, device string) error{
		"a line that is suspended": func(b *bench, id, _ string) error {
			return b.flow.SuspendLine(t.Context(), agent, b.line(t, id).Extension)
		},
		"a line that has ended": func(b *bench, id, _ string) error {
			return b.flow.ReleaseLine(t.Context(), agent, b.line(t, id).Extension)
		},
		"a phone that was set up again": func(b *bench, id, device string) error {
			_, err := b.flow.RotateDevice(t.Context(), id, "", device)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, id, device := scheduled(t)
			b.advance(20 * day)
			must(t, prepare(b, id, device))
			b.told(t)
			if got := b.tended(t, 10*day+time.Hour); got != nil {
				t.Errorf("told %v", got)
			}
		})
	}
}

// What comes between a message that is asked for and its sending counts.
func TestReminderThatIsOvertaken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		do         func(b *bench, id, device string) error
	}{
		{"set up again", "phone_again", func(b *bench, id, device string) error {
			_, err := b.flow.RotateDevice(t.Context(), id, "", device)
			return err
		}},
		{"suspended", "line_suspended", func(b *bench, id, _ string) error {
			return b.flow.SuspendLine(t.Context(), agent, b.line(t, id).Extension)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, id, device := scheduled(t)
			b.advance(30 * day)
			must(t, b.flow.TendLines(t.Context()))
			must(t, tt.do(b, id, device))
			if diff := cmp.Diff([]string{tt.want}, b.told(t)); diff != "" {
				t.Errorf("told (-want +got)\n%s", diff)
			}
		})
	}
}

// Staff who end passwords cause the same message, at once, and the round that
// comes later no second one, whatever else was told meanwhile.
func TestPasswordsEndedByStaffAreTold(t *testing.T) {
	t.Parallel()
	b, id, _ := scheduled(t)
	b.flow.Settings.Rotate = 0
	must(t, b.flow.RotateLine(t.Context(), agent, b.line(t, id).Extension))
	if diff := cmp.Diff([]string{"password_due"}, b.told(t)); diff != "" {
		t.Errorf("told (-want +got)\n%s", diff)
	}
	must(t, b.flow.SuspendLine(t.Context(), agent, b.line(t, id).Extension))
	b.told(t)
	must(t, b.flow.ResumeLine(t.Context(), agent, b.line(t, id).Extension))
	b.told(t)
	if got := b.tended(t, 3*time.Hour); got != nil {
		t.Errorf("told again: %v", got)
	}
}

// always lets everybody look after the lines, as if they were an hour apart.
type always struct{ kyc.Throttle }

func (always) Take(context.Context, string, ...otp.Window) (time.Duration, error) { return 0, nil }

func TestSeveralServersRemindOnce(t *testing.T) {
	t.Parallel()
	b, _, _ := scheduled(t)
	b.flow.Throttle = always{b.flow.Throttle}
	b.advance(30 * day)
	var servers sync.WaitGroup
	for range 4 {
		servers.Go(func() {
			if err := b.flow.TendLines(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	servers.Wait()
	if diff := cmp.Diff([]string{"password_due"}, b.told(t)); diff != "" {
		t.Errorf("told (-want +got)\n%s", diff)
	}
}
