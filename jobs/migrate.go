package jobs

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/riverqueue/river/rivermigrate"
)

// createMembers is the table of members.go. Should it ever change, River's way
// of numbered migrations is the one to take.
const createMembers = `CREATE TABLE IF NOT EXISTS job_members (
	id      text PRIMARY KEY,
	place   text NOT NULL,
	pid     bigint NOT NULL,
	seen_at bigint NOT NULL
)`

// Migrate brings the queue's tables to the form this program needs. It is a
// store.Migration, so that servers that start together do it in turn.
func Migrate(ctx context.Context, db *sql.DB, dialect string) error {
	driver, err := driver(dialect, db)
	if err != nil {
		return err
	}
	migrator, err := rivermigrate.New(driver, nil)
	if err != nil {
		return fmt.Errorf("jobs: migrate: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("jobs: migrate: %w", err)
	}
	if _, err := db.ExecContext(ctx, createMembers); err != nil {
		return fmt.Errorf("jobs: migrate: %w", err)
	}
	return nil
}
