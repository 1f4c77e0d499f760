package storetest

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/vouchline/vouchline/otp"
)

var throttleTests = map[string]func(*testing.T, *suite){
	"a window fills and slides":              throttleSlides,
	"throttles live through a restart":       throttleRestart,
	"a full window notes nothing":            throttleFullNotesNothing,
	"many at once get what is free":          throttleConcurrent,
	"keys are throttled apart":               throttleKeys,
	"a window longer than memory is refused": throttleTooLong,
	"failures count until a success":         failures,
	"failures of many at once":               failuresConcurrent,
}

func (s *suite) take(t *testing.T, key string, want time.Duration, windows ...otp.Window) {
	t.Helper()
	if got, err := s.Take(t.Context(), key, windows...); err != nil || got != want {
		t.Errorf("Take(%s) at %s = %s, %v, want %s", key, s.clock.Now().Sub(Start), got, err, want)
	}
}

func throttleSlides(t *testing.T, s *suite) {
	w := otp.PerPhone() // 2 in 10 s and 20 a day
	s.take(t, "k", 0, w...)
	s.clock.Advance(4 * time.Second)
	s.take(t, "k", 0, w...)
	s.take(t, "k", 6*time.Second, w...)
	s.clock.Advance(6 * time.Second)
	s.take(t, "k", 0, w...)
	for range 17 {
		s.clock.Advance(time.Minute)
		s.take(t, "k", 0, w...)
	}
	s.clock.Advance(time.Minute)
	s.take(t, "k", 24*time.Hour-(10*time.Second+18*time.Minute), w...)
	s.clock.Advance(24*time.Hour - (10*time.Second + 18*time.Minute))
	s.take(t, "k", 0, w...)
}

func throttleRestart(t *testing.T, s *suite) {
	w := otp.Window{N: 1, Per: time.Hour}
	s.take(t, "k", 0, w)
	s.reopen(t)
	s.clock.Advance(10 * time.Minute)
	s.take(t, "k", 50*time.Minute, w)
	s.clock.Advance(50 * time.Minute)
	s.take(t, "k", 0, w)
}

func throttleFullNotesNothing(t *testing.T, s *suite) {
	w := otp.Window{N: 1, Per: time.Minute}
	s.take(t, "k", 0, w)
	for range 5 {
		s.clock.Advance(10 * time.Second)
		if wait, err := s.Take(t.Context(), "k", w); err != nil || wait == 0 {
			t.Errorf("Take = %s, %v, want a wait", wait, err)
		}
	}
	s.clock.Advance(10 * time.Second)
	s.take(t, "k", 0, w)
}

func throttleConcurrent(t *testing.T, s *suite) {
	var free atomic.Int32
	parallel(32, func(int) {
		wait, err := s.Take(t.Context(), "k", otp.Window{N: 5, Per: time.Minute})
		if err != nil {
			t.Error(err)
		}
		if wait == 0 {
			free.Add(1)
		}
	})
	if free.Load() != 5 {
		t.Errorf("%d of 32 were let through, want 5", free.Load())
	}
}

func throttleKeys(t *testing.T, s *suite) {
	w := otp.Window{N: 1, Per: time.Minute}
	s.take(t, "a", 0, w)
	s.take(t, "b", 0, w)
	s.take(t, "a", time.Minute, w)
}

func throttleTooLong(t *testing.T, s *suite) {
	if _, err := s.Take(t.Context(), "k", otp.Window{N: 1, Per: 1000 * time.Hour}); err == nil {
		t.Error("Take with a window of 1000 h = nil, want an error")
	}
}

func failures(t *testing.T, s *suite) {
	check := func(want int) {
		t.Helper()
		if got, err := s.Failures(t.Context(), "a"); err != nil || got != want {
			t.Errorf("Failures = %d, %v, want %d", got, err, want)
		}
	}
	check(0)
	for want := 1; want <= 3; want++ {
		if got, err := s.Fail(t.Context(), "a"); err != nil || got != want {
			t.Errorf("Fail = %d, %v, want %d", got, err, want)
		}
	}
	s.reopen(t)
	check(3)
	if _, err := s.Fail(t.Context(), "other"); err != nil {
		t.Error(err)
	}
	if err := s.Succeed(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	check(0)
	if got, _ := s.Failures(t.Context(), "other"); got != 1 {
		t.Errorf("Failures(other) = %d, want 1", got)
	}
}

func failuresConcurrent(t *testing.T, s *suite) {
	parallel(20, func(int) {
		if _, err := s.Fail(t.Context(), "a"); err != nil {
			t.Error(err)
		}
	})
	if got, err := s.Failures(t.Context(), "a"); err != nil || got != 20 {
		t.Errorf("Failures = %d, %v, want 20", got, err)
	}
}
