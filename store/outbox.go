package store

import (
	"context"
	"encoding/hex"
	"errors"
	"math"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/notify"
)

// An Outbox is a sender for where no provider is: it keeps messages, sealed,
// for the outbox page. Only a service that nobody else can reach may show it.
type Outbox struct{ s *Store }

var _ notify.Sender = (*Outbox)(nil)

// Outbox returns the outbox.
func (s *Store) Outbox() *Outbox { return &Outbox{s} }

// A SentMessage is a message in the outbox.
type SentMessage struct {
	At time.Time
	notify.Message
}

func outboxPlace(hash []byte) []byte { return place("outbox", hex.EncodeToString(hash)) }

// Send keeps a message, under the key of the subject that it is about. One
// that is sent again replaces itself; one about who was erased is refused.
func (o *Outbox) Send(ctx context.Context, m notify.Message) error {
	if err := m.Validate(); err != nil {
		return err
	}
	key, err := o.keyOf(ctx, m.About)
	if errors.Is(err, kyc.ErrNotFound) {
		return notify.Permanent("erased", err)
	}
	if err != nil {
		return notify.Temporary("outbox", err)
	}
	hash := o.s.keys.hash("outbox", m.ID())
	sealed, err := sealJSON(key, m, outboxPlace(hash))
	if err != nil {
		return notify.Temporary("outbox", err)
	}
	// Erasure may come in between: no key, no row.
	_, err = o.s.db.NewRaw(`INSERT INTO outbox (hash, sent_at, sealed, subject_id)
		SELECT ?, ?, ?, ? WHERE ? = '' OR EXISTS (SELECT 1 FROM subject_keys WHERE subject_id = ?)
		ON CONFLICT (hash) DO UPDATE SET sealed = excluded.sealed, subject_id = excluded.subject_id`,
		hash, o.s.now(), sealed, m.About, m.About, m.About).Exec(ctx)
	if err != nil {
		return notify.Temporary("outbox", err)
	}
	return nil
}

// keyOf returns the subject's key, the operator's for a message about nobody.
func (o *Outbox) keyOf(ctx context.Context, subject string) (tink.AEAD, error) {
	if subject == "" {
		return o.s.keys.aead, nil
	}
	return o.s.subjectKey(ctx, o.s.read, subject)
}

// Messages returns the messages, newest first; all of them when limit is not
// positive.
func (o *Outbox) Messages(ctx context.Context, limit int) ([]SentMessage, error) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	var rows []outboxRow
	err := o.s.read.NewRaw(`SELECT o.hash, o.sent_at, o.sealed, o.subject_id, k.wrapped
		FROM outbox o LEFT JOIN subject_keys k ON k.subject_id = o.subject_id ORDER BY o.id DESC LIMIT ?`, limit).Scan(ctx, &rows)
	if err != nil {
		return nil, wrap("read the outbox", err)
	}
	messages := make([]SentMessage, len(rows))
	for i, row := range rows {
		if messages[i], err = o.open(row); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

type outboxRow struct {
	Hash    []byte `bun:"hash"`
	SentAt  int64  `bun:"sent_at"`
	Sealed  []byte `bun:"sealed"`
	Subject string `bun:"subject_id"`
	Wrapped []byte `bun:"wrapped"`
}

func (o *Outbox) open(row outboxRow) (SentMessage, error) {
	m := SentMessage{At: fromMicros(row.SentAt)}
	key := o.s.keys.aead
	if row.Subject != "" {
		var err error
		if key, err = o.s.keys.openSubjectKey(row.Subject, row.Wrapped); err != nil {
			return SentMessage{}, err
		}
	}
	_, err := openJSON(key, row.Sealed, &m.Message, outboxPlace(row.Hash))
	return m, err
}
