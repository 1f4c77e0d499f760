package kyc_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
)

const agent = kyc.AgentPrefix + "1"

func TestLinesOfOnePerson(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.flow.Settings.Numbering.Ranges = append(b.flow.Settings.Numbering.Ranges, pbx.Range{Organisation: "acme", Plan: pbx.Plan{First: 3000000, Last: 3000001}})
	id := b.issued(t)
	identity := b.identity(t, id).ID
	second, err := b.flow.AddLine(t.Context(), agent, identity, "acme")
	must(t, err)
	if second.Extension != "3000000" || second.IdentityID != identity || second.DisplayName != b.line(t, id).DisplayName || second.Enabled {
		t.Errorf("the second line is %s of %s, on %t", second, second.IdentityID, second.Enabled)
	}
	setup, err := b.flow.AddDevice(t.Context(), id, kyc.NewDevice{Extension: second.Extension, Kind: pbx.App})
	must(t, err)
	b.work(t)
	b.opens(t, "second line", setup, true)
	must(t, b.flow.ReleaseLine(t.Context(), agent, second.Extension))
	b.work(t)
	b.opens(t, "released line", setup, false)
	for what, err := range map[string]error{
		"ResumeLine": b.flow.ResumeLine(t.Context(), agent, second.Extension),
		"AddDevice": func() error {
			_, err := b.flow.AddDevice(t.Context(), id, kyc.NewDevice{Extension: second.Extension, Kind: pbx.App})
			return err
		}(),
	} {
		if !errors.Is(err, kyc.ErrLineReleased) {
			t.Errorf("%s of a released line = %v", what, err)
		}
	}
	third, err := b.flow.AddLine(t.Context(), agent, identity, "acme")
	must(t, err)
	if third.Extension != "3000001" {
		t.Errorf("the next line is %s, want one whose number does not rest", third)
	}
	if _, err := b.flow.AddLine(t.Context(), agent, identity, "acme"); !errors.Is(err, kyc.ErrNoNumber) {
		t.Errorf("AddLine without a free number = %v", err)
	}
	lines, err := b.flow.Lines(t.Context(), id)
	must(t, err)
	var got []string
	for _, l := range lines {
		got = append(got, l.Extension+" "+string(l.Status))
	}
	if want := []string{"2000000 on", "3000000 released", "3000001 off"}; !slices.Equal(got, want) {
		t.Errorf("the subscriber sees %v, want %v", got, want)
	}
}

func TestRevokedIdentityGivesItsNumbersBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	must(t, b.change(t, identity, ledger.StatusRevoked, ledger.ReasonFraud))
	b.work(t)
	line := b.line(t, id)
	if line.Status() != pbx.StatusReleased || len(line.Devices) > 0 || !line.ReleasedAt.Equal(b.now) {
		t.Errorf("the line is %s with %d devices", line.Status(), len(line.Devices))
	}
	if _, err := b.flow.AddLine(t.Context(), agent, identity, ""); !errors.Is(err, kyc.ErrLineOff) {
		t.Errorf("AddLine to a revoked identity = %v", err)
	}
}

// Who is to be silenced does not wait for a ledger that is away.
func TestSuspendingALineNeedsNoLedger(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	setup, err := b.flow.AddDevice(t.Context(), id, office)
	must(t, err)
	b.work(t)
	must(t, b.ledger.Log.Close())
	must(t, b.flow.RemoveDevice(t.Context(), id, setup.Extension, b.line(t, id).Devices[0].ID))
	b.work(t)
	b.opens(t, "beside a device that was signed out", setup, true)
	must(t, b.flow.SuspendLine(t.Context(), agent, setup.Extension))
	b.work(t)
	b.opens(t, "suspended", setup, false)
}

func TestStaffRotates(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.flow.Settings.Overlap = time.Hour
	id := b.issued(t)
	setup, err := b.flow.AddDevice(t.Context(), id, office)
	must(t, err)
	line := b.line(t, id)
	must(t, b.flow.SuspendLine(t.Context(), agent, line.Extension))
	b.work(t)
	must(t, b.flow.ResumeLine(t.Context(), agent, line.Extension))
	b.work(t)
	b.opens(t, "resumed", setup, true)
	must(t, b.flow.RotateLine(t.Context(), agent, line.Extension))
	b.work(t)
	b.opens(t, "rotated, while it overlaps", setup, true)
	b.advance(time.Hour)
	b.work(t)
	b.opens(t, "rotated, later", setup, false)
	if _, on := b.pbx.Lookup(line.AOR); on {
		t.Error("the line is on without a password")
	}
}

func TestStaffLooksAreRecorded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := &registrar{contacts: []pbx.Contact{{ID: "c1", URI: "sip:x@192.0.2.1"}}}
	b.flow.Registrar = d
	id := b.issued(t)
	line := b.line(t, id)
	_, err := b.flow.FindLines(t.Context(), agent, pbx.Query{Name: "Eriksson", Status: pbx.StatusOn})
	must(t, err)
	detail, err := b.flow.LineDetail(t.Context(), agent, line.Extension)
	must(t, err)
	if len(detail.Contacts) != 1 || !detail.ContactsKnown || detail.EnrollmentID != id || len(detail.Devices) != 1 {
		t.Errorf("the detail is %+v", detail)
	}
	d.err = errCrash
	if detail, err = b.flow.LineDetail(t.Context(), agent, line.Extension); err != nil || detail.ContactsKnown {
		t.Errorf("with a PBX that is away the contacts are known %t, %v", detail.ContactsKnown, err)
	}
	if err := b.flow.DropContact(t.Context(), agent, line.Extension, ""); !errors.Is(err, kyc.ErrPBXSilent) {
		t.Errorf("DropContact of a PBX that is away = %v, want ErrPBXSilent", err)
	}
	if len(detail.History) != 3 || detail.History[0].Action != "view_line" || detail.History[0].Actor != agent || detail.History[2].Action != "line_added" {
		t.Errorf("the history is %v", detail.History)
	}
	log, err := b.store.AuditLog(t.Context(), "", 0)
	must(t, err)
	i := slices.IndexFunc(log, func(e kyc.AuditEntry) bool { return e.Action == "find_lines" })
	if i < 0 || log[i].Actor != agent || log[i].Detail != "name, status=on" {
		t.Errorf("the search is recorded as %v", log)
	}
	for _, e := range log {
		if strings.Contains(e.Detail+e.Subject, "Eriksson") {
			t.Errorf("the audit log has the name: %v", e)
		}
	}
}

// lineChanges are what is done to a line, and whether it is on then.
var lineChanges = map[string]struct {
	do func(ctx context.Context, b *bench, id string, line pbx.Account) error
	on bool
}{
	"suspend": {func(ctx context.Context, b *bench, _ string, line pbx.Account) error {
		return b.flow.SuspendLine(ctx, agent, line.Extension)
	}, false},
	"release": {func(ctx context.Context, b *bench, _ string, line pbx.Account) error {
		err := b.flow.ReleaseLine(ctx, agent, line.Extension)
		if errors.Is(err, kyc.ErrLineReleased) {
			return nil // it was saved before the kill
		}
		return err
	}, false},
	"sign out the only device": {func(ctx context.Context, b *bench, id string, line pbx.Account) error {
		err := b.flow.RemoveDevice(ctx, id, line.Extension, line.Devices[0].ID)
		if errors.Is(err, kyc.ErrNotFound) {
			return nil
		}
		return err
	}, false},
	"rotate": {func(ctx context.Context, b *bench, id string, line pbx.Account) error {
		_, err := b.flow.RotateDevice(ctx, id, line.Extension, line.Devices[0].ID)
		return err
	}, true},
}

// Whatever is killed between the wish and the PBX, the PBX has in the end what
// the store has.
func TestLineChangesSurviveAKillAnywhere(t *testing.T) {
	for name, change := range lineChanges {
		t.Run(name, func(t *testing.T) {
			prepare := func(t *testing.T, b *bench) string { t.Helper(); return b.issued(t) }
			killEverywhere(t, prepare, func(t *testing.T, b *bench, id string, _ *saboteur) {
				line := b.line(t, id)
				insist(t, func() error { return change.do(t.Context(), b, id, line) })
				b.persist(t)
				saved := b.line(t, id)
				on, there := b.pbx.Lookup(line.AOR)
				if there != change.on || saved.Enabled != change.on {
					t.Errorf("the line is on %t, on the PBX %t, want %t", saved.Enabled, there, change.on)
				}
				if there && !on.Equal(saved) {
					t.Errorf("the PBX has %s, which is not what is saved", on)
				}
			})
		})
	}
}

func TestEndOfAPasswordSurvivesAKillAnywhere(t *testing.T) {
	prepare := func(t *testing.T, b *bench) string {
		t.Helper()
		b.flow.Settings.Overlap = time.Hour
		id := b.issued(t)
		must(t, b.flow.RotateLine(t.Context(), agent, b.line(t, id).Extension))
		b.work(t)
		b.advance(time.Hour)
		return id
	}
	killEverywhere(t, prepare, func(t *testing.T, b *bench, id string, _ *saboteur) {
		b.persist(t)
		line := b.line(t, id)
		if _, there := b.pbx.Lookup(line.AOR); there || line.Enabled || len(line.Devices[0].Credentials) > 0 {
			t.Errorf("the line is on %t, on the PBX %t, want off", line.Enabled, there)
		}
	})
}

// late is a PBX to which a change is told while an older one is on its way.
type late struct {
	kyc.Provisioner
	meanwhile func()
}

func (l *late) Provision(ctx context.Context, a pbx.Account) error {
	if do := l.meanwhile; do != nil {
		l.meanwhile = nil
		do()
	}
	return l.Provisioner.Provision(ctx, a)
}

// An older state that arrives at the PBX after a newer one does not stay.
func TestPBXIsNotOvertaken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	line, pbx := b.line(t, id), b.runner.Provisioner
	setup, err := b.flow.AddDevice(t.Context(), id, office)
	must(t, err)
	b.runner.Provisioner = &late{pbx, func() {
		b.runner.Provisioner = pbx // as another process would
		must(t, b.flow.SuspendLine(t.Context(), agent, line.Extension))
		b.work(t)
	}}
	b.work(t)
	b.opens(t, "suspended meanwhile", setup, false)
}
