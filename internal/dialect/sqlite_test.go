package dialect

import (
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSQLiteInspect(t *testing.T) {
	t.Parallel()
	onEach(t, sqliteEngines(), func(t *testing.T, d Dialect, db *sql.DB) {
		mustExec(
			t, db,
			"CREATE TABLE parents (a INTEGER, b TEXT, PRIMARY KEY (b, a))",
			`CREATE TABLE users (
				id integer PRIMARY KEY AUTOINCREMENT,
				"fullName" VARCHAR(36) NOT NULL DEFAULT 'it''s',
				nick text DEFAULT NULL,
				email text UNIQUE,
				created datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
				total INTEGER NOT NULL GENERATED ALWAYS AS (1 + 1) STORED,
				parent_a INTEGER,
				parent_b TEXT,
				boss INTEGER REFERENCES users ON DELETE SET NULL,
				FOREIGN KEY (parent_b, parent_a) REFERENCES parents ON DELETE CASCADE
			)`,
			`CREATE UNIQUE INDEX users_mixed ON users (nick, lower("fullName"), created) WHERE nick IS NOT NULL`,
			"CREATE TABLE sessions (id text PRIMARY KEY, user_id text NOT NULL)",
			"CREATE TABLE strange (id INTEGER PRIMARY KEY DESC)",
			"CREATE TABLE small (id INTEGER PRIMARY KEY) WITHOUT ROWID",
			"CREATE VIEW watchers AS SELECT * FROM users",
		)
		got := inspect(t, d, db, "users", "parents", "sessions", "strange", "small", "watchers", "nope", "main.sessions", "nope.users")
		sessions := &Table{
			Name:    "sessions",
			Columns: []Column{{Name: "id", Type: "text", PrimaryKey: true}, {Name: "user_id", Type: "text"}},
			Indexes: []Index{{Name: "sqlite_autoindex_sessions_1", Columns: []string{"id"}, Unique: true, Primary: true}},
		}
		want := map[string]*Table{
			"sessions":      sessions,
			"main.sessions": sessions,
			"parents": {
				Name: "parents",
				Columns: []Column{
					{Name: "a", Type: "integer", PrimaryKey: true},
					{Name: "b", Type: "text", PrimaryKey: true},
				},
				Indexes: []Index{{Name: "sqlite_autoindex_parents_1", Columns: []string{"b", "a"}, Unique: true, Primary: true}},
			},
			"strange": {
				Name:    "strange",
				Columns: []Column{{Name: "id", Type: "integer", PrimaryKey: true}},
				Indexes: []Index{{Name: "sqlite_autoindex_strange_1", Columns: []string{"id"}, Unique: true, Primary: true}},
			},
			"small": {
				Name:    "small",
				Columns: []Column{{Name: "id", Type: "integer", PrimaryKey: true}},
				Indexes: []Index{{Name: "sqlite_autoindex_small_1", Columns: []string{"id"}, Unique: true, Primary: true}},
			},
			"users": {
				Name: "users",
				Columns: []Column{
					{Name: "id", Type: "integer", PrimaryKey: true, AutoIncrement: true},
					{Name: "fullName", Type: "varchar(36)", Default: ptr("'it''s'")},
					{Name: "nick", Type: "text", Nullable: true},
					{Name: "email", Type: "text", Nullable: true},
					{Name: "created", Type: "datetime", Default: ptr("CURRENT_TIMESTAMP")},
					{Name: "total", Type: "integer", Default: ptr("(generated)")},
					{Name: "parent_a", Type: "integer", Nullable: true},
					{Name: "parent_b", Type: "text", Nullable: true},
					{Name: "boss", Type: "integer", Nullable: true},
				},
				Indexes: []Index{
					{Columns: []string{"id"}, Unique: true, Primary: true},
					{Name: "sqlite_autoindex_users_1", Columns: []string{"email"}, Unique: true},
					{Name: "users_mixed", Columns: []string{"nick", "", "created"}, Unique: true, Partial: true},
				},
				ForeignKeys: []ForeignKey{
					{Columns: []string{"boss"}, RefTable: "users", RefColumns: []string{"id"}, OnDelete: "SET NULL"},
					{
						Columns: []string{"parent_b", "parent_a"}, RefTable: "parents", RefColumns: []string{"b", "a"},
						OnDelete: "CASCADE",
					},
				},
			},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("catalog (-want +got):\n%s", diff)
		}
		if got := inspect(t, d, db, "USERS")["USERS"]; got == nil || got.Name != "users" || len(got.Indexes) != 3 {
			t.Errorf("a name in another case is the same table on SQLite, got %+v", got)
		}
	})
}

// A name is looked for among the temporary tables, then in the main database,
// then in the attached ones.
func TestSQLiteInspectAttached(t *testing.T) {
	t.Parallel()
	onEach(t, sqliteEngines(), func(t *testing.T, d Dialect, db *sql.DB) {
		db.SetMaxOpenConns(1) // ATTACH is for one connection
		mustExec(
			t, db,
			"ATTACH ':memory:' AS aux1", "ATTACH ':memory:' AS aux2",
			"CREATE TABLE users (in_main text)",
			"CREATE TABLE aux1.users (in_aux1 text UNIQUE)",
			"CREATE TABLE aux1.roles (in_aux1 text)", "CREATE TABLE aux2.roles (in_aux2 text)",
			"CREATE TABLE aux1.parents (id text PRIMARY KEY)", "CREATE TABLE aux1.children (p text REFERENCES parents)",
			"CREATE TABLE teams (in_main text)", "CREATE TEMP TABLE teams (in_temp text)",
			"CREATE TABLE hidden (in_main text)", "CREATE TEMP VIEW hidden AS SELECT 1",
		)
		tables := inspect(t, d, db, "users", "aux1.users", "AUX1.users", "aux2.users", "roles", "aux2.roles", "teams",
			"main.teams", "hidden", "aux1.children")
		got := map[string]string{}
		for name, table := range tables {
			got[name] = table.Columns[0].Name
		}
		want := map[string]string{
			"users": "in_main", "aux1.users": "in_aux1", "AUX1.users": "in_aux1", "roles": "in_aux1", "aux2.roles": "in_aux2",
			"teams": "in_temp", "main.teams": "in_main", "aux1.children": "p",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tables (-want +got):\n%s", diff)
		}
		if indexes := tables["aux1.users"].Indexes; len(indexes) != 1 || !indexes[0].Unique {
			t.Errorf("indexes of the attached table: %+v", indexes)
		}
		want2 := []ForeignKey{{Columns: []string{"p"}, RefTable: "parents", RefColumns: []string{"id"}, OnDelete: "NO ACTION"}}
		if diff := cmp.Diff(want2, tables["aux1.children"].ForeignKeys); diff != "" {
			t.Errorf("foreign keys of the attached table (-want +got):\n%s", diff)
		}
	})
}

// Indexes of one name in two databases are told apart, and a view that cannot be
// read does no harm.
func TestSQLiteInspectSameNames(t *testing.T) {
	t.Parallel()
	onEach(t, sqliteEngines(), func(t *testing.T, d Dialect, db *sql.DB) {
		db.SetMaxOpenConns(1) // a temporary table is for one connection
		mustExec(
			t, db,
			"CREATE TABLE users (a text, b text)", "CREATE INDEX by_name ON users (b, a)",
			"CREATE TEMP TABLE other (c text)", "CREATE INDEX temp.by_name ON other (c)",
			"CREATE VIEW broken AS SELECT gone FROM nowhere",
			"CREATE TABLE hidden (a text)", "CREATE TEMP VIEW hidden AS SELECT gone FROM nowhere",
		)
		got := inspect(t, d, db, "users", "other", "broken", "hidden", "main.hidden")
		want := map[string]*Table{
			"users": {
				Name: "users", Columns: []Column{{Name: "a", Type: "text", Nullable: true}, {Name: "b", Type: "text", Nullable: true}},
				Indexes: []Index{{Name: "by_name", Columns: []string{"b", "a"}}},
			},
			"other": {
				Name: "other", Columns: []Column{{Name: "c", Type: "text", Nullable: true}},
				Indexes: []Index{{Name: "by_name", Columns: []string{"c"}}},
			},
			"main.hidden": {Name: "hidden", Columns: []Column{{Name: "a", Type: "text", Nullable: true}}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("catalog (-want +got):\n%s", diff)
		}
	})
}
