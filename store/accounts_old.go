package store

import (
	"context"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/tink"
	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/pbx"
)

// oldAccount is an account from when a line had one user name and one password.
type oldAccount struct {
	pbx.Account

	AuthUsername string `json:"auth_username"`
	HA1MD5       string `json:"ha1_md5"`
	HA1SHA256    string `json:"ha1_sha256"`
	HA1SHA512256 string `json:"ha1_sha512_256"`
}

// oldDevice is the id of the device that an old account has.
const oldDevice = "first"

// openOldAccount makes the user name and password of a line those of one
// device, so that the phone that has them goes on.
func openOldAccount(key tink.AEAD, row accountRow) (pbx.Account, error) {
	var old oldAccount
	if _, err := openJSON(key, row.Sealed, &old, place("sip_account", row.AOR, fmt.Sprint(row.UpdatedAt))); err != nil {
		return pbx.Account{}, err
	}
	a := old.Account
	if old.HA1MD5 != "" || old.HA1SHA256 != "" || old.HA1SHA512256 != "" {
		a.Devices = []pbx.Device{{
			ID: oldDevice, Kind: pbx.App, AddedAt: a.UpdatedAt,
			Credentials: []pbx.Credential{{
				Username: old.AuthUsername, CreatedAt: a.UpdatedAt,
				HA1MD5: old.HA1MD5, HA1SHA256: old.HA1SHA256, HA1SHA512256: old.HA1SHA512256,
			}},
		}}
	}
	a.Revision = 0
	return a, nil
}

// renewAccounts saves accounts of the old form in the present one, so that they
// too are found by name. One that does not open is left as it is.
func (s *Store) renewAccounts(ctx context.Context) error {
	last := ""
	for {
		rows, err := accountRows(ctx, s.read, "WHERE a.revision = 0 AND (length(a.extension), a.extension) > (?, ?)"+byNumber+" LIMIT 200", len(last), last)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := s.renewAccount(ctx, row); err != nil {
				s.log.ErrorContext(ctx, "a SIP account stays in its old form", "extension", row.Extension, "cause", err)
			}
			last = row.Extension
		}
	}
}

func (s *Store) renewAccount(ctx context.Context, row accountRow) error {
	return s.onLine(ctx, row.IdentityID, row.Extension, func(ctx context.Context, tx bun.Tx, subject string) error {
		a, err := s.account(ctx, tx, row.Extension)
		if err != nil || a.Revision > 0 {
			return err
		}
		return s.putAccount(ctx, tx, &a, subject)
	})
}
