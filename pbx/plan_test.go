package pbx_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/pbx"
)

func TestParsePlan(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in string
		want     pbx.Plan
		ok       bool
	}{
		{"four digits", "1000-1999", pbx.Plan{First: 1000, Last: 1999}, true},
		{"one number", "5-5", pbx.Plan{First: 5, Last: 5}, true},
		{"largest", "1000000000-4294967295", pbx.Plan{First: 1000000000, Last: 4294967295}, true},
		{"spaces", "1000 - 1999", pbx.Plan{First: 1000, Last: 1999}, true},
		{"backwards", "1999-1000", pbx.Plan{}, false},
		{"two lengths", "999-1000", pbx.Plan{}, false},
		{"zero", "0-9", pbx.Plan{}, false},
		{"too large", "1000-4294967296", pbx.Plan{}, false},
		{"no dash", "1000", pbx.Plan{}, false},
		{"empty", "", pbx.Plan{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := pbx.ParsePlan(tc.in)
			if (err == nil) != tc.ok || tc.ok && got != tc.want {
				t.Errorf("ParsePlan(%q) = %v, %v, want %v, ok %v", tc.in, got, err, tc.want, tc.ok)
			}
		})
	}
}

func TestPlanNext(t *testing.T) {
	t.Parallel()
	plan := numbering(pbx.Plan{First: 1000, Last: 1004})
	for _, tc := range []struct {
		name, after string
		taken       []string
		want        string
		err         error
	}{
		{"first of all", "", nil, "1000", nil},
		{"goes on", "1001", []string{"1000", "1001"}, "1002", nil},
		{"skips taken ones", "1000", []string{"1000", "1001", "1002"}, "1003", nil},
		{"does not give a freed number back at once", "1002", []string{"1000", "1002"}, "1003", nil},
		{"goes round", "1004", []string{"1000", "1004"}, "1001", nil},
		{"last number of another plan", "7000", nil, "1000", nil},
		{"full", "1004", []string{"1000", "1001", "1002", "1003", "1004"}, "", pbx.ErrFull},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := plan.Next("", tc.after, func(e string) bool { return slices.Contains(tc.taken, e) })
			if got != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("Next(%q) = %q, %v, want %q, %v", tc.after, got, err, tc.want, tc.err)
			}
		})
	}
}

func TestPlanContains(t *testing.T) {
	t.Parallel()
	plan := pbx.Plan{First: 1000, Last: 1999}
	for ext, want := range map[string]bool{
		"1000": true, "1999": true, "999": false, "2000": false, "01000": false, "+1000": false, "": false, "x": false,
	} {
		if got := plan.Contains(ext); got != want {
			t.Errorf("Contains(%q) = %v, want %v", ext, got, want)
		}
	}
}

func TestPlanAtTheEndOfItsType(t *testing.T) {
	t.Parallel()
	plan := numbering(pbx.Plan{First: 4294967294, Last: 4294967295})
	if got, err := plan.Next("", "4294967295", func(string) bool { return false }); err != nil || got != "4294967294" {
		t.Errorf("Next(4294967295) = %q, %v, want 4294967294", got, err)
	}
}

func numbering(plans ...pbx.Plan) pbx.Numbering {
	var n pbx.Numbering
	for _, p := range plans {
		n.Ranges = append(n.Ranges, pbx.Range{Plan: p})
	}
	return n
}
