package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/notify"
)

type fakeOutbox []SentMessage

func (o fakeOutbox) SentMessages(context.Context, int) ([]SentMessage, error) { return o, nil }

func TestOutbox(t *testing.T) {
	t.Parallel()
	box := fakeOutbox{
		{At: noon, Message: notify.Message{To: notify.Address{Channel: notify.Email, Value: "anna@example.org"}, Subject: hostile, Text: "Open https://id.example.org/enroll/link/abc\n<b>" + hostile}},
		{At: noon, Message: notify.Message{To: notify.Address{Channel: notify.SMS, Value: "+46701234567"}, Text: "Your code is 123456"}},
	}
	for _, tt := range []struct {
		name, from, header string
		box                Outbox
		want               int
	}{
		{"this machine", "127.0.0.1:4000", "", box, http.StatusOK},
		{"this machine by IPv6", "[::1]:4000", "", box, http.StatusOK},
		{"another machine", "192.0.2.1:4000", "", box, http.StatusNotFound},
		{"a proxy on this machine", "127.0.0.1:4000", "X-Forwarded-For", box, http.StatusNotFound},
		{"a proxy of RFC 7239", "127.0.0.1:4000", "Forwarded", box, http.StatusNotFound},
		{"a proxy that says its name", "127.0.0.1:4000", "Via", box, http.StatusNotFound},
		{"no outbox", "127.0.0.1:4000", "", nil, http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServerWith(t, &fakeFlow{}, func(c *Config) { c.Outbox = tt.box })
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/outbox", nil)
			r.RemoteAddr = netip.MustParseAddrPort(tt.from).String()
			if tt.header != "" {
				r.Header.Set(tt.header, "127.0.0.1")
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Fatalf("GET /outbox = %d, want %d", w.Code, tt.want)
			}
			for _, part := range []string{"123456", `<a href="https://id.example.org/enroll/link/abc">`} {
				if got := strings.Contains(w.Body.String(), part); got != (tt.want == http.StatusOK) {
					t.Errorf("the page holds %q: %t, want %t", part, got, !got)
				}
			}
			if strings.Contains(w.Body.String(), "<script>alert") || strings.Contains(w.Body.String(), "<b>") {
				t.Error("the page holds a message's markup")
			}
		})
	}
}
