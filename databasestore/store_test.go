package databasestore_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	driversql "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"gorm.io/driver/mysql"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/storagetest"
)

// migrated is a store on a handle, with its table.
func migrated(t testing.TB, db *gorm.DB, options ...databasestore.Option) *databasestore.Store {
	t.Helper()
	s := databasestore.New(db, options...)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func conform(t *testing.T, s *databasestore.Store) {
	t.Helper()
	storagetest.Run(t, func(testing.TB) authplugin.SecondaryStorage { return s })
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) { conform(t, migrated(t, e.Open(t, nil))) })
}

// The application's own handle, with the library on it and prepared statements, a
// name of its own for the table, and clean-up after every write.
func TestConformanceOnTheApplicationsHandle(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db := e.Open(t, &gorm.Config{PrepareStmt: true, TranslateError: true})
		must(t, db.Use(authplugin.New(authplugin.Config{AutoMigrate: true, Hooks: authplugin.Hooks{
			User: authplugin.ModelHooks[authplugin.User]{AfterCommitCreate: func(*authplugin.HookContext, *authplugin.User) {}},
		}})))
		conform(t, migrated(t, db, databasestore.Table("own-name of$ it"), databasestore.CleanUp(1)))
	})
}

func TestConformanceWithClock(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		conform(t, migrated(t, e.Open(t, nil), databasestore.Clock(time.Now)))
	})
}

// Without a busy_timeout SQLite refuses whoever comes second.
func TestConformanceOfPlainSQLite(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite3", "sqlite"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			if driver == "sqlite3" {
				dbtest.Named(t, "sqlite")
			}
			conform(t, migrated(t, plainSQLite(t, driver, filepath.Join(t.TempDir(), "own.db"), 4)))
		})
	}
}

// plainSQLite is a handle on a file without the options that a DSN should have. It does
// not wait for the disk, which is not what is tested.
func plainSQLite(t testing.TB, driver, path string, connections int) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(sqlite.New(sqlite.Config{DriverName: driver, DSN: "file:" + path + "?_busy_timeout=0&_synchronous=OFF&_pragma=synchronous(OFF)"}), &gorm.Config{Logger: logger.Discard})
	must(t, err)
	pool, err := db.DB()
	must(t, err)
	t.Cleanup(func() { must(t, pool.Close()) })
	pool.SetMaxOpenConns(connections)
	return db
}

// driverOf is the name of a SQLite engine's driver.
func driverOf(e dbtest.Engine) string {
	if e.Name == "sqlite" {
		return "sqlite3"
	}
	return "sqlite"
}

// MySQL's driver counts changed rows by default, and can put parameters into the SQL.
func TestConformanceOfPlainMySQL(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "mysql").New(t)
	for name, change := range map[string]func(*driversql.Config){
		"defaults":     func(c *driversql.Config) { c.ClientFoundRows = false; c.ParseTime = false },
		"interpolated": func(c *driversql.Config) { c.InterpolateParams = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, err := driversql.ParseDSN(d.DSN)
			must(t, err)
			change(config)
			connector, err := driversql.NewConnector(config)
			must(t, err)
			pool := sql.OpenDB(connector)
			t.Cleanup(func() { must(t, pool.Close()) })
			pool.SetMaxOpenConns(8)
			db, err := gorm.Open(mysql.New(mysql.Config{Conn: pool}), &gorm.Config{Logger: logger.Discard})
			must(t, err)
			conform(t, migrated(t, db, databasestore.Table(name)))
		})
	}
}

// Values of many megabytes, the digits and the bounds of numbers.
func TestValues(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		s, ctx := migrated(t, e.Open(t, nil)), t.Context()
		for _, value := range []string{
			strings.Repeat("\x00'\"\\\xff", 1<<20), "9223372036854775807", "-9223372036854775808", "9223372036854775808",
			"-9223372036854775809", "0", "-0", "00", "+1", "1e3", "٣", strings.Repeat("1", 20), "1 ", "1\x00",
		} {
			must(t, s.Set(ctx, "k", []byte(value), time.Hour))
			if got, err := s.Get(ctx, "k"); string(got) != value || err != nil {
				t.Fatalf("Get = %d bytes %.20q, %v, want %d bytes %.20q", len(got), got, err, len(value), value)
			}
			for _, wrong := range []string{value + "\x00", value + " ", value + "0", value[:len(value)-1]} {
				if swapped, err := s.CompareAndSwap(ctx, "k", []byte(wrong), []byte("x"), time.Hour); swapped || err != nil {
					t.Fatalf("CompareAndSwap of %.20q for %.20q: %v, %v", wrong, value, swapped, err)
				}
			}
			for range 2 { // the second changes nothing but the expiry, perhaps
				if swapped, err := s.CompareAndSwap(ctx, "k", []byte(value), []byte(value), time.Hour); !swapped || err != nil {
					t.Fatalf("CompareAndSwap of %.20q for itself: %v, %v", value, swapped, err)
				}
			}
			if got, err := s.GetDelete(ctx, "k"); string(got) != value || err != nil {
				t.Fatalf("GetDelete = %d bytes %.20q, %v, want %.20q", len(got), got, err, value)
			}
		}
		must(t, s.Set(ctx, "k", []byte("-9223372036854775808"), time.Hour))
		if n, err := s.Increment(ctx, "k", time.Hour); n != math.MinInt64+1 || err != nil {
			t.Errorf("Increment of the least counter = %d, %v", n, err)
		}
	})
}

// A store's time is the clock that it was given: expired rows are absent to every
// method, whether or not they are there.
func TestExpiredRowsAreAbsent(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		now := time.UnixMilli(1_700_000_000_000)
		s, ctx := migrated(t, e.Open(t, nil), databasestore.Clock(func() time.Time { return now }), databasestore.CleanUp(0)), t.Context()
		for name, method := range map[string]func(key string) bool{
			"Get":       func(key string) bool { _, err := s.Get(ctx, key); return errors.Is(err, authplugin.ErrNotFound) },
			"GetDelete": func(key string) bool { _, err := s.GetDelete(ctx, key); return errors.Is(err, authplugin.ErrNotFound) },
			"Increment": func(key string) bool { n, err := s.Increment(ctx, key, time.Second); return n == 1 && err == nil },
			"swap": func(key string) bool {
				ok, err := s.CompareAndSwap(ctx, key, []byte("7"), []byte("8"), time.Second)
				return !ok && err == nil
			},
			"swap of the absent": func(key string) bool {
				ok, err := s.CompareAndSwap(ctx, key, nil, []byte("8"), time.Second)
				return ok && err == nil
			},
			"swap without ttl": func(key string) bool { ok, err := s.CompareAndSwap(ctx, key, nil, nil, 0); return ok && err == nil },
		} {
			for _, value := range []string{"7", "seven"} {
				must(t, s.Set(ctx, name, []byte(value), time.Second))
				now = now.Add(999 * time.Millisecond)
				if got, err := s.Get(ctx, name); string(got) != value || err != nil {
					t.Errorf("Get a millisecond before the end = %q, %v", got, err)
				}
				now = now.Add(time.Millisecond)
				if !method(name) {
					t.Errorf("%s sees %q, which has expired", name, value)
				}
			}
		}
	})
}

// What is in the table shows no key.
func TestTableShowsNoKeys(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db := e.Open(t, nil)
		s := migrated(t, db)
		must(t, s.Set(t.Context(), "secret-token", []byte("value"), time.Hour))
		var hash []byte
		must(t, db.Raw("SELECT key_hash FROM auth_storage").Row().Scan(&hash))
		if len(hash) != 32 || strings.Contains(string(hash), "secret") {
			t.Errorf("the key is stored as %q", hash)
		}
	})
}

func TestErrorsAndLogsShowNoSecrets(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		db := e.Open(t, &gorm.Config{Logger: recorder})
		s := databasestore.New(db)
		const key, value = "secret-key", "secret 'value\" \x00"
		operations := func() []error {
			ctx, all := t.Context(), []error{}
			collect := func(err error) { all = append(all, err) }
			collect(s.Set(ctx, key, []byte(value), time.Hour))
			_, err := s.Get(ctx, key)
			collect(err)
			_, err = s.CompareAndSwap(ctx, key, []byte(value), []byte(value+"2"), time.Hour)
			collect(err)
			_, err = s.CompareAndSwap(ctx, key+"2", nil, []byte(value), time.Hour)
			collect(err)
			_, err = s.Increment(ctx, key+"3", time.Hour)
			collect(err)
			_, err = s.GetDelete(ctx, key)
			collect(err)
			collect(s.Delete(ctx, key, key+"2"))
			return all
		}
		for i, err := range operations() {
			if err == nil || errors.Is(err, authplugin.ErrNotFound) || !strings.Contains(err.Error(), "call Migrate") ||
				!strings.HasPrefix(err.Error(), "authplugin: databasestore: ") || strings.Contains(err.Error(), "secret") {
				t.Errorf("operation %d without a table: %v, want one that says what to do, and no secret", i, err)
			}
		}
		must(t, s.Migrate(t.Context()))
		for i, err := range operations() {
			if err != nil {
				t.Errorf("operation %d: %v", i, err)
			}
		}
		must(t, s.Set(t.Context(), key, []byte(value), time.Hour))
		_, err := s.Increment(t.Context(), key, time.Hour)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("Increment of no counter: %v", err)
		}
		logged := strings.Join(recorder.Statements(), "\n")
		if !strings.Contains(logged, "auth_storage") || strings.Contains(logged, "secret") {
			t.Errorf("the log has the statements without their parameters? It is:\n%s", logged)
		}
	})
}

func TestCancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db := d.Open(t, nil)
		if e.Dialect() == "sqlite" {
			// With a busy_timeout SQLite waits for that long, whatever the context says.
			db = plainSQLite(t, driverOf(e), d.SQLitePath, 4)
		}
		s := migrated(t, db)
		must(t, s.Set(t.Context(), "k", []byte("1"), time.Hour))
		holder := d.Open(t, nil).Begin()
		must(t, holder.Exec("UPDATE auth_storage SET counter = 2").Error)
		t.Cleanup(func() { holder.Rollback() })
		for name, method := range map[string]func(context.Context) error{
			"Set":       func(ctx context.Context) error { return s.Set(ctx, "k", nil, time.Hour) },
			"Delete":    func(ctx context.Context) error { return s.Delete(ctx, "k") },
			"Increment": func(ctx context.Context) error { _, err := s.Increment(ctx, "k", time.Hour); return err },
			"GetDelete": func(ctx context.Context) error { _, err := s.GetDelete(ctx, "k"); return err },
			"swap": func(ctx context.Context) error {
				_, err := s.CompareAndSwap(ctx, "k", []byte("1"), nil, time.Hour)
				return err
			},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			if err := method(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v, want the context's error", name, err)
			}
			cancel()
		}
		must(t, holder.Rollback().Error)
		// A server may learn only now that nobody waits any more.
		if got, err := s.Get(t.Context(), "k"); err != nil && !errors.Is(err, authplugin.ErrNotFound) || err == nil && len(got) > 1 {
			t.Errorf("Get afterwards = %q, %v", got, err)
		}
	})
}

func TestValidate(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db := e.Open(t, nil)
		must(t, db.Exec("CREATE TABLE another (key_hash int)").Error)
		tx := db.Begin()
		must(t, tx.Error)
		inTransaction := databasestore.New(tx)
		must(t, tx.Rollback().Error)
		for name, c := range map[string]struct {
			store *databasestore.Store
			want  string
		}{
			"no table":      {databasestore.New(db), "call Migrate"},
			"another table": {databasestore.New(db, databasestore.Table("another")), "has no column value"},
			"no database":   {databasestore.New(nil), "no database"},
			"no name":       {databasestore.New(db, databasestore.Table("")), "is empty"},
			"bad name":      {databasestore.New(db, databasestore.Table(`a"b`)), "no identifier may have"},
			"long name":     {databasestore.New(db, databasestore.Table(strings.Repeat("a", 200))), "is longer than"},
			"transaction":   {inTransaction, "handle of a transaction"},
		} {
			if e.Dialect() == "sqlite" && name == "long name" {
				continue // it has no limit
			}
			if err := c.store.Validate(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: Validate = %v, want an error with %q", name, err, c.want)
			}
			if name == "no table" {
				continue
			}
			if err := c.store.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: Migrate = %v, want an error with %q", name, err, c.want)
			}
			if name == "another table" {
				continue
			}
			_, getErr := c.store.Get(t.Context(), "k")
			_, takeErr := c.store.GetDelete(t.Context(), "k")
			_, countErr := c.store.Increment(t.Context(), "k", 0)
			_, swapErr := c.store.CompareAndSwap(t.Context(), "k", nil, nil, 0)
			_, cleanErr := c.store.DeleteExpired(t.Context())
			for _, err := range []error{getErr, takeErr, countErr, swapErr, cleanErr, c.store.Set(t.Context(), "k", nil, 0), c.store.Delete(t.Context())} {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: %v, want an error with %q", name, err, c.want)
				}
			}
		}
		s := migrated(t, db)
		must(t, s.Validate(t.Context()))
	})
}

func TestSchemaBeforeTheName(t *testing.T) {
	t.Parallel()
	db := dbtest.Named(t, "postgres").NewWithOwnDatabase(t).Open(t, nil)
	must(t, db.Exec("CREATE SCHEMA auth").Error)
	s := migrated(t, db, databasestore.Table("auth.storage"))
	must(t, s.Validate(t.Context()))
	must(t, s.Set(t.Context(), "k", []byte("v"), time.Hour))
	var n int
	must(t, db.Raw("SELECT COUNT(*) FROM auth.storage").Row().Scan(&n))
	if diff := cmp.Diff(1, n); diff != "" {
		t.Error(diff)
	}
}
