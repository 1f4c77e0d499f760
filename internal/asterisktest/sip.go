package asterisktest

import (
	"bufio"
	"context"
	"crypto/md5" //nolint:gosec // the digest of RFC 3261
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"maps"
	"net"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A Phone registers one line. It is a client of its own, sharing no code with
// the product's digests.
type Phone struct {
	// Number is the line; User, when empty, is the number too.
	Number, User, Password, Realm string
	// Algorithm is the challenge it answers: MD5, SHA-256 or SHA-512-256.
	Algorithm string
	// Expires is for how many seconds; 0 unregisters.
	Expires int
}

// An Outcome is how a registration ended.
type Outcome struct {
	// Status is the final one; 0 means that no challenge had the algorithm.
	Status int
	// Offered are the algorithms of the challenges, in their order.
	Offered []string
}

// patience bounds each answer.
const patience = 10 * time.Second

// Register registers a phone by UDP and returns what the server answered.
func (s *Server) Register(tb testing.TB, p Phone) Outcome {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "udp", s.Address)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if p.User == "" {
		p.User = p.Number
	}
	if p.Algorithm == "" {
		p.Algorithm = "MD5"
	}
	dialog := rand.Text()
	status, header := exchange(tb, conn, p.request(conn, dialog, 1, ""))
	challenges := challenges(header)
	out := Outcome{Status: status}
	var answer string
	for _, c := range challenges {
		alg := c["algorithm"]
		if alg == "" {
			alg = "MD5" // RFC 7616 section 3.3
		}
		out.Offered = append(out.Offered, alg)
		if alg == p.Algorithm && answer == "" {
			answer = p.answer(c)
		}
	}
	if status != 401 {
		return out
	}
	if answer == "" {
		out.Status = 0
		return out
	}
	out.Status, _ = exchange(tb, conn, p.request(conn, dialog, 2, answer))
	return out
}

func (p Phone) request(conn net.Conn, dialog string, seq int, authorization string) string {
	local := conn.LocalAddr().String()
	uri := "sip:" + p.Realm
	lines := []string{
		"REGISTER " + uri + " SIP/2.0",
		"Via: SIP/2.0/UDP " + local + ";rport;branch=z9hG4bK" + rand.Text(),
		"Max-Forwards: 70",
		"From: <sip:" + p.Number + "@" + p.Realm + ">;tag=" + dialog[:8],
		"To: <sip:" + p.Number + "@" + p.Realm + ">",
		"Call-ID: " + dialog,
		fmt.Sprintf("CSeq: %d REGISTER", seq),
		fmt.Sprintf("Contact: <sip:%s@%s>;expires=%d", p.Number, local, p.Expires),
	}
	if authorization != "" {
		lines = append(lines, "Authorization: "+authorization)
	}
	return strings.Join(append(lines, "Content-Length: 0", "", ""), "\r\n")
}

// exchange sends a request and reads its final response.
func exchange(tb testing.TB, conn net.Conn, request string) (int, textproto.MIMEHeader) {
	tb.Helper()
	if _, err := conn.Write([]byte(request)); err != nil {
		tb.Fatal(err)
	}
	buffer := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			tb.Fatalf("no answer to REGISTER: %v", err)
		}
		r := textproto.NewReader(bufio.NewReader(strings.NewReader(string(buffer[:n]))))
		first, err := r.ReadLine()
		if err != nil || !strings.HasPrefix(first, "SIP/2.0 ") {
			continue // a request of the server's, such as OPTIONS
		}
		header, _ := r.ReadMIMEHeader()
		status, err := strconv.Atoi(strings.Fields(first)[1])
		if err != nil {
			tb.Fatalf("status line %q", first)
		}
		if status >= 200 {
			return status, header
		}
	}
}

var parameter = regexp.MustCompile(`(\w+)=("([^"]*)"|[^,\s]+)`)

func challenges(header textproto.MIMEHeader) []map[string]string {
	var all []map[string]string
	for _, value := range header.Values("WWW-Authenticate") {
		c := map[string]string{}
		for _, m := range parameter.FindAllStringSubmatch(value, -1) {
			c[strings.ToLower(m[1])] = strings.Trim(m[2], `"`)
		}
		all = append(all, c)
	}
	return all
}

// answer is RFC 7616 section 3.4.1 with qop=auth.
func (p Phone) answer(c map[string]string) string {
	h := hashes[p.Algorithm]
	uri, cnonce, nc := "sip:"+p.Realm, rand.Text(), "00000001"
	ha1, ha2 := h(p.User+":"+c["realm"]+":"+p.Password), h("REGISTER:"+uri)
	values := map[string]string{
		"username": p.User, "realm": c["realm"], "nonce": c["nonce"], "uri": uri, "cnonce": cnonce,
		"response": h(strings.Join([]string{ha1, c["nonce"], nc, cnonce, "auth", ha2}, ":")),
	}
	if c["opaque"] != "" {
		values["opaque"] = c["opaque"]
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, name+`="`+values[name]+`"`)
	}
	return "Digest " + strings.Join(append(parts, "algorithm="+p.Algorithm, "qop=auth", "nc="+nc), ", ")
}

var hashes = map[string]func(string) string{
	"MD5": func(s string) string {
		sum := md5.Sum([]byte(s)) //nolint:gosec // see the import
		return hex.EncodeToString(sum[:])
	},
	"SHA-256": func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return hex.EncodeToString(sum[:])
	},
	"SHA-512-256": func(s string) string {
		sum := sha512.Sum512_256([]byte(s))
		return hex.EncodeToString(sum[:])
	},
}
