package dialect

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// slow is how late a busy machine may be. It is well below the times for which somebody
// waits who does not notice that it is enough.
const slow = 20 * time.Second

// mustLock takes the lock or fails the test.
func mustLock(t *testing.T, d Dialect, conn Conn, name string) (release func(context.Context, bool) error) {
	t.Helper()
	release, err := d.Lock(t.Context(), conn, name, 0)
	if err != nil {
		t.Fatal(err)
	}
	return release
}

func TestLockWaitsForRelease(t *testing.T) {
	t.Parallel()
	onEach(t, engines(), func(t *testing.T, d Dialect, db *sql.DB) {
		name := rand.Text()
		first, second := newConn(t, db), newConn(t, db)
		release := mustLock(t, d, first, name)
		var released atomic.Bool
		done := make(chan error, 1)
		go func() {
			release, err := d.Lock(t.Context(), second, name, time.Minute)
			if err == nil && !released.Load() {
				err = errors.New("got the lock while it was held")
			}
			if err == nil {
				err = release(t.Context(), true)
			}
			done <- err
		}()
		time.Sleep(100 * time.Millisecond)
		released.Store(true)
		if err := release(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

func TestLockTimesOut(t *testing.T) {
	t.Parallel()
	onEach(t, engines(), func(t *testing.T, d Dialect, db *sql.DB) {
		name := rand.Text()
		first, second := newConn(t, db), newConn(t, db)
		release := mustLock(t, d, first, name)
		for _, wait := range []time.Duration{0, 200 * time.Millisecond} {
			start := time.Now()
			_, err := d.Lock(t.Context(), second, name, wait)
			if !errors.Is(err, ErrLockTimeout) {
				t.Fatalf("want ErrLockTimeout, got %v", err)
			}
			if waited := time.Since(start); waited < wait || waited > wait+slow {
				t.Errorf("waited %s instead of %s", waited, wait)
			}
		}
		if err := release(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		// The connection that waited in vain is as good as new.
		if err := mustLock(t, d, second, name)(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLockStopsWaitingWithItsContext(t *testing.T) {
	t.Parallel()
	onEach(t, engines(), func(t *testing.T, d Dialect, db *sql.DB) {
		name := rand.Text()
		first, second := newConn(t, db), newConn(t, db)
		release := mustLock(t, d, first, name)
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := d.Lock(ctx, second, name, time.Minute)
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrLockTimeout) {
			t.Fatalf("want the context's error, got %v", err)
		}
		if waited := time.Since(start); waited > slow {
			t.Errorf("noticed the end of the context after %s", waited)
		}
		if err := release(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		// Nothing is left behind by the one that gave up.
		if err := mustLock(t, d, first, name)(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLockIsReleasedAfterItsContext(t *testing.T) {
	t.Parallel()
	onEach(t, engines(), func(t *testing.T, d Dialect, db *sql.DB) {
		name := rand.Text()
		first, second := newConn(t, db), newConn(t, db)
		ctx, cancel := context.WithCancel(t.Context())
		release, err := d.Lock(ctx, first, name, 0)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := release(ctx, false); err != nil {
			t.Fatal(err)
		}
		if err := mustLock(t, d, second, name)(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLockSerialises(t *testing.T) {
	t.Parallel()
	onEach(t, engines(), func(t *testing.T, d Dialect, db *sql.DB) {
		const workers = 8
		name := rand.Text()
		mustExec(t, db, "CREATE TABLE counters (n integer NOT NULL)", "INSERT INTO counters VALUES (0)")
		var wg sync.WaitGroup
		for range workers {
			conn := newConn(t, db)
			wg.Go(func() {
				if err := countUnderLock(t.Context(), d, conn, name); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var n int
		if err := db.QueryRow("SELECT n FROM counters").Scan(&n); err != nil || n != workers {
			t.Errorf("%d of %d increments are there, error %v", n, workers, err)
		}
	})
}

// countUnderLock adds one in a way that loses increments without the lock.
func countUnderLock(ctx context.Context, d Dialect, conn *sql.Conn, name string) error {
	release, err := d.Lock(ctx, conn, name, time.Minute)
	if err != nil {
		return err
	}
	var n int
	err = conn.QueryRowContext(ctx, "SELECT n FROM counters").Scan(&n)
	if err == nil {
		time.Sleep(5 * time.Millisecond)
		// Spelled without placeholders, which differ by database.
		_, err = conn.ExecContext(ctx, "UPDATE counters SET n = "+string(rune('0'+n+1)))
	}
	return errors.Join(err, release(ctx, err == nil))
}

func TestLockNamesAreIndependent(t *testing.T) {
	t.Parallel()
	onEach(t, []engine{{"postgres", openPostgres}, {"mysql", openMySQL}}, func(t *testing.T, d Dialect, db *sql.DB) {
		first, second := newConn(t, db), newConn(t, db)
		one := mustLock(t, d, first, rand.Text())
		other := mustLock(t, d, second, rand.Text())
		if err := errors.Join(one(t.Context(), true), other(t.Context(), true)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLockReleaseTellsALostLock(t *testing.T) {
	t.Parallel()
	onEach(t, []engine{{"postgres", openPostgres}, {"mysql", openMySQL}}, func(t *testing.T, d Dialect, db *sql.DB) {
		conn := newConn(t, db)
		release := mustLock(t, d, conn, rand.Text())
		lose := "SELECT pg_advisory_unlock_all()"
		if d.Name() == "mysql" {
			lose = "DO RELEASE_ALL_LOCKS()"
		}
		if _, err := conn.ExecContext(t.Context(), lose); err != nil {
			t.Fatal(err)
		}
		if err := release(t.Context(), true); err == nil {
			t.Error("want an error for a lock that was lost on the way")
		}
	})
}

// GET_LOCK is for the whole server, the migration lock for one database.
func TestMySQLLockIsPerDatabase(t *testing.T) {
	t.Parallel()
	d, first := openMySQL(t)
	_, second := openMySQL(t)
	name := rand.Text()
	one := mustLock(t, d, newConn(t, first), name)
	other := mustLock(t, d, newConn(t, second), name)
	if err := errors.Join(one(t.Context(), true), other(t.Context(), true)); err != nil {
		t.Fatal(err)
	}
}

func TestPollLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		attempts := 0
		err := pollLock(t.Context(), 10*time.Second, func() (bool, error) {
			attempts++
			return false, nil
		})
		if !errors.Is(err, ErrLockTimeout) || err.Error() != "another process holds the migration lock: waited 10s" {
			t.Errorf("error: %v", err)
		}
		if waited := time.Since(start); waited != 10*time.Second {
			t.Errorf("waited %s", waited)
		}
		// Pauses are between 10 and 250 ms.
		if attempts < 40 || attempts > 150 {
			t.Errorf("%d attempts in 10 s", attempts)
		}

		failure := errors.New("no connection")
		err = pollLock(t.Context(), 10*time.Second, func() (bool, error) { return false, failure })
		if !errors.Is(err, failure) {
			t.Errorf("want the error of the attempt, got %v", err)
		}

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err = pollLock(ctx, time.Second, func() (bool, error) { return true, nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("want no attempt after the context is done, got %v", err)
		}
	})
}

// The server may grant the lock although the client sees an error.
func TestSessionLockGivesBackAfterAnError(t *testing.T) {
	t.Parallel()
	lost := errors.New("answer lost")
	released := false
	_, err := sessionLock{
		try:     func(context.Context) (bool, error) { return false, lost },
		release: func(context.Context) (bool, error) { released = true; return true, nil },
	}.acquire(t.Context(), time.Second)
	if !errors.Is(err, lost) || !released {
		t.Errorf("error %v, released %v", err, released)
	}
}
