package v1

import (
	"context"
	"encoding/json"
	"time"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/format"
)

// A File is accounts in one form.
type File struct {
	Name        string // such as vouchline.csv
	ContentType string
	Body        []byte
	// Accounts were read for it; Revision is the newest change of any when that
	// began.
	Accounts int
	Revision int64
}

// extensions end the names of files.
var extensions = map[AccountFormat]string{
	AccountFormatAsterisk: ".conf", AccountFormatKamailio: ".sql", AccountFormatFreeswitch: ".xml", AccountFormatCsv: ".csv", AccountFormatJson: ".json",
}

// ExportFormats names the forms of files.
func ExportFormats() []string {
	return []string{
		string(AccountFormatAsterisk), string(AccountFormatKamailio), string(AccountFormatFreeswitch), string(AccountFormatCsv), string(AccountFormatJson),
	}
}

// Export reads all accounts of a query and writes them down, whole: half of a
// file would take lines away. What is off is in json alone.
func Export(ctx context.Context, lines Lines, actor, name string, q pbx.Query, now time.Time) (File, error) {
	var all []pbx.Account
	out := File{Name: "vouchline" + extensions[AccountFormat(name)]}
	for first := true; first || q.After != ""; first = false {
		found, err := lines.FindLines(ctx, actor, q)
		if err != nil {
			return File{}, err
		}
		if first {
			out.Revision = found.Revision
		}
		all, q.After = append(all, found.Accounts...), found.Next
	}
	out.Accounts = len(all)
	if name == string(AccountFormatJson) {
		return out.json(all, now)
	}
	form, ok := format.ByName(name)
	if !ok {
		return File{}, errNotAcceptable
	}
	var err error
	out.ContentType = form.ContentType
	out.Body, err = form.Render(all, now)
	return out, err
}

// json is one page that has everybody, as the API has it.
func (f File) json(all []pbx.Account, now time.Time) (File, error) {
	b, err := json.Marshal(accountList(all, f.Revision, now))
	f.ContentType, f.Body = "application/json", append(b, '\n') //nolint:gocritic // b is nobody else's
	return f, err
}

func accountList(accounts []pbx.Account, revision int64, now time.Time) AccountList {
	list := AccountList{Accounts: make([]Account, 0, len(accounts)), Revision: revision}
	for _, a := range accounts {
		list.Accounts = append(list.Accounts, account(a, now))
	}
	return list
}
