package templates

import (
	"testing"
	"time"
)

func TestMeasures(t *testing.T) {
	t.Parallel()
	all, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	en, fr := all.in("en"), all.in("fr")
	for _, tt := range []struct{ got, want string }{
		{en.size(0), "0 B"},
		{en.size(999), "999 B"},
		{en.size(3621), "3.6 kB"},
		{fr.size(3621), "3,6 ko"},
		{fr.size(2_500_000), "2,5 Mo"},
		{fr.took(0), "< 0,1 ms"},
		{en.took(400 * time.Microsecond), "0.4 ms"},
		{fr.took(9949 * time.Microsecond), "9,9 ms"},
		{en.took(12400 * time.Microsecond), "12 ms"},
		{en.took(999600 * time.Microsecond), "1.0 s"},
		{fr.took(61 * time.Second), "61,0 s"},
		{short("ab12"), "ab12"},
		{short("0123456789abcdef"), "0123456789…"},
		{en.clock(time.Time{}), "–"},
		{fr.clock(time.Date(2026, 12, 1, 9, 5, 7, 0, time.Local)), "1er décembre 2026, 09:05:07"},
		{fr.moment(time.Date(2026, 12, 1, 9, 5, 7, 0, time.UTC)), "1er décembre 2026 à 9\u00a0h\u00a005 (UTC)"},
		{en.moment(time.Date(2026, 12, 1, 9, 5, 7, 0, time.FixedZone("IST", 5*3600+1800))), "1 December 2026, 09:05 (UTC+5:30)"},
		{en.moment(time.Date(2026, 12, 1, 9, 5, 7, 0, time.FixedZone("", -3*3600))), "1 December 2026, 09:05 (UTC-3)"},
		{en.moment(time.Time{}), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
