package store

import (
	"context"
	"encoding/hex"
	"math"
	"time"

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

// Send keeps a message. One that is sent again replaces itself.
func (o *Outbox) Send(ctx context.Context, m notify.Message) error {
	if err := m.Validate(); err != nil {
		return err
	}
	hash := o.s.keys.hash("outbox", m.ID())
	sealed, err := sealJSON(o.s.keys.aead, m, outboxPlace(hash))
	if err != nil {
		return notify.Temporary("outbox", err)
	}
	_, err = o.s.db.NewRaw("INSERT INTO outbox (hash, sent_at, sealed) VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE SET sealed = excluded.sealed",
		hash, o.s.now(), sealed).Exec(ctx)
	if err != nil {
		return notify.Temporary("outbox", err)
	}
	return nil
}

// Messages returns the messages, newest first; all of them when limit is not
// positive.
func (o *Outbox) Messages(ctx context.Context, limit int) ([]SentMessage, error) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	var rows []struct {
		Hash   []byte `bun:"hash"`
		SentAt int64  `bun:"sent_at"`
		Sealed []byte `bun:"sealed"`
	}
	if err := o.s.read.NewRaw("SELECT hash, sent_at, sealed FROM outbox ORDER BY id DESC LIMIT ?", limit).Scan(ctx, &rows); err != nil {
		return nil, wrap("read the outbox", err)
	}
	messages := make([]SentMessage, len(rows))
	for i, row := range rows {
		messages[i].At = fromMicros(row.SentAt)
		if _, err := openJSON(o.s.keys.aead, row.Sealed, &messages[i].Message, outboxPlace(row.Hash)); err != nil {
			return nil, err
		}
	}
	return messages, nil
}
