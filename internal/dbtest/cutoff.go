package dbtest

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"
)

// CutOff ends all connections to the database, as an administrator does, and returns
// when they are gone: a server only asks a connection to end, and may take its next
// statement before that. It is for PostgreSQL and MySQL.
func (d Database) CutOff(t testing.TB) {
	t.Helper()

	admin := d.Engine.New(t).Pool(t)
	list, kill := connectionsOf(t, admin, d.Engine)
	ended := connections(t, admin, list, d.Name)

	for _, id := range ended {
		_, _ = admin.ExecContext(t.Context(), strings.Replace(kill, "?", id, 1)) // it may have ended by itself
	}

	lives := func(id string) bool { return slices.Contains(ended, id) }
	for deadline := time.Now().Add(setupTimeout); slices.ContainsFunc(connections(t, admin, list, d.Name), lives); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("dbtest: connections to %s on %s do not end", d.Name, d.Engine.Name)
		}
	}
}

// connectionsOf are the query for the connections to a database, and the statement that
// ends one.
func connectionsOf(t testing.TB, admin *sql.DB, e Engine) (list, kill string) {
	t.Helper()

	if e.Dialect() == "postgres" {
		return "SELECT pid::text FROM pg_stat_activity WHERE application_name = $1", "SELECT pg_terminate_backend(?)"
	}

	var version string
	if err := admin.QueryRowContext(t.Context(), "SELECT VERSION()").Scan(&version); err != nil {
		t.Fatalf("dbtest: %v", err)
	}

	if strings.Contains(version, "MariaDB") {
		return "SELECT id FROM information_schema.processlist WHERE db = ?", "KILL ?"
	}
	// MySQL's list of processes fails while a statement with some bytes runs.
	return "SELECT processlist_id FROM performance_schema.threads WHERE processlist_db = ?", "KILL ?"
}

func connections(t testing.TB, admin *sql.DB, list, name string) (ids []string) {
	t.Helper()

	rows, err := admin.QueryContext(t.Context(), list, name)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}

	defer func() { _ = rows.Close() }()

	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatalf("dbtest: %v", err)
		}

		ids = append(ids, id)
	}

	if err := rows.Err(); err != nil {
		t.Fatalf("dbtest: %v", err)
	}

	return ids
}
