package siptest

import (
	"net"
	"testing"
)

// FreeAddress returns an address that nobody uses for UDP or TCP now.
func FreeAddress(tb testing.TB) string {
	tb.Helper()
	var listen net.ListenConfig
	for range 20 {
		udp, err := listen.ListenPacket(tb.Context(), "udp4", "127.0.0.1:0")
		if err != nil {
			tb.Fatal(err)
		}
		tcp, err := listen.Listen(tb.Context(), "tcp4", udp.LocalAddr().String())
		_ = udp.Close()
		if err == nil {
			_ = tcp.Close()
			return udp.LocalAddr().String()
		}
	}
	tb.Fatal("no port is free for both UDP and TCP")
	return ""
}
