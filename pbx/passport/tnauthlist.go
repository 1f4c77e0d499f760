package passport

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"slices"
	"strconv"
)

// oidTNAuthList is id-pe-TNAuthList (RFC 8226 section 9).
var oidTNAuthList = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 26}

// A TNAuthList is what a certificate may speak for.
type TNAuthList struct {
	Providers []string // service provider codes: all their numbers
	Ranges    []TNRange
	Numbers   []string
}

// A TNRange is Count numbers from Start on.
type TNRange struct {
	Start string
	Count int64
}

const (
	maxProvider = 32
	maxEntries  = 1000
)

// The entries of the list, a CHOICE with explicit tags.
const (
	tagProvider = 0
	tagRange    = 1
	tagNumber   = 2
)

// rangeValue is TelephoneNumberRange.
type rangeValue struct {
	Start string `asn1:"ia5"`
	Count int64
}

// Covers reports whether the list allows a number. A provider code stands for
// numbers that no certificate lists.
func (l TNAuthList) Covers(tn string) bool {
	return len(l.Providers) > 0 || slices.Contains(l.Numbers, tn) ||
		slices.ContainsFunc(l.Ranges, func(r TNRange) bool { return r.covers(tn) })
}

func (r TNRange) covers(tn string) bool {
	start, err := strconv.ParseInt(r.Start, 10, 64)
	n, failed := strconv.ParseInt(tn, 10, 64)
	return err == nil && failed == nil && len(tn) == len(r.Start) && n >= start && n-start < r.Count
}

func (l TNAuthList) check() error {
	entries := len(l.Providers) + len(l.Ranges) + len(l.Numbers)
	if entries == 0 || entries > maxEntries {
		return errors.New("passport: a TNAuthList needs an entry, and at most 1000")
	}
	for _, p := range l.Providers {
		if p == "" || len(p) > maxProvider || !only(p, alnum) {
			return errors.New("passport: a service provider code is letters and digits")
		}
	}
	for _, r := range l.Ranges {
		if !(Party{TN: r.Start}).valid() || r.Count < 2 {
			return errors.New("passport: a range of numbers has digits and a count of at least 2")
		}
	}
	for _, n := range l.Numbers {
		if n == "" || !(Party{TN: n}).valid() {
			return errors.New("passport: a number of a TNAuthList is its digits alone")
		}
	}
	return nil
}

// extension encodes the list.
func (l TNAuthList) extension() (pkix.Extension, error) {
	if err := l.check(); err != nil {
		return pkix.Extension{}, err
	}
	var entries []asn1.RawValue
	add := func(tag int, value any, params string) error {
		inner, err := asn1.MarshalWithParams(value, params)
		entries = append(entries, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: true, Bytes: inner})
		return err
	}
	var errs []error
	for _, p := range l.Providers {
		errs = append(errs, add(tagProvider, p, "ia5"))
	}
	for _, r := range l.Ranges {
		errs = append(errs, add(tagRange, rangeValue(r), ""))
	}
	for _, n := range l.Numbers {
		errs = append(errs, add(tagNumber, n, "ia5"))
	}
	der, err := asn1.Marshal(entries)
	return pkix.Extension{Id: oidTNAuthList, Value: der}, errors.Join(append(errs, err)...)
}

// TNAuthListOf reads a certificate's list. A certificate without one speaks for
// no number.
func TNAuthListOf(c *x509.Certificate) (TNAuthList, error) {
	for _, e := range c.Extensions {
		if e.Id.Equal(oidTNAuthList) {
			return parseTNAuthList(e.Value)
		}
	}
	return TNAuthList{}, ErrCertificate
}

func parseTNAuthList(der []byte) (TNAuthList, error) {
	var entries []asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &entries); err != nil || len(rest) > 0 || len(entries) > maxEntries {
		return TNAuthList{}, ErrCertificate
	}
	var l TNAuthList
	for _, e := range entries {
		if e.Class != asn1.ClassContextSpecific || !l.add(e.Tag, e.Bytes) {
			return TNAuthList{}, ErrCertificate
		}
	}
	if l.check() != nil {
		return TNAuthList{}, ErrCertificate
	}
	return l, nil
}

func (l *TNAuthList) add(tag int, der []byte) bool {
	var (
		text   string
		span   rangeValue
		target any
		params string
	)
	switch tag {
	case tagProvider, tagNumber:
		target, params = &text, "ia5"
	case tagRange:
		target = &span
	default:
		return false
	}
	if rest, err := asn1.UnmarshalWithParams(der, target, params); err != nil || len(rest) > 0 {
		return false
	}
	switch tag {
	case tagProvider:
		l.Providers = append(l.Providers, text)
	case tagNumber:
		l.Numbers = append(l.Numbers, text)
	case tagRange:
		l.Ranges = append(l.Ranges, TNRange(span))
	}
	return true
}
