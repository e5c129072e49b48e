package passkey_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

// field is what Better Auth's schema says of a field. That clients may set the name
// only is an addition.
type field struct {
	Type              string
	Required, Indexed bool
	References        string
	ServerOnly        bool
}

// fields are those of Better Auth's passkey.
func fields() map[string]field {
	return map[string]field{
		"id":           {Type: "id", Required: true},
		"name":         {Type: "string"},
		"publicKey":    {Type: "string", Required: true, ServerOnly: true},
		"userId":       {Type: "id", Required: true, Indexed: true, References: "user.id CASCADE", ServerOnly: true},
		"credentialID": {Type: "string", Required: true, Indexed: true, ServerOnly: true},
		"counter":      {Type: "number", Required: true, ServerOnly: true},
		"deviceType":   {Type: "string", Required: true, ServerOnly: true},
		"backedUp":     {Type: "boolean", Required: true, ServerOnly: true},
		"transports":   {Type: "string", ServerOnly: true},
		"createdAt":    {Type: "date"},
		"aaguid":       {Type: "string", ServerOnly: true},
	}
}

func betterAuthConfig(o passkey.Options) authplugin.Config {
	return authplugin.Config{Naming: authplugin.BetterAuthNaming, AutoMigrate: true, Plugins: []authplugin.Plugin{passkey.New(o)}}
}

// The logical schema has the fields of Better Auth's, and no other.
func TestFields(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		described, err := authplugin.Describe(betterAuthConfig(options()), e.New(t).Dialector())
		must(t, err)
		model, _ := described.Schema.Model(passkey.ModelPasskey)
		got := map[string]field{}
		for _, f := range model.Fields {
			got[f.Name] = field{Type: f.Type, Required: !f.Optional, Indexed: f.Indexed, ServerOnly: f.ServerOnly}
			if f.References != nil {
				with := got[f.Name]
				with.References = f.References.Model + "." + f.References.Field + " " + string(f.References.OnDelete)
				got[f.Name] = with
			}
			if f.Column != f.Name || f.Hidden || f.Unique {
				t.Errorf("%+v", f)
			}
		}
		wantEqual(t, "fields", fields(), got)
	})
}

// column is one of a table, index the columns of one and whether it is unique.
type column struct {
	Type     string
	Nullable bool
}

func table(t testing.TB, db *gorm.DB) (columns map[string]column, indexes []string) {
	t.Helper()
	types, err := db.Migrator().ColumnTypes("passkey")
	must(t, err)
	columns = map[string]column{}
	for _, c := range types {
		nullable, _ := c.Nullable()
		kind, _ := c.ColumnType()
		columns[c.Name()] = column{Type: strings.ToLower(kind), Nullable: nullable}
	}
	found, err := db.Migrator().GetIndexes("passkey")
	must(t, err)
	for _, x := range found {
		unique, _ := x.Unique()
		if primary, _ := x.PrimaryKey(); primary || slices.Equal(x.Columns(), []string{"id"}) {
			continue
		}
		indexes = append(indexes, strings.Join(x.Columns(), ","))
		if unique {
			indexes[len(indexes)-1] += " unique"
		}
	}
	slices.Sort(indexes)
	return columns, indexes
}

// otherTypes are the columns whose types are the library's for all models, and hold
// the same as those of Better Auth.
func otherTypes() map[string]map[string]column {
	return map[string]map[string]column{
		"sqlite":   {"id": {Type: "text"}, "backedUp": {Type: "numeric"}, "createdAt": {Type: "datetime", Nullable: true}},
		"postgres": {"id": {Type: "character varying(36)"}, "userId": {Type: "character varying(36)"}},
		"mysql":    {"createdAt": {Type: "datetime(3)", Nullable: true}},
	}
}

// Every column of the real table is the one that Better Auth makes on that database, and
// so are the indexes and the foreign key.
func TestTable(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		dump := map[string]string{"sqlite": "sqlite", "postgres": "postgres", "mysql": "mariadb"}[e.Dialect()]
		if dump == "" {
			t.Skip("there is no dump of Better Auth for " + e.Name)
		}
		script, err := os.ReadFile(filepath.Join("..", "..", "tests", "testdata", "better-auth", dump+"-plugins.sql"))
		must(t, err)
		theirs, ours := e.NewWithOwnDatabase(t), e.NewWithOwnDatabase(t)
		theirs.Load(t, string(script))
		auth := authplugin.New(betterAuthConfig(options()))
		must(t, ours.Open(t, nil).Use(auth))
		wantColumns, wantIndexes := table(t, theirs.Open(t, nil))
		db := ours.Open(t, nil)
		columns, indexes := table(t, db)
		maps.Copy(wantColumns, otherTypes()[e.Dialect()])
		wantEqual(t, "columns", wantColumns, columns)
		wantEqual(t, "indexes", wantIndexes, indexes)
		required := map[string]bool{}
		for name, f := range fields() {
			required[name] = !f.Required
		}
		got := map[string]bool{}
		for name, c := range columns {
			got[name] = c.Nullable
		}
		wantEqual(t, "columns that may be NULL", required, got)

		ada := newUser(t, auth, "ada")
		f := fixture{Operations: passkey.Of(auth), auth: auth, user: ada, device: newAuthenticator()}
		f.register(t)
		if e.Dialect() == "sqlite" {
			must(t, db.Exec("PRAGMA foreign_keys = ON").Error)
		}
		must(t, db.Table("user").Where("id = ?", string(ada.ID)).Delete(nil).Error)
		var n int64
		must(t, db.Table("passkey").Count(&n).Error)
		if n != 0 {
			t.Errorf("%d passkeys outlive their user", n)
		}
	})
}

// A unique index comes with the option, to a table that is there as well.
func TestUniqueCredentials(t *testing.T) {
	t.Parallel()
	onBetterAuth(t, func(t *testing.T, _ fixture, plain *gorm.DB) {
		o := options()
		o.UniqueCredentials = true
		auth := authplugin.New(betterAuthConfig(o))
		must(t, plain.Use(auth))
		_, indexes := table(t, plain)
		wantEqual(t, "indexes", []string{"credentialID", "credentialID unique", "userId"}, indexes)
	})
}

// Tables, columns and further fields are the application's to choose.
func TestSchemaOption(t *testing.T) {
	t.Parallel()
	o := options()
	o.Schema = map[string]authplugin.ModelConfig{passkey.ModelPasskey: {
		Table: "webauthn_keys", Columns: map[string]string{"credentialID": "cred", "counter": "sign_count", "userId": "owner"},
		AdditionalFields: authplugin.Fields{"color": {Type: authplugin.String, DefaultValue: "red"}},
	}}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db := e.New(t).Open(t, nil)
		f := fixture{auth: authplugin.New(authplugin.Config{AutoMigrate: true, Plugins: []authplugin.Plugin{passkey.New(o)}}), device: newAuthenticator()}
		must(t, db.Use(f.auth))
		f.user, f.Operations = newUser(t, f.auth, "ada"), passkey.Of(f.auth)
		registered := f.register(t)
		signedIn, err := f.signIn(t)
		must(t, err)
		var stored struct {
			Cred, Owner, Color string
			SignCount          int
		}
		must(t, db.Table("webauthn_keys").Take(&stored).Error)
		if stored.Cred != registered.CredentialID || stored.Owner != string(f.user.ID) || stored.SignCount != 1 ||
			stored.Color != "red" || signedIn.Passkey.Additional.String("color") != "red" {
			t.Errorf("stored %+v, signed in %v", stored, signedIn.Passkey)
		}
	})
}

// Where no server answers, the table is read from what would be sent to it.
func TestSQLServerTable(t *testing.T) {
	t.Parallel()
	described, err := authplugin.Describe(betterAuthConfig(options()), sqlserver.Open(""))
	must(t, err)
	var script strings.Builder
	for _, step := range described.Plan.Steps {
		if step.Model == passkey.ModelPasskey {
			script.WriteString(strings.Join(step.SQL, "\n") + "\n")
		}
	}
	for _, want := range []string{
		`"id" nvarchar(`, `"name" nvarchar(max)`, `"publicKey" nvarchar(max) NOT NULL`, `"userId" nvarchar(`, `"credentialID" nvarchar(255) NOT NULL`,
		`"counter" int NOT NULL`, `"deviceType" nvarchar(max) NOT NULL`, `"backedUp" bit NOT NULL`, `"transports" nvarchar(max)`,
		`"createdAt" datetimeoffset(3)`, `"aaguid" nvarchar(max)`, `REFERENCES "user"("id") ON DELETE CASCADE`,
		`"passkey_userId_idx"`, `"passkey_credentialID_idx"`,
	} {
		if !strings.Contains(script.String(), want) {
			t.Errorf("%s is not in\n%s", want, script.String())
		}
	}
}
