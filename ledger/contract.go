package ledger

import (
	"encoding/json"
	"fmt"
	"time"
)

// A Contract holds the rules. Its zero value lets nobody write.
//
// Every method is one transaction. Those that write are idempotent: what is
// there already as asked for is returned as it is, and nothing is written.
type Contract struct {
	// Writer is the MSP id of the one organisation whose requests may change
	// anything. The channel's policies say the same; the contract says it too
	// because an endorsement policy binds who endorses, not who asks.
	Writer string
}

func (c Contract) mayWrite(s State) error {
	if c.Writer == "" || s.Caller() != c.Writer {
		return &Error{CodeForbidden, "the caller's organisation may not do this"}
	}
	return nil
}

// timeOf returns the transaction's time in the form that records keep.
func timeOf(s State) time.Time { return s.Time().UTC().Truncate(time.Millisecond) }

// load reads one record. Stored bytes were written by store, so a failure to
// decode them is damage, not a refusal.
func load[T any](s State, key string) (v T, found bool, err error) {
	b, err := s.Get(key)
	if err != nil || b == nil {
		return v, false, err
	}
	err = decode(b, &v)
	return v, true, err
}

// loadAll reads records that another record names, so that they must be there.
func loadAll[T any](s State, keys []string) ([]T, error) {
	values, err := s.GetAll(keys)
	if err != nil {
		return nil, err
	}
	out := make([]T, len(values))
	for k, b := range values {
		if err := decode(b, &out[k]); err != nil { // nothing is not JSON
			return nil, err
		}
	}
	return out, nil
}

func decode(b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode record: %w", err)
	}
	return nil
}

func store(s State, key string, v any) error {
	b, err := json.Marshal(v) // map keys are sorted: every peer writes the same bytes
	if err != nil {
		return fmt.Errorf("encode record: %w", err)
	}
	return s.Put(key, b)
}
