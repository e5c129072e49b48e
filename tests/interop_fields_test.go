package tests

import (
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// extraRequired are the columns of the core tables for which Better Auth would
// refuse to run: those that are not in known, NOT NULL and without a default.
func (b betterAuth) extraRequired(t *testing.T, known map[string]map[string]rawRow) []string {
	t.Helper()
	var extra []string
	for _, table := range b.tables() {
		query := `SELECT column_name FROM information_schema.columns WHERE table_schema = ` +
			map[string]string{"mysql": "DATABASE()", "postgres": "'public'", "sqlite": ""}[b.Engine.Dialect()] +
			` AND table_name = '` + table + `' AND is_nullable = 'NO' AND column_default IS NULL`
		if b.Engine.Dialect() == "sqlite" {
			query = `SELECT name FROM pragma_table_info('` + table + `') WHERE "notnull" = 1 AND dflt_value IS NULL`
		}
		_, list := b.texts(t, query)
		for _, texts := range list {
			for _, row := range known[table] {
				if _, ok := row[texts[0].String]; !ok {
					extra = append(extra, table+"."+texts[0].String)
				}
				break
			}
		}
	}
	return extra
}

// withoutNew leaves out the columns that were not there before.
func withoutNew(rows, before map[string]map[string]rawRow) map[string]map[string]rawRow {
	out := map[string]map[string]rawRow{}
	for table, byID := range rows {
		out[table] = map[string]rawRow{}
		for id, row := range byID {
			row = maps.Clone(row)
			maps.DeleteFunc(row, func(column string, _ sql.NullString) bool {
				_, known := before[table][id][column]
				return !known
			})
			out[table][id] = row
		}
	}
	return out
}

// rawUser is an insert as Better Auth sends it, which names its own columns only.
func (b betterAuth) rawUser(id string) string {
	now, columns := "'2026-11-21T17:17:07.806Z'", []string{"id", "name", "email", "emailVerified", "createdAt", "updatedAt"}
	if b.Engine.Dialect() == "mysql" {
		now = "'2026-11-21 17:17:07.806'"
	}
	for i, c := range columns {
		columns[i] = b.quote(c)
	}
	no := betterAuthForms[b.Engine.Dialect()]["false"]
	return "INSERT INTO " + b.quote("user") + " (" + strings.Join(columns, ", ") + ") VALUES ('" + id + "', 'New', 'new@example.com', " + no + ", " + now + ", " + now + ")"
}

// Fields that are added to such a database keep every row, and leave tables
// that Better Auth goes on working with.
func TestInteropAddsFields(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		before := b.all(t)
		cfg := b.config()
		cfg.AutoMigrate = true
		cfg.User.AdditionalFields = everyField()
		cfg.Session.AdditionalFields = authplugin.Fields{"device": {Type: authplugin.String, Optional: true, Unique: true}, "level": {Type: authplugin.Number, DefaultValue: 3}}
		recorder := dbtest.NewRecorder()
		db := b.Open(t, &gorm.Config{Logger: recorder})
		auth := authplugin.New(cfg)
		if err := db.Use(auth); err != nil {
			t.Fatalf("%v\n%s", err, strings.Join(recorder.DDL(), "\n"))
		}
		for _, ddl := range recorder.DDL() {
			if !strings.HasPrefix(ddl, "CREATE INDEX") && !strings.HasPrefix(ddl, "CREATE UNIQUE INDEX") &&
				(!strings.HasPrefix(ddl, "ALTER TABLE") || !strings.Contains(ddl, " ADD ")) {
				t.Errorf("not additive: %s", ddl)
			}
		}
		b.checkUpToDate(t, auth)
		if extra := b.extraRequired(t, before); len(extra) > 0 {
			t.Errorf("Better Auth refuses to run with the required columns %v", extra)
		}
		if diff := cmp.Diff(before, withoutNew(b.all(t), before)); diff != "" {
			t.Errorf("the rows changed: %s", diff)
		}

		_, err := b.plain.ExecContext(t.Context(), b.rawUser(idExamples[b.strategy]))
		must(t, err)
		for _, id := range []authplugin.ID{b.seed.UserID, authplugin.ID(idExamples[b.strategy])} {
			var u authplugin.User
			must(t, db.First(&u, id).Error)
			if u.Additional["role"] != "user" || u.Additional["active"] != true || !u.Additional.IsNull("slug") || !u.Additional.IsNull("friend") {
				t.Errorf("user %s: %v", id, u.Additional)
			}
		}
		full := authplugin.User{Name: "full", Email: "full@example.com", Additional: fullValues()}
		full.Additional["friend"] = b.seed.UserID
		must(t, db.Create(&full).Error)
		var found authplugin.User
		must(t, db.First(&found, full.ID).Error)
		want := wantValues()
		want["friend"], want["friendMail"] = b.seed.UserID, nil
		if diff := cmp.Diff(want, found.Additional); diff != "" {
			t.Errorf("additional fields: %s", diff)
		}
		twin := authplugin.User{Name: "twin", Email: "twin@example.com", Additional: authplugin.Values{"slug": "s"}}
		if err := db.Create(&twin).Error; !errors.Is(err, authplugin.ErrDuplicate) {
			t.Errorf("the unique field: %v", err)
		}
		var session authplugin.Session
		must(t, db.Where("token = ?", b.seed.SessionToken).First(&session).Error)
		if session.Additional["level"] != int64(3) || !session.Additional.IsNull("device") {
			t.Errorf("session: %v", session.Additional)
		}
		// The constraint was made, and lets go of the friend.
		must(t, db.Delete(&authplugin.User{}, b.seed.UserID).Error)
		must(t, db.First(&found, full.ID).Error)
		if !found.Additional.IsNull("friend") {
			t.Errorf("the friend is %v", found.Additional["friend"])
		}
	})
}

// A column that Better Auth would trip over is refused, with nothing applied.
func TestInteropRefusesRequiredField(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		definition := b.definition(t)
		cfg := b.config()
		cfg.User.AdditionalFields = authplugin.Fields{"phone": {Type: authplugin.String}, "lang": {Type: authplugin.String, Optional: true}}
		_, auth := use(t, b.Database, cfg)
		if err := auth.Migrate(t.Context()); !errors.Is(err, authplugin.ErrUnsafeMigration) {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff(definition, b.definition(t)); diff != "" {
			t.Errorf("the tables changed: %s", diff)
		}
	})
}

// note is a plugin whose own table points at users and sessions.
type note struct{}

func (note) ID() string { return "note" }

func (note) Schema() authplugin.PluginSchema {
	return authplugin.PluginSchema{Models: []authplugin.PluginModel{{Name: "note", Fields: authplugin.Fields{
		"text":      {Type: authplugin.String},
		"userId":    {Type: authplugin.String, References: &authplugin.Reference{Model: "user"}},
		"sessionId": {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "session", OnDelete: authplugin.SetNull}},
	}}}}
}

// A plugin's table is made beside the tables of Better Auth, with its constraints.
func TestInteropPluginTable(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		before := b.all(t)
		cfg := b.config()
		cfg.AutoMigrate, cfg.Plugins = true, []authplugin.Plugin{note{}}
		_, auth := use(t, b.Database, cfg)
		b.checkUpToDate(t, auth)
		if diff := cmp.Diff(before, b.all(t)); diff != "" {
			t.Errorf("the rows changed: %s", diff)
		}
		insert := func(id, user string) error {
			_, err := b.plain.ExecContext(t.Context(), "INSERT INTO note ("+b.quote("id")+", "+b.quote("text")+", "+b.quote("userId")+") VALUES ('"+id+"', 'x', '"+user+"')")
			return err
		}
		must(t, insert(idExamples[b.strategy], string(b.seed.UserID)))
		if insert(otherIDs[b.strategy], otherIDs[b.strategy]) == nil {
			t.Error("the foreign key was not created")
		}
	})
}

var otherIDs = map[authplugin.IDStrategy]string{authplugin.Random: "other", authplugin.UUID: "1b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d6", authplugin.Serial: "99"}

// With the tables of Better Auth's plugins the core models still plan nothing,
// and take rows; a column that nobody fills is drift.
func TestInteropBetterAuthPlugins(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		b := loadBetterAuth(t, e, "plugins", nil)
		definition := b.definition(t)
		cfg := b.config()
		cfg.AutoMigrate = true
		db, auth := use(t, b.Database, cfg)
		b.checkUpToDate(t, auth)
		w := b.write(t, db)
		b.checkRead(t)
		row := b.rows(t, "user")[string(w.user.ID)]
		for _, column := range []string{"username", "role", "banned", "banExpires", "phoneNumber"} {
			if v, ok := row[column]; !ok || v.Valid {
				t.Errorf("user.%s is %+v", column, v)
			}
		}
		must(t, db.Save(&w.user).Error)
		must(t, db.Delete(&w.user).Error)
		if diff := cmp.Diff(definition, b.definition(t)); diff != "" {
			t.Errorf("the tables changed: %s", diff)
		}

		// The columns of a plugin can be declared as fields: they are there already.
		cfg = b.config()
		cfg.User.AdditionalFields = authplugin.Fields{
			"username": {Type: authplugin.String, Optional: true, Unique: true}, "banned": {Type: authplugin.Boolean, Optional: true},
			"banExpires": {Type: authplugin.Date, Optional: true}, "role": {Type: authplugin.Enum("user", "admin"), Optional: true, DefaultValue: "user"},
		}
		db, auth = use(t, b.Database, cfg)
		b.checkUpToDate(t, auth)
		ada := authplugin.User{Name: "a", Email: "a@example.com", Additional: authplugin.Values{"username": "ada", "banned": true, "banExpires": noon}}
		must(t, db.Create(&ada).Error)
		row = b.rows(t, "user")[string(ada.ID)]
		if row["banned"] != valid(betterAuthForms[e.Dialect()]["true"]) || row.moment(t, "banExpires") != noon.UTC().Truncate(time.Millisecond) || row["role"] != valid("user") {
			t.Errorf("row %v", row)
		}
	})
}

func TestInteropRequiredColumnIsDrift(t *testing.T) {
	t.Parallel()
	image := strings.NewReplacer(
		`"image" text`, `"image" text, "tenant" text not null`, // SQLite
		"  image text,", "  image text, tenant text NOT NULL,", // PostgreSQL
		"`image` text DEFAULT NULL,", "`image` text DEFAULT NULL, `tenant` varchar(36) NOT NULL,", // MariaDB
	)
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		b := loadBetterAuth(t, e, "plugins", image.Replace)
		db, auth := use(t, b.Database, b.config())
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		drift := slices.Clone(plan.Drift)
		if len(plan.Steps)+len(plan.Unsafe) > 0 || len(drift) != 1 || drift[0].Table != "user" || drift[0].Column != "tenant" {
			t.Errorf("plan: %s", plan)
		}
		if err := db.Create(&authplugin.User{Name: "x", Email: "x"}).Error; !errors.Is(err, authplugin.ErrNotNull) {
			t.Errorf("an insert: %v", err)
		}
	})
}
