package pbx_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/pbx"
)

func TestParseNumbering(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, ranges, reserved string
		want                   *pbx.Error
	}{
		{"one", "2000-2999", "", nil},
		{"organisations", "2000-2499, acme:2500-2999,acme:40000-49999", "2000,2500-2509", nil},
		{"nothing", " , ", "", &pbx.Error{Code: pbx.CodeEmpty, Field: "plan"}},
		{"overlap", "2000-2499,acme:2499-2999", "", &pbx.Error{Code: pbx.CodeDuplicate, Field: "plan"}},
		{"one is the other's beginning", "200-209,20500-20599", "", &pbx.Error{Code: pbx.CodeDuplicate, Field: "plan"}},
		{"the longer one first", "20500-20599,200-209", "", &pbx.Error{Code: pbx.CodeDuplicate, Field: "plan"}},
		{"of two lengths and apart", "200-204,20500-20599", "", nil},
		{"organisation with a space", "a b:2000-2999", "", &pbx.Error{Code: pbx.CodeCharacter, Field: "organisation"}},
		{"reserved is no range", "2000-2999", "x", &pbx.Error{Code: pbx.CodeMalformed, Field: "reserved"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := pbx.ParseNumbering(tc.ranges, tc.reserved)
			if tc.want == nil && err != nil || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("ParseNumbering(%q, %q) = %v, want %v", tc.ranges, tc.reserved, err, tc.want)
			}
		})
	}
}

func TestNumberingNext(t *testing.T) {
	t.Parallel()
	n, err := pbx.ParseNumbering("2000-2002, acme:2100-2101, 30000-30001", "2001, 2100")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, organisation, after string
		taken                     []string
		want                      string
		err                       error
	}{
		{"first", "", "", nil, "2000", nil},
		{"over a reserved one", "", "2000", nil, "2002", nil},
		{"into the next range", "", "2002", nil, "30000", nil},
		{"round the end", "", "30001", nil, "2000", nil},
		{"to what is before in the same range", "", "30000", []string{"2000", "2002", "30001"}, "30000", nil},
		{"of an organisation", "acme", "2002", nil, "2101", nil},
		{"organisation is full", "acme", "", []string{"2101"}, "", pbx.ErrFull},
		{"organisation without a range", "other", "", nil, "", pbx.ErrFull},
		{"all taken", "", "2000", []string{"2000", "2002", "30000", "30001"}, "", pbx.ErrFull},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := n.Next(tc.organisation, tc.after, func(e string) bool { return slices.Contains(tc.taken, e) })
			if got != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("Next(%q, %q) = %q, %v, want %q, %v", tc.organisation, tc.after, got, err, tc.want, tc.err)
			}
		})
	}
}
