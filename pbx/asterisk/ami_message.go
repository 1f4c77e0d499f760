package asterisk

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds of what an AMI server may say at once. The longest honest field is a
// contact of the registrar's, of which a phone chooses URI and user agent.
const (
	maxLine   = 32 << 10
	maxFields = 512
)

// errProtocol reports a peer that does not speak AMI.
var errProtocol = errors.New("not a message of AMI")

// A field is one line of a message.
type field struct{ name, value string }

// A message is an action, a response or an event: lines "Name: value" up to an
// empty one.
type message []field

// get returns the first value of a name, or "".
func (m message) get(name string) string {
	for _, f := range m {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// kind is the first line's name: Response or Event.
func (m message) kind() string {
	if len(m) == 0 {
		return ""
	}
	return m[0].name
}

// readMessage reads up to and with the next empty line. A line without a colon
// is left out: it is text in which a module lost its form.
func readMessage(r *bufio.Reader) (message, error) {
	var m message
	for {
		line, err := readLine(r)
		switch {
		case err != nil:
			return nil, err
		case line == "" && len(m) > 0:
			return m, nil
		case len(m) == maxFields:
			return nil, fmt.Errorf("%w: over %d lines", errProtocol, maxFields)
		}
		if name, value, ok := strings.Cut(line, ":"); ok {
			m = append(m, field{name, strings.TrimPrefix(value, " ")})
		}
	}
}

// readLine reads a line of at most the reader's size.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", fmt.Errorf("%w: a line over %d bytes", errProtocol, r.Size())
	case err == io.EOF:
		return "", io.ErrUnexpectedEOF
	case err != nil:
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

// bytes writes the message. A value with a line break would write a field of
// its own, so it is refused.
func (m message) bytes() ([]byte, error) {
	var b strings.Builder
	for _, f := range m {
		if strings.ContainsAny(f.value, "\r\n\x00") {
			return nil, fmt.Errorf("asterisk: AMI field %s: %w", f.name, errProtocol)
		}
		b.WriteString(f.name + ": " + f.value + "\r\n")
	}
	b.WriteString("\r\n")
	return []byte(b.String()), nil
}
