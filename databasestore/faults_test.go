package databasestore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// operations are all that a store does, each on a key that holds "1" or is absent.
func operations(s *databasestore.Store, key string) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Get":       func(ctx context.Context) error { _, err := s.Get(ctx, key); return err },
		"Set":       func(ctx context.Context) error { return s.Set(ctx, key, []byte("1"), time.Hour) },
		"Delete":    func(ctx context.Context) error { return s.Delete(ctx, key, key+"2") },
		"GetDelete": func(ctx context.Context) error { _, err := s.GetDelete(ctx, key); return err },
		"Increment": func(ctx context.Context) error { _, err := s.Increment(ctx, key, time.Hour); return err },
		"CompareAndSwap": func(ctx context.Context) error {
			_, err := s.CompareAndSwap(ctx, key, []byte("1"), []byte("1"), time.Hour)
			return err
		},
	}
}

// cutOff ends all connections to a database, as an administrator does.
func cutOff(t *testing.T, d dbtest.Database) {
	t.Helper()
	admin := d.Engine.New(t).Pool(t)
	if d.Engine.Dialect() == "postgres" {
		_, err := admin.ExecContext(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", d.Name)
		must(t, err)
		return
	}
	var version string
	must(t, admin.QueryRowContext(t.Context(), "SELECT VERSION()").Scan(&version))
	// MySQL's list of processes fails while a statement with some bytes runs.
	query := "SELECT processlist_id FROM performance_schema.threads WHERE processlist_db = ?"
	if strings.Contains(version, "MariaDB") {
		query = "SELECT id FROM information_schema.processlist WHERE db = ?"
	}
	rows, err := admin.QueryContext(t.Context(), query, d.Name)
	must(t, err)
	defer func() { _ = rows.Close() }()
	var ids []string
	for rows.Next() {
		var id string
		must(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	must(t, rows.Err())
	for _, id := range ids {
		_, _ = admin.ExecContext(t.Context(), "KILL "+id) // it may have ended by itself
	}
}

// A connection that is lost before or during a call is an error, or is replaced; it is
// never an absent key, and later calls work.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"postgres", "mysql"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Named(t, name).New(t)
			s := migrated(t, d.Open(t, nil))
			for operation, run := range operations(s, "k") {
				must(t, s.Set(t.Context(), "k", []byte("1"), time.Hour))
				cutOff(t, d)
				if err := run(t.Context()); errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("%s on a lost connection: %v", operation, err)
				}
				expectRecovery(t, s)
				if operation == "Get" {
					continue // it waits for nobody
				}
				holder := d.Open(t, nil).Begin()
				must(t, holder.Error)
				must(t, holder.Exec("UPDATE auth_storage SET counter = counter + 1").Error)
				ended := make(chan error, 1)
				go func() { ended <- run(t.Context()) }()
				time.Sleep(50 * time.Millisecond)
				cutOff(t, d)
				if err := <-ended; errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("%s whose connection is lost: %v", operation, err)
				}
				holder.Rollback()
				expectRecovery(t, s)
			}
		})
	}
}

// expectRecovery waits until a pool has noticed that its connections are lost.
func expectRecovery(t *testing.T, s *databasestore.Store) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		err := s.Set(t.Context(), "k", []byte("1"), time.Hour)
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it still fails: %v", err)
		}
	}
}

// After the pool is closed each operation is an error that is not ErrNotFound.
func TestClosedPool(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db := e.Open(t, nil)
		s := migrated(t, db)
		pool, err := db.DB()
		must(t, err)
		must(t, pool.Close())
		for operation, run := range operations(s, "k") {
			if err := run(t.Context()); err == nil || errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("%s: %v, want an error that is not ErrNotFound", operation, err)
			}
		}
		if err := s.Validate(t.Context()); err == nil {
			t.Error("Validate of a closed pool is no error")
		}
	})
}
