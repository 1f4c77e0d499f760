package kamailio_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// heard sums up what a watch was told, by kind and line.
type heard struct {
	mu     sync.Mutex
	counts map[string]int
	events []pbx.SecurityEvent
}

// listen watches until the test ends.
func (b bench) listen(t *testing.T) *heard {
	t.Helper()
	h := &heard{counts: map[string]int{}}
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	t.Cleanup(watching.Wait)
	t.Cleanup(cancel)
	watching.Go(func() {
		_ = b.registrar.Watch(ctx, func(e pbx.SecurityEvent) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.counts[strings.TrimSpace(string(e.Kind)+" "+e.Extension)] += e.Attempts()
			h.events = append(h.events, e)
			return nil
		})
	})
	// It begins with what comes: not before something is told has it begun.
	b.await(t, h, "accepted", 1, func() { b.register(t, phone("2001", "one"), 200) })
	return h
}

// await waits until so many are told, and does something before each look.
func (b bench) await(t *testing.T, h *heard, what string, n int, again func()) {
	t.Helper()
	deadline, tick := time.After(30*time.Second), time.NewTicker(500*time.Millisecond)
	defer tick.Stop()
	for h.count(what) < n {
		if again != nil {
			again()
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("told of %v, want %d times %q", h.all(), n, what)
		}
	}
}

func (h *heard) count(what string) int {
	return h.all()[what]
}

// refused is how often any line was refused.
func (h *heard) refused() (n int) {
	for what, count := range h.all() {
		if strings.HasPrefix(what, string(pbx.Refused)) {
			n += count
		}
	}
	return n
}

func (h *heard) all() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.counts)
}

// soFar returns the events: more may come, as a phone that registers more than
// once is accepted more than once.
func (h *heard) soFar() []pbx.SecurityEvent {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

// try answers a challenge for a line, as somebody, with a wrong password.
func (b bench) try(t *testing.T, w *wire, line, user string) (answer string) {
	t.Helper()
	challenge := w.say(t, w.request("REGISTER", domainURI, line, line))
	return w.request("REGISTER", domainURI, line, line, authorization(challenge, "REGISTER", domainURI, user, "wrong", 1))
}

// What strangers call themselves goes nowhere. Only a password that was tried
// counts, and what is sent twice counts once.
func TestStrangersAreCounted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	h := b.listen(t)
	w := newWire(t, "udp", b.server.Address)
	strangers := []string{"'%20or%201=1--", "$rb;x", "%22%5c%0d%0aevil", "admin", "20010000000000000", "2009", "2009"}
	for _, name := range strangers {
		if got := status(w.say(t, b.try(t, w, name, "evil-"+name))); got != 401 {
			t.Errorf("REGISTER of %s = %d, want 401", name, got)
		}
	}
	b.await(t, h, "unknown", len(strangers), nil)
	twice := b.try(t, w, "2001", "2001-aaaaaa")
	for range 2 {
		w.say(t, twice)
	}
	for _, user := range []string{"2001", "2001-evil", "evil"} { // no credentials of the line
		w.say(t, b.try(t, w, "2001", user))
	}
	b.await(t, h, "refused 2001", 4, nil)
	// One more stranger, whose turn comes after all of these.
	w.say(t, b.try(t, w, "2009", "evil"))
	b.await(t, h, "unknown", len(strangers)+1, nil)
	if all := h.all(); all["unknown"] != len(strangers)+1 || all["refused 2001"] != 4 || len(all) != 3 {
		t.Errorf("told of %v", all)
	}
	local := w.conn.LocalAddr().String()
	for _, e := range h.soFar() {
		if e.Kind != pbx.Accepted && e.Address != local {
			t.Errorf("told of %+v, want it from %s", e, local)
		}
	}
	log := b.server.Log()
	for _, name := range append(strangers, "evil") {
		if strings.Contains(log, name) {
			t.Errorf("the log has %q:\n%s", name, log)
		}
	}
	if !strings.Contains(log, "refused: code=-2 line=2001") {
		t.Errorf("the log has no refused attempt on a line:\n%s", log)
	}
}

// However many strangers there are, and however many lines they try, none is
// lost, and of one second no more is told than so much.
func TestFloodIsSummedUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	const lines = 60
	for i := range lines {
		b.provision(t, pbxtest.Account(fmt.Sprint(3000+i), "one"))
	}
	h := b.listen(t)
	w := newWire(t, "udp", b.server.Address)
	var ready []string
	for i := range lines {
		line := fmt.Sprint(3000 + i)
		ready = append(ready, b.try(t, w, line, pbxtest.Username(line)), b.try(t, w, fmt.Sprint(90000+i), "x"))
	}
	for _, text := range ready {
		w.say(t, text)
	}
	b.await(t, h, "unknown", lines, nil)
	// What is beyond the pairs that are told apart is one number, of no line.
	for told := 0; told < 30 && h.refused() < lines; told++ {
		b.await(t, h, "accepted", h.count("accepted")+1, func() { b.register(t, phone("2001", "one"), 200) })
	}
	if h.refused() != lines || h.count("unknown") != lines {
		t.Errorf("told of %v, want %d refused and %d unknown", h.all(), lines, lines)
	}
	seconds := map[time.Time]int{}
	for _, e := range h.soFar() {
		if seconds[e.At]++; seconds[e.At] > 50+3 {
			t.Errorf("more than 53 events of %v", e.At)
		}
	}
}

// A Kamailio that starts anew is heard again, and tells nothing twice.
func TestWatchOutlivesARestart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.provision(t, pbxtest.Account("2001", "one"))
	h := b.listen(t)
	b.register(t, phone("2001", "two"), 401)
	b.await(t, h, "refused 2001", 1, nil)
	b.server.Restart(t)
	b.register(t, phone("2001", "two"), 401)
	b.await(t, h, "refused 2001", 2, nil)
	b.register(t, phone("2009", "two"), 401)
	b.await(t, h, "unknown", 1, nil)
	if h.count("refused 2001") != 2 || h.count("unknown") != 1 {
		t.Errorf("told of %v, want 2 refused and 1 unknown", h.all())
	}
}
