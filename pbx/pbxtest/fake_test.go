package pbxtest_test

import (
	"errors"
	"testing"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

func TestFake(t *testing.T) {
	t.Parallel()
	pbxtest.Run(t, func(*testing.T) pbxtest.Target {
		f := new(pbxtest.Fake)
		return pbxtest.Target{
			Provisioner: f,
			Lookup:      func(_ *testing.T, aor pbx.AOR) (pbx.Account, bool) { return f.Lookup(aor) },
		}
	})
}

func TestFakeFails(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	f := &pbxtest.Fake{Fail: func(string, pbx.AOR) error { return down }}
	if err := f.Provision(t.Context(), pbxtest.Account("1001", "p")); !errors.Is(err, down) {
		t.Errorf("Provision() = %v, want %v", err, down)
	}
	if got := f.Accounts(); len(got) != 0 {
		t.Errorf("Accounts() = %v, want none", got)
	}
}
