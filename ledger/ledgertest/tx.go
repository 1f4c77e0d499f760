package ledgertest

import (
	"errors"
	"maps"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// A Tx is one transaction over a map, which it leaves alone until Commit.
type Tx struct {
	Committed map[string][]byte
	Private   map[string][]byte
	Carried   map[string][]byte // the transient data
	CallerMSP string
	ID        string
	At        time.Time

	Writes        map[string][]byte // nil deletes
	PrivateWrites map[string][]byte // nil purges
	Events        []ledger.Event
}

var _ ledger.State = (*Tx)(nil)

// Get returns what was committed before the transaction.
func (t *Tx) Get(key string) ([]byte, error) { return t.Committed[key], nil }

// GetAll implements [ledger.State].
func (t *Tx) GetAll(keys []string) ([][]byte, error) {
	out := make([][]byte, len(keys))
	for k, key := range keys {
		out[k] = t.Committed[key]
	}
	return out, nil
}

// Put implements [ledger.State].
func (t *Tx) Put(key string, value []byte) error {
	if t.Writes == nil {
		t.Writes = map[string][]byte{}
	}
	t.Writes[key] = value
	return nil
}

// Delete implements [ledger.State].
func (t *Tx) Delete(key string) error { return t.Put(key, nil) }

// Transient implements [ledger.State].
func (t *Tx) Transient(name string) ([]byte, error) { return t.Carried[name], nil }

// GetPrivate implements [ledger.State].
func (t *Tx) GetPrivate(key string) ([]byte, error) { return t.Private[key], nil }

// PutPrivate implements [ledger.State].
func (t *Tx) PutPrivate(key string, value []byte) error {
	if t.PrivateWrites == nil {
		t.PrivateWrites = map[string][]byte{}
	}
	t.PrivateWrites[key] = value
	return nil
}

// PurgePrivate implements [ledger.State].
func (t *Tx) PurgePrivate(key string) error { return t.PutPrivate(key, nil) }

// Emit implements [ledger.State].
func (t *Tx) Emit(events []ledger.Event) error {
	if t.Events != nil {
		return errors.New("ledgertest: events of one transaction were emitted twice")
	}
	t.Events = events
	return nil
}

// Caller implements [ledger.State].
func (t *Tx) Caller() string { return t.CallerMSP }

// TxID implements [ledger.State].
func (t *Tx) TxID() string { return t.ID }

// Time implements [ledger.State].
func (t *Tx) Time() time.Time { return t.At }

// Commit applies the writes.
func (t *Tx) Commit() {
	apply(t.Committed, t.Writes)
	apply(t.Private, t.PrivateWrites)
}

func apply(to, writes map[string][]byte) {
	maps.Copy(to, writes)
	maps.DeleteFunc(to, func(_ string, v []byte) bool { return v == nil })
}
