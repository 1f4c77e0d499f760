package embedded

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// tx is one transaction's view of the log. Like Fabric's it reads what was
// committed before, not its own writes; what the transactions before it in its
// group wrote is committed by then or, with this one, never.
type tx struct {
	core    *core
	ahead   *overlay
	caller  string
	id      string
	at      time.Time
	carried map[string][]byte

	writes  map[string]write
	private map[string][]byte // nil purges
	events  []ledger.Event
}

var _ ledger.State = (*tx)(nil)

func newTx(c *core, caller string, at time.Time) *tx {
	return &tx{
		core: c, ahead: &overlay{}, caller: caller, at: at.UTC(),
		writes: map[string]write{}, private: map[string][]byte{},
	}
}

func (t *tx) Caller() string  { return t.caller }
func (t *tx) TxID() string    { return t.id }
func (t *tx) Time() time.Time { return t.at }

func (t *tx) Get(key string) ([]byte, error) {
	if w, ok := t.ahead.writes[key]; ok {
		return w.value(), nil
	}
	return t.core.chain.state[key], nil
}

func (t *tx) GetAll(keys []string) ([][]byte, error) {
	out := make([][]byte, len(keys))
	for k, key := range keys {
		out[k], _ = t.Get(key) // reads memory
	}
	return out, nil
}

func (t *tx) Put(key string, value []byte) error {
	t.writes[key] = write{Key: key, Value: string(value)}
	return nil
}

func (t *tx) Delete(key string) error {
	t.writes[key] = write{Key: key, Delete: true}
	return nil
}

func (t *tx) Transient(name string) ([]byte, error) { return t.carried[name], nil }

// GetPrivate refuses every organisation but the one that keeps the log, as
// Fabric refuses who is not a member of the collection.
func (t *tx) GetPrivate(key string) ([]byte, error) {
	if t.caller == "" || t.caller != t.core.writer {
		return nil, &ledger.Error{Code: ledger.CodeForbidden, Detail: "the caller's organisation may not read private data"}
	}
	if value, ok := t.ahead.private[key]; ok {
		return value, nil
	}
	v, ok := t.core.chain.private[key]
	if !ok {
		return nil, nil
	}
	return t.core.vault.read(key, v)
}

func (t *tx) PutPrivate(key string, value []byte) error {
	t.private[key] = append([]byte{}, value...) // not nil, which purges
	return nil
}

func (t *tx) PurgePrivate(key string) error {
	t.private[key] = nil
	return nil
}

func (t *tx) Emit(events []ledger.Event) error {
	if t.events != nil {
		return errors.New("ledger/embedded: events of one transaction were emitted twice")
	}
	t.events = slices.Clone(events)
	return nil
}

// entry is the transaction as the log will hold it, in one order whatever the
// order of its writes.
func (t *tx) entry(function string) entry {
	e := entry{Time: t.at, TxID: t.id, Caller: t.caller, Function: function, Events: t.events}
	for _, w := range t.writes {
		e.Writes = append(e.Writes, w)
	}
	for key, value := range t.private {
		w := privateWrite{Key: key, Purge: value == nil}
		if !w.Purge {
			w.Digest = sha256.Sum256(value)
		}
		e.Private = append(e.Private, w)
	}
	slices.SortFunc(e.Writes, func(a, b write) int { return strings.Compare(a.Key, b.Key) })
	slices.SortFunc(e.Private, func(a, b privateWrite) int { return strings.Compare(a.Key, b.Key) })
	return e
}
