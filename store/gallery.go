package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
)

// templatePlace binds a sealed template to its enrollment.
func templatePlace(enrollmentID string) []byte { return place("face_template", enrollmentID) }

// Remember keeps the face of an enrollment sealed under its subject's key, in
// place of the one it had.
func (s *Store) Remember(ctx context.Context, enrollmentID string, t faces.Template) error {
	encoded, err := encodeTemplate(t)
	if err != nil {
		return err
	}
	key, err := s.subjectKey(ctx, s.read, enrollmentID)
	if err != nil {
		return err
	}
	sealed, err := key.Encrypt(encoded, templatePlace(enrollmentID))
	if err != nil {
		return wrap("seal a face", err)
	}
	// Erasure may come in between: no enrollment, no row.
	res, err := s.db.NewRaw(`INSERT INTO face_templates (enrollment_id, sealed) SELECT id, ? FROM enrollments WHERE id = ?
		ON CONFLICT (enrollment_id) DO UPDATE SET sealed = excluded.sealed`, sealed, enrollmentID).Exec(ctx)
	if err != nil {
		return wrap("save a face", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(fmt.Errorf("%w: %s", kyc.ErrNotFound, enrollmentID), err)
	}
	return nil
}

// Templates calls visit with every face that is kept, one row in memory at a
// time. Who was erased has no key and is not visited. A row that does not open
// is reported and left out: one damaged row must not switch the search off.
func (s *Store) Templates(ctx context.Context, visit func(enrollmentID string, t faces.Template) error) (err error) {
	rows, err := s.read.DB.QueryContext(ctx, `SELECT f.enrollment_id, f.sealed, k.wrapped
		FROM face_templates f JOIN subject_keys k ON k.subject_id = f.enrollment_id`)
	if err != nil {
		return wrap("read the faces", err)
	}
	defer func() { err = errors.Join(err, wrap("read the faces", rows.Close())) }()
	for rows.Next() {
		var id string
		var sealed, wrapped []byte
		if err := rows.Scan(&id, &sealed, &wrapped); err != nil {
			return wrap("read a face", err)
		}
		t, err := s.openTemplate(id, sealed, wrapped)
		if err != nil {
			s.log.ErrorContext(ctx, "a face is left out of the search", "enrollment", id, "cause", err)
			continue
		}
		if err := visit(id, t); err != nil {
			return err
		}
	}
	return wrap("read the faces", rows.Err())
}

func (s *Store) openTemplate(id string, sealed, wrapped []byte) (faces.Template, error) {
	key, err := s.keys.openSubjectKey(id, wrapped)
	if err != nil {
		return nil, err
	}
	b, err := key.Decrypt(sealed, templatePlace(id))
	if err != nil {
		return nil, fmt.Errorf("%w: face of %s", ErrCorrupt, id)
	}
	t, ok := decodeTemplate(b)
	if !ok {
		return nil, fmt.Errorf("%w: face of %s is of another version of this program", ErrCorrupt, id)
	}
	return t, nil
}

// templateVersion begins an encoded template: then, by model, the length of
// its name, the name, the number of values as uint16 and the values as
// float32, little endian. JSON would be three times as long and cost a search
// more than opening the seal.
const templateVersion = 1

func encodeTemplate(t faces.Template) ([]byte, error) {
	b := []byte{templateVersion}
	for _, model := range slices.Sorted(maps.Keys(t)) {
		e := t[model]
		if len(e) == 0 || len(e) > math.MaxUint16 || len(model) > math.MaxUint8 {
			return nil, errors.New("store: a face that cannot be kept")
		}
		b = append(b, byte(len(model)))
		b = append(b, model...)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(e)))
		for _, v := range e {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	if len(b) == 1 {
		return nil, errors.New("store: a face without an embedding")
	}
	return b, nil
}

func decodeTemplate(b []byte) (faces.Template, bool) {
	if len(b) < 2 || b[0] != templateVersion {
		return nil, false
	}
	t := faces.Template{}
	for b = b[1:]; len(b) > 0; {
		name := int(b[0])
		if len(b) < 1+name+2 {
			return nil, false
		}
		model, values := string(b[1:1+name]), int(binary.LittleEndian.Uint16(b[1+name:]))
		if b = b[1+name+2:]; len(b) < 4*values {
			return nil, false
		}
		e := make(faces.Embedding, values)
		for i := range e {
			e[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		t[model], b = e, b[4*values:]
	}
	return t, true
}
