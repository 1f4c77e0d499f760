package asterisktest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/asterisktest"
)

// Browsers find SIP, and nothing else, where the server says.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, "pbx.example.org")
	address := "http" + strings.TrimPrefix(s.WebSocket, "ws")
	for _, tt := range []struct {
		name, url, protocol string
		status              int
	}{
		{"SIP", address, "sip", http.StatusSwitchingProtocols},
		{"another protocol", address, "chat", http.StatusBadRequest},
		{"files", strings.TrimSuffix(address, "/ws") + "/static/index.html", "sip", http.StatusNotFound},
		{"status", strings.TrimSuffix(address, "/ws") + "/httpstatus", "sip", http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tt.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range map[string]string{
				"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
				"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": tt.protocol,
			} {
				req.Header.Set(name, value)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			if resp.StatusCode != tt.status {
				t.Errorf("GET %s = %d, want %d", tt.url, resp.StatusCode, tt.status)
			}
			// RFC 6455 section 1.3, RFC 7118 section 4.
			accept, protocol := resp.Header.Get("Sec-WebSocket-Accept"), resp.Header.Get("Sec-WebSocket-Protocol")
			if tt.status == http.StatusSwitchingProtocols && (accept != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" || protocol != "sip") {
				t.Errorf("the handshake = %s of %q, want the one of RFC 6455 of sip", accept, protocol)
			}
		})
	}
}
