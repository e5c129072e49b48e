package tests

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/betterauth"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/plugins/admin"
	organizations "github.com/gorm-auth/authplugin/plugins/organization"
	"github.com/gorm-auth/authplugin/plugins/passkey"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
	"github.com/gorm-auth/authplugin/plugins/username"
)

// builtIn are the plugins of this module, by their names in Better Auth, with all that
// they can have.
func builtIn() map[string]authplugin.Plugin {
	return map[string]authplugin.Plugin{
		"two-factor": twofactor.New(twofactor.Options{Issuer: "Example", Keys: []authplugin.TokenKey{{ID: "k1", Secret: make([]byte, 32)}}}),
		"username":   username.New(username.Options{}),
		"admin":      admin.New(admin.Options{}),
		"passkey":    passkey.New(passkey.Options{RPID: "example.com", Origins: []string{"https://example.com"}}),
		"organization": organizations.New(organizations.Options{
			Teams: organizations.TeamOptions{Enabled: true}, DynamicRoles: organizations.DynamicRoleOptions{Enabled: true},
		}),
	}
}

// builtInList are they all, in the order of their names.
func builtInList() []authplugin.Plugin {
	plugins := builtIn()
	var list []authplugin.Plugin
	for _, name := range slices.Sorted(maps.Keys(plugins)) {
		list = append(list, plugins[name])
	}
	return list
}

// On what Better Auth made for its plugins there is nothing to migrate for ours, one by
// one and all together.
func TestPlanOnBetterAuthsPlugins(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		betterauth.Use(t, e, builtInList()...)
		for _, plugin := range builtIn() {
			betterauth.Use(t, e, plugin)
		}
	})
}

// Every field of Better Auth's schemas is one of ours, in the database as well, and the
// other way round.
func TestSchemasAreBetterAuths(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "sqlserver" {
			t.Skip("what a SQL Server has is recorded in TestSchemasOnSQLServer")
		}
		db, auth := migrated(t, e, betterAuthsSchema())
		compareSchemas(t, auth, func(table string, fields map[string]fieldFacts) { checkTable(t, db, table, fields) })
	})
}

// betterAuthsSchema is a configuration with all that Better Auth's core and plugins have.
func betterAuthsSchema() authplugin.Config {
	cfg := authplugin.Config{Naming: authplugin.BetterAuthNaming, Plugins: builtInList()}
	cfg.RateLimit.Storage = authplugin.StorageDatabase
	return cfg
}

// compareSchemas compares all models with Better Auth's, and has each table compared,
// too.
func compareSchemas(t *testing.T, auth *authplugin.Auth, compareTable func(table string, fields map[string]fieldFacts)) {
	t.Helper()
	expected := map[string]map[string]betterauth.Field{}
	for _, name := range append(slices.Sorted(maps.Keys(builtIn())), betterauth.Core) {
		for model, fields := range betterauth.Schema(t, name) {
			if expected[model] == nil {
				expected[model] = map[string]betterauth.Field{}
			}
			maps.Copy(expected[model], fields)
		}
	}
	for _, m := range auth.Schema().Models() {
		if m.Table != m.Name {
			t.Errorf("the table of %s is %s", m.Name, m.Table)
		}
		theirs, ours := map[string]fieldFacts{}, map[string]fieldFacts{}
		for name, f := range expected[m.Name] {
			theirs[name] = theirFacts(m.Name, name, f)
		}
		for _, f := range m.Fields {
			if f.Column != f.Name {
				t.Errorf("the column of %s.%s is %s", m.Name, f.Name, f.Column)
			}
			if !f.Primary {
				ours[f.Name] = ourFacts(m, f)
			}
		}
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("%s (-Better Auth +ours):\n%s", m.Name, diff)
		}
		compareTable(m.Table, theirs)
		delete(expected, m.Name)
	}
	for name := range expected {
		t.Errorf("there is no model %s", name)
	}
}

// fieldFacts are what is compared of a field, and of its column.
type fieldFacts struct {
	Type                                        string
	Required, Unique, Index, ServerOnly, Hidden bool
	Default                                     any
	References                                  betterauth.Reference
}

// ofTheServer are the fields that clients set nowhere, in Better Auth neither, which
// does not say so in its schema.
func ofTheServer() map[string][]string {
	return map[string][]string{
		"session":      {"expiresAt", "token", "ipAddress", "userAgent", "userId"},
		"account":      {"accountId", "providerId", "userId", "accessToken", "refreshToken", "idToken", "accessTokenExpiresAt", "refreshTokenExpiresAt", "scope", "password"},
		"verification": {"identifier", "value", "expiresAt"},
		"rateLimit":    {"key", "count", "lastRequest"},
		"twoFactor":    {"secret", "backupCodes", "userId"},
		"passkey":      {"publicKey", "userId", "credentialID", "counter", "deviceType", "backedUp", "transports", "aaguid"},
	}
}

// shown are the fields that Better Auth hides and the library does not: when a token
// expires is no secret.
func shown() map[string][]string {
	return map[string][]string{"account": {"accessTokenExpiresAt", "refreshTokenExpiresAt"}}
}

func theirFacts(model, name string, f betterauth.Field) fieldFacts {
	facts := fieldFacts{Type: f.Type, Required: f.Required, Unique: f.Unique, Index: f.Index || f.Unique, ServerOnly: f.ServerOnly(), Hidden: f.Hidden()}
	facts.ServerOnly = facts.ServerOnly || slices.Contains(ofTheServer()[model], name)
	facts.Hidden = facts.Hidden && !slices.Contains(shown()[model], name)
	if f.BigInt {
		facts.Type = "bigint"
	}
	if text, made := f.DefaultValue.(string); !made || !strings.HasPrefix(text, "now()") { // which a function makes
		facts.Default = f.DefaultValue
	}
	if f.References != nil {
		facts.References = *f.References
	}
	return facts
}

func ourFacts(m authplugin.ModelInfo, f authplugin.FieldInfo) fieldFacts {
	facts := fieldFacts{Type: f.Type, Required: f.NotNull, Unique: f.Unique, ServerOnly: f.ServerOnly, Hidden: f.Hidden, Default: f.Default}
	for _, x := range m.Indexes {
		facts.Index = facts.Index || x.Fields[0] == f.Name && len(x.Fields) == 1 && !x.Recommended
	}
	if n, ok := f.Default.(int64); ok {
		facts.Default = float64(n) // as JSON has it
	}
	if f.References != nil {
		facts.Type = "string"
		facts.References = betterauth.Reference{Model: f.References.Model, Field: f.References.Field, OnDelete: strings.ToLower(string(f.References.OnDelete))}
	}
	return facts
}

// columnKinds are the types that columns of a logical type may have.
func columnKinds(dialect string) map[string]string {
	return map[string]map[string]string{
		"sqlite":    {"string": "text", "boolean": "numeric", "date": "datetime", "number": "integer", "bigint": "integer"},
		"postgres":  {"string": "text|varchar", "boolean": "bool", "date": "timestamptz", "number": "int4|int8", "bigint": "int8"},
		"sqlserver": {"string": "nvarchar", "boolean": "bit", "date": "datetimeoffset", "number": "int|bigint", "bigint": "bigint"},
		"mysql":     {"string": "text|longtext|varchar", "boolean": "tinyint", "date": "datetime", "number": "int|bigint", "bigint": "bigint"},
	}[dialect]
}

// checkTable compares a table, as the database describes it, with what its fields are in
// Better Auth.
func checkTable(t *testing.T, db *gorm.DB, table string, fields map[string]fieldFacts) {
	t.Helper()
	columns, err := db.Migrator().ColumnTypes(table)
	must(t, err)
	if len(columns) != len(fields)+1 {
		t.Errorf("%s has %d columns, for %d fields and an id", table, len(columns), len(fields))
	}
	kinds := columnKinds(db.Name())
	indexes, err := db.Migrator().GetIndexes(table)
	must(t, err)
	keys := foreignKeys(t, db, table)
	for _, c := range columns {
		f, known := fields[c.Name()]
		if !known {
			if c.Name() != "id" {
				t.Errorf("%s has the column %s", table, c.Name())
			}
			continue
		}
		if kind := strings.ToLower(c.DatabaseTypeName()); !slices.Contains(strings.Split(kinds[f.Type], "|"), kind) {
			t.Errorf("%s.%s is a %s", table, c.Name(), kind)
		}
		if nullable, ok := c.Nullable(); !ok || nullable == f.Required {
			t.Errorf("%s.%s may be NULL: %v", table, c.Name(), nullable)
		}
		indexed, unique := false, false
		for _, x := range indexes {
			if on := x.Columns(); on[0] == c.Name() {
				is, _ := x.Unique()
				indexed, unique = true, unique || is && len(on) == 1
			}
		}
		if unique != f.Unique || f.Index && !indexed {
			t.Errorf("%s.%s is unique %v, indexed %v", table, c.Name(), unique, indexed)
		}
		if diff := cmp.Diff(f.References, keys[c.Name()]); diff != "" {
			t.Errorf("the foreign key of %s.%s (-Better Auth +ours):\n%s", table, c.Name(), diff)
		}
	}
}

// foreignKeys are the foreign keys of a table, by column.
func foreignKeys(t *testing.T, db *gorm.DB, table string) map[string]betterauth.Reference {
	t.Helper()
	query := map[string]string{
		"sqlite": `SELECT "from", "table", "to", lower(on_delete) FROM pragma_foreign_key_list(?)`,
		"mysql": `SELECT k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, lower(r.DELETE_RULE)
			FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
			ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
			WHERE k.TABLE_SCHEMA = DATABASE() AND k.TABLE_NAME = ?`,
		"postgres": `SELECT a.attname, parent.relname, b.attname, CASE c.confdeltype WHEN 'c' THEN 'cascade' ELSE c.confdeltype::text END
			FROM pg_constraint c JOIN pg_class child ON child.oid = c.conrelid JOIN pg_class parent ON parent.oid = c.confrelid
			JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
			WHERE c.contype = 'f' AND child.relnamespace = current_schema()::regnamespace AND child.relname = ?`,
	}[db.Name()]
	rows, err := db.Raw(query, table).Rows()
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	keys := map[string]betterauth.Reference{}
	for rows.Next() {
		var column string
		var key betterauth.Reference
		must(t, rows.Scan(&column, &key.Model, &key.Field, &key.OnDelete))
		keys[column] = key
	}
	must(t, rows.Err())
	return keys
}
