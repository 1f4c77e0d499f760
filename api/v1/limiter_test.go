package v1

import (
	"strconv"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	l := newLimiter(2, time.Minute)
	for _, step := range []struct {
		name   string
		source string
		after  time.Duration
		want   time.Duration
	}{
		{"first", "a", 0, 0},
		{"second", "a", 10 * time.Second, 0},
		{"third", "a", 20 * time.Second, 40 * time.Second},
		{"somebody else", "b", 20 * time.Second, 0},
		{"window over", "a", time.Minute, 0},
		{"a new window", "a", 61 * time.Second, 0},
		{"full again", "a", 61 * time.Second, 59 * time.Second},
	} {
		if got := l.take(step.source, noon.Add(step.after)); got != step.want {
			t.Errorf("%s: take(%s) = %v, want %v", step.name, step.source, got, step.want)
		}
	}
	if got := l.wait("c", noon); got != 0 || l.seen["c"].count != 0 {
		t.Errorf("wait(c) = %v and counted %d, want neither", got, l.seen["c"].count)
	}
}

// However many sources there are, the memory is bounded; what is full stays so
// while there is room.
func TestLimiterIsBounded(t *testing.T) {
	t.Parallel()
	l := newLimiter(1, time.Minute)
	for i := range maxSources {
		l.take(strconv.Itoa(i), noon)
	}
	if got := l.take("0", noon); got != time.Minute {
		t.Errorf("take(0) = %v, want a minute", got)
	}
	l.take("late", noon.Add(2*time.Minute))
	if len(l.seen) != 1 {
		t.Errorf("%d sources are kept after their window, want 1", len(l.seen))
	}
	for i := range maxSources + 5 {
		l.take(strconv.Itoa(i), noon.Add(2*time.Minute))
	}
	if len(l.seen) > maxSources {
		t.Errorf("%d sources are kept, want at most %d", len(l.seen), maxSources)
	}
}
