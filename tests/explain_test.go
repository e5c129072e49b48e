package tests

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Every statement of every operation goes through a pool of the application's own
// kind, and finds its rows by an index in each table.
func TestOperationsUseIndexes(t *testing.T) {
	t.Parallel()
	for name, strategy := range strategies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				d := e.New(t)
				cfg := refreshable()
				cfg.GenerateID = strategy
				use(t, d, cfg)
				pool := d.Pool(t)
				n := map[bool]int{true: 20_000, false: 5_000}[name == "random" || fullScale()]
				dbtest.Rows{Engine: e, Strategy: name, Users: n / 2, Sessions: n, Verifications: n, Expired: 600}.Fill(t, pool)

				db := d.Open(t, nil)
				notes := recordOn(db, pool)
				auth := authplugin.New(cfg)
				must(t, db.Use(auth))
				w := newWorld(t, auth)
				notes.taken()
				explained := map[string]recordedStatement{}
				for _, c := range calls() {
					must(t, c.do(t.Context(), auth, w))
					list := notes.taken()
					for _, s := range c.sees {
						verb := map[string]string{"query": "SELECT", "create": "INSERT", "update": "UPDATE", "delete": "DELETE"}[s.chain]
						if !has(list, verb, s.table) {
							t.Errorf("%s: no %s of %s went through the pool, but %v", c.name, verb, s.table, list)
						}
					}
					for _, s := range list {
						if !planned(s.text) || explained[s.text].text != "" {
							continue
						}
						explained[s.text] = s
						for _, problem := range scans(t, e, pool, s) {
							t.Errorf("%s: %s\n%s", c.name, problem, s.text)
						}
					}
				}
				if len(explained) < 20 {
					t.Errorf("only %d statements were explained", len(explained))
				}
				withoutIndex(t, e, pool, explained)
			})
		})
	}
}

// withoutIndex makes sure that a scan would have been seen.
func withoutIndex(t *testing.T, e dbtest.Engine, pool *sql.DB, explained map[string]recordedStatement) {
	t.Helper()
	drop := "DROP INDEX verifications_expires_at_idx"
	if e.Dialect() == "mysql" {
		drop += " ON verifications"
	}
	_, err := pool.ExecContext(t.Context(), drop)
	must(t, err)
	for _, s := range explained {
		if strings.Contains(s.text, "verifications") && len(scans(t, e, pool, s)) > 0 {
			return
		}
	}
	t.Error("without its index, no statement scans the table")
}

// planned reports whether a statement looks for rows.
func planned(text string) bool {
	switch {
	case strings.HasSuffix(text, "WHERE 0"): // takes the lock of SQLite
		return false
	case strings.HasPrefix(text, "INSERT"), strings.HasPrefix(text, "WITH u AS (INSERT"):
		return false
	}
	for _, verb := range []string{"SELECT", "UPDATE", "DELETE"} {
		if strings.HasPrefix(text, verb) {
			return strings.Contains(text, "sers") || strings.Contains(text, "essions") || strings.Contains(text, "ccounts") || strings.Contains(text, "erifications")
		}
	}
	return false
}

// scans are the tables that a statement reads from one end to the other.
func scans(t *testing.T, e dbtest.Engine, pool *sql.DB, s recordedStatement) []string {
	t.Helper()
	switch e.Dialect() {
	case "sqlite":
		return scansOfSQLite(t, pool, s)
	case "postgres":
		return scansOfPostgres(t, pool, s)
	default:
		return scansOfMySQL(t, pool, s)
	}
}

func scansOfSQLite(t *testing.T, pool *sql.DB, s recordedStatement) (found []string) {
	t.Helper()
	for _, row := range explainRecorded(t, pool, "EXPLAIN QUERY PLAN ", s) {
		if detail := row["detail"]; strings.HasPrefix(detail, "SCAN") {
			found = append(found, detail)
		}
	}
	return found
}

func scansOfMySQL(t *testing.T, pool *sql.DB, s recordedStatement) (found []string) {
	t.Helper()
	how := "EXPLAIN FORMAT=TRADITIONAL " // MySQL 9 draws a tree unless it is told
	var version string
	must(t, pool.QueryRowContext(t.Context(), "SELECT VERSION()").Scan(&version))
	if strings.Contains(version, "MariaDB") {
		how = "EXPLAIN "
	}
	for _, row := range explainRecorded(t, pool, how, s) {
		if kind := strings.ToLower(row["type"]); kind == "all" || kind == "index" {
			found = append(found, fmt.Sprint(row))
		}
	}
	return found
}

func scansOfPostgres(t *testing.T, pool *sql.DB, s recordedStatement) (found []string) {
	t.Helper()
	for _, row := range explainRecorded(t, pool, "EXPLAIN (FORMAT JSON) ", s) {
		for _, text := range row {
			var plans []struct {
				Plan map[string]any `json:"Plan"`
			}
			must(t, json.Unmarshal([]byte(text), &plans))
			for _, p := range plans {
				walkPlan(p.Plan, func(node map[string]any) {
					if node["Node Type"] == "Seq Scan" {
						found = append(found, fmt.Sprintf("Seq Scan on %v", node["Relation Name"]))
					}
				})
			}
		}
	}
	return found
}

func walkPlan(node map[string]any, visit func(map[string]any)) {
	visit(node)
	children, _ := node["Plans"].([]any)
	for _, child := range children {
		if c, ok := child.(map[string]any); ok {
			walkPlan(c, visit)
		}
	}
}

// explainRecorded returns the rows of a plan, by the names of their columns.
func explainRecorded(t *testing.T, pool *sql.DB, how string, s recordedStatement) []map[string]string {
	t.Helper()
	result, err := pool.QueryContext(t.Context(), how+s.text, s.args...)
	if err != nil {
		t.Fatalf("%s%s: %v", how, logger.ExplainSQL(s.text, nil, "'"), err)
	}
	defer func() { _ = result.Close() }()
	columns, err := result.Columns()
	must(t, err)
	var all []map[string]string
	for result.Next() {
		values := make([]sql.NullString, len(columns))
		dest := make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		must(t, result.Scan(dest...))
		row := map[string]string{}
		for i, c := range columns {
			row[strings.ToLower(c)] = values[i].String
		}
		all = append(all, row)
	}
	must(t, result.Err())
	return all
}
