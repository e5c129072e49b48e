package databasestore_test

import (
	"context"
	"errors"
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
				d.CutOff(t)
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
				d.CutOff(t)
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
