package dialect

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
)

// BenchmarkInspect is named <engine>/<variant>: "inspect" reads five tables with
// everything there is to them, "columns" and "keys" are its two statements alone,
// and "raw" is the simplest statement that asks the catalog anything.
//
// To see it with a large catalog, set AUTHPLUGIN_TEST_POSTGRES to a database of
// thousands of tables.
func BenchmarkInspect(b *testing.B) {
	raw := map[string]string{
		"sqlite":   "SELECT name FROM sqlite_schema WHERE type = 'table'",
		"postgres": "SELECT relname FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass('users')",
		"mysql":    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'users'",
	}
	for _, e := range engines() {
		b.Run(e.name, func(b *testing.B) {
			d, db := e.open(b)
			db.SetMaxOpenConns(1)
			tables := createBenchTables(b, db)
			b.Run("raw", func(b *testing.B) {
				benchmarkStatement(b, db, recordedStatement{query: raw[d.Name()]})
			})
			var recorder statementRecorder
			recorder.Querier = db
			if _, err := d.Inspect(b.Context(), &recorder, tables); err != nil {
				b.Fatal(err)
			}
			for i, name := range []string{"columns", "keys"} {
				b.Run(name, func(b *testing.B) { benchmarkStatement(b, db, recorder.statements[i]) })
			}
			b.Run("inspect", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					catalog, err := d.Inspect(b.Context(), db, tables)
					if err != nil {
						b.Fatal(err)
					}
					if len(catalog.Tables) != len(tables) {
						b.Fatalf("found %d tables", len(catalog.Tables))
					}
				}
			})
		})
	}
}

// createBenchTables makes the tables of an application that authenticates users.
func createBenchTables(b *testing.B, db *sql.DB) []string {
	b.Helper()
	mustExec(b, db, `CREATE TABLE users (id varchar(36) PRIMARY KEY, name varchar(255) NOT NULL,
		email varchar(255) NOT NULL UNIQUE, email_verified boolean NOT NULL DEFAULT false,
		image varchar(255), created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP)`)
	tables := []string{"users"}
	for _, table := range []string{"sessions", "accounts", "tokens", "members"} {
		mustExec(
			b, db,
			fmt.Sprintf(`CREATE TABLE %s (id varchar(36) PRIMARY KEY, user_id varchar(36) NOT NULL, token varchar(255),
				expires_at timestamp NULL, ip_address varchar(255), user_agent varchar(255), created_at timestamp NULL,
				CONSTRAINT fk_%s_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE)`, table, table),
			fmt.Sprintf("CREATE INDEX idx_%s_user_id ON %s (user_id)", table, table),
			fmt.Sprintf("CREATE UNIQUE INDEX idx_%s_token ON %s (token)", table, table),
		)
		tables = append(tables, table)
	}
	return tables
}

func benchmarkStatement(b *testing.B, q Querier, s recordedStatement) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if err := eachRow(b.Context(), q, s.query, s.args, func(*sql.Rows) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

type recordedStatement struct {
	query string
	args  []any
}

// statementRecorder keeps the statements that pass through it.
type statementRecorder struct {
	Querier
	statements []recordedStatement
}

func (r *statementRecorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.statements = append(r.statements, recordedStatement{query, args})
	return r.Querier.QueryContext(ctx, query, args...)
}
