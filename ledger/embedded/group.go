package embedded

import (
	"crypto/ed25519"
	"maps"

	"github.com/vouchline/vouchline/ledger"
)

// A group is transactions that become durable together, in their order. One
// reads what those before it wrote.
type group struct {
	ahead   overlay
	entries []sealedEntry
	lines   []byte            // of all entries
	files   map[string][]byte // private values to write, by the names of their files
	next    uint64            // sequence number of the next entry
	hash    string            // of the last line
	live    map[string]privateValue
	key     ed25519.PrivateKey
}

// An overlay is what was written and is not durable yet.
type overlay struct {
	writes  map[string]write
	private map[string][]byte // nil was purged
}

type sealedEntry struct {
	entry entry
	line  []byte
}

func newGroup(c *core) *group {
	return &group{
		ahead: overlay{map[string]write{}, map[string][]byte{}}, files: map[string][]byte{},
		next: c.chain.next, hash: c.chain.hash, live: c.chain.private, key: c.key,
	}
}

// errLongLine keeps what could not be read again out of the log.
var errLongLine = &ledger.Error{Code: ledger.CodeInvalid, Detail: "the transaction writes more than an entry may hold"}

// add appends an entry and the private values whose digests it carries.
func (g *group) add(e entry, private map[string][]byte) error {
	line, err := seal(g.key, labelEntry, e)
	if err != nil {
		return err
	}
	if len(line) > maxLine {
		return errLongLine
	}
	for _, w := range e.Private {
		// A file that an acknowledged entry names is never written again.
		if was, ok := g.live[w.Key]; !w.Purge && (!ok || was.digest != w.Digest) {
			g.files[fileOf(w.Key, w.Digest)] = private[w.Key]
		}
	}
	for _, w := range e.Writes {
		g.ahead.writes[w.Key] = w
	}
	maps.Copy(g.ahead.private, private)
	g.entries = append(g.entries, sealedEntry{e, line})
	g.lines = append(append(g.lines, line...), '\n')
	g.next, g.hash = e.Seq+1, hashOf(line)
	return nil
}
