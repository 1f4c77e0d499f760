package v1

import (
	"context"
	"time"
)

// ListAccounts implements the operation of that name.
func (s *server) ListAccounts(ctx context.Context, r ListAccountsRequestObject) (ListAccountsResponseObject, error) {
	var since time.Time
	if r.Params.Since != nil {
		since = *r.Params.Since
	}
	accounts, err := s.Accounts.Accounts(ctx, since)
	if err != nil {
		return nil, err
	}
	out := ListAccounts200JSONResponse{Accounts: make([]Account, 0, len(accounts))}
	for _, a := range accounts {
		out.Accounts = append(out.Accounts, Account{
			Extension: a.Extension, Aor: string(a.AOR), AuthUsername: a.AuthUsername, Realm: a.Realm, DisplayName: a.DisplayName,
			Ha1:        HA1{Md5: a.HA1MD5, Sha256: a.HA1SHA256, Sha512256: a.HA1SHA512256},
			IdentityId: a.IdentityID, Enabled: a.Enabled, UpdatedAt: a.UpdatedAt,
		})
	}
	return out, nil
}
