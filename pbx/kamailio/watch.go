package kamailio

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

const (
	// pace is how often a node is asked that has told all: it sums attempts up by
	// the second.
	pace = time.Second
	// lastWait is the longest wait for a node that does not answer. What happens
	// meanwhile it keeps for longer.
	lastWait = 30 * time.Second
	// kept is for how many seconds a node keeps attempts (ATTEMPTS_KEPT).
	kept = 50
)

// told is what a node says of the attempts of one second, or that there were
// none before now.
type told struct {
	Now      int64     `json:"now"`
	Second   int64     `json:"second"` // that it tells of
	Accepted uint32    `json:"accepted"`
	Unknown  attempt   `json:"unknown"` // all of them, and the first one's address
	Refused  []attempt `json:"refused"`
	More     uint32    `json:"more"` // refused, beyond what it tells apart
}

type attempt struct {
	Line    string `json:"line"`
	Address string `json:"address"`
	Port    uint16 `json:"port"`
	Count   uint32 `json:"count"`
}

// Watch hands on what the nodes say of attempts to register and call, until the
// context or handle ends it; the error is theirs. It begins with the present. A
// node that is away is asked again, with waits that grow, and then tells what it
// has kept: what is lost is what a restart makes it forget.
//
// Attempts are summed up: of those that were accepted and those on unknown lines
// there is one event a second, and only so many refused ones are told apart.
func (r *Registrar) Watch(ctx context.Context, handle func(pbx.SecurityEvent) error) error {
	watching, cancel := context.WithCancel(ctx)
	var nodes sync.WaitGroup
	defer nodes.Wait()
	defer cancel()
	heard := make(chan pbx.SecurityEvent)
	for _, node := range r.config.Nodes {
		nodes.Go(func() { r.follow(watching, node, heard) })
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-heard:
			if err := handle(e); err != nil {
				return err
			}
		}
	}
}

// follow asks one node until the context ends.
func (r *Registrar) follow(ctx context.Context, node string, heard chan<- pbx.SecurityEvent) {
	var next int64 // the second to be told of; 0 is the present
	for wait := pace; ctx.Err() == nil; {
		t, err := r.attempts(ctx, node, next)
		if err != nil {
			if ctx.Err() == nil {
				r.config.Logger.WarnContext(ctx, "security events interrupted", "node", node, "error", err, "again_in", wait)
			}
			sleep(ctx, wait)
			wait = min(2*wait, lastWait)
			continue
		}
		wait = pace
		if next > 0 && t.Now-next > kept {
			r.config.Logger.WarnContext(ctx, "security events lost", "node", node, "seconds", t.Now-next-kept)
		}
		for _, e := range t.events() {
			select {
			case heard <- e:
			case <-ctx.Done():
				return
			}
		}
		if next = t.Second; t.Second < t.Now {
			next++
		}
		if next == t.Now {
			sleep(ctx, pace)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// attempts asks for those of the first second since one that had any.
func (r *Registrar) attempts(ctx context.Context, node string, since int64) (t told, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.config.Timeout)
	defer cancel()
	if err := r.call(ctx, node, "vouchline.attempts", &t, strconv.FormatInt(since, 10)); err != nil {
		return t, err
	}
	return t, t.validate(since)
}

// validate wants an answer with which time goes on, unless it was set back.
func (t told) validate(since int64) error {
	if t.Now <= 0 || t.Second <= 0 || t.Second > t.Now || t.Second < min(since, t.Now) {
		return fmt.Errorf("%w: no such second", ErrAnswer)
	}
	for _, a := range t.Refused {
		if _, err := pbx.ParseAOR("sip:" + a.Line + "@x"); err != nil {
			return fmt.Errorf("%w: no line", ErrAnswer)
		}
	}
	return nil
}

func (t told) events() []pbx.SecurityEvent {
	var all []pbx.SecurityEvent
	add := func(kind pbx.SecurityKind, a attempt) {
		if a.Count > 0 {
			all = append(all, pbx.SecurityEvent{
				At: time.Unix(t.Second, 0).UTC(), Kind: kind, Extension: a.Line, Address: a.from(), Count: int(a.Count),
			})
		}
	}
	add(pbx.Accepted, attempt{Count: t.Accepted})
	for _, a := range t.Refused {
		add(pbx.Refused, a)
	}
	add(pbx.Refused, attempt{Count: t.More})
	add(pbx.Unknown, attempt{Address: t.Unknown.Address, Port: t.Unknown.Port, Count: t.Unknown.Count})
	return all
}

// from is where an attempt came from, or nothing where that is not told.
func (a attempt) from() string {
	ip, err := netip.ParseAddr(strings.Trim(a.Address, "[]"))
	if err != nil {
		return ""
	}
	return netip.AddrPortFrom(ip, a.Port).String()
}
