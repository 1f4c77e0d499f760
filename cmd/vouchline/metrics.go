package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// closerFunc is a function that closes.
type closerFunc func() error

func (f closerFunc) Close() error { return f() }

// observe measures what h answers and serves the measurements on --metrics. A
// separate address, because what the process does is nobody's business who
// can reach the pages. Labels come from closed lists: a stranger must not be
// able to make series.
func (s *WebSettings) observe(g *Globals, h http.Handler, more ...prometheus.Collector) (http.Handler, io.Closer, error) {
	if s.Metrics == "" {
		return h, closerFunc(func() error { return nil }), nil
	}
	listener, err := (&net.ListenConfig{}).Listen(g.Context, "tcp", s.Metrics)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot serve metrics on %s: %w", s.Metrics, err)
	}
	registry := prometheus.NewRegistry()
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "vouchline_http_request_seconds", Help: "Time to answer, by method and status code.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120},
	}, []string{"method", "code"})
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{Name: "vouchline_http_requests_in_flight", Help: "Requests being answered."})
	registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector(),
		seconds, inFlight,
	)
	registry.MustRegister(more...)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return g.Context },
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			g.Log.Error("metrics are no longer served", "error", err)
		}
	}()
	observed := promhttp.InstrumentHandlerInFlight(inFlight, promhttp.InstrumentHandlerDuration(seconds, h))
	return observed, server, nil
}
