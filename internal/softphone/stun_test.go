package softphone_test

import (
	"encoding/binary"
	"net"
	"sync/atomic"
	"testing"
)

// A stun is a server of STUN (RFC 5389) that tells everybody his address.
type stun struct {
	conn  *net.UDPConn
	asked atomic.Int64
}

func startSTUN(t *testing.T) *stun {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s := &stun{conn: conn}
	go s.serve()
	return s
}

func (s *stun) address() string { return s.conn.LocalAddr().String() }

// cookie is the magic one of section 6.
var cookie = []byte{0x21, 0x12, 0xa4, 0x42}

func (s *stun) serve() {
	buffer := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		if n < 20 || binary.BigEndian.Uint16(buffer) != 1 { // no Binding request
			continue
		}
		s.asked.Add(1)
		answer := []byte{0x01, 0x01, 0, 12}             // Binding success response
		answer = append(answer, buffer[4:20]...)        // cookie and transaction
		answer = append(answer, 0x00, 0x20, 0, 8, 0, 1) // XOR-MAPPED-ADDRESS, IPv4
		port := from.Port() ^ binary.BigEndian.Uint16(cookie)
		answer = binary.BigEndian.AppendUint16(answer, port)
		for i, b := range from.Addr().Unmap().AsSlice() {
			answer = append(answer, b^cookie[i])
		}
		_, _ = s.conn.WriteToUDPAddrPort(answer, from)
	}
}
