package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		want   int
	}{
		{"well", http.StatusOK, exitDone},
		{"unwell", http.StatusServiceUnavailable, exitNegative},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.status) }))
			defer server.Close()
			if _, stderr, code := session(t, "", "probe", server.URL); code != tt.want {
				t.Errorf("run(probe) = %d (%s), want %d", code, stderr, tt.want)
			}
		})
	}
	if _, _, code := session(t, "", "probe", "http://127.0.0.1:1/"); code != exitNegative {
		t.Errorf("run(probe, nobody there) = %d, want %d", code, exitNegative)
	}
}
