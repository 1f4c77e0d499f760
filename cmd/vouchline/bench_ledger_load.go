package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A load is a row before it is measured: so many callers make one call after
// another, each when it has the answer of the one before.
type load struct {
	name    string
	callers int
	each    int // identities a call
	limit   int // calls; 0 is as many as fit into the time
	call    func(ctx context.Context) (time.Duration, error)
}

// A benchCaller is what one of the callers saw.
type benchCaller struct {
	took   []time.Duration
	failed int
	fault  error
}

// measure makes the calls, one of each caller at least. What was begun is waited
// for and counts: a row may take a little longer than it should. Only the end of
// the context is an error.
func (b *ledgerBench) measure(l load) (ledgerRow, error) {
	var (
		wg      sync.WaitGroup
		made    atomic.Int64
		callers = make([]benchCaller, l.callers)
		start   = time.Now()
		cpu     = cpuTime()
	)
	goesOn := func() bool {
		n := made.Add(1)
		if l.limit > 0 {
			return n <= int64(l.limit)
		}
		return n <= int64(l.callers) || time.Since(start) < b.duration
	}
	for k := range callers {
		wg.Go(func() {
			for b.g.Context.Err() == nil && goesOn() {
				callers[k].note(l.call(b.g.Context))
			}
		})
	}
	wg.Wait()
	row := ledgerRow{Name: l.name, Callers: l.callers, Each: l.each, Seconds: time.Since(start).Seconds()}
	row.summarize(callers, cpuTime()-cpu)
	b.g.Log.Info("measured", "row", row.Name, "callers", row.Callers, "n", row.N, "failed", row.Failed)
	return row, b.g.Context.Err()
}

func (c *benchCaller) note(took time.Duration, err error) {
	if err == nil {
		c.took = append(c.took, took)
		return
	}
	c.failed++
	if c.fault == nil {
		c.fault = err
	}
}

func (r *ledgerRow) summarize(callers []benchCaller, cpu time.Duration) {
	var took []time.Duration
	for _, c := range callers {
		took = append(took, c.took...)
		r.Failed += c.failed
		if c.fault != nil && r.Fault == "" {
			r.Fault = c.fault.Error()
		}
	}
	if r.N = len(took); r.N == 0 {
		return
	}
	slices.Sort(took)
	r.P50, r.P95 = milliseconds(took[len(took)/2]), milliseconds(took[len(took)*95/100])
	identities := float64(r.N * r.Each)
	r.PerSecond, r.CPU = identities/r.Seconds, milliseconds(cpu)/identities
}
