package jobs

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"
)

// members knows which processes run jobs. Each shows a sign of life every
// third of the lease; the jobs of one that is dead go back to the queue at
// once. River alone would take them back only after the longest time that a
// job may run, which is minutes too late for a person at a page.
//
// A process of the same machine is known to be dead when its pid is gone, so
// that a server that was killed and started again need not wait at all.
type members struct {
	db    *sql.DB
	lease time.Duration
	log   *slog.Logger
	id    string
	place string // the pid namespace that pid counts in; "" is unknown
	pid   int
	sql   statements
}

// statements differ between the databases in the time, which is the
// database's so that machines' clocks do not matter, and in lists.
type statements struct {
	join, others, bury, rescue, unseat string
}

const (
	sqliteNow      = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
	postgresNow    = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
	sqliteHolder   = "json_extract(CAST(attempted_by AS text), '$[#-1]')"
	postgresHolder = "attempted_by[array_upper(attempted_by, 1)]"
)

func statementsFor(dialect string) statements {
	now, holder := sqliteNow, sqliteHolder
	if dialect == "postgres" {
		now, holder = postgresNow, postgresHolder
	}
	s := statements{
		join: `INSERT INTO job_members (id, place, pid, seen_at) VALUES ($1, $2, $3, ` + now + `)
			ON CONFLICT (id) DO UPDATE SET seen_at = ` + now,
		others: "SELECT id, pid, seen_at < " + now + " - $1 FROM job_members WHERE id <> $2 AND (place = $3 OR seen_at < " + now + " - $1)",
		bury:   "DELETE FROM job_members WHERE id = $1",
		// The attempt stays counted: a job that kills its process must not
		// do so for ever.
		rescue: `UPDATE river_job SET state = 'available' WHERE state = 'running'
			AND NOT EXISTS (SELECT 1 FROM job_members m WHERE m.id = ` + holder + `)`,
		// The leader moves retries to the queue: do not wait for a dead one.
		unseat: "DELETE FROM river_leader WHERE NOT EXISTS (SELECT 1 FROM job_members m WHERE m.id = leader_id)",
	}
	if dialect == "sqlite" { // which takes $1 for a name
		for _, statement := range []*string{&s.join, &s.others, &s.bury} {
			*statement = strings.NewReplacer("$1", "?1", "$2", "?2", "$3", "?3").Replace(*statement)
		}
	}
	return s
}

func newMembers(cfg Config) *members {
	return &members{
		db: cfg.DB, lease: cfg.Lease, log: cfg.Logger, pid: os.Getpid(), place: pidNamespace(),
		id: fmt.Sprintf("%d-%s", os.Getpid(), rand.Text()), sql: statementsFor(cfg.Dialect),
	}
}

// pidNamespace names the set of processes that a pid can be looked up in: this
// boot of this machine, and this container on it.
func pidNamespace() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + namespace
}

// join makes this process known before it takes its first job, and frees the
// jobs of the dead.
func (m *members) join(ctx context.Context) error {
	if err := m.beat(ctx); err != nil {
		return fmt.Errorf("jobs: join: %w", err)
	}
	return nil
}

// stay shows signs of life until ctx ends.
func (m *members) stay(ctx context.Context) {
	ticker := time.NewTicker(m.lease / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := m.beat(ctx); err != nil && ctx.Err() == nil {
			m.log.WarnContext(ctx, "no sign of life to the queue", "cause", err)
		}
	}
}

func (m *members) beat(ctx context.Context) error {
	if _, err := m.db.ExecContext(ctx, m.sql.join, m.id, m.place, m.pid); err != nil {
		return err
	}
	dead, err := m.dead(ctx)
	if err != nil {
		return err
	}
	for _, id := range dead {
		m.log.InfoContext(ctx, "a process of the queue is gone, its jobs run again", "member", id)
		if _, err := m.db.ExecContext(ctx, m.sql.bury, id); err != nil {
			return err
		}
	}
	for _, statement := range []string{m.sql.rescue, m.sql.unseat} {
		if _, err := m.db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// dead lists the members without a sign of life.
func (m *members) dead(ctx context.Context) (ids []string, err error) {
	rows, err := m.db.QueryContext(ctx, m.sql.others, m.lease.Milliseconds(), m.id, m.place)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var (
			id      string
			pid     int
			expired bool
		)
		if err := rows.Scan(&id, &pid, &expired); err != nil {
			return nil, err
		}
		if expired || m.place != "" && gone(pid) {
			ids = append(ids, id)
		}
	}
	return ids, rows.Err()
}

// gone reports whether a process of this pid namespace has ended.
func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// leave ends the membership.
func (m *members) leave(ctx context.Context) error {
	if _, err := m.db.ExecContext(ctx, m.sql.bury, m.id); err != nil {
		return fmt.Errorf("jobs: leave: %w", err)
	}
	return nil
}
