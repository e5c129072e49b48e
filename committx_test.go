package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// A Commit that fails leaves the outcome open.
func TestCommitThatFails(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "mysql" {
			t.Skip("not a case: MySQL has no deferred constraint that could fail the COMMIT")
		}
		db, j := openObserved(t, e.New(t), nil)
		mustBe(t, db.Exec("CREATE TABLE parents (id int PRIMARY KEY)").Error)
		mustBe(t, db.Exec("CREATE TABLE children (id int REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)").Error)
		if err := db.Transaction(func(tx *gorm.DB) error {
			mustBe(t, create(tx, "a"))
			_ = tx.Transaction(func(tx *gorm.DB) error { return errors.Join(create(tx, "b"), errTest) })
			return tx.Exec("INSERT INTO children VALUES (1)").Error
		}); err == nil {
			t.Fatal("it was committed")
		}
		j.want(t, "?a", "-b")
	})
}

// PostgreSQL rolls back a transaction that an error has aborted, however it ends.
func TestCommitOfAnAbortedTransaction(t *testing.T) {
	t.Parallel()
	db, j := openObserved(t, dbtest.Named(t, "postgres").New(t), nil)
	tx := db.Begin()
	mustBe(t, create(tx, "a"))
	if tx.Session(&gorm.Session{NewDB: true}).Exec("nonsense").Error == nil {
		t.Fatal("no error")
	}
	if tx.Commit().Error == nil {
		t.Error("it was committed")
	}
	j.want(t, "?a")
}

// MySQL commits nothing, without an error, after a deadlock.
func TestCommitAfterDeadlock(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]gorm.Config{"plain": {}, "prepared": {PrepareStmt: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, j := openObserved(t, dbtest.Named(t, "mysql").New(t), &config)
			rows := []*User{{Name: "one", Email: "one"}, {Name: "two", Email: "two"}}
			mustBe(t, db.Create(rows).Error)
			j.take(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			touch := func(tx *gorm.DB, row *User) error {
				return tx.Session(&gorm.Session{NewDB: true}).Model(&User{}).Where("id = ?", row.ID).Update("image", "x").Error
			}
			var locked, done sync.WaitGroup
			locked.Add(2)
			lost := make(chan string, 2)
			for i, row := range rows {
				done.Go(func() {
					tx := db.WithContext(ctx).Begin()
					defer tx.Rollback()
					if err := errors.Join(create(tx, "by "+row.Name), touch(tx, row)); err != nil {
						t.Error(err)
					}
					locked.Done()
					locked.Wait()
					if touch(tx, rows[1-i]) != nil {
						lost <- "?by " + row.Name
					}
					if err := tx.Commit().Error; err != nil {
						t.Error(err)
					}
				})
			}
			done.Wait()
			close(lost)
			victim := <-lost
			got := j.take(t)
			slices.Sort(got)
			want := []string{map[string]string{"?by one": "by two", "?by two": "by one"}[victim], victim}
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("ran %q, want %q", got, want)
			}
		})
	}
}

// idleTx is a transaction that does nothing.
type idleTx struct{ gorm.Tx }

func (idleTx) ExecContext(context.Context, string, ...any) (sql.Result, error) { return nil, nil }

func (idleTx) QueryContext(context.Context, string, ...any) (*sql.Rows, error) { return nil, nil }

func TestObservingAllocatesNothing(t *testing.T) {
	ctx, args := t.Context(), []any{1, "two"}
	tx := &commitTx{Tx: idleTx{}, queue: commitQueue{dialect: "postgres"}}
	if n := testing.AllocsPerRun(100, func() {
		_, _ = tx.ExecContext(ctx, `INSERT INTO "users" ("id") VALUES ($1)`, args...)
		_, _ = tx.ExecContext(ctx, `REPLACE INTO "users" ("id") VALUES ($1)`, args...)
		_, _ = tx.QueryContext(ctx, `SELECT * FROM "users" WHERE id = $1`, args...) //nolint:rowserrcheck,sqlclosecheck // there are no rows
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// SQL Server has its own words for savepoints, and drivers fail at any moment.
func TestAfterCommitOnSQLServer(t *testing.T) {
	t.Parallel()
	pool, recording := sqlrecorder.Open()
	t.Cleanup(func() { mustBe(t, pool.Close()) })
	db, err := gorm.Open(sqlserver.New(sqlserver.Config{Conn: pool}), &gorm.Config{Logger: logger.Discard})
	mustBe(t, err)
	cfg := observing()
	cfg.AutoMigrate = false
	mustBe(t, db.Use(New(cfg)))
	j := keepJournal(t, db)
	recording.Reset()
	mustBe(t, db.Transaction(func(tx *gorm.DB) error {
		mustBe(t, create(tx, "a"))
		_ = tx.Transaction(func(tx *gorm.DB) error { return errors.Join(create(tx, "b"), errTest) })
		mustBe(t, tx.Exec("SAVE TRAN [Mixed]").Error)
		mustBe(t, create(tx, "c"))
		mustBe(t, tx.Exec("SAVE TRANSACTION mixed").Error)
		mustBe(t, create(tx, "d"))
		return tx.Exec("ROLLBACK TRAN Mixed").Error
	}))
	j.want(t, "a", "-b", "-c", "-d")
	if texts := strings.Join(recording.SQL(), "\n"); !strings.Contains(texts, "SAVE TRANSACTION sp") || !strings.Contains(texts, "ROLLBACK TRANSACTION sp") {
		t.Errorf("GORM has sent:\n%s", texts)
	}
	fails := make(map[string]bool)
	recording.Answer(func(s sqlrecorder.Statement) *sqlrecorder.Answer {
		if fails[s.SQL] {
			return &sqlrecorder.Answer{Err: errTest}
		}
		return nil
	})
	for _, test := range []struct {
		fails, want string
		result      error
	}{{"COMMIT", "?e", nil}, {"ROLLBACK", "-e", errTest}} {
		clear(fails)
		fails[test.fails] = true
		_ = db.Transaction(func(tx *gorm.DB) error { return errors.Join(create(tx, "e"), test.result) })
		j.want(t, test.want)
	}
	clear(fails)
	tx := db.Begin()
	mustBe(t, create(tx, "f"))
	beneath, _ := SQLTx(tx)
	mustBe(t, beneath.Commit()) // behind GORM's back
	tx.Rollback()
	j.want(t, "?f")
}
