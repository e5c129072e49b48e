package dialect

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"database/sql"
)

func BenchmarkSQLiteInspect(b *testing.B) {
	db, _ := sql.Open("sqlite3", "file:"+b.TempDir()+"/x.db")
	s, _ := os.ReadFile("/work/shared/fixtures/better-auth/sqlite-plugins.sql")
	if _, err := db.Exec(string(s)); err != nil { b.Fatal(err) }
	tables := []string{"user", "session", "account", "verification", "rateLimit"}
	names, _ := splitTableNames(tables)
	list, args := valuesList(names, func(int) string { return "?" })
	run := func(q string) func(b *testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				if err := eachRow(b.Context(), db, q, args, func(*sql.Rows) error { return nil }); err != nil { b.Fatal(err) }
			}
		}
	}
	b.Run("inspect", func(b *testing.B) {
		for b.Loop() { if _, err := (SQLite{}).Inspect(b.Context(), db, tables); err != nil { b.Fatal(err) } }
	})
	b.Run("found", run(fmt.Sprintf(sqliteFound, list)+" SELECT * FROM found"))
	b.Run("found-noarg", run(strings.Replace(fmt.Sprintf(sqliteFound, list), "CROSS JOIN pragma_table_list(a.table_name) t", "JOIN pragma_table_list t ON t.name = a.table_name COLLATE NOCASE", 1)+" SELECT * FROM found"))
	b.Run("columns", run(fmt.Sprintf(sqliteColumns, list)))
	b.Run("columns-noauto", run(strings.Replace(fmt.Sprintf(sqliteColumns, list), "c.pk = 1 AND c.type", "0 AND c.type", 1)))
	b.Run("keys", run(fmt.Sprintf(sqliteKeys, list)))
}
