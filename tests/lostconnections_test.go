package tests

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// servers are the engines whose connections can be lost.
func servers(t *testing.T, f func(t *testing.T, e dbtest.Engine)) {
	t.Helper()
	for _, name := range []string{"postgres", "mysql"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, dbtest.Named(t, name))
		})
	}
}

// After the connections are lost each operation works again, as soon as the pool
// has noticed: none is refused because its statement was prepared on another one.
func TestOperationsAfterLostConnections(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, auth := use(t, d, withHasher(authplugin.Config{AutoMigrate: true}))
		pool, err := db.DB()
		must(t, err)
		idle := 2
		pool.SetMaxIdleConns(idle)
		ctx := t.Context()
		user, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"}, "password")
		must(t, err)
		session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{UserAgent: "victim"})
		must(t, err)
		n := 0
		for name, do := range map[string]func() error{
			"Sessions.Find":  func() error { _, err := auth.Sessions().Find(ctx, session.Token); return err },
			"Sessions.List":  func() error { _, err := auth.Sessions().List(ctx, user.ID); return err },
			"Users.FindByID": func() error { _, err := auth.Users().FindByID(ctx, user.ID); return err },
			"Users.Update": func() error {
				_, err := auth.Users().Update(ctx, user.ID, authplugin.Values{"name": "Countess"})
				return err
			},
			"SignUp": func() error {
				n++
				_, err := auth.Users().SignUp(ctx, authplugin.User{Name: "X", Email: fmt.Sprintf("x%d@example.com", n)}, "password")
				return err
			},
			"Consume": func() error {
				if _, err := auth.Verifications().Consume(ctx, "nothing"); !errors.Is(err, authplugin.ErrNotFound) {
					return err
				}
				return nil
			},
		} {
			must(t, do())
			d.CutOff(t)
			failures := 0
			for ; ; failures++ {
				err := do()
				if err == nil {
					break
				}
				plain(t, name, err)
				if failures > idle {
					t.Fatalf("%s: %d failures after the connections were lost, the last one: %v", name, failures, err)
				}
			}
			t.Logf("%s: %d failures", name, failures)
		}
		nothingHalf(t, db)
	})
}

// plain refuses errors that tell of the library's own statements instead of the
// connection.
func plain(t *testing.T, what string, err error) {
	t.Helper()
	for _, strange := range []string{"statement is closed", "different database", "prepared statement", "cached plan", "panic"} {
		if strings.Contains(err.Error(), strange) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Connections that are lost in the middle of the work leave nothing half done.
func TestConnectionsLostInTheMiddle(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, auth := use(t, d, withHasher(authplugin.Config{AutoMigrate: true}))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var failures, successes atomic.Int64
		var workers sync.WaitGroup
		for worker := range 3 {
			workers.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					err := signUpAndIn(t.Context(), auth, fmt.Sprintf("w%d-%d", worker, i)) //nolint:contextcheck // ctx ends the loop, not the work
					if err == nil {
						successes.Add(1)
						continue
					}
					failures.Add(1)
					plain(t, "in the middle", err)
				}
			})
		}
		for range scaled(8, 100) {
			time.Sleep(80 * time.Millisecond)
			d.CutOff(t)
		}
		cancel()
		workers.Wait()
		t.Logf("%d failures, %d successes", failures.Load(), successes.Load())
		if successes.Load() == 0 {
			t.Error("nothing succeeded")
		}
		var n int64
		for range 5 { // connections that were lost last
			if db.Model(&authplugin.User{}).Count(&n).Error == nil {
				break
			}
		}
		must(t, db.Exec("UPDATE sessions SET user_agent = 'victim'").Error)
		nothingHalf(t, db)
		writeAndRead(t.Context(), t, auth, "afterwards")
	})
}

// A table that changes under prepared statements disturbs no operation: not a new
// column, as the next version of the application makes it, nor another type.
func TestSchemaChangesUnderPreparedStatements(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		_, auth := use(t, d, withHasher(authplugin.Config{AutoMigrate: true}))
		ctx := t.Context()
		for i := range 3 {
			writeAndRead(ctx, t, auth, fmt.Sprint("before-", i))
		}
		user, err := auth.Users().FindByEmail(ctx, "before-0@example.com")
		must(t, err)
		session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		must(t, inTransactionToo(ctx, auth, user.ID, session.Token))

		other := d.Pool(t)
		for i, change := range schemaChanges(e) {
			_, err := other.ExecContext(ctx, change)
			must(t, err)
			if err := inTransactionToo(ctx, auth, user.ID, session.Token); err != nil {
				t.Errorf("in a transaction after %s: %v", change, err)
			}
			writeAndRead(ctx, t, auth, fmt.Sprint("change-", i))
			_, err = other.ExecContext(ctx, change2(change))
			must(t, err)
			writeAndRead(ctx, t, auth, fmt.Sprint("again-", i))
			if err := inTransactionToo(ctx, auth, user.ID, session.Token); err != nil {
				t.Errorf("in a transaction after %s: %v", change2(change), err)
			}
		}
	})
}

// schemaChanges are statements that leave the tables fit for the library.
func schemaChanges(e dbtest.Engine) []string {
	var changes []string
	for _, table := range []string{"users", "sessions", "accounts", "verifications"} {
		changes = append(changes, "ALTER TABLE "+table+" ADD COLUMN later_1 varchar(20)")
	}
	switch e.Dialect() {
	case "postgres":
		changes = append(changes,
			"ALTER TABLE users ALTER COLUMN name TYPE varchar(301)", "ALTER TABLE users ALTER COLUMN email TYPE varchar(301)",
			"ALTER TABLE sessions ALTER COLUMN user_agent TYPE varchar(301)", "ALTER TABLE sessions ALTER COLUMN token TYPE varchar(301)",
			"ALTER TABLE accounts ALTER COLUMN scope TYPE varchar(301)", "ALTER TABLE verifications ALTER COLUMN value TYPE varchar(301)",
		)
	case "mysql":
		changes = append(changes, "ALTER TABLE users MODIFY name varchar(301) NOT NULL", "ALTER TABLE sessions MODIFY user_agent varchar(301)")
	}
	return changes
}

// change2 is a second change of the same kind.
func change2(change string) string {
	if strings.Contains(change, "varchar(301)") && strings.Contains(change, "TYPE") {
		return strings.Replace(change, "varchar(301)", "text", 1)
	}
	return strings.NewReplacer("later_1", "later_2", "301", "302").Replace(change)
}

// inTransactionToo runs compiled statements in a transaction, which a changed type
// ends on PostgreSQL.
func inTransactionToo(ctx context.Context, auth *authplugin.Auth, user authplugin.ID, token string) error {
	return auth.Transaction(ctx, func(tx *authplugin.Auth) error {
		if _, err := tx.Users().FindByID(ctx, user); err != nil {
			return err
		}
		if _, err := tx.Sessions().Find(ctx, token); err != nil {
			return err
		}
		_, err := tx.Accounts().FindByProvider(ctx, "github", "before-0")
		if err != nil {
			return err
		}
		_, err = tx.Verifications().Create(ctx, "in a transaction", "value", authplugin.VerificationOptions{})
		if err != nil {
			return err
		}
		_, err = tx.Verifications().Consume(ctx, "in a transaction")
		return err
	}, authplugin.Retry(20))
}

// A session on which somebody has thrown the prepared statements away, as a pooler
// does, finds all the same.
func TestPreparedStatementsThrownAway(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "postgres").New(t)
	db, auth := use(t, d, withHasher(authplugin.Config{AutoMigrate: true}))
	pool, err := db.DB()
	must(t, err)
	pool.SetMaxOpenConns(1)
	ctx := t.Context()
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	for range 3 {
		session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		_, err = auth.Sessions().Find(ctx, session.Token)
		must(t, err)
		_, err = pool.ExecContext(ctx, "DEALLOCATE ALL")
		must(t, err)
		_, err = auth.Sessions().Find(ctx, session.Token)
		must(t, err)
	}
}

// With one connection, a transaction goes on while somebody else waits for the
// connection to prepare the very statement that the transaction needs.
func TestOneConnectionForAll(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, withHasher(authplugin.Config{}))
		pool, err := db.DB()
		must(t, err)
		pool.SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		user := newUser(t, db, "ada")
		outside := make(chan error, 1)
		must(t, auth.Transaction(ctx, func(tx *authplugin.Auth) error {
			go func() {
				_, err := auth.Users().FindByID(ctx, user.ID)
				outside <- err
			}()
			for pool.Stats().WaitCount == 0 {
				time.Sleep(time.Millisecond)
			}
			_, err := tx.Users().FindByID(ctx, user.ID)
			return err
		}))
		must(t, <-outside)
		writeAndRead(ctx, t, auth, "afterwards")
	})
}

// What is prepared anew is not prepared for ever.
func TestStatementsAreClosed(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "postgres").New(t)
	db, auth := use(t, d, withHasher(authplugin.Config{AutoMigrate: true}))
	pool, err := db.DB()
	must(t, err)
	pool.SetMaxOpenConns(1)
	user := newUser(t, db, "ada")
	for i := range 10 {
		_, err := auth.Users().FindByID(t.Context(), user.ID)
		must(t, err)
		must(t, db.Session(&gorm.Session{}).Exec(fmt.Sprintf("ALTER TABLE users ALTER COLUMN name TYPE varchar(%d)", 300+i)).Error)
	}
	_, err = auth.Users().FindByID(t.Context(), user.ID)
	must(t, err)
	var n int
	must(t, pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM \"users\" WHERE \"id\"%'").Scan(&n))
	if n > 3 { // the library's, that of pgx for the same text, and one that pgx is about to close
		t.Errorf("%d statements are prepared for one look-up", n)
	}
}
