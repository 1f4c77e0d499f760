package siptest

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"regexp"
	"sync/atomic"
	"time"
)

const (
	packetTime = 20 * time.Millisecond
	samples    = 160 // of packetTime, at 8 kHz
	silence    = 0xff
)

// audio is one end of a stream of RTP (RFC 3550) with G.711 mu-law.
type audio struct {
	conn  net.PacketConn
	heard atomic.Int64
}

// openAudio takes a port and counts what arrives there.
func openAudio() (*audio, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	a := &audio{conn: conn}
	go a.listen()
	return a, nil
}

func (a *audio) close() { _ = a.conn.Close() }

// description is the offer and the answer (RFC 4566, RFC 3264).
func (a *audio) description() string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"+
		"m=audio %d RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n", a.conn.LocalAddr().(*net.UDPAddr).Port)
}

var (
	connection = regexp.MustCompile(`(?m)^c=IN IP4 ([0-9.]+)`)
	media      = regexp.MustCompile(`(?m)^m=audio (\d+) `)
)

// destination reads where the other side listens; nil when nowhere.
func destination(description string) net.Addr {
	host, port := connection.FindStringSubmatch(description), media.FindStringSubmatch(description)
	if host == nil || port == nil {
		return nil
	}
	addr, err := net.ResolveUDPAddr("udp4", net.JoinHostPort(host[1], port[1]))
	if err != nil {
		return nil
	}
	return addr
}

// speak sends silence until the call ends: a PBX that bridges two lines sends
// to each what the other sends.
func (a *audio) speak(to net.Addr, ended <-chan struct{}) {
	if to == nil {
		return
	}
	packet := make([]byte, 12+samples)
	packet[0] = 2 << 6 // version 2, no padding, payload type 0
	binary.BigEndian.PutUint32(packet[8:], rand.Uint32())
	for i := 12; i < len(packet); i++ {
		packet[i] = silence
	}
	tick := time.NewTicker(packetTime)
	defer tick.Stop()
	for n := uint32(0); ; n++ {
		binary.BigEndian.PutUint16(packet[2:], uint16(n))
		binary.BigEndian.PutUint32(packet[4:], n*samples)
		_, _ = a.conn.WriteTo(packet, to)
		select {
		case <-tick.C:
		case <-ended:
			return
		}
	}
}

// listen counts packets of RTP version 2 until the port is closed.
func (a *audio) listen() {
	buffer := make([]byte, 2048)
	for {
		n, _, err := a.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		if n > 12 && buffer[0]>>6 == 2 {
			a.heard.Add(1)
		}
	}
}
