package main

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

func TestObserve(t *testing.T) {
	t.Parallel()
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &WebSettings{Metrics: free.Addr().String()}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	g := &Globals{Context: t.Context(), Log: slog.New(slog.DiscardHandler)}
	teapot := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	events := newLedgerMetrics()
	events.handled(ledger.Notice{
		Checkpoint: ledger.Checkpoint{Block: 7}, Events: []ledger.Event{{Kind: ledger.EventSuspended, Identity: "idsecret"}},
	}, 3*time.Second)
	handler, closer, err := s.observe(g, teapot, events.collectors()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = closer.Close() })
	for _, method := range []string{"GET", "STRANGER-1", "STRANGER-2"} {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, "/secret/path", nil))
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Metrics+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`code="418",method="get"} 1`, `code="418",method="unknown"} 2`, "go_goroutines", "process_open_fds",
		`vouchline_ledger_events_total{kind="suspended"} 1`, "vouchline_ledger_event_block 7", "vouchline_ledger_event_lag_seconds 3",
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("metrics lack %q:\n%s", want, body)
		}
	}
	if strings.Contains(string(body), "secret") {
		t.Error("metrics show a path or an identity")
	}
}

func TestObserveOff(t *testing.T) {
	t.Parallel()
	handler, _, err := (&WebSettings{}).observe(&Globals{Context: t.Context()}, http.NotFoundHandler())
	if handler == nil || err != nil {
		t.Errorf("observe without an address = %v, %v, want the handler itself", handler, err)
	}
}
