package embedded

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// forged returns a proof of an entry and a statement, both signed.
func forged(t testing.TB, key ed25519.PrivateKey, e entry, said statement) []byte {
	t.Helper()
	first, err := seal(key, labelEntry, e)
	if err != nil {
		t.Fatal(err)
	}
	if said.Entry.Hash == "" {
		said.Entry.Hash = hashOf(first)
	}
	if said.Head.Hash == "" {
		said.Head.Hash = said.Entry.Hash
	}
	second, err := seal(key, labelStatement, said)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat([]byte(Magic), first, []byte("\n"), second, []byte("\n"))
}

func sample(t testing.TB) (key ed25519.PrivateKey, trust []byte, e entry, said statement) {
	t.Helper()
	key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	e = entry{Seq: 3, Prev: "before", TxID: txID("before", 3), Time: time.Unix(1, 0).UTC(), Function: ledger.FuncSetStatus}
	record, err := json.Marshal(ledger.Identity{ID: "idn-1", Status: ledger.StatusActive, UpdateTxID: e.TxID})
	if err != nil {
		t.Fatal(err)
	}
	e.Writes = []write{{Key: identityPrefix + "idn-1", Value: string(record)}}
	said = statement{ID: "idn-1", At: time.Unix(2, 0).UTC(), Entry: head{Seq: 3}, Head: head{Seq: 3}}
	return key, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), e, said
}

// The log's keeper signs whatever it likes, but not what contradicts itself.
func TestProofsThatContradictThemselves(t *testing.T) {
	t.Parallel()
	key, trust, e, said := sample(t)
	if _, err := CheckProof(forged(t, key, e, said), trust); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		mend func(e *entry, said *statement)
		want string
	}{
		{"another entry's hash", func(_ *entry, s *statement) { s.Entry.Hash = "other" }, "another entry"},
		{"another entry's number", func(_ *entry, s *statement) { s.Entry.Seq-- }, "another entry"},
		{"a head before the entry", func(_ *entry, s *statement) { s.Head.Seq-- }, "of before"},
		{"another head of the same number", func(_ *entry, s *statement) { s.Head.Hash = "other" }, "of before"},
		{"another place of the log", func(e *entry, _ *statement) { e.Prev = "other" }, "belongs elsewhere"},
		{"another identity", func(_ *entry, s *statement) { s.ID = "idn-2" }, "does not write"},
		{"another identity's record", func(e *entry, s *statement) { s.ID, e.Writes[0].Key = "idn-2", identityPrefix+"idn-2" }, "not of the identity"},
		{"a record of another transaction", func(e *entry, _ *statement) { e.Writes[0].Value = `{"id":"idn-1","update_tx_id":"x"}` }, "not of the identity"},
		{"a record that is deleted", func(e *entry, _ *statement) { e.Writes[0].Delete = true }, "not of the identity"},
	} {
		_, _, e, said := sample(t)
		c.mend(&e, &said)
		if _, err := CheckProof(forged(t, key, e, said), trust); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: CheckProof() = %v, want a refusal with %q", c.name, err, c.want)
		}
	}
}

func FuzzCheckProof(f *testing.F) {
	key, trust, e, said := sample(f)
	whole := forged(f, key, e, said)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(Magic + "v1 \nv1 \n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := CheckProof(b, trust)
		if (err == nil) != slices.Equal(b, whole) {
			t.Errorf("CheckProof() = %v of a proof that was made: %v", err, slices.Equal(b, whole))
		}
	})
}
