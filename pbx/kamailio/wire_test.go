package kamailio_test

import (
	"crypto/md5" //nolint:gosec // the digest of the phones
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// A wire says to a server what no phone would.
type wire struct {
	conn   net.Conn
	seq    int
	callID string
}

func newWire(t *testing.T, network, address string) *wire {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &wire{conn: conn, callID: rand.Text()}
}

// request writes a request from one line of the domain to another.
func (w *wire) request(method, uri, from, to string, more ...string) string {
	w.seq++
	transport := strings.ToUpper(w.conn.LocalAddr().Network())
	lines := append([]string{
		method + " " + uri + " SIP/2.0",
		"Via: SIP/2.0/" + transport + " " + w.conn.LocalAddr().String() + ";rport;branch=z9hG4bK" + rand.Text(),
		"Max-Forwards: 70",
		"From: <sip:" + from + "@" + pbxtest.Domain + ">;tag=a",
		"To: <sip:" + to + "@" + pbxtest.Domain + ">",
		"Call-ID: " + w.callID,
		fmt.Sprintf("CSeq: %d %s", w.seq, method),
		"Contact: <sip:" + from + "@" + w.conn.LocalAddr().String() + ">",
		"Content-Length: 0",
	}, more...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// say sends text and returns the final answer to it.
func (w *wire) say(t *testing.T, text string) string {
	t.Helper()
	if _, err := w.conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return w.hear(t)
}

// hear returns the next final answer, or request.
func (w *wire) hear(t *testing.T) string {
	t.Helper()
	buffer := make([]byte, 65535)
	for {
		if err := w.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := w.conn.Read(buffer)
		if err != nil {
			t.Fatalf("no answer: %v", err)
		}
		if got := string(buffer[:n]); !strings.HasPrefix(got, "SIP/2.0 1") {
			return got
		}
	}
}

// status is the code of an answer.
func status(answer string) int {
	fields := strings.Fields(answer)
	if len(fields) < 2 {
		return 0
	}
	n, _ := strconv.Atoi(fields[1])
	return n
}

var nonce = regexp.MustCompile(`nonce="([^"]*)"`)

// authorization answers a challenge (RFC 7616 section 3.4.1) with a count.
func authorization(challenge, method, uri, username, password string, count int) string {
	return forged(challenge, method, uri, username, md5Hex(username+":"+pbxtest.Domain+":"+password), count)
}

// forged does so with a digest of its own for user name and password.
func forged(challenge, method, uri, username, ha1 string, count int) string {
	field := "Authorization"
	if status(challenge) == 407 {
		field = "Proxy-Authorization"
	}
	n, nc := nonce.FindStringSubmatch(challenge)[1], fmt.Sprintf("%08x", count)
	response := md5Hex(ha1 + ":" + n + ":" + nc + ":c:auth:" + md5Hex(method+":"+uri))
	return fmt.Sprintf(`%s: Digest username=%q, realm=%q, nonce=%q, uri=%q, response=%q, algorithm=MD5, qop=auth, nc=%s, cnonce="c"`,
		field, username, pbxtest.Domain, n, uri, response, nc)
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}
