package format

import (
	"bytes"
	"encoding/csv"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

var csvHeader = []string{
	"extension", "display_name", "username", "realm", "ha1_md5", "ha1_sha256", "ha1_sha512_256", "ha1b", "not_after",
	"identity_id", "organisation",
}

// CSV returns a table (RFC 4180) with a row for each user of a line that is on.
// Where a value would be a formula to a spreadsheet, it has an apostrophe before
// it, by which spreadsheets know text.
func CSV(accounts []pbx.Account, now time.Time) ([]byte, error) {
	all, err := users(accounts, now)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	err = w.Write(csvHeader)
	for _, u := range all {
		if err != nil {
			return nil, err
		}
		notAfter := ""
		if !u.credential.NotAfter.IsZero() {
			notAfter = u.credential.NotAfter.UTC().Format(time.RFC3339)
		}
		row := []string{
			u.line.Extension, u.line.DisplayName, u.credential.Username, u.line.Realm, u.credential.HA1MD5, u.credential.HA1SHA256,
			u.credential.HA1SHA512256, u.credential.HA1B, notAfter, u.line.IdentityID, u.line.Organisation,
		}
		for i := range row {
			row[i] = text(row[i])
		}
		err = w.Write(row)
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// text keeps a value from being a formula (CWE-1236).
func text(s string) string {
	if strings.IndexAny(s, "=+-@\t\r\n＝＋－＠") == 0 {
		return "'" + s
	}
	return s
}
