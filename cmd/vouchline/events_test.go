package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vouchline/vouchline/pbx"
)

// told is a PBX that tells of some attempts and goes away.
type told []pbx.SecurityEvent

func (s told) Watch(_ context.Context, handle func(pbx.SecurityEvent) error) error {
	var errs []error
	for _, e := range s {
		errs = append(errs, handle(e))
	}
	return errors.Join(errs...)
}

func TestAttemptsAreCountedAndRecorded(t *testing.T) {
	t.Parallel()
	dir, _ := migrated(t)
	a := &app{store: testStore(t, dir), exchange: exchange{events: told{
		{Kind: pbx.Accepted, Extension: "1000"}, {Kind: pbx.Unknown, Extension: "1", Address: "192.0.2.1:5060"}, {Kind: pbx.Unknown, Extension: "2"},
	}}}
	attempts := newAttemptMetrics()
	registry := prometheus.NewRegistry()
	registry.MustRegister(attempts)
	a.watchLines(t.Context(), &Globals{Now: time.Now, Log: slog.New(slog.DiscardHandler)}, attempts)
	families, err := registry.Gather()
	if err != nil || len(families) != 1 {
		t.Fatalf("Gather() = %v, %v", families, err)
	}
	got := map[string]float64{}
	for _, m := range families[0].GetMetric() {
		got[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
	}
	if families[0].GetName() != "vouchline_sip_auth_total" || got["accepted"] != 1 || got["refused"] != 0 || got["unknown"] != 2 || len(got) != 3 {
		t.Errorf("%s = %v, want one accepted and two unknown", families[0].GetName(), got)
	}
	log, err := a.store.AuditLog(t.Context(), "lines", 0)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, e := range log {
		seen = append(seen, e.Actor+" "+e.Action)
	}
	if strings.Join(seen, ", ") != "pbx sip_refused, pbx sip_refused" {
		t.Errorf("the audit log has %v", log)
	}
}
