package drift_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/drift"
	"github.com/vouchline/vouchline/pbx/format"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

var march = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func formatNamed(t *testing.T, name string) format.Format {
	t.Helper()
	f, ok := format.ByName(name)
	if !ok {
		t.Fatalf("no format %s", name)
	}
	return f
}

func TestCompare(t *testing.T) {
	t.Parallel()
	account := pbxtest.Account
	changed := func(change func(*pbx.Account)) pbx.Account {
		a := account("1001", "p").Clone()
		change(&a)
		return a
	}
	off := changed(func(a *pbx.Account) { a.Enabled = false })
	ended := changed(func(a *pbx.Account) { a.Devices[0].Credentials[0].NotAfter = march })
	known := []pbx.Account{account("1001", "p")}
	aor := account("1001", "p").AOR
	for _, tc := range []struct {
		name     string
		accounts []pbx.Account
		pbx      drift.PBX
		want     []drift.Drift
	}{
		{"nothing anywhere", nil, drift.PBX{}, nil},
		{"the same", known, drift.PBX{Lines: known, Registered: []pbx.AOR{aor}}, nil},
		{"named otherwise by the PBX's reader", known, drift.PBX{Lines: []pbx.Account{changed(func(a *pbx.Account) {
			a.Devices[0].ID, a.Devices[0].Name, a.UpdatedAt, a.Organisation = "parsed", "", time.Time{}, "org"
		})}}, nil},
		{"off on both sides", []pbx.Account{off}, drift.PBX{}, nil},
		{"missing", known, drift.PBX{}, []drift.Drift{{"1001", drift.Missing}}},
		{"unknown here", nil, drift.PBX{Lines: known}, []drift.Drift{{"1001", drift.Extra}}},
		{"off here", []pbx.Account{off}, drift.PBX{Lines: known}, []drift.Drift{{"1001", drift.Extra}}},
		{"ended here", []pbx.Account{ended}, drift.PBX{Lines: []pbx.Account{ended}}, []drift.Drift{{"1001", drift.Extra}}},
		{"password", known, drift.PBX{Lines: []pbx.Account{account("1001", "q")}}, []drift.Drift{{"1001", drift.Differs}}},
		{"one credential more", known, drift.PBX{Lines: []pbx.Account{changed(func(a *pbx.Account) {
			a.Devices[0].Credentials = append(a.Devices[0].Credentials, pbx.NewCredential("1001-zzzzzz", pbxtest.Domain, "z"))
		})}}, []drift.Drift{{"1001", drift.Differs}}},
		{"name", known, drift.PBX{Lines: []pbx.Account{changed(func(a *pbx.Account) { a.DisplayName = "Eve" })}}, []drift.Drift{{"1001", drift.Differs}}},
		{"illegal on the PBX", known, drift.PBX{Lines: []pbx.Account{changed(func(a *pbx.Account) { a.DisplayName = "a\nb" })}}, []drift.Drift{{"1001", drift.Differs}}},
		{"foreign", known, drift.PBX{Foreign: []string{"1001"}}, []drift.Drift{{"1001", drift.Differs}}},
		{"foreign and off", []pbx.Account{off}, drift.PBX{Foreign: []string{"1001"}}, []drift.Drift{{"1001", drift.Extra}}},
		{"registered and off", []pbx.Account{off}, drift.PBX{Registered: []pbx.AOR{aor, aor}}, []drift.Drift{{"1001", drift.RegisteredButOff}}},
		{"registered and unknown", nil, drift.PBX{Registered: []pbx.AOR{aor}}, []drift.Drift{{"1001", drift.RegisteredButOff}}},
		{
			"in order",
			[]pbx.Account{account("200", "a"), account("1002", "b")},
			drift.PBX{Lines: []pbx.Account{account("1003", "c")}, Registered: []pbx.AOR{pbx.NewAOR("1003", pbxtest.Domain)}},
			[]drift.Drift{{"200", drift.Missing}, {"1002", drift.Missing}, {"1003", drift.Extra}, {"1003", drift.RegisteredButOff}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, name := range []string{"asterisk", "kamailio"} {
				got, err := drift.Compare(tc.accounts, tc.pbx, formatNamed(t, name), march)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("Compare(%s) (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

// What Kamailio is not shown, it cannot have wrong; and the other way round.
func TestCompareByFormat(t *testing.T) {
	t.Parallel()
	account := pbxtest.Account("1001", "p")
	identity, digest := account.Clone(), account.Clone()
	identity.IdentityID = "another"
	digest.Devices[0].Credentials[0].HA1B = ""
	for _, tc := range []struct {
		format string
		line   pbx.Account
		drifts int
	}{{"asterisk", identity, 1}, {"kamailio", identity, 0}, {"asterisk", digest, 0}, {"kamailio", digest, 1}} {
		got, err := drift.Compare([]pbx.Account{account}, drift.PBX{Lines: []pbx.Account{tc.line}}, formatNamed(t, tc.format), march)
		if err != nil || len(got) != tc.drifts {
			t.Errorf("Compare(%s) = %v, %v, want %d", tc.format, got, err, tc.drifts)
		}
	}
}

func TestCompareRefusesIllegalAccounts(t *testing.T) {
	t.Parallel()
	a := pbxtest.Account("1001", "p")
	a.DisplayName = "a\nb"
	_, err := drift.Compare([]pbx.Account{a}, drift.PBX{Lines: []pbx.Account{pbxtest.Account("1001", "p")}}, formatNamed(t, "asterisk"), march)
	if _, ok := errors.AsType[*pbx.Error](err); !ok {
		t.Errorf("Compare(illegal account) = %v, want a *pbx.Error", err)
	}
}
