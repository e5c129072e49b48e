package generate

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// eachCase runs a test for each case on each database that answers, with the
// models that were generated for it.
func eachCase(t *testing.T, test func(t *testing.T, d dbtest.Database, name string, cfg authplugin.Config, models []any)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for name, cfg := range cases() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if !runsOn(name, e.Dialect()) {
					t.Skipf("not a case for %s", e.Dialect())
				}
				d := newFor(t, e, name)
				models := generatedModels[databaseOf(t, d)][name]
				if models == nil {
					t.Fatal("there are no generated models")
				}
				test(t, d, name, cfg, models())
			})
		}
	})
}

// newFor makes a database, with the schemas that a case needs, since AutoMigrate makes
// none, and the table that others make.
func newFor(t *testing.T, e dbtest.Engine, name string) dbtest.Database {
	t.Helper()
	switch name {
	case "unmanaged":
		d := e.New(t)
		makeByOthers(t, d)
		return d
	case "schemas":
	default:
		return e.New(t)
	}
	d := e.NewWithOwnDatabase(t)
	db := d.Open(t, nil)
	must(t, db.Exec("CREATE SCHEMA auth").Error)
	must(t, db.Exec("CREATE SCHEMA people").Error)
	return d
}

// makeByOthers makes the table of passkeys, and that of users, which it refers to.
func makeByOthers(t *testing.T, d dbtest.Database) {
	t.Helper()
	db := d.Open(t, nil)
	for _, step := range description(t, databaseOf(t, d), authplugin.Config{Plugins: []authplugin.Plugin{keyring{}}}).Plan.Steps {
		if step.Kind == authplugin.CreateTable && (step.Model == "user" || step.Model == "passkey") {
			for _, sql := range step.SQL {
				must(t, db.Exec(sql).Error)
			}
		}
	}
}

// databaseOf tells MySQL and MariaDB apart.
func databaseOf(t *testing.T, d dbtest.Database) string {
	t.Helper()
	if d.Engine.Dialect() != "mysql" {
		return d.Engine.Dialect()
	}
	var version string
	must(t, d.Pool(t).QueryRowContext(t.Context(), "SELECT VERSION()").Scan(&version))
	if strings.Contains(version, "MariaDB") {
		return "mariadb"
	}
	return "mysql"
}

func use(t *testing.T, d dbtest.Database, cfg authplugin.Config) *authplugin.Auth {
	t.Helper()
	auth := authplugin.New(cfg)
	must(t, d.Open(t, nil).Use(auth))
	return auth
}

func planOf(t *testing.T, auth *authplugin.Auth) string {
	t.Helper()
	plan, err := auth.PlanMigration(t.Context())
	must(t, err)
	return plan.String()
}

// GORM's AutoMigrate of the generated models finds nothing to do on tables that
// the library has made.
func TestGORMKeepsTablesOfTheLibrary(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, d dbtest.Database, _ string, cfg authplugin.Config, models []any) {
		auth := use(t, d, cfg)
		must(t, auth.Migrate(t.Context()))
		recorder := dbtest.NewRecorder()
		must(t, d.Open(t, &gorm.Config{Logger: recorder}).AutoMigrate(models...))
		if ddl := recorder.DDL(); len(ddl) > 0 {
			t.Errorf("AutoMigrate issues DDL:\n%s", strings.Join(ddl, "\n"))
		}
		if plan := planOf(t, auth); plan != "up to date\n" {
			t.Errorf("the library's plan afterwards: %s", plan)
		}
	})
}

// The library finds nothing to do on tables that AutoMigrate has made of the
// generated models, except for what GORM cannot make.
func TestGORMMakesTablesOfTheLibrary(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, d dbtest.Database, name string, cfg authplugin.Config, models []any) {
		must(t, d.Open(t, nil).AutoMigrate(models...))
		auth := use(t, d, cfg)
		want := missing(d.Engine.Dialect(), name)
		if diff := cmp.Diff(want, planOf(t, auth)); diff != "" {
			t.Errorf("the library's plan (-want +got):\n%s", diff)
		}
		must(t, auth.Migrate(t.Context()))
	})
}

// missing is what AutoMigrate cannot make: foreign keys in a circle or to a
// unique column of the same table, those whose names GORM does not take, and those to
// a table that others make.
func missing(dialect, name string) string {
	switch {
	case name == "fields" && dialect != "sqlite":
		return "create foreign key sessions.fk_sessions_user_id\ncreate foreign key users.fk_users_friend_mail\n"
	case name == "names" && dialect == "sqlite":
		return "drift: sitzung.besitzer_schlüssel: has no foreign key to members; SQLite can only add one by rebuilding the table\n" +
			"drift: log$ins.mitglied_nr: has no foreign key to members; SQLite can only add one by rebuilding the table\n"
	case name == "unmanaged" && dialect == "sqlite":
		return "drift: sessions.passkey_id: has no foreign key to passkeys; SQLite can only add one by rebuilding the table\n" +
			"drift: key_uses.passkey_id: has no foreign key to passkeys; SQLite can only add one by rebuilding the table\n"
	case name == "unmanaged":
		return "create foreign key sessions.fk_sessions_passkey_id\ncreate foreign key key_uses.fk_key_uses_passkey_id\n"
	case name == "names":
		return "create foreign key sitzung.fk_sitzung_besitzer_schlüssel\ncreate foreign key log$ins.fk_log$ins_mitglied_nr\n"
	default:
		return "up to date\n"
	}
}

// Rows that the library has written are read by the generated structs, value by
// value, and are the same to it after a struct has written them.
func TestGORMReadsRowsOfTheLibrary(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, d dbtest.Database, _ string, cfg authplugin.Config, models []any) {
		auth := use(t, d, cfg)
		must(t, auth.Migrate(t.Context()))
		db := d.Open(t, nil)
		ids := map[string]any{}
		for _, m := range creatable(auth.Schema()) {
			record := authplugin.Values{}
			for _, f := range m.Fields {
				if v := sample(f, ids); v != nil {
					record[f.Name] = v
				}
			}
			created, err := auth.Records(m.Name).Create(t.Context(), record)
			if err != nil {
				t.Fatalf("create %s: %v", m.Name, err)
			}
			ids[m.Name] = created["id"]
			if m.NoMigration {
				continue // it is not among the models
			}
			model := modelOf(t, db, models, m.Table)
			must(t, db.First(model).Error)
			compareRow(t, db, m, model, created)
			saved := db.Omit(clause.Associations).Save(model)
			must(t, saved.Error)
			if saved.RowsAffected != 1 {
				t.Errorf("%s: Save changed %d rows", m.Name, saved.RowsAffected)
			}
			found, err := auth.Records(m.Name).FindOne(t.Context(), authplugin.Query{})
			must(t, err)
			delete(created, "updatedAt") // which GORM sets
			delete(found, "updatedAt")
			if diff := cmp.Diff(created, found); diff != "" {
				t.Errorf("%s after Save (-record before +after):\n%s", m.Name, diff)
			}
		}
	})
}

// creatable are the models, users first: a session may come before them where
// references run in a circle.
func creatable(s *authplugin.Schema) []authplugin.ModelInfo {
	models := s.Models()
	slices.SortStableFunc(models, func(a, b authplugin.ModelInfo) int {
		first := func(m authplugin.ModelInfo) int {
			if m.Name == authplugin.ModelUser {
				return 0
			}
			return 1
		}
		return first(a) - first(b)
	})
	return models
}

// sample is a value for a field, nil for none.
func sample(f authplugin.FieldInfo, ids map[string]any) any {
	switch {
	case f.Primary || f.HasDefault || f.SoftDelete || f.Type == "opaque":
		return nil
	case f.References != nil:
		if f.References.Field != "id" {
			return nil
		}
		return ids[f.References.Model]
	}
	switch f.Type {
	case "number", "bigint":
		return int64(7)
	case "float":
		return 2.5
	case "boolean":
		return true
	case "date":
		return time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)
	case "json":
		return map[string]any{"a": []any{1.5, "b"}}
	case "string[]":
		return []string{"x", "y"}
	case "number[]":
		return []float64{1, 2.5}
	case "enum":
		return f.Enum[0]
	default:
		return "text " + f.Name
	}
}

// modelOf is a new value of the generated struct of a table.
func modelOf(t *testing.T, db *gorm.DB, models []any, table string) any {
	t.Helper()
	for _, m := range models {
		stmt := &gorm.Statement{DB: db}
		must(t, stmt.Parse(m))
		if stmt.Schema.Table == table {
			return m
		}
	}
	t.Fatalf("there is no generated struct for %s", table)
	return nil
}

// compareRow compares what the struct has read with the record.
func compareRow(t *testing.T, db *gorm.DB, m authplugin.ModelInfo, model any, want authplugin.Record) {
	t.Helper()
	stmt := &gorm.Statement{DB: db}
	must(t, stmt.Parse(model))
	for _, f := range m.Fields {
		field := stmt.Schema.FieldsByDBName[f.Column]
		if field == nil {
			t.Errorf("%s has no field for the column %s", m.Name, f.Column)
			continue
		}
		if _, ok := want[f.Name]; !ok {
			continue // a record leaves secrets out
		}
		got := reflect.ValueOf(model).Elem().FieldByName(field.Name).Interface()
		if diff := cmp.Diff(textOf(want[f.Name]), textOf(got)); diff != "" {
			t.Errorf("%s.%s (-record +struct):\n%s", m.Name, f.Name, diff)
		}
	}
}

// textOf is a value in a form that does not depend on its Go type.
func textOf(v any) string {
	rv := reflect.ValueOf(v)
	if rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return "null"
		}
		v = rv.Elem().Interface()
	}
	if n, ok := v.(gorm.DeletedAt); ok && !n.Valid {
		return "null"
	}
	if rv.Kind() == reflect.Slice && rv.IsNil() {
		return "null"
	}
	return strings.Trim(jsonText(v), `"`)
}
