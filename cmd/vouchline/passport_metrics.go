package main

import "github.com/prometheus/client_golang/prometheus"

// passportMetrics tell until when calls can be signed, and whether the files hold
// something else by now that cannot be taken. Without a desk there are none.
type passportMetrics struct{ desk *passportDesk }

var (
	passportEnds = prometheus.NewDesc("vouchline_passport_certificate_not_after_seconds",
		"When the certificate ends that calls are signed with, in seconds since 1970.", nil, nil)
	passportStale = prometheus.NewDesc("vouchline_passport_files_refused",
		"1 while key and certificate in the files are not taken, and those before go on.", nil, nil)
)

// Describe implements prometheus.Collector.
func (passportMetrics) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- passportEnds
	descriptions <- passportStale
}

// Collect implements prometheus.Collector.
func (m passportMetrics) Collect(metrics chan<- prometheus.Metric) {
	if m.desk == nil {
		return
	}
	m.desk.files.look(false)
	s, refused := m.desk.files.state.Load(), 0.0
	if s.fault != "" {
		refused = 1
	}
	metrics <- prometheus.MustNewConstMetric(passportEnds, prometheus.GaugeValue, float64(s.pair.chain[0].NotAfter.Unix()))
	metrics <- prometheus.MustNewConstMetric(passportStale, prometheus.GaugeValue, refused)
}
