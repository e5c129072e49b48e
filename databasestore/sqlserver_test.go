package databasestore_test

import (
	"database/sql/driver"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// recordedSQLServer is a handle that records, and a check of what it has recorded.
func recordedSQLServer(t *testing.T) (*gorm.DB, *sqlrecorder.Recording) {
	t.Helper()
	pool, recording := sqlrecorder.Open()
	db, err := gorm.Open(sqlserver.New(sqlserver.Config{Conn: pool}), &gorm.Config{Logger: logger.Discard})
	must(t, err)
	t.Cleanup(func() {
		must(t, pool.Close())
		for _, query := range recording.SQL() {
			if err := sqlrecorder.Check(query); err != nil {
				t.Error(err)
			}
		}
	})
	return db, recording
}

// No SQL Server has run this: the statements are valid there, are one for each
// operation, and have their answers read as its driver gives them.
func TestSQLServerStatements(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]databasestore.Option{
		"the server's clock": nil, "own clock": {databasestore.Clock(time.Now), databasestore.Table("dbo.own")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, recording := recordedSQLServer(t)
			s, ctx := databasestore.New(db, options...), t.Context()
			must(t, s.Set(ctx, "k", []byte("v"), time.Minute))
			must(t, s.Set(ctx, "k", []byte("7"), time.Minute))
			must(t, s.Delete(ctx, "a", "b"))
			if won, err := s.CompareAndSwap(ctx, "k", []byte("v"), []byte("w"), time.Minute); !won || err != nil {
				t.Errorf("CompareAndSwap = %v, %v", won, err)
			}
			if won, err := s.CompareAndSwap(ctx, "k", []byte("v"), nil, 0); !won || err != nil {
				t.Errorf("CompareAndSwap without ttl = %v, %v", won, err)
			}
			if won, err := s.CompareAndSwap(ctx, "k", nil, []byte("w"), time.Minute); !won || err != nil {
				t.Errorf("CompareAndSwap of the absent = %v, %v", won, err)
			}
			if _, err := s.GetDelete(ctx, "k"); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("GetDelete of no row: %v", err)
			}
			if n, err := s.Increment(ctx, "k", time.Minute); err == nil {
				t.Errorf("Increment of what gives no row = %d", n)
			}
			if got := len(recording.SQL()); got != 8 {
				t.Errorf("%d statements for 8 operations: %q", got, recording.SQL())
			}
			recording.Answer(sqlrecorder.Containing("OUTPUT INSERTED", sqlrecorder.Answer{
				Columns: []string{"counter"}, Rows: [][]driver.Value{{int64(12)}},
			}))
			if n, err := s.Increment(ctx, "k", time.Minute); n != 12 || err != nil {
				t.Errorf("Increment = %d, %v", n, err)
			}
			recording.Answer(sqlrecorder.Containing("SELECT value", sqlrecorder.Answer{
				Columns: []string{"value", "counter"}, Rows: [][]driver.Value{{[]byte("v"), nil}},
			}))
			recording.Answer(sqlrecorder.Containing("OUTPUT DELETED", sqlrecorder.Answer{
				Columns: []string{"value", "counter"}, Rows: [][]driver.Value{{nil, int64(7)}},
			}))
			recording.Answer(sqlrecorder.Containing("SELECT TOP", sqlrecorder.Answer{
				Columns: []string{"key_hash"}, Rows: [][]driver.Value{{[]byte("hash")}},
			}))
			recording.Answer(sqlrecorder.Containing("UPDATE SET value = CONVERT", sqlrecorder.Answer{RowsAffected: 0}))
			recording.Answer(sqlrecorder.Containing("UPDATE \"", sqlrecorder.Answer{RowsAffected: 0}))
			if got, err := s.Get(ctx, "k"); string(got) != "v" || err != nil {
				t.Errorf("Get = %q, %v", got, err)
			}
			if got, err := s.GetDelete(ctx, "k"); string(got) != "7" || err != nil {
				t.Errorf("GetDelete = %q, %v", got, err)
			}
			if n, err := s.DeleteExpired(ctx); n != 1 || err != nil {
				t.Errorf("DeleteExpired = %d, %v", n, err)
			}
			for _, old := range [][]byte{nil, []byte("v")} {
				if won, err := s.CompareAndSwap(ctx, "k", old, []byte("w"), time.Minute); won || err != nil {
					t.Errorf("CompareAndSwap that finds another value = %v, %v", won, err)
				}
			}
			for _, ddl := range s.SQL() {
				must(t, db.Exec(ddl).Error)
			}
		})
	}
}

func TestSQLServerMigration(t *testing.T) {
	t.Parallel()
	db, recording := recordedSQLServer(t)
	recording.Answer(func(statement sqlrecorder.Statement) *sqlrecorder.Answer {
		if strings.Contains(statement.SQL, "applock") {
			return &sqlrecorder.Answer{Columns: []string{""}, Rows: [][]driver.Value{{int64(0)}}}
		}
		return nil
	})
	must(t, databasestore.New(db).Migrate(t.Context()))
	created := 0
	for _, query := range recording.SQL() {
		if strings.Contains(query, "CREATE TABLE") {
			created++
		}
	}
	if created != 1 {
		t.Errorf("the migration creates %d tables: %q", created, recording.SQL())
	}
}
