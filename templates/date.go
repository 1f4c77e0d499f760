package templates

import (
	"fmt"
	"strings"
	"time"
)

// frenchMonths are written in lower case, as French does.
var frenchMonths = [...]string{
	"janvier", "février", "mars", "avril", "mai", "juin",
	"juillet", "août", "septembre", "octobre", "novembre", "décembre",
}

// date writes a day in words: figures alone mean different days in different
// countries. It takes a time or a YYYY-MM-DD; what is neither is shown as it is.
func (c *catalogue) date(v any) string {
	var at time.Time
	switch v := v.(type) {
	case time.Time:
		at = v
	case string:
		parsed, err := time.Parse(time.DateOnly, v)
		if err != nil {
			return v
		}
		at = parsed
	default:
		return fmt.Sprint(v)
	}
	if at.IsZero() {
		return ""
	}
	if c.locale != "fr" {
		return at.Format("2 January 2006")
	}
	day := fmt.Sprint(at.Day())
	if at.Day() == 1 {
		day = "1er"
	}
	return fmt.Sprintf("%s %s %d", day, frenchMonths[at.Month()-1], at.Year())
}

// moment writes a time of day to the minute for a reader who may be anywhere: in
// the zone that it comes in, with that. One that is not known is nothing.
func (c *catalogue) moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	zone := "UTC"
	if _, offset := at.Zone(); offset != 0 {
		zone += strings.TrimSuffix(fmt.Sprintf("%+d:%02d", offset/3600, max(offset, -offset)/60%60), ":00")
	}
	if c.locale == "fr" {
		return fmt.Sprintf("%s à %d h %02d (%s)", c.date(at), at.Hour(), at.Minute(), zone)
	}
	return fmt.Sprintf("%s, %s (%s)", c.date(at), at.Format("15:04"), zone)
}
