// Package pgtest gives a test its own PostgreSQL database, on a server that it
// starts from Debian's package and that ends with the test binary.
//
// Words are PostgreSQL's: a cluster is one data directory served by one
// postmaster. It creates no schema; the store's migrations do. One cluster
// serves the whole test binary and each call of [Start] gets a database of its
// own, so parallel tests never see each other's rows. The cluster trusts
// everyone on 127.0.0.1 and does not sync to disk: never start one outside of
// a test.
package pgtest

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

// shared is the test binary's cluster, started by the first call of Start.
var shared = sync.OnceValues(startCluster)

// databases numbers the databases made so far.
var databases atomic.Int64

// Start returns the DSN of a fresh, empty database. The database is dropped
// when the test ends and the cluster when the test binary does, however it
// ends. Without Debian's postgresql package the test is skipped (or fails:
// testenv.Need).
func Start(tb testing.TB) string {
	tb.Helper()
	c, err := shared()
	testenv.Need(tb, "postgres", err)
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if err := c.client(tb.Context(), "createdb", name); err != nil {
		tb.Fatalf("create database: %v", err)
	}
	tb.Cleanup(func() {
		// tb's own context is over by now.
		ctx := context.WithoutCancel(tb.Context())
		if err := c.client(ctx, "dropdb", "--force", name); err != nil {
			tb.Logf("drop database: %v", err)
		}
	})
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", superuser, c.port, name)
}

// client runs one of PostgreSQL's client programs against the cluster.
func (c *cluster) client(ctx context.Context, program string, args ...string) error {
	args = append([]string{"-h", "127.0.0.1", "-p", strconv.Itoa(c.port), "-U", superuser}, args...)
	cmd := exec.CommandContext(ctx, c.bin+"/"+program, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}
