package siptest

import (
	"bufio"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A message is a request or a response, as far as a test needs it.
type message struct {
	// method is empty in a response, status 0 in a request.
	method, uri string
	status      int
	header      textproto.MIMEHeader
	body        string
}

// parse reads a datagram; what is neither request nor response is not ok.
func parse(datagram string) (message, bool) {
	head, body, _ := strings.Cut(datagram, "\r\n\r\n")
	r := textproto.NewReader(bufio.NewReader(strings.NewReader(head + "\r\n\r\n")))
	first, err := r.ReadLine()
	if err != nil {
		return message{}, false
	}
	header, err := r.ReadMIMEHeader()
	fields := strings.SplitN(first, " ", 3)
	if err != nil || len(fields) != 3 {
		return message{}, false
	}
	m := message{header: header, body: body}
	if fields[0] != "SIP/2.0" {
		m.method, m.uri = fields[0], fields[1]
		return m, fields[2] == "SIP/2.0"
	}
	m.status, err = strconv.Atoi(fields[1])
	return m, err == nil
}

// key names the transaction of a request and its responses: the calls of one
// user agent have no other of the same number.
func (m message) key() string { return m.header.Get("Call-ID") + " " + m.header.Get("CSeq") }

// final reports whether no other response follows.
func (m message) final() bool { return m.status >= 200 }

// reply makes a response to a request (RFC 3261 section 8.2.6.2).
func (m message) reply(status, tag, body string, more ...string) string {
	lines := []string{"SIP/2.0 " + status}
	for _, name := range []string{"Via", "Record-Route", "From", "To", "Call-ID", "CSeq"} {
		for _, value := range m.header.Values(name) {
			if name == "To" && !strings.Contains(value, "tag=") {
				value += ";tag=" + tag
			}
			lines = append(lines, name+": "+value)
		}
	}
	return render(append(lines, more...), body)
}

// render ends a message's head with its length, and adds the body.
func render(lines []string, body string) string {
	if body != "" {
		lines = append(lines, "Content-Type: application/sdp")
	}
	return strings.Join(append(lines, "Content-Length: "+strconv.Itoa(len(body)), "", body), "\r\n")
}

var angle = regexp.MustCompile(`<([^>]*)>`)

// contact returns the URI at which the other side wants the dialog's requests.
func (m message) contact() string {
	value := m.header.Get("Contact")
	if found := angle.FindStringSubmatch(value); found != nil {
		return found[1]
	}
	uri, _, _ := strings.Cut(value, ";")
	return uri
}

// routes returns the path that a dialog's requests take, the nearest first:
// who was called reads it as it is, who called from the other end
// (RFC 3261 section 12.1).
func (m message) routes(caller bool) []string {
	var all []string
	for _, value := range m.header.Values("Record-Route") {
		all = append(all, angle.FindAllString(value, -1)...)
	}
	if caller {
		slices.Reverse(all)
	}
	return all
}
