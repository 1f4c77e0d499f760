package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/tink"
	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
)

// optimistic is how often Update runs a change outside of the transaction
// that saves it before it locks the enrollment and runs it inside. Outside is
// the rule, because a change may hash a password and SQLite has one writer.
const optimistic = 3

var errStale = errors.New("store: what was read was changed in between")

// enrollmentRow is an enrollment with its subject's key, as stored.
type enrollmentRow struct {
	ID        string `bun:"id"`
	State     string `bun:"state"`
	Version   int    `bun:"version"`
	CreatedAt int64  `bun:"created_at"`
	UpdatedAt int64  `bun:"updated_at"`
	Sealed    []byte `bun:"sealed"`
	Wrapped   []byte `bun:"wrapped"`
}

const selectEnrollment = `SELECT e.id, e.state, e.version, e.created_at, e.updated_at, e.sealed, k.wrapped
	FROM enrollments e JOIN subject_keys k ON k.subject_id = e.id `

// enrollmentPlace binds the sealed data to its row, state and version: who writes
// 'approved' into the column, or an older row's data, gets an enrollment that
// does not open.
func enrollmentPlace(id string, state kyc.State, version int) []byte {
	return place("enrollment", id, string(state), strconv.Itoa(version))
}

// loaded is an enrollment with what saving a change of it needs: how it was.
type loaded struct {
	enrollment *kyc.Enrollment
	key        tink.AEAD
	state      kyc.State
	data       []byte
	lookups    map[kyc.Lookup]string
}

func (s *Store) open(row enrollmentRow) (*loaded, error) {
	key, err := s.keys.openSubjectKey(row.ID, row.Wrapped)
	if err != nil {
		return nil, err
	}
	snapshot := kyc.Snapshot{
		ID: row.ID, State: kyc.State(row.State), Version: row.Version,
		CreatedAt: fromMicros(row.CreatedAt), UpdatedAt: fromMicros(row.UpdatedAt),
	}
	data, err := openJSON(key, row.Sealed, &snapshot.Data, enrollmentPlace(row.ID, snapshot.State, row.Version))
	if err != nil {
		return nil, err
	}
	e, err := kyc.Restore(snapshot)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return &loaded{enrollment: e, key: key, state: snapshot.State, data: data, lookups: e.LookupKeys()}, nil
}

func (s *Store) load(ctx context.Context, db bun.IDB, id, suffix string) (*loaded, error) {
	var row enrollmentRow
	err := db.NewRaw(selectEnrollment+"WHERE e.id = ?"+suffix, id).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: %s", kyc.ErrNotFound, id)
	}
	if err != nil {
		return nil, wrap("read an enrollment", err)
	}
	return s.open(row)
}

// Create saves a new enrollment under a new subject's key, and its effects.
func (s *Store) Create(ctx context.Context, e *kyc.Enrollment) error {
	snapshot := e.Snapshot()
	if snapshot.Version != 0 {
		return fmt.Errorf("%w: %s is stored already", kyc.ErrConflict, snapshot.ID)
	}
	wrapped, err := s.keys.newSubjectKey(snapshot.ID)
	if err != nil {
		return err
	}
	key, err := s.keys.openSubjectKey(snapshot.ID, wrapped)
	if err != nil {
		return err
	}
	snapshot.Version = 1
	sealed, err := sealJSON(key, snapshot.Data, enrollmentPlace(snapshot.ID, snapshot.State, snapshot.Version))
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := insertKey(ctx, tx, snapshot.ID, wrapped); err != nil {
			return err
		}
		_, err := tx.NewRaw("INSERT INTO enrollments (id, state, version, created_at, updated_at, sealed) VALUES (?, ?, ?, ?, ?, ?)",
			snapshot.ID, string(snapshot.State), snapshot.Version, micros(snapshot.CreatedAt), micros(snapshot.UpdatedAt), sealed).Exec(ctx)
		if err != nil {
			return wrap("insert an enrollment", err)
		}
		if err := s.saveLookups(ctx, tx, snapshot.ID, e.LookupKeys()); err != nil {
			return err
		}
		return s.enqueueEffects(ctx, tx, e.Effects())
	})
	if err != nil {
		return err
	}
	return settle(e, snapshot)
}

func insertKey(ctx context.Context, tx bun.Tx, id string, wrapped []byte) error {
	res, err := tx.NewRaw("INSERT INTO subject_keys (subject_id, wrapped) VALUES (?, ?) ON CONFLICT DO NOTHING", id, wrapped).Exec(ctx)
	if err != nil {
		return wrap("insert a subject's key", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(fmt.Errorf("%w: %s exists", kyc.ErrConflict, id), err)
	}
	return nil
}

// settle makes e what was saved: its new version, and no effects left to save.
func settle(e *kyc.Enrollment, saved kyc.Snapshot) error {
	saved.CreatedAt, saved.UpdatedAt = fromMicros(micros(saved.CreatedAt)), fromMicros(micros(saved.UpdatedAt))
	fresh, err := kyc.Restore(saved)
	if err == nil {
		*e = *fresh
	}
	return err
}

// Get returns an enrollment.
func (s *Store) Get(ctx context.Context, id string) (*kyc.Enrollment, error) {
	l, err := s.load(ctx, s.read, id, "")
	if err != nil {
		return nil, err
	}
	return l.enrollment, nil
}

// Update changes an enrollment. A change that changes nothing writes nothing.
func (s *Store) Update(ctx context.Context, id string, change func(*kyc.Enrollment) error) (*kyc.Enrollment, error) {
	for range optimistic {
		l, err := s.load(ctx, s.read, id, "")
		if err != nil {
			return nil, err
		}
		if err := change(l.enrollment); err != nil {
			return nil, err
		}
		err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error { return s.save(ctx, tx, l) })
		if !errors.Is(err, errStale) {
			return finish(l, err)
		}
	}
	return s.updateLocked(ctx, id, change)
}

// updateLocked makes everybody else wait, so that it always ends.
func (s *Store) updateLocked(ctx context.Context, id string, change func(*kyc.Enrollment) error) (*kyc.Enrollment, error) {
	lock := ""
	if s.conn.dialect == postgres {
		lock = " FOR UPDATE OF e"
	}
	var l *loaded
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if l, err = s.load(ctx, tx, id, lock); err != nil {
			return err
		}
		if err := change(l.enrollment); err != nil {
			return err
		}
		return s.save(ctx, tx, l)
	})
	if errors.Is(err, errStale) {
		err = fmt.Errorf("%w: %s", kyc.ErrConflict, id)
	}
	return finish(l, err)
}

func finish(l *loaded, err error) (*kyc.Enrollment, error) {
	if err != nil {
		return nil, err
	}
	return l.enrollment, nil
}

// save writes the change unless another one came first (compare-and-swap on
// the version): errStale.
func (s *Store) save(ctx context.Context, tx bun.Tx, l *loaded) error {
	e, effects := l.enrollment.Snapshot(), l.enrollment.Effects()
	data, err := json.Marshal(e.Data)
	if err != nil {
		return wrap("encode an enrollment", err)
	}
	if e.State == l.state && len(effects) == 0 && bytes.Equal(data, l.data) {
		return nil
	}
	sealed, err := l.key.Encrypt(data, enrollmentPlace(e.ID, e.State, e.Version+1))
	if err != nil {
		return wrap("seal an enrollment", err)
	}
	res, err := tx.NewRaw("UPDATE enrollments SET state = ?, version = ?, updated_at = ?, sealed = ? WHERE id = ? AND version = ?",
		string(e.State), e.Version+1, micros(e.UpdatedAt), sealed, e.ID, e.Version).Exec(ctx)
	if err != nil {
		return wrap("update an enrollment", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errStale, err)
	}
	if keys := l.enrollment.LookupKeys(); !maps.Equal(keys, l.lookups) {
		if err := s.saveLookups(ctx, tx, e.ID, keys); err != nil {
			return err
		}
	}
	if err := s.enqueueEffects(ctx, tx, effects); err != nil {
		return err
	}
	e.Version++
	return settle(l.enrollment, e)
}

func (s *Store) enqueueEffects(ctx context.Context, tx bun.Tx, effects []kyc.Effect) error {
	if len(effects) == 0 {
		return nil
	}
	enqueue := s.enqueue.Load()
	if enqueue == nil {
		return errors.New("store: a change has effects but nobody to enqueue them")
	}
	return wrap("enqueue effects", (*enqueue)(ctx, tx.Tx, effects))
}
