-- +goose Up

-- One face an enrollment, sealed under its subject's key. A row goes with its
-- enrollment; one whose key is gone opens for nobody.
CREATE TABLE face_templates (
    enrollment_id text PRIMARY KEY REFERENCES enrollments (id) ON DELETE CASCADE,
    sealed        blob NOT NULL
);
