package kyc

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// Told is what a subscriber was told of their lines, so that nothing is told
// twice. It goes with the rest of what is known of them.
type Told struct {
	// Notices are those that were sent, by what their effects refer to, and until
	// when they could be asked for again.
	Notices map[string]time.Time `json:"notices,omitempty"`
	// Version and Status are of the identity's record on the ledger; empty is
	// active.
	Version int           `json:"version,omitempty"`
	Status  ledger.Status `json:"status,omitempty"`
}

// maxTold bounds what is remembered.
const maxTold = 100

// maxDaily is how many messages of a kind somebody gets within a day. A program
// with a key suspends and resumes a line as often as it likes, and who has got into
// an account sets phones up: neither is to fill a mailbox.
const maxDaily = 24

// enough reports whether a notice is one too many. Those of passwords are as few
// as the phones.
func (t *Told) enough(n lineNotice) bool {
	sent := 0
	for ref := range t.Notices {
		if old, _ := noticeOf(Effect{Ref: ref}); old.kind == n.kind && n.at.Sub(old.at) < 24*time.Hour {
			sent++
		}
	}
	return sent >= maxDaily && !n.password()
}

// note remembers a notice, and forgets what is over. Of too many those of
// passwords are forgotten last: they are looked for every hour, and the others
// happened once.
func (t *Told) note(ref string, until, now time.Time) {
	kept := map[string]time.Time{ref: until}
	for r, end := range t.Notices {
		if now.Before(end) {
			kept[r] = end
		}
	}
	if more := len(kept) - maxTold; more > 0 {
		worth := slices.SortedFunc(maps.Keys(kept), func(a, b string) int {
			return cmp.Or(cmp.Compare(asked(a), asked(b)), kept[a].Compare(kept[b]))
		})
		for _, r := range worth[:more] {
			delete(kept, r)
		}
	}
	t.Notices = kept
}

// asked is 1 for what is asked for again until it is over.
func asked(ref string) int {
	if n, _ := noticeOf(Effect{Ref: ref}); n.password() {
		return 1
	}
	return 0
}

// has reports whether a notice was sent.
func (t *Told) has(ref string) bool { return !t.Notices[ref].IsZero() }

// standing notes what the ledger says and returns what is to be told of it: what
// differs from what was told before. An answer that is older says nothing.
func (t *Told) standing(record ledger.Identity) MessageKind {
	kind, known := standingMessage(record.Status)
	if !known || record.Version <= t.Version {
		return ""
	}
	was := cmp.Or(t.Status, ledger.StatusActive)
	t.Version, t.Status = record.Version, record.Status
	if record.Status == was {
		return ""
	}
	return kind
}

// standingMessage is the message of a status, if there is one: of an erased
// identity there is nobody to tell.
func standingMessage(s ledger.Status) (kind MessageKind, known bool) {
	switch s {
	case ledger.StatusActive:
		return IdentityResumedMessage, true
	case ledger.StatusSuspended:
		return IdentitySuspendedMessage, true
	case ledger.StatusRevoked:
		return IdentityRevokedMessage, true
	default:
		return "", false
	}
}
