package pbx

import (
	"fmt"
	"strconv"
	"strings"
)

// A Plan is a block of extensions, both ends included. All numbers have the same length, so that none is the beginning of
// another and a dial plan needs one pattern.
type Plan struct {
	First uint32
	Last  uint32
}

// ParsePlan reads "1000-1999".
func ParsePlan(s string) (Plan, error) {
	first, last, ok := strings.Cut(s, "-")
	if !ok {
		return Plan{}, &Error{CodeMalformed, "plan"}
	}
	var p Plan
	for _, end := range []struct {
		text string
		to   *uint32
	}{{first, &p.First}, {last, &p.Last}} {
		n, err := strconv.ParseUint(strings.TrimSpace(end.text), 10, 32)
		if err != nil {
			return Plan{}, &Error{CodeMalformed, "plan"}
		}
		*end.to = uint32(n)
	}
	return p, p.Validate()
}

// Validate checks that the plan has numbers, all of one length.
func (p Plan) Validate() error {
	if p.First == 0 || p.First > p.Last || len(extension(p.First)) != len(extension(p.Last)) {
		return &Error{CodeMalformed, "plan"}
	}
	return nil
}

// String gives the form that ParsePlan reads.
func (p Plan) String() string { return fmt.Sprintf("%d-%d", p.First, p.Last) }

// UnmarshalText reads the form of ParsePlan from a configuration.
func (p *Plan) UnmarshalText(b []byte) error {
	parsed, err := ParsePlan(string(b))
	if err == nil {
		*p = parsed
	}
	return err
}

// MarshalText writes the form of ParsePlan.
func (p Plan) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Contains reports whether an extension belongs to the plan.
func (p Plan) Contains(ext string) bool {
	n, err := strconv.ParseUint(ext, 10, 32)
	return err == nil && strconv.FormatUint(n, 10) == ext && uint64(p.First) <= n && n <= uint64(p.Last)
}

func (p Plan) size() uint64 { return uint64(p.Last) - uint64(p.First) + 1 }

func extension(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
