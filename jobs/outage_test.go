package jobs

import (
	"testing"
	"time"
)

func TestOneJobAsksForAll(t *testing.T) {
	t.Parallel()
	var o outage
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	steps := []struct {
		name          string
		after         time.Duration
		backoff, want time.Duration
	}{
		{"the first one asks again soon", 0, 30 * time.Second, probeEvery},
		{"another one waits", time.Second, 30 * time.Second, 30 * time.Second},
		{"and one more", 4 * time.Second, 16 * time.Second, 16 * time.Second},
		{"when it is due, the next one asks", 5 * time.Second, 30 * time.Second, probeEvery},
		{"a short wait stays short", 10 * time.Second, 2 * time.Second, 2 * time.Second},
	}
	for _, s := range steps {
		if got := o.wait(now.Add(s.after), s.backoff); got != s.want {
			t.Errorf("%s: waits %s, want %s", s.name, got, s.want)
		}
	}
}

func TestWakesOnceForAnOutage(t *testing.T) {
	t.Parallel()
	var o outage
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	if o.due(now) {
		t.Error("somebody is woken though nobody waits")
	}
	o.wait(now, time.Minute)
	if !o.due(now) || o.due(now.Add(time.Hour)) {
		t.Error("want one waking for one outage")
	}
	o.wait(now.Add(wakeEvery/2), time.Minute)
	if o.due(now.Add(wakeEvery / 2)) {
		t.Error("a ledger that comes and goes wakes all each time")
	}
	if !o.due(now.Add(wakeEvery)) {
		t.Error("those who wait are not woken later")
	}
}
