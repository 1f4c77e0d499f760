package ocr

import (
	"strconv"
	"strings"
	"time"
)

// ResolveBirthDate gives a birth date its century: the latest one that is not
// in the future (ICAO 9303 leaves the century to the reader).
func ResolveBirthDate(yymmdd string, now time.Time) (time.Time, error) {
	year, month, day, err := splitDate(yymmdd)
	if err != nil {
		return time.Time{}, err
	}
	century := now.Year() / 100 * 100
	for _, c := range []int{century, century - 100} {
		// A 29 February exists in one of two centuries only, so try both.
		if d, ok := date(c+year, month, day); ok && !d.After(now) {
			return d, nil
		}
	}
	return time.Time{}, &Error{Code: CodeDateInvalid, Detail: "no such day"}
}

// ResolveExpiryDate gives a date of expiry its century: the one within fifty
// years of now, since documents long expired are shown more often than ones
// that stay valid for half a century.
func ResolveExpiryDate(yymmdd string, now time.Time) (time.Time, error) {
	year, month, day, err := splitDate(yymmdd)
	if err != nil {
		return time.Time{}, err
	}
	full := now.Year()/100*100 + year
	switch {
	case full > now.Year()+50:
		full -= 100
	case full <= now.Year()-50:
		full += 100
	}
	d, ok := date(full, month, day)
	if !ok {
		return time.Time{}, &Error{Code: CodeDateInvalid, Detail: "no such day"}
	}
	return d, nil
}

// splitDate refuses fillers: a date of which a part is unknown has no day.
func splitDate(s string) (year, month, day int, err error) {
	if len(s) != 6 {
		return 0, 0, 0, &Error{Code: CodeDateInvalid, Detail: "not six characters"}
	}
	if strings.Contains(s, "<") {
		return 0, 0, 0, &Error{Code: CodeDateUnknown, Detail: "a part of the date is not stated"}
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, 0, 0, &Error{Code: CodeDateInvalid, Detail: "not digits"}
		}
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, 0, 0, &Error{Code: CodeDateInvalid, Detail: "not a number"}
	}
	return n / 10000, n / 100 % 100, n % 100, nil
}

func date(year, month, day int) (time.Time, bool) {
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return d, d.Year() == year && d.Month() == time.Month(month) && d.Day() == day
}
