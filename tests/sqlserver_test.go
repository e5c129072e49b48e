package tests

import (
	"context"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	mssql "github.com/microsoft/go-mssqldb"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// No SQL Server runs where these tests do. What they show is that its driver is
// handed exactly the statements and values of the golden files, and that all of
// it is Transact-SQL.

// The first start of an application creates everything under the lock; the
// second finds it in the catalog, and neither locks nor issues DDL.
func TestSQLServerStartup(t *testing.T) {
	t.Parallel()
	for _, c := range goldenCases() {
		if !c.runsOn("sqlserver") {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := newFakeServer()
			cfg := c.config("sqlserver")
			cfg.AutoMigrate = true
			var log transcript
			for _, start := range []string{"first start", "second start"} {
				db, recording := server.open(t, c.gorm)
				must(t, db.Use(authplugin.New(cfg)))
				log.section(start, recording.Statements())
				queries := strings.Join(recording.SQL(), "\n")
				wantDDL := start == "first start"
				for _, part := range []string{"sp_getapplock", "sp_releaseapplock", "BEGIN", "COMMIT", "CREATE TABLE"} {
					if strings.Contains(queries, part) != wantDDL {
						t.Errorf("%s: %s is there: %v", start, part, !wantDDL)
					}
				}
				if n := strings.Count(queries, "sys.columns AS c ON c.object_id = t.object_id"); n == 0 {
					t.Errorf("%s: the catalog was not read", start)
				}
			}
			server.checkUniqueIndexes(t)
			if problem := server.cascadeProblem(); problem != "" {
				t.Error(problem)
			}
			if c.name == "default" {
				checkGolden(t, "sqlserver/startup", log.text.String())
			}
		})
	}
}

// SQL Server by itself waits for a lock for ever: a step has it give up, says so, and
// is tried again in a transaction of its own; then the connection is as it was.
func TestSQLServerWaitsForLocks(t *testing.T) {
	t.Parallel()
	server := newFakeServer()
	must(t, server.use(t, authplugin.Config{}, nil).Migrate(t.Context()))
	db, recording := server.open(t, nil)
	auth := authplugin.New(withField("nickName", authplugin.Field{Type: authplugin.String, Optional: true}))
	must(t, db.Use(auth))
	server.busy = 2
	waits := 0
	must(t, auth.Migrate(t.Context(), authplugin.WithProgress(func(p authplugin.MigrationProgress) {
		if p.Waiting != nil {
			waits++
			if !strings.Contains(p.Waiting.Error(), "a transaction that uses the table") {
				t.Errorf("it does not say where to look: %v", p.Waiting)
			}
		}
	})))
	var heard []string
	for _, query := range recording.SQL() {
		for _, verb := range []string{"SET LOCK_TIMEOUT", "BEGIN", "ALTER", "ROLLBACK", "COMMIT"} {
			if strings.HasPrefix(query, verb) {
				heard = append(heard, query)
			}
		}
	}
	const alter = `ALTER TABLE "users" ADD "nick_name" nvarchar(max)`
	want := []string{
		"SET LOCK_TIMEOUT 1000", "BEGIN", alter, "ROLLBACK", "BEGIN", alter, "ROLLBACK", "BEGIN", alter, "COMMIT", "SET LOCK_TIMEOUT -1",
	}
	if diff := cmp.Diff(want, heard); diff != "" || waits != 2 {
		t.Errorf("it waited %d times (-want +heard):\n%s", waits, diff)
	}
}

// checkUniqueIndexes checks that exactly those over nullable columns are
// filtered: to SQL Server two NULLs are the same.
func (s *fakeServer) checkUniqueIndexes(t *testing.T) {
	t.Helper()
	for name, table := range s.tables {
		want, got := map[string]bool{}, map[string]bool{}
		for _, key := range table.keys {
			if key[1] != "i" || key[5] != true {
				continue
			}
			at := slices.IndexFunc(table.columns, func(row []driver.Value) bool { return row[1] == key[4] })
			index := key[2].(string)
			want[index] = want[index] || table.columns[at][6] == true
			got[index] = key[7] == true
		}
		for index := range want {
			if got[index] != want[index] {
				t.Errorf("unique index %s of %s is filtered: %v, want %v", index, name, got[index], want[index])
			}
		}
	}
}

// What a migration asks about rows before it adds to existing columns.
func TestSQLServerMigrationQuestions(t *testing.T) {
	t.Parallel()
	server := newFakeServer()
	auth := server.use(t, authplugin.Config{}, nil)
	must(t, auth.Migrate(t.Context()))
	users, sessions := server.tables["users"], server.tables["sessions"]
	users.keys = slices.DeleteFunc(users.keys, func(row []driver.Value) bool { return row[2] == "users_email_uidx" })
	sessions.keys = slices.DeleteFunc(sessions.keys, func(row []driver.Value) bool { return row[2] == "fk_sessions_user_id" })

	db, recording := server.open(t, nil)
	required := authplugin.Fields{"phone": {Type: authplugin.String, Size: 20}}
	auth = authplugin.New(withUserFields(required))
	must(t, db.Use(auth))
	plan, err := auth.PlanMigration(t.Context())
	must(t, err)
	if len(plan.Steps) != 3 || len(plan.Unsafe) > 0 {
		t.Errorf("plan on empty tables:\n%s", plan)
	}
	var log transcript
	log.section("questions to empty tables", recording.Statements()[2:])
	checkGolden(t, "sqlserver/questions", log.text.String())

	one := sqlrecorder.Answer{Columns: []string{""}, Rows: [][]driver.Value{{int64(1)}}}
	recording.Answer(sqlrecorder.Containing("FETCH NEXT 1 ROWS ONLY", one))
	plan, err = auth.PlanMigration(t.Context())
	must(t, err)
	if len(plan.Steps) > 0 || len(plan.Unsafe) != 3 {
		t.Errorf("plan where every answer is a row:\n%s", plan)
	}
}

var forUpdateWords = regexp.MustCompile(`(?i)\bFOR\s+UPDATE\b`)

// sqlServerIDs are the strategies, and how the driver hands out an id.
func sqlServerIDs() map[string]struct {
	strategy func() authplugin.IDStrategy
	supplied authplugin.ID
	read     driver.Value
} {
	type ids = struct {
		strategy func() authplugin.IDStrategy
		supplied authplugin.ID
		read     driver.Value
	}
	plain := func(s authplugin.IDStrategy) func() authplugin.IDStrategy {
		return func() authplugin.IDStrategy { return s }
	}
	// The driver hands out a uniqueidentifier as the server stores it: the first
	// three groups have their bytes the other way round.
	mixedEndian, _ := hex.DecodeString("6e9a7f0bc3520e4d8f1092a4f6b1c3d5")
	counter := func() authplugin.IDStrategy {
		n := 0
		return authplugin.IDFunc(func(_ context.Context, model string) (authplugin.ID, bool) {
			n++
			return authplugin.ID(fmt.Sprintf("%s-%d", model, n)), true
		})
	}
	uuid := suppliedID(authplugin.UUID)
	return map[string]ids{
		"random":   {plain(authplugin.Random), suppliedID(authplugin.Random), string(suppliedID(authplugin.Random))},
		"uuid":     {plain(authplugin.UUID), uuid, mixedEndian},
		"serial":   {plain(authplugin.Serial), suppliedID(authplugin.Serial), int64(4711)},
		"function": {counter, "user-4711", "user-4711"},
		"database": {plain(authplugin.DatabaseDefault("newsequentialid()", "uniqueidentifier")), uuid, mixedEndian},
	}
}

func TestSQLServerOperations(t *testing.T) {
	t.Parallel()
	for name, ids := range sqlServerIDs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, recording := newFakeServer().open(t, nil)
			must(t, db.Use(authplugin.New(authplugin.Config{
				GenerateID: ids.strategy(), AutoMigrate: true, Clock: fixedClock,
				User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
					"role":     {Type: authplugin.Enum("user", "admin"), DefaultValue: "user"},
					"age":      {Type: authplugin.Number, Optional: true},
					"bornAt":   {Type: authplugin.Date, Optional: true},
					"settings": {Type: authplugin.JSON, Optional: true},
				}},
			})))
			recording.Answer(rowsOf(ids.read))
			var log transcript
			for _, o := range sqlServerOperations(ids.supplied) {
				recording.Reset()
				if err := o.run(db); err != nil {
					t.Errorf("%s: %v", o.name, err)
				}
				log.section(o.name, recording.Statements())
				checkTSQL(t, recording)
				checkValues(t, o.name, recording.Statements())
			}
			recording.Reset()
			checkGolden(t, "sqlserver/operations-"+name, log.text.String())
			if forUpdateWords.MatchString(log.text.String()) {
				t.Error("FOR UPDATE is a syntax error on SQL Server")
			}
		})
	}
}

// A uniqueidentifier is handed over as text in the canonical form, which the
// server converts, and comes back as the driver's bytes. Both are checked with
// the driver's own type.
func TestSQLServerUUID(t *testing.T) {
	t.Parallel()
	server := newFakeServer()
	db, recording := server.open(t, nil)
	must(t, db.Use(authplugin.New(authplugin.Config{GenerateID: authplugin.UUID, AutoMigrate: true})))
	for _, column := range []struct{ table, name string }{{"users", "id"}, {"sessions", "id"}, {"sessions", "user_id"}, {"accounts", "user_id"}} {
		columns := server.tables[column.table].columns
		at := slices.IndexFunc(columns, func(row []driver.Value) bool { return row[1] == column.name })
		if columns[at][2] != "uniqueidentifier" {
			t.Errorf("%s.%s is %v", column.table, column.name, columns[at][2])
		}
	}

	recording.Reset()
	u := newUser(t, db, "ada")
	s := authplugin.Session{UserID: authplugin.ID(strings.ToUpper(string(u.ID))), Token: "token", ExpiresAt: noon}
	must(t, db.Create(&s).Error)
	inserts := slices.DeleteFunc(recording.Statements(), func(s sqlrecorder.Statement) bool { return !strings.HasPrefix(s.SQL, "INSERT") })
	if len(inserts) != 2 {
		t.Fatalf("inserts: %v", inserts)
	}
	handedOver := []any{inserts[0].Args[0], inserts[1].Args[0], inserts[1].Args[1]}
	want := []any{string(u.ID), string(s.ID), string(u.ID)}
	if diff := cmp.Diff(want, handedOver); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	for _, id := range handedOver {
		var native mssql.UniqueIdentifier
		text, _ := id.(string)
		if !idForms[authplugin.UUID].MatchString(text) {
			t.Errorf("%q is no UUID in lower case", text)
		}
		must(t, native.Scan(text))
		stored, err := native.Value()
		must(t, err)
		recording.Answer(rowsOf(stored))
		var read authplugin.User
		must(t, db.First(&read, authplugin.ID(text)).Error)
		if string(read.ID) != text {
			t.Errorf("%s came back as %s", text, read.ID)
		}
	}
}

// checkValues checks that every moment is in UTC and whole milliseconds.
func checkValues(t *testing.T, name string, statements []sqlrecorder.Statement) {
	t.Helper()
	for _, s := range statements {
		for i, arg := range s.Args {
			at, ok := arg.(time.Time)
			if ok && (at.Location() != time.UTC || !at.Equal(at.Truncate(time.Millisecond))) {
				t.Errorf("%s: @p%d is %v", name, i+1, at)
			}
		}
	}
}

// rowsOf answers selects of whole users and sessions with one row, and inserts
// that ask for a generated id which is no number with that id.
func rowsOf(id driver.Value) func(sqlrecorder.Statement) *sqlrecorder.Answer {
	stored := noon.Truncate(time.Millisecond)
	return func(s sqlrecorder.Statement) *sqlrecorder.Answer {
		switch {
		case strings.HasPrefix(s.SQL, `SELECT * FROM "users"`):
			return &sqlrecorder.Answer{
				Columns: []string{"id", "name", "email", "email_verified", "created_at", "updated_at", "role", "settings"},
				Rows:    [][]driver.Value{{id, "Ada", "ada@example.com", true, stored, stored, "user", `{"theme":"dark"}`}},
			}
		case strings.HasPrefix(s.SQL, `SELECT * FROM "sessions"`):
			return &sqlrecorder.Answer{
				Columns: []string{"id", "user_id", "token", "expires_at"},
				Rows:    [][]driver.Value{{id, id, "token", stored}},
			}
		case strings.Contains(s.SQL, `OUTPUT INSERTED."id" VALUES`):
			if _, counted := id.(int64); counted {
				return nil
			}
			answer := &sqlrecorder.Answer{Columns: []string{"id"}}
			for range 1 + strings.Count(s.SQL, "),(") {
				answer.Rows = append(answer.Rows, []driver.Value{id})
			}
			return answer
		default:
			return nil
		}
	}
}

// operation is something that applications do with the models.
type operation struct {
	name string
	run  func(db *gorm.DB) error
}
