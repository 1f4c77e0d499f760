package fabric

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// maxCommits is how many commits are remembered for the explorer.
const maxCommits = 500

// Commits returns this process's last commits, oldest first. It is empty
// without [Config.Now].
func (c *Client) Commits() []ledger.Commit { return c.commits.list() }

func (c *Client) now() time.Time {
	if c.cfg.Now == nil {
		return time.Time{}
	}
	return c.cfg.Now()
}

// A commitRing keeps the last commits.
type commitRing struct {
	mu   sync.Mutex
	ring []ledger.Commit
	next int // the oldest one's place once the ring is full
}

func (r *commitRing) add(begun, ended time.Time, identities int) {
	if begun.IsZero() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	commit := ledger.Commit{At: ended, Took: ended.Sub(begun), Identities: identities}
	if len(r.ring) < maxCommits {
		r.ring = append(r.ring, commit)
		return
	}
	r.ring[r.next] = commit
	r.next = (r.next + 1) % maxCommits
}

func (r *commitRing) list() []ledger.Commit {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(append([]ledger.Commit{}, r.ring[r.next:]...), r.ring[:r.next]...)
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
