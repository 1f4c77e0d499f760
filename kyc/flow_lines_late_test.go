package kyc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
)

// overtaken is a PBX that is told a line, has its turn so late that everything
// else has been done meanwhile, and then says that there was no time.
type overtaken struct {
	kyc.Provisioner
	meanwhile func()
}

func (o *overtaken) Provision(ctx context.Context, a pbx.Account) error {
	meanwhile := o.meanwhile
	o.meanwhile = nil
	if meanwhile == nil {
		return o.Provisioner.Provision(ctx, a)
	}
	meanwhile()
	if err := o.Provisioner.Provision(ctx, a); err != nil {
		return err
	}
	return context.DeadlineExceeded
}

// Who adds a phone waits for the PBX some seconds and no longer. What the PBX
// was told in their name, and took after the line was suspended, is mended by
// the queue, though it has done all that it had.
func TestHurryThatComesLateIsMended(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	line := b.line(t, id)
	b.flow.PBX = &overtaken{Provisioner: b.pbx, meanwhile: func() {
		b.flow.PBX = nil // a server of its own
		b.work(t)
		must(t, b.flow.SuspendLine(t.Context(), agent, line.Extension))
		b.work(t)
	}}
	setup, err := b.flow.AddDevice(t.Context(), id, office)
	must(t, err)
	b.opens(t, "told late", setup, true) // so that the test can fail
	b.work(t)
	b.opens(t, "a line that was suspended", setup, false)
}

// An effect of before the number went to somebody else says nothing of them.
func TestEffectOfTheNumbersFormerHolder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.flow.Settings.Numbering = pbx.Numbering{Ranges: []pbx.Range{{Plan: pbx.Plan{First: 2000000, Last: 2000000}}}, Quarantine: time.Hour}
	former := b.issued(t)
	late := kyc.Effect{Kind: kyc.SetLine, EnrollmentID: former, Ref: "2000000@late"}
	must(t, b.change(t, b.identity(t, former).ID, ledger.StatusRevoked, ledger.ReasonFraud))
	b.work(t)
	b.advance(2 * time.Hour)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	must(t, b.change(t, identity, ledger.StatusSuspended, ledger.ReasonAdministrative))
	b.work(t)
	must(t, b.store.DestroySubject(t.Context(), former))
	must(t, b.runner.Run(t.Context(), late))
	if line := b.line(t, id); line.Extension != "2000000" || line.Status() != pbx.StatusOff {
		t.Errorf("the new holder's line %s is %s, want it off until they are resumed", line.Extension, line.Status())
	}
	must(t, b.change(t, identity, ledger.StatusActive, ledger.ReasonAdministrative))
	b.work(t)
	if line := b.line(t, id); line.Status() != pbx.StatusOn {
		t.Errorf("the resumed line is %s", line.Status())
	}
}

// damaged is a store in which one account does not open.
type damaged struct {
	kyc.LineStore
	extension string
}

var errDamaged = errors.New("sealed data is corrupt")

func (d damaged) Account(ctx context.Context, extension string) (pbx.Account, error) {
	if extension == d.extension {
		return pbx.Account{}, errDamaged
	}
	return d.LineStore.Account(ctx, extension)
}

func (d damaged) UpdateAccount(ctx context.Context, extension string, change func(*pbx.Account) ([]kyc.Effect, error)) (pbx.Account, error) {
	if extension == d.extension {
		return pbx.Account{}, errDamaged
	}
	return d.LineStore.UpdateAccount(ctx, extension, change)
}

func (d damaged) AccountsOf(ctx context.Context, identityID string) ([]pbx.Account, error) {
	accounts, err := d.LineStore.AccountsOf(ctx, identityID)
	for i, a := range accounts {
		if a.Extension == d.extension {
			accounts[i], err = a.Shell(), errDamaged
		}
	}
	return accounts, err
}

// A line that does not open is silenced all the same, keeps no other of its
// subscriber's on, and does not stand in the way of an erasure.
func TestLineThatDoesNotOpen(t *testing.T) {
	t.Parallel()
	for _, erased := range []bool{false, true} {
		b := newBench(t)
		id := b.issued(t)
		identity, first := b.identity(t, id).ID, b.line(t, id)
		second, err := b.flow.AddLine(t.Context(), agent, identity, "")
		must(t, err)
		_, err = b.flow.AddDevice(t.Context(), id, kyc.NewDevice{Extension: second.Extension, Kind: pbx.App})
		must(t, err)
		b.work(t)
		b.flow.Accounts = damaged{b.store, first.Extension}
		effect := kyc.Effect{Kind: kyc.EraseIdentity, EnrollmentID: id, Ref: identity}
		if !erased {
			_, err := b.ledger.SetStatus(t.Context(), identity, ledger.StatusRevoked, ledger.ReasonFraud)
			must(t, err)
			effect.Kind, effect.Ref = kyc.SyncLine, identity+"@0"
		}
		if err := b.runner.Run(t.Context(), effect); erased != (err == nil) || err != nil && !errors.Is(err, errDamaged) {
			t.Errorf("Run(%s) = %v", effect.Kind, err)
		}
		for _, a := range b.pbx.Accounts() {
			t.Errorf("%s: the PBX has %s", effect.Kind, a)
		}
	}
}

// A line that has no password yet is off; that of a suspended identity is off for
// another reason, and a phone that was paired gets nothing then.
func TestPairedPhoneOfASuspendedIdentity(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	token := b.paired(t, id)
	first := b.line(t, id)
	must(t, b.flow.RemoveDevice(t.Context(), id, first.Extension, first.Devices[0].ID))
	identity := b.identity(t, id).ID
	_, err := b.ledger.SetStatus(t.Context(), identity, ledger.StatusSuspended, ledger.ReasonAdministrative)
	must(t, err)
	must(t, b.runner.Run(t.Context(), kyc.Effect{Kind: kyc.SyncLine, EnrollmentID: id, Ref: identity + "@0"}))
	if setup, err := b.flow.DeviceSetup(t.Context(), token); !errors.Is(err, kyc.ErrLineOff) || setup.Password != "" {
		t.Errorf("DeviceSetup while suspended = %v, want %v and no password", err, kyc.ErrLineOff)
	}
	_, err = b.ledger.SetStatus(t.Context(), identity, ledger.StatusActive, ledger.ReasonAdministrative)
	must(t, err)
	setup, err := b.flow.DeviceSetup(t.Context(), token)
	must(t, err)
	b.work(t)
	b.opens(t, "resumed", setup, true)
}
