package ledger

import "fmt"

// A batch is a State that, unlike Fabric's, reads what was written through it.
// Two requests of one batch thus meet each other as those of two transactions
// would.
type batch struct {
	State

	known map[string][]byte
}

// newBatch reads all that issuing will need in one round trip.
func newBatch(s State, in []Issue) (batch, error) {
	keys := make([]string, 0, 2*len(in))
	for _, i := range in {
		keys = append(keys, identityKey(i.ID))
		for _, n := range i.Nullifiers {
			keys = append(keys, nullifierKey(n))
		}
	}
	values, err := s.GetAll(keys)
	if err != nil {
		return batch{}, fmt.Errorf("read identities: %w", err)
	}
	b := batch{s, make(map[string][]byte, len(keys))}
	for k, key := range keys {
		b.known[key] = values[k]
	}
	return b, nil
}

func (b batch) Get(key string) ([]byte, error) {
	if v, ok := b.known[key]; ok {
		return v, nil
	}
	return b.State.Get(key)
}

func (b batch) GetAll(keys []string) ([][]byte, error) {
	out := make([][]byte, len(keys))
	for k, key := range keys {
		var err error
		if out[k], err = b.Get(key); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (b batch) Put(key string, value []byte) error {
	b.known[key] = value
	return b.State.Put(key, value)
}
