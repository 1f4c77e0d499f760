package embedded

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// ErrRefused matches every reason for which [CheckProof] does not believe a
// proof.
var ErrRefused = errors.New("the proof does not hold")

func refused(reason string) error { return fmt.Errorf("%w: %s", ErrRefused, reason) }

// A ProofResult is what a proof shows.
type ProofResult struct {
	Record    ledger.Identity `json:"record"`
	Location  ledger.Location `json:"location"`
	EntryHash string          `json:"entry_hash"`
	Function  string          `json:"function"` // that changed the record last
	Caller    string          `json:"caller"`   // the MSP that asked for it
	Time      time.Time       `json:"time"`     // of that entry
	AsOf      time.Time       `json:"as_of"`    // when it was the last to write the record
	Head      uint64          `json:"head"`     // the last entry at that time
	HeadHash  string          `json:"head_hash"`
	PublicKey string          `json:"public_key"`
}

// CheckProof verifies a proof against the log's public key, as [Log.Trust]
// writes it. Errors match [ErrRefused], but for a key that cannot be read.
func CheckProof(b, trust []byte) (r ProofResult, err error) {
	key, err := parseTrust(trust)
	if err != nil {
		return r, err
	}
	first, second, err := proofLines(b)
	if err != nil {
		return r, err
	}
	e, err := unseal[entry](key, labelEntry, first)
	if err != nil {
		return r, refused("its entry: " + err.Error())
	}
	said, err := unseal[statement](key, labelStatement, second)
	if err != nil {
		return r, refused("its statement: " + err.Error())
	}
	switch {
	case said.Entry != (head{e.Seq, hashOf(first)}):
		return r, refused("its statement is about another entry")
	case said.Head.Seq < e.Seq || (said.Head.Seq == e.Seq && said.Head != said.Entry):
		return r, refused("its statement is of before the entry")
	case e.TxID != txID(e.Prev, e.Seq):
		return r, refused("its entry's transaction belongs elsewhere")
	}
	record, err := recordIn(e, said.ID)
	if err != nil {
		return r, err
	}
	return ProofResult{
		Record: record, EntryHash: said.Entry.Hash, Function: e.Function, Caller: e.Caller, Time: e.Time, AsOf: said.At,
		Location: ledger.Location{TxID: e.TxID, Block: e.Seq, Network: ledger.NetworkEmbedded},
		Head:     said.Head.Seq, HeadHash: said.Head.Hash, PublicKey: strict.EncodeToString(key),
	}, nil
}

// proofLines cuts a proof into its two lines.
func proofLines(b []byte) (first, second []byte, err error) {
	rest, ok := bytes.CutPrefix(b, []byte(Magic))
	if !ok {
		return nil, nil, refused("it is not a proof of this form")
	}
	first, rest, ok = bytes.Cut(rest, []byte("\n"))
	if !ok || len(first) > maxLine || len(rest) > maxLine {
		return nil, nil, refused("it is cut short, or too large")
	}
	second, rest, ok = bytes.Cut(rest, []byte("\n"))
	if !ok || len(rest) > 0 {
		return nil, nil, refused("it is cut short, or has something after its end")
	}
	return first, second, nil
}

func recordIn(e entry, id string) (i ledger.Identity, err error) {
	for _, w := range e.Writes {
		if w.Key != identityPrefix+id {
			continue
		}
		if err := json.Unmarshal(w.value(), &i); err != nil || i.ID != id || i.UpdateTxID != e.TxID {
			return ledger.Identity{}, refused("its record is not of the identity or the entry")
		}
		return i, nil
	}
	return i, refused("its entry does not write the identity's record")
}

func parseTrust(b []byte) (ed25519.PublicKey, error) {
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, errors.New("trust file: no public key in it")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("trust file: %w", err)
	}
	public, ok := key.(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("trust file: not an Ed25519 key")
	}
	return public, nil
}
