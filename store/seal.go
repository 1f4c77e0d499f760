package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
)

// place names where a sealed value belongs; a value that was moved elsewhere
// does not open.
func place(parts ...string) []byte { return []byte(strings.Join(parts, "\x00")) }

// newSubjectKey makes a subject's data key, wrapped by the operator's.
func (k *Keys) newSubjectKey(subject string) (wrapped []byte, err error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, wrap("make a subject's key", err)
	}
	var b bytes.Buffer
	err = handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&b), k.aead, place("subject_key", subject))
	return b.Bytes(), wrap("wrap a subject's key", err)
}

func (k *Keys) openSubjectKey(subject string, wrapped []byte) (tink.AEAD, error) {
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), k.aead, place("subject_key", subject))
	if err != nil {
		return nil, fmt.Errorf("%w: key of subject %s", ErrCorrupt, subject)
	}
	return aead.New(handle)
}

// subjectKey returns the data key of a subject, ErrNotFound for one that does
// not exist or was erased.
func (s *Store) subjectKey(ctx context.Context, db bun.IDB, subject string) (tink.AEAD, error) {
	var wrapped []byte
	err := db.NewRaw("SELECT wrapped FROM subject_keys WHERE subject_id = ?", subject).Scan(ctx, &wrapped)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: %s", kyc.ErrNotFound, subject)
	}
	if err != nil {
		return nil, wrap("read a subject's key", err)
	}
	return s.keys.openSubjectKey(subject, wrapped)
}

func sealJSON(key tink.AEAD, v any, at []byte) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, wrap("encode", err)
	}
	sealed, err := key.Encrypt(b, at)
	return sealed, wrap("seal", err)
}

// openJSON decodes a sealed value into v and returns its plaintext too.
func openJSON(key tink.AEAD, sealed []byte, v any, at []byte) ([]byte, error) {
	b, err := key.Decrypt(sealed, at)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrCorrupt, bytes.ReplaceAll(at, []byte{0}, []byte("/")))
	}
	if err := json.Unmarshal(b, v); err != nil { // its text could quote the value
		return nil, fmt.Errorf("%w: %s is of another version of this program", ErrCorrupt, bytes.ReplaceAll(at, []byte{0}, []byte("/")))
	}
	return b, nil
}
