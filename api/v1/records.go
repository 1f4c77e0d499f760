package v1

import (
	"context"

	"github.com/vouchline/vouchline/ledger"
)

// Records is what the ledger tells everyone beside an identity's record.
type Records interface {
	History(ctx context.Context, identityID string) ([]ledger.Change, error)
	Keys(ctx context.Context, identityID string) ([]ledger.SubscriberKey, error)
	CredentialStatus(ctx context.Context, id string) (ledger.CredentialStatus, error)
	Organisation(ctx context.Context, id string) (ledger.Organisation, error)
}

// GetCredentialStatus implements the operation of that name.
func (s *server) GetCredentialStatus(ctx context.Context, r GetCredentialStatusRequestObject) (GetCredentialStatusResponseObject, error) {
	status, err := s.Records.CredentialStatus(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	c := status.Credential
	out := GetCredentialStatus200JSONResponse{
		Id: c.ID, Identity: c.Identity, Status: Status(c.Status), IdentityStatus: Status(status.Identity), Valid: status.Valid,
		Digest: c.Digest, IssuedAt: c.IssuedAt, ExpiresAt: c.ExpiresAt, At: status.At,
	}
	if c.Reason != "" {
		out.Reason = &c.Reason
	}
	return out, nil
}

// GetOrganisation implements the operation of that name.
func (s *server) GetOrganisation(ctx context.Context, r GetOrganisationRequestObject) (GetOrganisationResponseObject, error) {
	o, err := s.Records.Organisation(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	out := GetOrganisation200JSONResponse{Id: o.ID, Name: o.Name, Role: OrganisationRole(o.Role), Msp: o.MSP, Status: Status(o.Status)}
	if o.Key != (ledger.PublicKey{}) {
		out.Key = &o.Key
	}
	return out, nil
}
