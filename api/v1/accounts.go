package v1

import (
	"context"
	"time"

	"github.com/vouchline/vouchline/pbx"
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
		account := Account{
			Extension: a.Extension, Aor: string(a.AOR), Realm: a.Realm, DisplayName: a.DisplayName, Credentials: []Credential{},
			IdentityId: a.IdentityID, Enabled: a.Enabled, UpdatedAt: a.UpdatedAt,
		}
		for _, d := range a.Devices {
			for _, c := range d.Credentials {
				account.Credentials = append(account.Credentials, credential(c))
			}
		}
		out.Accounts = append(out.Accounts, account)
	}
	return out, nil
}

func credential(c pbx.Credential) Credential {
	out := Credential{Username: c.Username, Ha1: HA1{Md5: c.HA1MD5, Sha256: c.HA1SHA256, Sha512256: c.HA1SHA512256}}
	if !c.NotAfter.IsZero() {
		out.NotAfter = &c.NotAfter
	}
	return out
}
