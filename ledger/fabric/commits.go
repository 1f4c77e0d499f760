package fabric

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// Commits returns this process's last commits, oldest first. It is empty
// without [Config.Now].
func (c *Client) Commits() []ledger.Commit { return c.commits.List() }

func (c *Client) now() time.Time {
	if c.cfg.Now == nil {
		return time.Time{}
	}
	return c.cfg.Now()
}

// remember keeps a commit for the explorer.
func (c *Client) remember(begun time.Time, identities int) {
	if begun.IsZero() {
		return // no clock
	}
	ended := c.now()
	c.commits.Add(ledger.Commit{At: ended, Took: ended.Sub(begun), Identities: identities})
}

// written counts the identities that a committed transaction wrote. Some of a
// batch may have been minted by an earlier one.
func written(function string, a ledger.Answer) int {
	switch function {
	case ledger.FuncIssueIdentities:
		var issued []ledger.Issued
		_ = json.Unmarshal(a.Record, &issued) // the caller decodes it anyway and reports what is wrong
		return len(slices.DeleteFunc(issued, func(i ledger.Issued) bool { return i.TxID != a.TxID }))
	case ledger.FuncIssueIdentity, ledger.FuncUpdateIdentity, ledger.FuncSetStatus, ledger.FuncEraseIdentity:
		return 1
	default:
		return 0
	}
}
