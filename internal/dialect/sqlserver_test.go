package dialect

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sqlc-dev/teesql/parser"
)

// No SQL Server can be run here: these tests answer its statements from a script
// and have a parser of T-SQL read them.

func TestSQLServerInspect(t *testing.T) {
	t.Parallel()
	column := func(ord int64, table, name, typ string, length, precision, scale int64, nullable bool, def any, identity bool) []driver.Value {
		return []driver.Value{ord, table, name, typ, length, precision, scale, nullable, def, identity}
	}
	index := func(ord int64, table, name string, position int64, column any, unique, primary, filtered, disabled bool) []driver.Value {
		return []driver.Value{ord, table, "i", name, position, column, unique, primary, filtered, disabled, nil, nil, nil}
	}
	server := &scriptedServer{answers: [][][]driver.Value{
		{
			column(0, "users", "id", "bigint", 8, 19, 0, false, nil, true),
			column(0, "users", "email", "nvarchar", 510, 0, 0, false, nil, false),
			column(0, "users", "bio", "nvarchar", -1, 0, 0, true, "(NULL)", false),
			column(0, "users", "active", "bit", 1, 1, 0, false, "((1))", false),
			column(0, "users", "created", "datetimeoffset", 9, 30, 3, false, "(sysdatetimeoffset())", false),
			column(1, "users", "id", "uniqueidentifier", 16, 0, 0, false, nil, false),
		},
		{
			index(0, "users", "pk", 1, "id", true, true, false, false),
			index(1, "users", "pk", 1, "id", true, true, false, false),
			index(0, "users", "by_email", 1, "email", true, false, true, false),
			index(0, "users", "columns", 0, nil, false, false, false, true),
			{int64(1), "users", "f", "fk", int64(1), "id", false, false, false, false, "parents", "a", "SET NULL"},
		},
	}}
	got := inspect(t, SQLServer{}, server.open(t), "users", "auth.users", "nope")
	want := map[string]*Table{
		"users": {
			Name: "users",
			Columns: []Column{
				{Name: "id", Type: "bigint", AutoIncrement: true, PrimaryKey: true},
				{Name: "email", Type: "nvarchar(255)"},
				{Name: "bio", Type: "nvarchar(max)", Nullable: true},
				{Name: "active", Type: "bit", Default: ptr("((1))")},
				{Name: "created", Type: "datetimeoffset(3)", Default: ptr("(sysdatetimeoffset())")},
			},
			Indexes: []Index{
				{Name: "by_email", Columns: []string{"email"}, Unique: true, Partial: true},
				{Name: "columns", Columns: []string{""}, Invalid: true},
				{Name: "pk", Columns: []string{"id"}, Unique: true, Primary: true},
			},
		},
		"auth.users": {
			Name:    "users",
			Columns: []Column{{Name: "id", Type: "uniqueidentifier", PrimaryKey: true}},
			Indexes: []Index{{Name: "pk", Columns: []string{"id"}, Unique: true, Primary: true}},
			ForeignKeys: []ForeignKey{{
				Name: "fk", Columns: []string{"id"}, RefTable: "parents", RefColumns: []string{"a"}, OnDelete: "SET NULL",
			}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("catalog (-want +got):\n%s", diff)
	}
	wantArgs := []driver.Value{"", "users", "auth", "users", "", "nope"}
	for _, args := range server.args {
		if diff := cmp.Diff(wantArgs, args); diff != "" {
			t.Errorf("arguments (-want +got):\n%s", diff)
		}
	}
	server.checkSyntax(t)
}

func TestSQLServerLock(t *testing.T) {
	t.Parallel()
	code := func(code int64) [][]driver.Value { return [][]driver.Value{{code}} }
	t.Run("waits", func(t *testing.T) {
		t.Parallel()
		server := &scriptedServer{answers: [][][]driver.Value{code(-1), code(0), code(0)}}
		release, err := SQLServer{}.Lock(t.Context(), newConn(t, server.open(t)), "users", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if err := release(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		server.checkSyntax(t)
		for i, procedure := range []string{"sp_getapplock", "sp_getapplock", "sp_releaseapplock"} {
			if !strings.Contains(server.statements[i], procedure) || !cmp.Equal(server.args[i], server.args[0]) {
				t.Errorf("statement %d: %s with %v", i, server.statements[i], server.args[i])
			}
		}
	})
	t.Run("times out", func(t *testing.T) {
		t.Parallel()
		server := &scriptedServer{answers: [][][]driver.Value{code(-1)}}
		_, err := SQLServer{}.Lock(t.Context(), newConn(t, server.open(t)), "users", 0)
		if !errors.Is(err, ErrLockTimeout) {
			t.Errorf("want ErrLockTimeout, got %v", err)
		}
	})
	t.Run("fails", func(t *testing.T) {
		t.Parallel()
		// The second answer is to the release that follows every error.
		server := &scriptedServer{answers: [][][]driver.Value{code(-999), code(-999)}}
		_, err := SQLServer{}.Lock(t.Context(), newConn(t, server.open(t)), "users", time.Minute)
		if err == nil || errors.Is(err, ErrLockTimeout) || !strings.Contains(err.Error(), "-999") {
			t.Errorf("want the return code, got %v", err)
		}
	})
}

func TestSQLServerType(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name                     string
		length, precision, scale int
		want                     string
	}{
		{"nvarchar", 72, 0, 0, "nvarchar(36)"},
		{"nvarchar", -1, 0, 0, "nvarchar(max)"},
		{"nchar", 20, 0, 0, "nchar(10)"},
		{"varchar", 36, 0, 0, "varchar(36)"},
		{"VARBINARY", -1, 0, 0, "varbinary(max)"},
		{"datetimeoffset", 9, 30, 3, "datetimeoffset(3)"},
		{"datetime2", 8, 27, 7, "datetime2(7)"},
		{"datetime", 8, 23, 3, "datetime"},
		{"decimal", 9, 18, 2, "decimal(18,2)"},
		{"float", 8, 53, 0, "float"},
		{"int", 4, 10, 0, "int"},
		{"uniqueidentifier", 16, 0, 0, "uniqueidentifier"},
	} {
		if got := sqlServerType(test.name, test.length, test.precision, test.scale); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

// scriptedServer is a driver that answers each query with the next result.
type scriptedServer struct {
	answers    [][][]driver.Value
	statements []string
	args       [][]driver.Value
}

func (s *scriptedServer) open(t *testing.T) *sql.DB {
	t.Helper()
	db := sql.OpenDB(s)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// checkSyntax has the statements parsed as T-SQL.
func (s *scriptedServer) checkSyntax(t *testing.T) {
	t.Helper()
	for _, statement := range s.statements {
		if _, err := parser.Parse(t.Context(), strings.NewReader(statement)); err != nil {
			t.Errorf("no T-SQL: %v\n%s", err, statement)
		}
	}
}

func (s *scriptedServer) Connect(context.Context) (driver.Conn, error) { return scriptedConn{s}, nil }
func (s *scriptedServer) Driver() driver.Driver                        { return nil }

type scriptedConn struct{ server *scriptedServer }

func (scriptedConn) Prepare(string) (driver.Stmt, error) { return nil, errors.ErrUnsupported }
func (scriptedConn) Begin() (driver.Tx, error)           { return nil, errors.ErrUnsupported }
func (scriptedConn) Close() error                        { return nil }

func (c scriptedConn) QueryContext(_ context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s := c.server
	if len(s.statements) == len(s.answers) {
		return nil, fmt.Errorf("no answer for %s", query)
	}
	rows := s.answers[len(s.statements)]
	values := make([]driver.Value, len(args))
	for i, arg := range args {
		values[i] = arg.Value
	}
	s.statements, s.args = append(s.statements, query), append(s.args, values)
	return &scriptedRows{rows}, nil
}

type scriptedRows struct{ rows [][]driver.Value }

func (r *scriptedRows) Columns() []string { return make([]string, len(r.rows[0])) }
func (r *scriptedRows) Close() error      { return nil }

func (r *scriptedRows) Next(dest []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	copy(dest, r.rows[0])
	r.rows = r.rows[1:]
	return nil
}
