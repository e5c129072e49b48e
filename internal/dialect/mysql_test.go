package dialect

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestMySQLInspect(t *testing.T) {
	t.Parallel()
	d, db := openMySQL(t)
	jsonType := "json"
	if d.(MySQL).MariaDB {
		jsonType = "longtext"
	}
	mustExec(
		t, db,
		"CREATE TABLE parents (a int, b varchar(10), PRIMARY KEY (b, a))",
		`CREATE TABLE users (
			id bigint AUTO_INCREMENT PRIMARY KEY,
			fullName varchar(36) NOT NULL DEFAULT 'it''s a \\',
			nick varchar(20) DEFAULT NULL,
			word varchar(20) DEFAULT 'NULL',
			bio text,
			active boolean NOT NULL DEFAULT true,
			created datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
			doc json,
			score double DEFAULT 1.5,
			total int GENERATED ALWAYS AS (1 + 1) STORED,
			parent_a int,
			parent_b varchar(10),
			UNIQUE KEY nick (nick),
			KEY users_mixed (active, bio(10)),
			FULLTEXT KEY users_text (bio),
			CONSTRAINT users_parent FOREIGN KEY (parent_b, parent_a) REFERENCES parents (b, a) ON DELETE CASCADE
		)`,
		// The catalog marks such a column as PRI.
		"CREATE TABLE keyless (code int NOT NULL, UNIQUE KEY code (code))",
		"CREATE VIEW watchers AS SELECT * FROM users",
	)
	got := inspect(t, d, db, "users", "parents", "keyless", "watchers", "nope", "nowhere.users")
	want := map[string]*Table{
		"keyless": {
			Name:    "keyless",
			Columns: []Column{{Name: "code", Type: "int"}},
			Indexes: []Index{{Name: "code", Columns: []string{"code"}, Unique: true}},
		},
		"parents": {
			Name: "parents",
			Columns: []Column{
				{Name: "a", Type: "int", PrimaryKey: true},
				{Name: "b", Type: "varchar(10)", PrimaryKey: true, Charset: "utf8mb4", Collation: "utf8mb4_unicode_ci"},
			},
			Indexes: []Index{{Name: "PRIMARY", Columns: []string{"b", "a"}, Unique: true, Primary: true}},
		},
		"users": {
			Name: "users",
			Columns: []Column{
				{Name: "id", Type: "bigint", PrimaryKey: true, AutoIncrement: true},
				textColumn("fullName", "varchar(36)", false, ptr(`'it''s a \\'`)),
				textColumn("nick", "varchar(20)", true, nil),
				textColumn("word", "varchar(20)", true, ptr("'NULL'")),
				textColumn("bio", "text", true, nil),
				{Name: "active", Type: "tinyint(1)", Default: ptr("1")},
				{Name: "created", Type: "datetime(3)", Default: ptr("current_timestamp(3)")},
				{Name: "doc", Type: jsonType, Nullable: true},
				{Name: "score", Type: "double", Nullable: true, Default: ptr("1.5")},
				{Name: "total", Type: "int", Nullable: true, Default: ptr("1 + 1")},
				{Name: "parent_a", Type: "int", Nullable: true},
				textColumn("parent_b", "varchar(10)", true, nil),
			},
			Indexes: []Index{
				{Name: "PRIMARY", Columns: []string{"id"}, Unique: true, Primary: true},
				{Name: "nick", Columns: []string{"nick"}, Unique: true},
				{Name: "users_mixed", Columns: []string{"active", "bio"}},
				{Name: "users_parent", Columns: []string{"parent_b", "parent_a"}},
				{Name: "users_text", Columns: []string{""}},
			},
			ForeignKeys: []ForeignKey{{
				Name: "users_parent", Columns: []string{"parent_b", "parent_a"},
				RefTable: "parents", RefColumns: []string{"b", "a"}, OnDelete: "CASCADE",
			}},
		},
	}
	// The servers differ in display widths, in the case of functions, in the
	// parentheses of expressions and in the collation of JSON.
	same := cmp.Options{
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Type" }, cmp.Comparer(func(a, b string) bool {
			return strings.Replace(strings.Replace(a, "(11)", "", 1), "(20)", "", 1) ==
				strings.Replace(strings.Replace(b, "(11)", "", 1), "(20)", "", 1)
		})),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Default" }, cmp.Comparer(func(a, b *string) bool {
			return a == b || a != nil && b != nil && strings.EqualFold(strings.Trim(*a, "()"), strings.Trim(*b, "()"))
		})),
		cmpopts.IgnoreSliceElements(func(c Column) bool { return c.Name == "doc" && c.Type == jsonType }),
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("catalog (-want +got):\n%s", diff)
	}
}

func textColumn(name, typ string, nullable bool, def *string) Column {
	return Column{
		Name: name, Type: typ, Nullable: nullable, Default: def,
		Charset: "utf8mb4", Collation: "utf8mb4_unicode_ci",
	}
}

func TestMySQLInspectDatabases(t *testing.T) {
	t.Parallel()
	d, first := openMySQL(t)
	_, second := openMySQL(t)
	mustExec(t, first, "CREATE TABLE users (in_first int)")
	mustExec(t, second, "CREATE TABLE users (in_second int, UNIQUE KEY u (in_second))", "CREATE TABLE roles (in_second int)")
	var database string
	if err := second.QueryRow("SELECT DATABASE()").Scan(&database); err != nil {
		t.Fatal(err)
	}
	tables := inspect(t, d, first, "users", "roles", database+".users", database+".roles")
	got := map[string]string{}
	for name, table := range tables {
		got[strings.Replace(name, database, "second", 1)] = table.Columns[0].Name
	}
	want := map[string]string{"users": "in_first", "second.users": "in_second", "second.roles": "in_second"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
	if len(tables["users"].Indexes) != 0 || len(tables[database+".users"].Indexes) != 1 {
		t.Errorf("indexes went to the wrong table: %+v and %+v", tables["users"], tables[database+".users"])
	}
}

// Foreign keys of one name in two databases keep their own delete rules.
func TestMySQLInspectDeleteRules(t *testing.T) {
	t.Parallel()
	d, first := openMySQL(t)
	_, second := openMySQL(t)
	create := func(db *sql.DB, rule string) {
		mustExec(t, db, "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b))", `CREATE TABLE c (a int, b int, c int, d int,
			CONSTRAINT owner FOREIGN KEY (b, a) REFERENCES p (a, b) ON DELETE `+rule+`,
			CONSTRAINT other FOREIGN KEY (c, d) REFERENCES p (a, b) ON DELETE RESTRICT)`)
	}
	create(first, "CASCADE")
	create(second, "SET NULL")
	var database string
	if err := second.QueryRow("SELECT DATABASE()").Scan(&database); err != nil {
		t.Fatal(err)
	}
	tables := inspect(t, d, first, "c", database+".c", "p")
	for name, rule := range map[string]string{"c": "CASCADE", database + ".c": "SET NULL"} {
		want := []ForeignKey{
			{Name: "other", Columns: []string{"c", "d"}, RefTable: "p", RefColumns: []string{"a", "b"}, OnDelete: "RESTRICT"},
			{Name: "owner", Columns: []string{"b", "a"}, RefTable: "p", RefColumns: []string{"a", "b"}, OnDelete: rule},
		}
		if diff := cmp.Diff(want, tables[name].ForeignKeys); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// The catalog compares names without regard to case and accents; the server does
// not, unless lower_case_table_names says so.
func TestMySQLInspectCase(t *testing.T) {
	t.Parallel()
	d, db := openMySQL(t)
	var fold bool
	if err := db.QueryRow("SELECT @@lower_case_table_names <> 0").Scan(&fold); err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, "CREATE TABLE résumé (id int)", "CREATE TABLE teams (id int)")
	got := inspect(t, d, db, "resume", "résumé", "Teams")
	if got["résumé"] == nil || got["resume"] != nil || (got["Teams"] != nil) != fold {
		t.Errorf("folding %v, got %v", fold, got)
	}
}

func TestMySQLDefaultSQL(t *testing.T) {
	t.Parallel()
	valid := func(s string) sql.NullString { return sql.NullString{String: s, Valid: true} }
	for _, test := range []struct {
		mariaDB         bool
		def             sql.NullString
		dataType, extra string
		want            *string
	}{
		{true, sql.NullString{}, "varchar", "", nil},
		{true, valid("NULL"), "varchar", "", nil},
		{true, valid("'NULL'"), "varchar", "", ptr("'NULL'")},
		{true, valid("current_timestamp(3)"), "datetime", "", ptr("current_timestamp(3)")},
		{false, sql.NullString{}, "varchar", "", nil},
		{false, valid("NULL"), "varchar", "", ptr("'NULL'")},
		{false, valid(`it's \`), "varchar", "", ptr(`'it''s \\'`)},
		{false, valid(""), "varchar", "", ptr("''")},
		{false, valid("1"), "tinyint", "", ptr("1")},
		{false, valid("b'1'"), "bit", "", ptr("b'1'")},
		{false, valid("2026-01-01 00:00:00"), "datetime", "", ptr("'2026-01-01 00:00:00'")},
		{false, valid("CURRENT_TIMESTAMP(3)"), "timestamp", "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(3)", ptr("CURRENT_TIMESTAMP(3)")},
		{false, valid("uuid()"), "varchar", "DEFAULT_GENERATED", ptr("uuid()")},
	} {
		got := MySQL{MariaDB: test.mariaDB}.defaultSQL(test.def, test.dataType, test.extra)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("MariaDB %v, %q (-want +got):\n%s", test.mariaDB, test.def.String, diff)
		}
	}
}

func TestMySQLLosesTransaction(t *testing.T) {
	t.Parallel()
	for number, want := range map[uint16]bool{1213: true, 1020: true, 1205: false, 1062: false} {
		err := fmt.Errorf("create: %w", errors.Join(errors.New("first"), &mysql.MySQLError{Number: number}))
		if got := (MySQL{}).LosesTransaction(err); got != want {
			t.Errorf("error %d: %t", number, got)
		}
	}
	if (MySQL{}).LosesTransaction(nil) {
		t.Error("no error")
	}
}
