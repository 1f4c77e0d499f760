package store_test

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// TestS3 keeps evidence in a bucket. It is not parallel: the SDK takes its
// credentials from the environment.
func TestS3(t *testing.T) {
	backend := s3mem.New()
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	if err := backend.CreateBucket("evidence"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	dir := t.TempDir()
	clock := storetest.NewClock()
	s := storetest.Open(t, store.Config{
		DSN: filepath.Join(dir, "s3.db"), KeyFile: filepath.Join(dir, "operator.key"), Clock: clock.Now,
		Blobs: "s3://evidence?region=us-east-1&use_path_style=true&endpoint=" + server.URL,
	})
	for _, id := range []string{"en1", "en2"} {
		if err := s.Create(t.Context(), kyc.NewEnrollment(id, clock.Now(), kyc.Data{})); err != nil {
			t.Fatal(err)
		}
	}
	want := bytes.Repeat([]byte("photograph"), 100_000)
	for _, id := range []string{"en1", "en2"} {
		for _, name := range []string{"front", "back"} {
			if err := s.PutEvidence(t.Context(), id, name, want); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, err := s.Evidence(t.Context(), "en1", "front"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("Evidence = %d bytes, %v, want the %d put there", len(got), err, len(want))
	}
	if _, err := s.Evidence(t.Context(), "en1", "selfie"); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("Evidence(not put) = %v, want ErrNotFound", err)
	}
	if err := s.DestroySubject(t.Context(), "en1"); err != nil {
		t.Fatal(err)
	}
	objects, err := backend.ListBucket("evidence", nil, gofakes3.ListBucketPage{})
	if err != nil || len(objects.Contents) != 2 {
		t.Fatalf("%d objects left, %v, want the other subject's 2", len(objects.Contents), err)
	}
	for _, o := range objects.Contents {
		if o.Size <= int64(len(want)) {
			t.Errorf("object %s has %d bytes, want more than the photograph's: sealed", o.Key, o.Size)
		}
	}
}
