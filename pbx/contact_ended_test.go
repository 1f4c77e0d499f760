package pbx_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// dropper has some registrations and notes which are dropped.
type dropper struct {
	contacts []pbx.Contact
	err      error
	refused  string // which cannot be dropped alone
	dropped  []string
}

func (d *dropper) Contacts(context.Context, pbx.AOR) ([]pbx.Contact, error) { return d.contacts, d.err }

func (d *dropper) Drop(_ context.Context, _ pbx.AOR, id string) error {
	d.dropped = append(d.dropped, id)
	if d.refused != "" && id == d.refused {
		return errors.New("a quote in a parameter")
	}
	return d.err
}

func TestDropEnded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	line := pbx.Account{Extension: "2001", AOR: "sip:2001@pbx.example.org", Enabled: true, Devices: []pbx.Device{
		{ID: "one", Credentials: []pbx.Credential{{Username: "2001-a", NotAfter: now}, {Username: "2001-b", NotAfter: now.Add(time.Second)}}},
		{ID: "two", Credentials: []pbx.Credential{{Username: "2001-c"}}},
	}}
	off := line
	off.Enabled = false
	by := func(usernames ...string) (all []pbx.Contact) {
		for _, u := range usernames {
			all = append(all, pbx.Contact{ID: "by " + u, Username: u})
		}
		return all
	}
	failed := errors.New("away")
	for _, tc := range []struct {
		name     string
		account  pbx.Account
		contacts []pbx.Contact
		err      error
		want     []string
		refused  string
	}{
		{"none", line, nil, nil, nil, ""},
		{"all valid", line, by("2001-b", "2001-c", "2001-c"), nil, nil, ""},
		{"ended, and forgotten", line, by("2001-a", "2001-b", "2001-z"), nil, []string{"by 2001-a", "by 2001-z"}, ""},
		{"of another line", line, by("2002-c"), nil, []string{"by 2002-c"}, ""},
		{"off", off, by("2001-b", "2001-c"), nil, []string{"by 2001-b", "by 2001-c"}, ""},
		{"none is told", line, by("", ""), nil, []string{""}, ""},
		{"one is not told", line, by("2001-a", "", "2001-c"), nil, []string{""}, ""},
		{"away", line, by("2001-c"), failed, []string{""}, ""},
		{"one whose name is not taken", line, by("2001-z", "2001-a"), nil, []string{"by 2001-z", ""}, "by 2001-z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := &dropper{contacts: tc.contacts, err: tc.err, refused: tc.refused}
			if err := pbx.DropEnded(t.Context(), d, tc.account, now); !errors.Is(err, tc.err) {
				t.Errorf("DropEnded() = %v, want %v", err, tc.err)
			}
			if !slices.Equal(d.dropped, tc.want) {
				t.Errorf("dropped %q, want %q", d.dropped, tc.want)
			}
		})
	}
}
