package kyc_test

import (
	"testing"
	"time"
)

// A schedule that is set later holds for the passwords of before too, which
// nobody loses at once.
func TestScheduleThatComesLater(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id, fresh := b.issued(t), b.issued(t)
	b.flow.Settings.Overlap = 24 * time.Hour
	b.advance(40 * 24 * time.Hour)
	setup, err := b.flow.AddDevice(t.Context(), fresh, office)
	must(t, err)
	b.work(t)
	b.flow.Settings.Rotate = 30 * 24 * time.Hour
	for range 2 { // two servers
		must(t, b.flow.TendLines(t.Context()))
	}
	b.work(t)
	old := b.line(t, id)
	if end := old.NextEnd(); !end.Equal(b.now.Add(24 * time.Hour)) {
		t.Errorf("an old password ends at %s, want a day from now", end)
	}
	if on, _ := b.pbx.Lookup(old.AOR); !on.Equal(old) {
		t.Error("the PBX does not know of the end")
	}
	line := b.line(t, fresh)
	if end := line.Device(setup.DeviceID).Credentials[0].NotAfter; !end.Equal(b.now.Add(31 * 24 * time.Hour)) {
		t.Errorf("a fresh password ends at %s, want its time and a day", end)
	}
	b.advance(25 * time.Hour)
	b.work(t)
	if _, on := b.pbx.Lookup(old.AOR); on {
		t.Error("the old password is on the PBX after its end")
	}
}

// An end whose effect was lost, as with a queue that was restored, is noticed.
func TestEndThatNobodyNoticed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.flow.Settings.Overlap = time.Hour
	id := b.issued(t)
	must(t, b.flow.RotateLine(t.Context(), agent, b.line(t, id).Extension))
	b.work(t)
	b.queue = nil
	b.advance(2 * time.Hour)
	must(t, b.flow.TendLines(t.Context()))
	b.work(t)
	if _, on := b.pbx.Lookup(b.line(t, id).AOR); on {
		t.Error("the PBX has a line whose passwords have ended")
	}
}
