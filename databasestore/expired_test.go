package databasestore_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func rowCount(t testing.TB, db *gorm.DB) int {
	t.Helper()
	var n int
	must(t, db.Raw("SELECT COUNT(*) FROM auth_storage").Row().Scan(&n))
	return n
}

// fill stores keys that expire, and is done by one transaction to be quick.
func fill(t testing.TB, db *gorm.DB, s *databasestore.Store, prefix string, n int, ttl time.Duration) {
	t.Helper()
	must(t, db.Transaction(func(tx *gorm.DB) error {
		for i := range n {
			if err := s.Set(within(t.Context(), tx), prefix+strconv.Itoa(i), nil, ttl); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestDeleteExpired(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		now := time.UnixMilli(1_700_000_000_000)
		db := e.Open(t, nil)
		s := migrated(t, db, withinOf(), databasestore.CleanUp(0), databasestore.Clock(func() time.Time { return now }))
		if n, err := s.DeleteExpired(t.Context()); n != 0 || err != nil {
			t.Errorf("DeleteExpired of nothing = %d, %v", n, err)
		}
		fill(t, db, s, "short", 1203, time.Second)
		fill(t, db, s, "long", 7, time.Hour)
		now = now.Add(999 * time.Millisecond)
		if n, err := s.DeleteExpired(t.Context()); n != 0 || err != nil {
			t.Errorf("DeleteExpired before the end = %d, %v", n, err)
		}
		now = now.Add(time.Millisecond)
		if n, err := s.DeleteExpired(t.Context()); n != 1203 || err != nil {
			t.Errorf("DeleteExpired = %d, %v, want 1203", n, err)
		}
		if n := rowCount(t, db); n != 7 {
			t.Errorf("%d rows are left, want 7", n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.DeleteExpired(ctx); err == nil {
			t.Error("DeleteExpired with a context that has ended is no error")
		}
	})
}

// Several may delete while others write: nothing that lives is lost.
func TestDeleteExpiredWhileOthersWrite(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db := d.Open(t, nil)
		s := migrated(t, db, withinOf(), databasestore.CleanUp(0))
		fill(t, db, s, "k", 1500, time.Millisecond)
		time.Sleep(10 * time.Millisecond)
		var (
			group sync.WaitGroup
			total atomic.Int64
		)
		for range 3 {
			other := databasestore.New(d.Open(t, nil))
			group.Go(func() {
				n, err := other.DeleteExpired(t.Context())
				if err != nil {
					t.Error(err)
				}
				total.Add(n)
			})
		}
		var taken int64
		for i := range 100 { // expired ones that live again
			ok, err := s.CompareAndSwap(t.Context(), "k"+strconv.Itoa(i*15), nil, []byte("v"), time.Hour)
			if !ok || err != nil {
				t.Errorf("CompareAndSwap of an expired key = %v, %v", ok, err)
			}
			taken++
		}
		group.Wait()
		n, err := s.DeleteExpired(t.Context())
		must(t, err)
		if deleted := total.Load() + n; deleted < 1500-taken || deleted > 1500 {
			t.Errorf("%d rows were deleted, want between %d and 1500", deleted, 1500-taken)
		}
		if n := rowCount(t, db); n != int(taken) {
			t.Errorf("%d rows are left, want %d", n, taken)
		}
	})
}

// Nobody needs to run a job: writes keep the table as small as what lives.
func TestWritesCleanUp(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		now := time.UnixMilli(1_700_000_000_000)
		db := e.Open(t, nil)
		s := migrated(t, db, withinOf(), databasestore.CleanUp(10), databasestore.Clock(func() time.Time { return now }))
		fill(t, db, s, "k", 600, time.Second) // in a transaction nothing is cleaned up
		now = now.Add(time.Minute)
		fill(t, db, s, "more", 5, time.Hour)
		if n := rowCount(t, db); n != 605 {
			t.Fatalf("%d rows, want 605", n)
		}
		for i := range 20 {
			must(t, s.Set(t.Context(), "new"+strconv.Itoa(i%3), nil, time.Hour))
		}
		if n := rowCount(t, db); n != 8 {
			t.Errorf("%d rows are left, want the 8 that live", n)
		}
	})
}

// What an open transaction has locked is not waited for, but for MySQL a second at most.
func TestCleanUpDoesNotWait(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"postgres", "mysql"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Named(t, name).New(t)
			db := d.Open(t, nil)
			s := migrated(t, db, withinOf(), databasestore.CleanUp(1))
			fill(t, db, s, "k", 3, time.Millisecond)
			time.Sleep(10 * time.Millisecond)
			tx := db.Begin()
			must(t, tx.Error)
			must(t, s.Set(within(t.Context(), tx), "k1", nil, time.Hour))
			must(t, s.Set(t.Context(), "new", nil, time.Hour)) // and cleans up
			must(t, tx.Commit().Error)
			must(t, s.Set(t.Context(), "new", nil, time.Hour))
			if n := rowCount(t, db); n != 2 {
				t.Errorf("%d rows are left, want 2", n)
			}
		})
	}
}
