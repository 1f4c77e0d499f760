package main

import (
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// TestLinesAreChangedByCommand: a command asks and a service tells the PBX.
func TestLinesAreChangedByCommand(t *testing.T) {
	t.Parallel()
	dir, flags := migrated(t)
	st := testStore(t, dir)
	identity := issued(t, st, dir)
	run := startService(t, st)
	admin := func(args ...string) (string, string, int) {
		t.Helper()
		return session(t, "", append(append([]string{"admin", "line"}, args...), flags...)...)
	}
	stdout, stderr, code := admin("add", identity, "--pbx-extensions", "3000-3009,acme:4000-4009", "--pbx-reserved", "4000", "--organisation", "acme")
	if code != exitDone || stdout != "4001\n" {
		t.Fatalf("admin line add = %d, %q, %q, want the number 4001", code, stdout, stderr)
	}
	for _, step := range []struct {
		args   []string
		code   int
		effect kyc.EffectKind
		status pbx.Status
	}{
		{[]string{"suspend", "4001"}, exitDone, kyc.SignOut, pbx.StatusSuspended},
		{[]string{"resume", "4001"}, exitDone, kyc.SetLine, pbx.StatusOff}, // it has no device
		{[]string{"rotate", "4001"}, exitDone, kyc.SetLine, pbx.StatusOff},
		{[]string{"release", "4001"}, exitFault, "", pbx.StatusOff}, // without --yes
		{[]string{"release", "4001", "--yes"}, exitDone, kyc.SignOut, pbx.StatusReleased},
		{[]string{"resume", "4001"}, exitNegative, "", pbx.StatusReleased},
		{[]string{"suspend", "4002"}, exitNegative, "", pbx.StatusReleased},
		{[]string{"add", "idnobody"}, exitNegative, "", pbx.StatusReleased},
	} {
		stdout, stderr, code := admin(step.args...)
		if code != step.code {
			t.Errorf("admin line %s = %d, %q, %q, want %d", step.args, code, stdout, stderr, step.code)
		}
		if step.effect != "" {
			select {
			case e := <-run:
				if e.Kind != step.effect || !strings.HasPrefix(e.Ref, "4001@") {
					t.Errorf("admin line %s asks for %s", step.args, e.Key())
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("admin line %s asks for nothing", step.args)
			}
		}
		if line, err := st.Account(t.Context(), "4001"); err != nil || line.Status() != step.status {
			t.Errorf("after admin line %s the line is %s, %v, want %s", step.args, line.Status(), err, step.status)
		}
	}
}
