package pbx

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Range is a block of numbers that is given out for an organisation's lines;
// one of the empty organisation serves everyone who has none.
type Range struct {
	Plan

	Organisation string
}

// A Numbering is the operator's numbering plan.
type Numbering struct {
	// Ranges do not overlap.
	Ranges []Range
	// Reserved numbers are in ranges and never given out.
	Reserved []Plan
	// Quarantine is how long the number of a released line rests before
	// somebody else gets it.
	Quarantine time.Duration
}

// A Claim asks for a number.
type Claim struct {
	IdentityID string
	// Slot tells the lines of one identity apart; 0 is the line that it was
	// enrolled with. Of two claims to a slot the second gets the same number.
	Slot         int
	Organisation string
}

// ParseNumbering reads ranges such as "2000000-2499999, acme:2500000-2599999"
// and reserved numbers such as "2000000-2000099, 2001000".
func ParseNumbering(ranges, reserved string) (Numbering, error) {
	var n Numbering
	for _, text := range list(ranges) {
		organisation, plan, named := strings.Cut(text, ":")
		if !named {
			organisation, plan = "", text
		}
		p, err := ParsePlan(plan)
		if err != nil {
			return Numbering{}, err
		}
		n.Ranges = append(n.Ranges, Range{Plan: p, Organisation: strings.TrimSpace(organisation)})
	}
	for _, text := range list(reserved) {
		if !strings.Contains(text, "-") {
			text += "-" + text
		}
		p, err := ParsePlan(text)
		if err != nil {
			return Numbering{}, &Error{CodeMalformed, "reserved"}
		}
		n.Reserved = append(n.Reserved, p)
	}
	return n, n.Validate()
}

func list(s string) []string {
	var out []string
	for text := range strings.SplitSeq(s, ",") {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// Validate checks that there are numbers, that no number belongs to two ranges
// and that no number is the beginning of another: a phone that is still being
// dialled would ring the shorter one.
func (n Numbering) Validate() error {
	if len(n.Ranges) == 0 {
		return &Error{CodeEmpty, "plan"}
	}
	for i, r := range n.Ranges {
		if err := r.Validate(); err != nil {
			return err
		}
		if err := checkToken("organisation", r.Organisation, maxIdentity); err != nil && r.Organisation != "" {
			return err
		}
		for _, other := range n.Ranges[:i] {
			if r.meets(other.Plan) {
				return &Error{CodeDuplicate, "plan"}
			}
		}
	}
	return nil
}

// meets reports whether a number of one plan is a number of the other or its
// beginning.
func (p Plan) meets(q Plan) bool {
	if len(extension(p.First)) > len(extension(q.First)) {
		p, q = q, p
	}
	n := len(extension(p.First))
	first, last := extension(q.First)[:n], extension(q.Last)[:n]
	return first <= extension(p.Last) && extension(p.First) <= last
}

// Contains reports whether a number is in one of the ranges.
func (n Numbering) Contains(ext string) bool {
	return slices.ContainsFunc(n.Ranges, func(r Range) bool { return r.Contains(ext) })
}

// IsReserved reports whether a number is kept from being given out.
func (n Numbering) IsReserved(ext string) bool {
	return slices.ContainsFunc(n.Reserved, func(p Plan) bool { return p.Contains(ext) })
}

// For returns the ranges of an organisation. One that has none of its own gets
// no number: everyone's are not for it.
func (n Numbering) For(organisation string) []Plan {
	var plans []Plan
	for _, r := range n.Ranges {
		if r.Organisation == organisation {
			plans = append(plans, r.Plan)
		}
	}
	return plans
}

// Next returns the first number after the given one that is neither reserved
// nor taken, among an organisation's ranges, going round at the end; after a
// number of elsewhere it begins with the first. Going on from the last number
// given lets a released one rest even longer than the quarantine, so that a new
// subscriber does not get the calls of the one before. An organisation without
// a range gets [ErrFull].
func (n Numbering) Next(organisation, after string, taken func(extension string) bool) (string, error) {
	plans := n.For(organisation)
	var size, start uint64
	for _, p := range plans {
		if p.Contains(after) {
			number, _ := strconv.ParseUint(after, 10, 32)
			start = size + number - uint64(p.First) + 1
		}
		size += p.size()
	}
	for i := range size {
		ext := at(plans, (start+i)%size)
		if !n.IsReserved(ext) && !taken(ext) {
			return ext, nil
		}
	}
	return "", ErrFull
}

// at returns the number at a place in plans that follow each other.
func at(plans []Plan, place uint64) string {
	for _, p := range plans {
		if place < p.size() {
			return extension(p.First + uint32(place)) //nolint:gosec // less than the plan's size
		}
		place -= p.size()
	}
	panic("pbx: place beyond the plans")
}
