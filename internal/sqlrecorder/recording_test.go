package sqlrecorder_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

type label string

type account struct {
	ID    uint
	Name  label `gorm:"size:50;uniqueIndex"`
	Score int
}

func open(t *testing.T) (*gorm.DB, *sqlrecorder.Recording) {
	t.Helper()

	pool, recording := sqlrecorder.Open()
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})

	db, err := gorm.Open(sqlserver.New(sqlserver.Config{Conn: pool}), &gorm.Config{Logger: logger.Discard, TranslateError: true})
	if err != nil {
		t.Fatal(err)
	}

	return db, recording
}

func TestCreate(t *testing.T) {
	t.Parallel()

	db, recording := open(t)

	one := account{Name: "Ada"}
	if err := db.Create(&one).Error; err != nil {
		t.Fatal(err)
	}

	more := []account{{Name: "Grace"}, {Name: "Edith"}}
	if err := db.Create(&more).Error; err != nil {
		t.Fatal(err)
	}

	if one.ID != 1 || more[0].ID != 2 || more[1].ID != 3 {
		t.Errorf("ids are %d, %d, %d, want 1, 2, 3", one.ID, more[0].ID, more[1].ID)
	}

	want := []sqlrecorder.Statement{
		{SQL: "BEGIN"},
		{SQL: `INSERT INTO "accounts" ("name","score") OUTPUT INSERTED."id" VALUES (@p1,@p2);`, Args: []any{"Ada", int64(0)}},
		{SQL: "COMMIT"},
		{SQL: "BEGIN"},
		{SQL: `INSERT INTO "accounts" ("name","score") OUTPUT INSERTED."id" VALUES (@p1,@p2),(@p3,@p4);`, Args: []any{"Grace", int64(0), "Edith", int64(0)}},
		{SQL: "COMMIT"},
	}
	if got := recording.Statements(); !reflect.DeepEqual(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}

	recording.Reset()

	if got := recording.SQL(); len(got) != 0 {
		t.Errorf("after Reset: %q", got)
	}
}

// TestGORMStatementsAreTSQL runs what GORM does without any answers, and has
// each statement checked.
func TestGORMStatementsAreTSQL(t *testing.T) {
	t.Parallel()

	db, recording := open(t)

	steps := map[string]func() error{
		"migrate": func() error { return db.AutoMigrate(&account{}) },
		"upsert": func() error {
			return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&account{ID: 7, Name: "Ada"}).Error
		},
		"find":   func() error { return db.Where("name = ?", "Ada").Limit(2).Order("score").Find(&[]account{}).Error },
		"update": func() error { return db.Model(&account{ID: 1}).Updates(map[string]any{"score": 2}).Error },
		"delete": func() error { return db.Delete(&account{ID: 1}).Error },
		"savepoint": func() error {
			return db.Transaction(func(tx *gorm.DB) error {
				return tx.Transaction(func(tx *gorm.DB) error { return tx.Create(&account{}).Error })
			})
		},
	}
	for name, step := range steps {
		recording.Reset()

		if err := step(); err != nil {
			t.Errorf("%s: %v", name, err)
		}

		if len(recording.SQL()) == 0 {
			t.Errorf("%s: nothing recorded", name)
		}

		for _, statement := range recording.SQL() {
			if err := sqlrecorder.Check(statement); err != nil && statement != "BEGIN" {
				t.Errorf("%s: %v", name, err)
			}
		}
	}

	// The one thing of GORM's that SQL Server refuses.
	recording.Reset()

	err := db.Clauses(clause.Locking{Strength: "UPDATE"}).First(&account{}).Error
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		t.Errorf("a query without rows: %v", err)
	}

	if err := sqlrecorder.Check(recording.SQL()[0]); err == nil {
		t.Errorf("accepted: %s", recording.SQL()[0])
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()

	db, recording := open(t)
	recording.Answer(sqlrecorder.Containing("SELECT", sqlrecorder.Answer{
		Columns: []string{"id", "name"},
		Rows:    [][]driver.Value{{int64(5), "Ada"}, {int64(6), "Grace"}},
	}))
	recording.Answer(sqlrecorder.Containing("UPDATE", sqlrecorder.Answer{RowsAffected: 3}))
	recording.Answer(sqlrecorder.Containing("INSERT", sqlrecorder.Answer{Err: mssql.Error{Number: 2627}}))

	var found []account
	if err := db.Find(&found).Error; err != nil || !slices.Equal(found, []account{{ID: 5, Name: "Ada"}, {ID: 6, Name: "Grace"}}) {
		t.Errorf("found %v, %v", found, err)
	}

	if got := db.Model(&account{}).Where("score = 0").Update("score", 1); got.Error != nil || got.RowsAffected != 3 {
		t.Errorf("updated %d rows, %v", got.RowsAffected, got.Error)
	}

	if err := db.Create(&account{}).Error; !errors.Is(err, gorm.ErrDuplicatedKey) {
		t.Errorf("create: %v", err)
	}

	if got := recording.SQL(); got[len(got)-1] != "ROLLBACK" {
		t.Errorf("a failed create ends with %s", got[len(got)-1])
	}

	// The newest answer is asked first.
	recording.Answer(sqlrecorder.Containing("SELECT", sqlrecorder.Answer{Err: sql.ErrConnDone}))

	if err := db.Find(&found).Error; !errors.Is(err, sql.ErrConnDone) {
		t.Errorf("find: %v", err)
	}

	recording.Answer(sqlrecorder.Containing("COMMIT", sqlrecorder.Answer{Err: sql.ErrTxDone}))

	if err := db.Transaction(func(*gorm.DB) error { return nil }); !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("commit: %v", err)
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()

	pool, recording := sqlrecorder.Open()
	defer func() { _ = pool.Close() }()

	now := time.Now()
	text := label("x")

	accepted := []struct{ value, want any }{
		{label("x"), "x"},
		{&text, "x"},
		{int8(1), int64(1)},
		{uint16(1), int64(1)},
		{float32(0.5), 0.5},
		{true, true},
		{nil, nil},
		{now, now},
		{[]byte("b"), []byte("b")},
		{sql.NullString{}, nil},
		{sql.NullInt32{Int32: 3, Valid: true}, int64(3)},
		{sql.Named("id", 4), sql.Named("id", int64(4))},
		{mssql.NVarCharMax("long"), mssql.NVarCharMax("long")},
	}
	for _, test := range accepted {
		recording.Reset()

		if _, err := pool.ExecContext(t.Context(), "SELECT @p1", test.value); err != nil {
			t.Errorf("%T: %v", test.value, err)

			continue
		}

		if got := recording.Statements()[0].Args[0]; !reflect.DeepEqual(got, test.want) {
			t.Errorf("%T is recorded as %#v, want %#v", test.value, got, test.want)
		}
	}

	recording.Reset()

	for _, value := range []any{struct{}{}, []string{"a"}, map[string]any{}, make(chan int), uint64(1) << 63} {
		if _, err := pool.ExecContext(t.Context(), "SELECT @p1", value); err == nil {
			t.Errorf("%T is accepted", value)
		}
	}

	if got := recording.SQL(); len(got) != 0 {
		t.Errorf("recorded although refused: %q", got)
	}
}

func TestPreparedStatements(t *testing.T) {
	t.Parallel()

	pool, recording := sqlrecorder.Open()
	defer func() { _ = pool.Close() }()

	prepared, err := pool.PrepareContext(t.Context(), "UPDATE t SET a = @p1")
	if err != nil {
		t.Fatal(err)
	}

	defer func() { _ = prepared.Close() }()

	for i := range 2 {
		result, err := prepared.ExecContext(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}

		if n, err := result.RowsAffected(); n != 1 || err != nil {
			t.Errorf("%d rows affected, %v", n, err)
		}

		if _, err := result.LastInsertId(); err == nil {
			t.Error("SQL Server has no LastInsertId")
		}
	}

	if got := recording.Statements(); len(got) != 2 || got[1].Args[0] != int64(1) {
		t.Errorf("recorded %v", got)
	}
}
