package tests

import (
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// explain is the plan of a query that reads users or sessions.
func explain(t *testing.T, e dbtest.Engine, db *gorm.DB, query string) string {
	t.Helper()
	how := map[string]string{"sqlite": "EXPLAIN QUERY PLAN ", "postgres": "EXPLAIN ", "mysql": "EXPLAIN "}[e.Dialect()]
	var lines []string
	must(t, db.Connection(func(tx *gorm.DB) error {
		if e.Dialect() == "postgres" {
			// The tables are small: only what the planner could do is asked.
			if err := tx.Exec("SET enable_seqscan = off").Error; err != nil {
				return err
			}
			defer tx.Exec("RESET enable_seqscan")
		}
		rows, err := tx.Raw(how + query).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		columns, _ := rows.Columns()
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new([]byte)
			}
			if err := rows.Scan(cells...); err != nil {
				return err
			}
			var line []string
			for _, c := range cells {
				line = append(line, string(*c.(*[]byte)))
			}
			lines = append(lines, strings.Join(line, " | "))
		}
		return rows.Err()
	}))
	return strings.Join(lines, "\n")
}

// usesIndex reports whether a plan looks rows up in an index.
func usesIndex(e dbtest.Engine, plan string) bool {
	switch e.Dialect() {
	case "sqlite":
		return strings.Contains(plan, "SEARCH") && !strings.Contains(plan, "SCAN")
	case "postgres":
		return strings.Contains(plan, "Index Cond") && !strings.Contains(plan, "Seq Scan")
	default:
		for line := range strings.SplitSeq(plan, "\n") {
			if strings.Contains(line, " | ALL | ") || strings.Contains(line, " | index | ") {
				return false
			}
		}
		return true
	}
}

// What is looked up by equality is looked up in an index.
func TestRecordsUseIndexes(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		recorder := dbtest.NewRecorder()
		d := e.New(t)
		db, auth := useWith(t, d, recordsConfig(s), &gorm.Config{Logger: recorder})
		plain := d.Open(t, nil)
		users, sessions := []map[string]any{}, []map[string]any{}
		for i := range 300 {
			users = append(users, map[string]any{"name": "n", "email": fmt.Sprintf("u%03d@example.com", i)})
		}
		must(t, db.Model(&authplugin.User{}).CreateInBatches(users, 100).Error)
		for i := range 300 {
			sessions = append(sessions, map[string]any{"userId": users[i]["id"], "token": fmt.Sprintf("token%03d", i), "expiresAt": noon})
		}
		must(t, db.Model(&authplugin.Session{}).CreateInBatches(sessions, 100).Error)
		if e.Dialect() != "sqlite" {
			must(t, plain.Exec(map[string]string{"postgres": "ANALYZE", "mysql": "ANALYZE TABLE users, sessions"}[e.Dialect()]).Error)
		}
		id := fmt.Sprint(users[7]["id"])
		for name, c := range map[string]struct {
			model string
			where authplugin.Condition
		}{
			"email":        {"user", authplugin.Eq("email", "U007@example.com")},
			"emails":       {"user", authplugin.In("email", []string{"u007@example.com", "none"})},
			"id":           {"user", authplugin.Eq("id", id)},
			"ids":          {"user", authplugin.In("id", []string{id})},
			"token":        {"session", authplugin.Eq("token", "token007")},
			"user":         {"session", authplugin.Eq("userId", id)},
			"users":        {"session", authplugin.In("userId", []string{id, "no such"})},
			"email prefix": {"user", authplugin.StartsWith("email", "u007")},
		} {
			if name == "email prefix" && e.Dialect() == "postgres" {
				continue // its indexes are by the collation, which knows no prefixes
			}
			recorder.Reset()
			found, err := auth.Records(c.model).FindMany(t.Context(), authplugin.Query{Where: where{c.where}})
			must(t, err)
			query := recorder.Statements()[0]
			if plan := explain(t, e, plain, query); len(found) != 1 || !usesIndex(e, plan) {
				t.Errorf("%s: %d found\n%s\n%s", name, len(found), query, plan)
			}
		}
		recorder.Reset()
		_, err := auth.Records("user").FindMany(t.Context(), authplugin.Query{
			Where: where{authplugin.Eq("id", id)}, Join: authplugin.Joins{"session": {}},
		})
		must(t, err)
		join := recorder.Statements()[1]
		plan := explain(t, e, plain, join)
		searched := usesIndex(e, plan)
		switch e.Dialect() {
		case "sqlite": // it scans what it has found
			searched = strings.Contains(plan, "SEARCH sessions USING INDEX")
		case "mysql":
			searched = strings.Contains(plan, "sessions_user_id_idx") && !strings.Contains(plan, "| sessions | ALL")
		}
		if !searched {
			t.Errorf("join:\n%s\n%s", join, plan)
		}
	})
}
