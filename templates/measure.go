package templates

import (
	"fmt"
	"strings"
	"time"
)

// decimal writes a number to one figure behind the decimal sign of the
// language.
func (c *catalogue) decimal(v float64) string {
	s := fmt.Sprintf("%.1f", v)
	if c.locale == "fr" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// size writes a number of bytes in a unit that keeps it short (SI prefixes, as
// disks and networks count).
func (c *catalogue) size(bytes int) string {
	unit := map[bool]string{true: "o", false: "B"}[c.locale == "fr"]
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d %s", bytes, unit)
	case bytes < 1_000_000:
		return c.decimal(float64(bytes)/1e3) + " k" + unit
	default:
		return c.decimal(float64(bytes)/1e6) + " M" + unit
	}
}

// took writes how long something lasted, to two or three figures.
func (c *catalogue) took(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms < 0.05:
		return "< " + c.decimal(0.1) + " ms"
	case ms < 9.95:
		return c.decimal(ms) + " ms"
	case ms < 999.5:
		return fmt.Sprintf("%.0f ms", ms)
	default:
		return c.decimal(d.Seconds()) + " s"
	}
}

// short is the beginning of a hash or an identifier that nobody reads in full.
func short(s string) string {
	if len(s) <= 12 {
		return s
	}
	return s[:10] + "…"
}

// clock writes a moment to the second, in the zone of the service; one that
// is not known is a dash.
func (c *catalogue) clock(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	at = at.Local()
	return c.date(at) + ", " + at.Format("15:04:05")
}
