package otp_test

import (
	"testing"
	"time"

	"github.com/vouchline/vouchline/otp"
)

func TestAllow(t *testing.T) {
	t.Parallel()
	ago := func(ds ...time.Duration) []time.Time {
		var past []time.Time
		for _, d := range ds {
			past = append(past, start.Add(-d))
		}
		return past
	}
	every := func(n int, d time.Duration) []time.Time {
		var past []time.Time
		for i := range n {
			past = append(past, start.Add(-time.Duration(i+1)*d))
		}
		return past
	}
	phone, source := otp.PerPhone(), otp.PerSource()
	for _, tc := range []struct {
		name  string
		past  []time.Time
		ws    []otp.Window
		retry time.Duration
	}{
		{"first", nil, phone, 0},
		{"second within 10 s", ago(3 * time.Second), phone, 0},
		{"third within 10 s", ago(1*time.Second, 4*time.Second), phone, 6 * time.Second},
		{"order does not matter", ago(4*time.Second, 1*time.Second), phone, 6 * time.Second},
		{"third after exactly 10 s", ago(1*time.Second, 10*time.Second), phone, 0},
		{"twentieth of the day", every(19, time.Hour), phone, 0},
		{"twenty-first of the day", every(20, time.Hour), phone, 4 * time.Hour},
		{"both windows full: the longer wait", append(every(20, time.Hour), ago(0, 0)...), phone, 6 * time.Hour},
		{"source with 24", every(24, time.Second), source, 0},
		{"source with 25", every(25, time.Second), source, 275 * time.Second},
		{"future events count", ago(-time.Minute, -time.Minute), phone, 70 * time.Second},
		{"nothing allowed", nil, []otp.Window{{N: 0, Per: time.Minute}}, time.Minute},
		{"no windows", every(1000, time.Millisecond), nil, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			ok, retry := otp.Allow(start, tc.past, tc.ws...)
			if retry != tc.retry || ok != (tc.retry == 0) {
				t.Errorf("Allow() = %v, %v, want %v, %v", ok, retry, tc.retry == 0, tc.retry)
			}
		})
	}
}

// Whoever waits as told is let through, and never a moment earlier.
func TestAllowWaitIsExact(t *testing.T) {
	t.Parallel()
	now, past := start, []time.Time{}
	for range 60 {
		ok, retry := otp.Allow(now, past, otp.PerPhone()...)
		if !ok {
			if early, _ := otp.Allow(now.Add(retry-1), past, otp.PerPhone()...); early {
				t.Fatalf("Allow() is open before retryAfter %v", retry)
			}
			now = now.Add(retry)
			if open, _ := otp.Allow(now, past, otp.PerPhone()...); !open {
				t.Fatalf("Allow() is shut after retryAfter %v", retry)
			}
		}
		past = append(past, now)
	}
	if day := past[20].Sub(past[0]); day < 24*time.Hour {
		t.Errorf("21 events within %v, want at least 24h", day)
	}
}

func TestLongest(t *testing.T) {
	t.Parallel()
	if got := otp.Longest(otp.PerPhone()...); got != 24*time.Hour {
		t.Errorf("Longest(PerPhone) = %v, want 24h", got)
	}
}

func TestDisabled(t *testing.T) {
	t.Parallel()
	if otp.Disabled(99) || !otp.Disabled(100) {
		t.Errorf("Disabled(99), Disabled(100) = %v, %v, want false, true", otp.Disabled(99), otp.Disabled(100))
	}
}
