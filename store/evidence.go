package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // buckets by s3:// URLs
	"gocloud.dev/gcerrors"

	"github.com/vouchline/vouchline/kyc"
)

// openBucket opens a folder, or an S3 bucket by its URL: s3://NAME?region=…,
// and for storage that is not Amazon's endpoint=…&use_path_style=true.
// Credentials come from the environment as the AWS SDK finds them.
func openBucket(ctx context.Context, where string) (*blob.Bucket, error) {
	if where == "" {
		return nil, errors.New("store: no place for blobs named")
	}
	if strings.Contains(where, "://") {
		b, err := blob.OpenBucket(ctx, where)
		return b, wrap("open the blobs' bucket", err)
	}
	if err := os.MkdirAll(where, 0o700); err != nil {
		return nil, wrap("make the blobs' folder", err)
	}
	// Written beside its place and renamed: a blob is whole or absent.
	b, err := fileblob.OpenBucket(where, &fileblob.Options{
		NoTempDir: true, Metadata: fileblob.MetadataDontWrite, DirFileMode: 0o700,
	})
	return b, wrap("open the blobs' folder", err)
}

// blobKey keeps the parts apart and inside the bucket, whatever characters
// they have: fileblob would follow a part "..".
func blobKey(enrollmentID, name string) string {
	return blobPrefix(enrollmentID) + escape(name)
}

func blobPrefix(enrollmentID string) string { return escape(enrollmentID) + "/" }

func escape(part string) string {
	return strings.ReplaceAll(url.PathEscape(part), ".", "%2E")
}

// PutEvidence seals a photograph under its subject's key and replaces what had
// that name.
func (s *Store) PutEvidence(ctx context.Context, enrollmentID, name string, b []byte) error {
	if enrollmentID == "" || name == "" {
		return errors.New("store: evidence without a name")
	}
	key, err := s.subjectKey(ctx, s.read, enrollmentID)
	if err != nil {
		return err
	}
	sealed, err := key.Encrypt(b, place("evidence", enrollmentID, name))
	if err != nil {
		return wrap("seal evidence", err)
	}
	err = s.bucket.WriteAll(ctx, blobKey(enrollmentID, name), sealed, &blob.WriterOptions{ContentType: "application/octet-stream"})
	return wrap("write evidence "+name, err)
}

// Evidence returns a photograph: ErrNotFound when there is none of that name,
// [ErrCorrupt] when what lies there is not what was put there.
func (s *Store) Evidence(ctx context.Context, enrollmentID, name string) ([]byte, error) {
	key, err := s.subjectKey(ctx, s.read, enrollmentID)
	if err != nil {
		return nil, err
	}
	sealed, err := s.bucket.ReadAll(ctx, blobKey(enrollmentID, name))
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fmt.Errorf("%w: %s has no evidence %s", kyc.ErrNotFound, enrollmentID, name)
	}
	if err != nil {
		return nil, wrap("read evidence "+name, err)
	}
	b, err := key.Decrypt(sealed, place("evidence", enrollmentID, name))
	if err != nil {
		return nil, fmt.Errorf("%w: evidence %s of %s", ErrCorrupt, name, enrollmentID)
	}
	return b, nil
}

// DeleteEvidence removes photographs. Those that are gone already are no error.
func (s *Store) DeleteEvidence(ctx context.Context, enrollmentID string, names ...string) error {
	for _, name := range names {
		if err := s.bucket.Delete(ctx, blobKey(enrollmentID, name)); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return wrap("delete evidence "+name, err)
		}
	}
	return nil
}

// deleteEvidence removes all blobs of a subject.
func (s *Store) deleteEvidence(ctx context.Context, enrollmentID string) error {
	list := s.bucket.List(&blob.ListOptions{Prefix: blobPrefix(enrollmentID)})
	for {
		object, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return wrap("list evidence", err)
		}
		if err := s.bucket.Delete(ctx, object.Key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return wrap("delete evidence", err)
		}
	}
}
