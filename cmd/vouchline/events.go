package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
)

// followLedger turns what the ledger commits, by whomever, into effects until
// ctx ends. Several servers may do so.
func (a *app) followLedger(ctx context.Context, g *Globals, m *ledgerMetrics) {
	l := &kyc.Listener{
		Ledger: a.ledger, Checkpoints: a.store, Enrollments: a.store, Logger: g.Log, Clock: g.Now, Handled: m.handled,
	}
	l.Run(ctx)
}

// ledgerMetrics says how far behind the ledger the service is.
type ledgerMetrics struct {
	lag    prometheus.Gauge
	block  prometheus.Gauge
	events *prometheus.CounterVec
}

func newLedgerMetrics() *ledgerMetrics {
	return &ledgerMetrics{
		lag: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "vouchline_ledger_event_lag_seconds", Help: "Age of the last transaction when its events were handled.",
		}),
		block: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "vouchline_ledger_event_block", Help: "Block of the last transaction whose events were handled.",
		}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vouchline_ledger_events_total", Help: "Events handled, by kind.",
		}, []string{"kind"}),
	}
}

func (m *ledgerMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.lag, m.block, m.events}
}

func (m *ledgerMetrics) handled(n ledger.Notice, lag time.Duration) {
	m.lag.Set(lag.Seconds())
	m.block.Set(float64(n.Block))
	for _, e := range n.Events {
		m.events.WithLabelValues(string(e.Kind)).Inc()
	}
}

// watchLines writes refused attempts to use lines to the audit log until ctx
// ends, where the PBX tells of them. Several servers may do so.
func (a *app) watchLines(ctx context.Context, g *Globals, attempts *prometheus.CounterVec) {
	if a.exchange.events == nil {
		return
	}
	w := &kyc.LineWatch{
		Accounts: a.store, Auditor: a.store, Throttle: a.store, Logger: g.Log, Clock: g.Now,
		Counted: func(k pbx.SecurityKind, n int) { attempts.WithLabelValues(string(k)).Add(float64(n)) },
	}
	w.Run(ctx, a.exchange.events)
}

// newAttemptMetrics counts what the PBX says of attempts to use lines. Each
// server counts what it hears: take the greatest, not the sum.
func newAttemptMetrics() *prometheus.CounterVec {
	attempts := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "vouchline_sip_auth_total", Help: "Attempts to register or call that the PBX reported, by result.",
	}, []string{"result"})
	for _, k := range []pbx.SecurityKind{pbx.Accepted, pbx.Refused, pbx.Unknown} {
		attempts.WithLabelValues(string(k))
	}
	return attempts
}
