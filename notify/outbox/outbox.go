// Package outbox keeps messages in a folder instead of sending them, for a
// service on one machine that has no provider yet.
//
// It uses the words of package notify.
//
// It shows nothing itself: a page lists what [Outbox.Messages] returns. Whether
// that page may exist is its owner's decision.
//
// The messages hold codes and links that let their reader in. The folder is
// for its owner's eyes only, and whoever serves it must do so on loopback
// addresses only.
package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vouchline/vouchline/notify"
)

// keep is how many messages stay; older ones are deleted.
const keep = 200

// An Outbox is a sender that writes each message to a file.
type Outbox struct {
	dir string
	now func() time.Time
	mu  sync.Mutex
}

// An Entry is a kept message.
type Entry struct {
	SentAt  time.Time      `json:"sent_at"`
	Message notify.Message `json:"message"`
}

// Open makes the folder when it does not exist.
func Open(dir string, now func() time.Time) (*Outbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return &Outbox{dir: dir, now: now}, nil
}

// Send keeps the message. One that is sent again replaces itself.
func (o *Outbox) Send(ctx context.Context, m notify.Message) error {
	if err := ctx.Err(); err != nil {
		return notify.Temporary(notify.CodeInterrupted, err)
	}
	if err := m.Validate(); err != nil {
		return err
	}
	b, err := json.Marshal(Entry{SentAt: o.now(), Message: m})
	if err != nil {
		return notify.Permanent(notify.CodeInvalid, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	path := filepath.Join(o.dir, m.ID()+".json")
	if err := write(path, b); err != nil {
		return notify.Temporary(notify.CodeInterrupted, err)
	}
	return o.prune()
}

// write replaces a file as a whole, so that a reader never sees half of it.
func write(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (o *Outbox) prune() error {
	entries, err := o.Messages()
	if err != nil {
		return notify.Temporary(notify.CodeInterrupted, err)
	}
	for _, e := range entries[min(len(entries), keep):] {
		_ = os.Remove(filepath.Join(o.dir, e.Message.ID()+".json"))
	}
	return nil
}

// Messages returns what is kept, the newest first.
func (o *Outbox) Messages() ([]Entry, error) {
	files, err := os.ReadDir(o.dir)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	var out []Entry
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".json") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(o.dir, f.Name())) //nolint:gosec // a name from our own folder
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile
		}
		var e Entry
		if err = errors.Join(err, json.Unmarshal(b, &e)); err != nil {
			return nil, fmt.Errorf("outbox: %s: %w", f.Name(), err)
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b Entry) int { return b.SentAt.Compare(a.SentAt) })
	return out, nil
}
