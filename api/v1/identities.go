package v1

import (
	"context"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/disclosure"
)

// A Prover answers questions about identities.
type Prover interface {
	Proof(ctx context.Context, identityID string) (kyc.Proof, error)
	Match(ctx context.Context, identityID, attribute, value, salt string) (bool, error)
}

// A Discloser hands out what subscribers consented to, and records who asked.
type Discloser interface {
	Attributes(ctx context.Context, r kyc.Reader, identityID string) (disclosure.Parcel, error)
}

// GetIdentity implements the operation of that name.
func (s *server) GetIdentity(ctx context.Context, r GetIdentityRequestObject) (GetIdentityResponseObject, error) {
	proof, err := s.Prover.Proof(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	i := proof.Identity
	out := GetIdentity200JSONResponse{
		Id: i.ID, Status: Status(i.Status), Assurance: i.Assurance, Issuer: i.Issuer, IssuedAt: i.IssuedAt, UpdatedAt: i.UpdatedAt,
		EndedAt: known(i.EndedAt), Version: i.Version, Attributes: i.Attributes,
		Ledger: Location{Network: LocationNetwork(proof.Location.Network), TxId: proof.Location.TxID, Block: int64(proof.Location.Block)}, //nolint:gosec // block heights stay far below 2^63
	}
	if out.Attributes == nil {
		out.Attributes = map[string]string{}
	}
	if proof.Location.Channel != "" {
		out.Ledger.Channel = &proof.Location.Channel
	}
	return out, nil
}

// known is nil for a time that there is not.
func known(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// MatchAttribute implements the operation of that name.
func (s *server) MatchAttribute(ctx context.Context, r MatchAttributeRequestObject) (MatchAttributeResponseObject, error) {
	match, err := s.Prover.Match(ctx, r.Id, string(r.Body.Attribute), r.Body.Value, r.Body.Salt)
	if err != nil {
		return nil, err
	}
	return MatchAttribute200JSONResponse{Match: match}, nil
}

// GetHistory implements the operation of that name.
func (s *server) GetHistory(ctx context.Context, r GetHistoryRequestObject) (GetHistoryResponseObject, error) {
	changes, err := s.Records.History(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return GetHistory200JSONResponse{Changes: append([]ledger.Change{}, changes...)}, nil
}

// ListKeys implements the operation of that name.
func (s *server) ListKeys(ctx context.Context, r ListKeysRequestObject) (ListKeysResponseObject, error) {
	keys, err := s.Records.Keys(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	out := ListKeys200JSONResponse{Keys: make([]SubscriberKey, 0, len(keys))}
	for _, k := range keys {
		out.Keys = append(out.Keys, SubscriberKey{
			Thumbprint: k.Thumbprint, Key: k.Key, AddedAt: k.AddedAt, RevokedAt: known(k.RevokedAt), TxId: k.TxID,
		})
	}
	return out, nil
}

// GetAttributes implements the operation of that name.
func (s *server) GetAttributes(ctx context.Context, r GetAttributesRequestObject) (GetAttributesResponseObject, error) {
	caller := callerOf(ctx)
	parcel, err := s.Readers.Attributes(ctx, kyc.Reader{Actor: caller.actor(), Organisation: caller.Organisation}, r.Id)
	if err != nil {
		return nil, err
	}
	return GetAttributes200JSONResponse(parcel), nil
}
