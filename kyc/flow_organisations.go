package kyc

import (
	"context"

	"github.com/vouchline/vouchline/ledger"
)

// Organisation returns a party to the channel.
func (f *Flow) Organisation(ctx context.Context, id string) (ledger.Organisation, error) {
	return f.Ledger.Organisation(ctx, id)
}

// Organisations returns all parties to the channel by their ids.
func (f *Flow) Organisations(ctx context.Context) ([]ledger.Organisation, error) {
	return f.Ledger.Organisations(ctx)
}

// RegisterOrganisation makes an organisation a party to the channel.
func (f *Flow) RegisterOrganisation(ctx context.Context, actor string, o ledger.Organisation) (ledger.Organisation, error) {
	if err := checkID("id", o.ID); err != nil {
		return ledger.Organisation{}, err
	}
	if err := f.audit(ctx, actor, "register_organisation", o.ID, string(o.Role)); err != nil {
		return ledger.Organisation{}, err
	}
	return f.Ledger.RegisterOrganisation(ctx, o)
}

// SetOrganisationStatus suspends, resumes or revokes an organisation: one that
// is not active reads nobody's attributes.
func (f *Flow) SetOrganisationStatus(ctx context.Context, actor, id string, status ledger.Status) (ledger.Organisation, error) {
	if err := checkID("id", id); err != nil {
		return ledger.Organisation{}, err
	}
	if err := f.audit(ctx, actor, "set_organisation_status", id, string(status)); err != nil {
		return ledger.Organisation{}, err
	}
	return f.Ledger.SetOrganisationStatus(ctx, id, status)
}

// SetOrganisationKey gives an organisation the public key that the keys of
// attributes are wrapped for.
func (f *Flow) SetOrganisationKey(ctx context.Context, actor, id string, key ledger.PublicKey) (ledger.Organisation, error) {
	if err := checkID("id", id); err != nil {
		return ledger.Organisation{}, err
	}
	if err := f.audit(ctx, actor, "set_organisation_key", id, ""); err != nil {
		return ledger.Organisation{}, err
	}
	return f.Ledger.SetOrganisationKey(ctx, id, key)
}

// checkID refuses as the contract does what has not the form of an id, before
// the audit log has it: no line of that is ever deleted, and somebody may have
// put a name or an address there.
func checkID(field, id string) error {
	if !ledger.ValidID(id) {
		return &ledger.Error{Code: ledger.CodeInvalid, Detail: field + ": not of the form of an id"}
	}
	return nil
}
