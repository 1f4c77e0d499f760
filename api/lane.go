package api

import (
	"sync"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/otp"
)

// Bodies held in memory at once. Those of films and previews are small and
// come several times a second from everyone who is at these steps: places of
// their own keep a dozen people who are filmed from closing the door to
// everyone's documents.
const (
	largeAtOnce = 32
	smallAtOnce = 64
)

// laneLimits bound what one network address may send. What one person may try
// is the flow's; these keep one address from occupying decoders and engines.
type laneLimits struct {
	window otp.Window
	atOnce int // bodies on their way
	// within is how long a body may take. Without it, bodies that drip would
	// keep everyone else's out.
	within time.Duration
}

var (
	photographLimits = laneLimits{otp.Window{N: 60, Per: 5 * time.Minute}, 3, 2 * time.Minute}
	// A page that films sends two batches a second and may do so for three
	// minutes, about 360. An address may be a family's, an office's or a mobile
	// network's, with several people before their cameras: eight at a time.
	filmLimits = laneLimits{otp.Window{N: 8 * 360, Per: 5 * time.Minute}, 16, 30 * time.Second}
	// One person's: a batch that the flow refuses for its number is decoded all
	// the same, and an address may hold several people but none films twice.
	filmedLimits = laneLimits{otp.Window{N: 60, Per: 20 * time.Second}, 3, 30 * time.Second}
	// The selfie page asks twice a second and rests after two minutes: 240.
	previewLimits = laneLimits{otp.Window{N: 4 * 240, Per: 5 * time.Minute}, 8, 30 * time.Second}
)

// A lane is one kind of upload, with limits of its own.
type lane struct {
	laneLimits
	clock  func() time.Time
	bodies chan struct{} // may be shared with other lanes

	mu   sync.Mutex
	past map[string][]time.Time
	now  map[string]int // bodies that a source is sending
}

func newLane(clock func() time.Time, bodies chan struct{}, limits laneLimits) *lane {
	return &lane{laneLimits: limits, clock: clock, bodies: bodies, past: map[string][]time.Time{}, now: map[string]int{}}
}

// enter lets an upload of a source in and returns what ends it, or says how
// long to wait.
func (l *lane) enter(source string) (end func(), err error) {
	if err := l.allow(source); err != nil {
		return nil, err
	}
	return l.begin(source)
}

// allow notes an upload of a source or says how long to wait.
func (l *lane) allow(source string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	for s, times := range l.past { // forget those who are gone
		if now.Sub(times[len(times)-1]) > l.window.Per {
			delete(l.past, s)
		}
	}
	past := l.past[source]
	if ok, wait := otp.Allow(now, past, l.window); !ok {
		return &kyc.RateError{RetryAfter: wait}
	}
	if len(past) >= l.window.N {
		past = past[1:]
	}
	l.past[source] = append(past, now)
	return nil
}

// begin takes a place for a source's body and returns what gives it back.
func (l *lane) begin(source string) (end func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now[source] >= l.atOnce {
		return nil, &kyc.RateError{RetryAfter: 5 * time.Second}
	}
	select {
	case l.bodies <- struct{}{}:
	default:
		return nil, errBusy
	}
	l.now[source]++
	return func() {
		<-l.bodies
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.now[source]--; l.now[source] == 0 {
			delete(l.now, source)
		}
	}, nil
}
