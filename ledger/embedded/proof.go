package embedded

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// Magic begins every proof. Two lines of the log's own form follow: the entry
// that wrote the record, and a statement about it. Every byte of a line is
// fixed or signed, so a proof has one spelling.
const Magic = "vouchline log proof 1\n"

// labelStatement is what a statement's signature covers first.
const labelStatement = "vouchline/ledger/statement/v1\n"

// A statement says that at a time, when the log reached as far as its head,
// an entry was the last to write an identity's record. The entry alone cannot
// say it.
type statement struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
	Entry head      `json:"entry"`
	Head  head      `json:"head"`
}

// Prove returns what [CheckProof] verifies offline.
func (l *Log) Prove(ctx context.Context, id string) ([]byte, error) {
	return l.ProveAt(ctx, id, l.now())
}

// ProveAt is Prove by another clock, for a log that was opened for reading and
// has none. It needs the log's signing key, which a copy may lack.
func (l *Log) ProveAt(ctx context.Context, id string, at time.Time) ([]byte, error) {
	key := l.key
	if key == nil {
		var err error
		if key, err = readKey(filepath.Join(l.dir, keyName)); err != nil {
			return nil, fmt.Errorf("sign the proof: %w", err)
		}
	}
	if _, _, err := l.Identity(ctx, id); err != nil {
		return nil, err
	}
	seq, reached, err := l.lastWrite(id)
	if err != nil {
		return nil, err
	}
	_, line, err := l.entry(seq)
	if err != nil {
		return nil, err
	}
	said, err := seal(key, labelStatement, statement{ID: id, At: at.UTC(), Entry: head{seq, hashOf(line)}, Head: reached})
	if err != nil {
		return nil, err
	}
	return slices.Concat([]byte(Magic), line, []byte("\n"), said, []byte("\n")), nil
}

// lastWrite returns the entry that wrote an identity last and how far the log
// reaches, both at one moment.
func (c *core) lastWrite(id string) (seq uint64, reached head, err error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var i ledger.Identity
	if err := json.Unmarshal(c.chain.state[identityPrefix+id], &i); err != nil {
		return 0, head{}, fmt.Errorf("decode record: %w", err)
	}
	return c.chain.blocks[i.UpdateTxID], head{c.chain.next - 1, c.chain.hash}, nil
}

// Trust returns the log's public key as PEM (PKIX), which is all that
// [CheckProof] trusts.
func (l *Log) Trust() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(l.chain.key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}
