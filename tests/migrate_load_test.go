package tests

import (
	"bytes"
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

// writers sign users up and in through an older version of the application, until
// they are told to stop. None of their writes may fail.
func writers(t *testing.T, d dbtest.Database, stop <-chan struct{}) (done *sync.WaitGroup, written *atomic.Int64) {
	t.Helper()
	done, written = &sync.WaitGroup{}, &atomic.Int64{}
	_, auth := use(t, d, withHasher(authplugin.Config{}))
	for w := range 4 {
		done.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := signUpAndIn(t.Context(), auth, fmt.Sprintf("w%d-%d", w, i)); err != nil {
					t.Errorf("a writer: %v", err)
					return
				}
				written.Add(1)
			}
		})
	}
	return done, written
}

// The database is migrated while an older version of the application writes to it.
func TestMigrateUnderLoad(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]authplugin.MigrateOption{"plain": nil, "concurrently": {authplugin.Concurrently()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				if options != nil && e.Dialect() != "postgres" {
					t.Skip("not a case: only PostgreSQL builds indexes concurrently")
				}
				d := e.New(t)
				use(t, d, authplugin.Config{AutoMigrate: true})
				stop := make(chan struct{})
				done, written := writers(t, d, stop)
				for written.Load() < 8 && !t.Failed() {
					time.Sleep(time.Millisecond)
				}
				m := migrator{}
				_, auth := use(t, d, m.config())
				err := auth.Migrate(t.Context(), options...)
				before := written.Load()
				for written.Load() < before+8 && !t.Failed() {
					time.Sleep(time.Millisecond)
				}
				close(stop)
				done.Wait()
				must(t, err)
				upToDate(t, auth, options...)
			})
		})
	}
}

// A migration that has to wait for a transaction does not make everybody else
// wait behind it for longer than a few seconds, and goes on when it can.
func TestMigrationWaitsWithPatience(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "sqlite" {
			t.Skip("not a case: SQLite has one writer at a time, who waits for nobody else's reads")
		}
		d := e.New(t)
		db, old := use(t, d, authplugin.Config{AutoMigrate: true})
		newUser(t, db, "ada")
		blocker := db.Begin()
		must(t, blocker.Exec("UPDATE users SET name = 'blocked'").Error)

		cfg := withField("nickName", authplugin.Field{Type: authplugin.String, Optional: true})
		_, auth := use(t, d, cfg)
		migrated := make(chan error, 1)
		go func() { migrated <- auth.Migrate(context.WithoutCancel(t.Context())) }()
		time.Sleep(500 * time.Millisecond) // it waits for the table by now
		if _, err := old.Users().FindByEmail(t.Context(), "ada@example.com"); err != nil {
			t.Errorf("a reader that came later: %v", err)
		}
		select {
		case err := <-migrated:
			t.Fatalf("the migration did not wait: %v", err)
		case <-time.After(2500 * time.Millisecond): // it has given up once
		}
		must(t, blocker.Commit().Error)
		must(t, <-migrated)
		upToDate(t, auth)
	})
}

// A migration that waits in vain says so, and leaves nothing behind.
func TestMigrationThatWaitsInVain(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "sqlite" {
			t.Skip("not a case: SQLite's busy timeout is its own")
		}
		d := e.NewWithOwnDatabase(t) // the lock of migrations is the database's, and another test may hold it for longer
		db, _ := use(t, d, authplugin.Config{AutoMigrate: true})
		newUser(t, db, "ada")
		blocker := db.Begin()
		defer blocker.Rollback()
		must(t, blocker.Exec("UPDATE users SET name = 'blocked'").Error)
		cfg := withField("nickName", authplugin.Field{Type: authplugin.String, Optional: true})
		cfg.MigrationLockTimeout = time.Second
		_, auth := use(t, d, cfg)
		err := auth.Migrate(t.Context())
		var failed *authplugin.MigrationError
		if !errors.As(err, &failed) || !errors.Is(err, authplugin.ErrConflict) || failed.Step.Name != "nick_name" {
			t.Fatalf("got %v", err)
		}
		if !strings.Contains(err.Error(), "a transaction that uses the table") {
			t.Errorf("it does not say where to look: %v", err)
		}
		must(t, blocker.Rollback().Error)
		must(t, auth.Migrate(t.Context()))
	})
}

// While a migration waits, progress and the log say for whom: a transaction that has
// only read is enough.
func TestMigrationSaysThatItWaits(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "sqlite" {
			t.Skip("SQLite has one writer at a time, who waits for nobody else's reads")
		}
		d := e.New(t)
		db, _ := use(t, d, authplugin.Config{AutoMigrate: true})
		// MySQL alters no table while one that refers to it is read, MariaDB does.
		read := "users"
		if e.Dialect() == "mysql" && !isMariaDB(t, db) {
			read = "sessions"
		}
		blocker := db.Begin()
		defer blocker.Rollback()
		must(t, blocker.Exec("SELECT * FROM "+read).Error)

		cfg := withField("nickName", authplugin.Field{Type: authplugin.String, Optional: true})
		cfg.Verification.AdditionalFields = authplugin.Fields{"device": {Type: authplugin.String, Optional: true}}
		var log bytes.Buffer
		_, auth := useWith(t, d, cfg, &gorm.Config{Logger: chatty(&log)})
		log.Reset()
		var waits []authplugin.MigrationProgress
		must(t, auth.Migrate(t.Context(), authplugin.WithProgress(func(p authplugin.MigrationProgress) {
			if p.Waiting == nil {
				return
			}
			if waits = append(waits, p); len(waits) == 2 {
				must(t, blocker.Rollback().Error)
			}
		})))
		upToDate(t, auth)
		if len(waits) != 2 {
			t.Fatalf("it waited %d times", len(waits))
		}
		for _, p := range waits {
			if p.Step.Name != "nick_name" || p.Number != 1 || p.Total != 2 || p.Done || p.Duration <= 0 {
				t.Errorf("got %+v", p)
			}
			if !strings.Contains(p.Waiting.Error(), "a transaction that uses the table") {
				t.Errorf("it does not say where to look: %v", p.Waiting)
			}
		}
		const warning = "the migration waits for transactions of others"
		if n := strings.Count(log.String(), warning); n != 1 || !strings.Contains(log.String(), "add column users.nick_name: ") {
			t.Errorf("%d warnings in the log:\n%s", n, log.String())
		}
	})
}

// The connection that a migration used is as it was before.
func TestMigrationLeavesTheConnectionAsItWas(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		ask := map[string][2]string{
			"postgres": {"SET lock_timeout = '1234ms'", "SHOW lock_timeout"},
			"mysql":    {"SET SESSION lock_wait_timeout = 1234", "SELECT @@SESSION.lock_wait_timeout"},
		}[e.Dialect()]
		if ask[0] == "" {
			t.Skip("not a case: only on PostgreSQL and MySQL is anything set")
		}
		db, auth := use(t, e.New(t), authplugin.Config{})
		pool, err := db.DB()
		must(t, err)
		pool.SetMaxOpenConns(1)
		execAll(t, db, []string{ask[0]})
		must(t, auth.Migrate(t.Context()))
		var left string
		must(t, db.Raw(ask[1]).Scan(&left).Error)
		if !strings.HasPrefix(left, "1234") {
			t.Errorf("the time to wait for locks is %s now", left)
		}
	})
}

// Indexes that are built concurrently, and what broken attempts leave behind.
func TestConcurrentIndexes(t *testing.T) {
	t.Parallel()
	e := dbtest.Named(t, "postgres")
	d := e.New(t)
	db, _ := use(t, d, authplugin.Config{AutoMigrate: true})
	newUser(t, db, "ada")
	_, auth := use(t, d, migrator{}.config())
	online := authplugin.Concurrently()
	plan, err := auth.PlanMigration(t.Context(), online)
	must(t, err)
	indexes := 0
	for _, s := range plan.Steps {
		if s.Kind != authplugin.CreateIndex {
			continue
		}
		indexes++
		if s.Transactional || !strings.Contains(s.SQL[0], "INDEX CONCURRENTLY") {
			t.Errorf("%s: %q", s, s.SQL)
		}
	}
	if indexes == 0 {
		t.Fatalf("plan: %s", plan)
	}

	// Two rows get the same value while a unique index is built.
	must(t, db.Exec("ALTER TABLE users ADD COLUMN slug text").Error)
	must(t, db.Create(&authplugin.User{Name: "Bob", Email: "bob@example.com"}).Error)
	plan, err = auth.PlanMigration(t.Context(), online)
	must(t, err)
	result, err := auth.Apply(t.Context(), plan, online, authplugin.WithProgress(func(p authplugin.MigrationProgress) {
		if p.Step.Name == "users_slug_uidx" && !p.Done {
			must(t, db.Exec("UPDATE users SET slug = 'same'").Error)
		}
	}))
	if !errors.Is(err, authplugin.ErrDuplicate) || result.Failed == nil || result.Failed.Name != "users_slug_uidx" {
		t.Fatalf("got %v", err)
	}
	if len(result.Applied) == 0 || len(result.Pending) == 0 {
		t.Errorf("%d applied, %d pending", len(result.Applied), len(result.Pending))
	}
	if invalid := invalidIndexes(t, db, d); invalid > 0 {
		t.Errorf("%d broken indexes are left", invalid)
	}

	// A process that was killed leaves one, too.
	if err := db.Exec("CREATE UNIQUE INDEX CONCURRENTLY users_slug_uidx ON users (slug)").Error; err == nil {
		t.Fatal("the index was built over duplicates")
	}
	if invalidIndexes(t, db, d) != 1 {
		t.Fatal("no broken index is left")
	}
	must(t, db.Exec("UPDATE users SET slug = NULL").Error)
	must(t, auth.Migrate(t.Context(), online))
	if invalidIndexes(t, db, d) != 0 {
		t.Error("the broken index is left")
	}
	upToDate(t, auth, online)
	upToDate(t, auth)
}

func invalidIndexes(t *testing.T, db *gorm.DB, d dbtest.Database) (n int64) {
	t.Helper()
	must(t, db.Raw("SELECT COUNT(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace s ON s.oid = c.relnamespace "+
		"WHERE NOT i.indisvalid AND s.nspname = ?", d.Name).Scan(&n).Error)
	return n
}
