package tests

import (
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func withField(name string, f authplugin.Field) authplugin.Config {
	return authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{name: f}}}
}

// What differs is reported with the SQL that ends it, which nothing runs.
func TestDriftHasItsSQL(t *testing.T) {
	t.Parallel()
	text := authplugin.Field{Type: authplugin.String, Optional: true, Size: 40}
	number := authplugin.Field{Type: authplugin.Number, Optional: true}
	required := authplugin.Field{Type: authplugin.String, Size: 40}
	tests := map[string]struct {
		before, after authplugin.Field
		kind          authplugin.DriftKind
	}{
		"type":         {text, number, authplugin.DriftType},
		"may be NULL":  {text, required, authplugin.DriftNullability},
		"must not be":  {required, text, authplugin.DriftNullability},
		"another type": {number, authplugin.Field{Type: authplugin.Float, Optional: true}, authplugin.DriftType},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				d := e.New(t)
				before := withField("level", tt.before)
				before.AutoMigrate = true
				db, first := use(t, d, before)
				level := any("7")
				if tt.before.Type == authplugin.Number {
					level = 7
				}
				must(t, db.Create(&authplugin.User{Name: "Ada", Email: "ada@example.com", Additional: authplugin.Values{"level": level}}).Error)

				_, auth := use(t, d, withField("level", tt.after))
				must(t, auth.Migrate(t.Context()))
				plan, err := auth.PlanMigration(t.Context())
				must(t, err)
				if e.Dialect() == "sqlite" && tt.kind == authplugin.DriftType && len(plan.Drift) == 0 {
					return // SQLite keeps either in the column
				}
				if !plan.Empty() || len(plan.Drift) != 1 || plan.Drift[0].Kind != tt.kind || plan.Drift[0].Column != "level" {
					t.Fatalf("plan: %s", plan)
				}
				drift := plan.Drift[0]
				if e.Dialect() == "sqlite" {
					if len(drift.SQL) > 0 {
						t.Errorf("SQLite has no such statement: %q", drift.SQL)
					}
					return
				}
				execAll(t, db, drift.SQL)
				plan, err = auth.PlanMigration(t.Context())
				must(t, err)
				if plan.String() != "up to date\n" {
					t.Errorf("after %q: %s", drift.SQL, plan)
				}
				execAll(t, db, drift.Reverse)
				plan, err = first.PlanMigration(t.Context())
				must(t, err)
				if plan.String() != "up to date\n" {
					t.Errorf("after %q: %s", drift.Reverse, plan)
				}
				if countUsers(t, db) != 1 {
					t.Error("the user is gone")
				}
			})
		})
	}
}

// A required column that the schema does not know keeps rows from being written.
func TestUnknownRequiredColumn(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, auth := use(t, d, authplugin.Config{AutoMigrate: true})
		execAll(t, db, []string{"ALTER TABLE verifications ADD COLUMN legacy varchar(20)"})
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		if plan.String() != "up to date\n" {
			t.Errorf("an unknown column that may be NULL: %s", plan)
		}
		if e.Dialect() == "sqlite" {
			execAll(t, db, []string{
				"ALTER TABLE verifications DROP COLUMN legacy", "DROP TABLE verifications",
				"CREATE TABLE verifications (id varchar(36) PRIMARY KEY, identifier text NOT NULL, value text NOT NULL, expires_at datetime NOT NULL, created_at datetime NOT NULL, updated_at datetime NOT NULL, legacy text NOT NULL)",
			})
		} else {
			statement := "ALTER TABLE verifications ALTER COLUMN legacy SET NOT NULL"
			if e.Dialect() == "mysql" {
				statement = "ALTER TABLE verifications MODIFY COLUMN legacy varchar(20) NOT NULL"
			}
			execAll(t, db, []string{statement})
		}
		plan, err = auth.PlanMigration(t.Context())
		must(t, err)
		if len(plan.Drift) != 1 || plan.Drift[0].Kind != authplugin.DriftUnknownColumn || plan.Drift[0].Column != "legacy" {
			t.Fatalf("plan: %s", plan)
		}
		if e.Dialect() == "sqlite" {
			return
		}
		execAll(t, db, plan.Drift[0].SQL)
		plan, err = auth.PlanMigration(t.Context())
		must(t, err)
		if len(plan.Drift) > 0 {
			t.Errorf("plan: %s", plan)
		}
	})
}

// A column that was renamed in the configuration is not added beside the one that
// holds the data; the report says how to rename it.
func TestRenamedColumn(t *testing.T) {
	t.Parallel()
	nick := authplugin.Fields{"nickName": {Type: authplugin.String, Optional: true, Index: true}}
	renamed := func(column string) authplugin.Config {
		cfg := authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: nick}}
		if column != "" {
			cfg.User.Columns = map[string]string{"nickName": column}
		}
		return cfg
	}
	tests := map[string]struct {
		before, after authplugin.Config
		from, to      string
		certain       bool
	}{
		"core field":           {authplugin.Config{}, authplugin.Config{User: authplugin.ModelConfig{Columns: map[string]string{"image": "avatar"}}}, "image", "avatar", true},
		"required core field":  {authplugin.Config{}, authplugin.Config{User: authplugin.ModelConfig{Columns: map[string]string{"name": "full_name"}}}, "name", "full_name", true},
		"additional field":     {renamed(""), renamed("handle"), "nick_name", "handle", true},
		"back to its own name": {renamed("handle"), renamed(""), "handle", "nick_name", false},
		"another spelling":     {renamed("nickName"), renamed("nick_name"), "nickName", "nick_name", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				d := e.New(t)
				before := tt.before
				before.AutoMigrate = true
				db, _ := use(t, d, before)
				newUser(t, db, "ada")
				execAll(t, db, []string{"UPDATE users SET " + quoted(db, tt.from) + " = 'kept'"})

				_, auth := use(t, d, tt.after)
				plan, err := auth.PlanMigration(t.Context())
				must(t, err)
				if len(plan.Drift) != 1 || plan.Drift[0].Kind != authplugin.DriftRename || plan.Drift[0].Column != tt.from {
					t.Fatalf("plan: %s", plan)
				}
				var unsafe *authplugin.UnsafeMigrationError
				if tt.certain {
					if err := auth.Migrate(t.Context()); !asError(err, &unsafe) || !strings.Contains(err.Error(), plan.Drift[0].SQL[0]) {
						t.Fatalf("got %v", err)
					}
				}
				execAll(t, db, plan.Drift[0].SQL)
				must(t, auth.Migrate(t.Context()))
				plan, err = auth.PlanMigration(t.Context())
				must(t, err)
				if plan.String() != "up to date\n" {
					t.Errorf("plan: %s", plan)
				}
				var kept string
				must(t, db.Raw("SELECT "+quoted(db, tt.to)+" FROM users").Scan(&kept).Error)
				if kept != "kept" {
					t.Errorf("the column holds %q", kept)
				}
			})
		})
	}
}

// A table that has another name in the configuration is reported with the statement
// that renames it; that of another model, or of another shape, is not.
func TestRenamedTable(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before, after authplugin.Config
		from          []string
	}{
		"one table": {
			authplugin.Config{},
			authplugin.Config{Verification: authplugin.VerificationConfig{ModelConfig: authplugin.ModelConfig{Table: "codes"}}},
			[]string{"verifications"},
		},
		"another naming": {
			authplugin.Config{Naming: authplugin.BetterAuthNaming | authplugin.SnakeCase},
			authplugin.Config{},
			[]string{"account", "session", "user", "verification"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				d := e.New(t)
				before := tt.before
				before.AutoMigrate = true
				db, first := use(t, d, before)
				if _, err := first.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com"}); err != nil {
					t.Fatal(err)
				}
				_, auth := use(t, d, tt.after)
				plan, err := auth.PlanMigration(t.Context())
				must(t, err)
				var from []string
				for _, drift := range plan.Drift {
					if drift.Kind != authplugin.DriftRename || drift.Column != "" {
						t.Errorf("drift: %s", drift)
					}
					from = append(from, drift.Table)
				}
				if !slices.Equal(from, tt.from) {
					t.Fatalf("renamed from %v, want %v\n%s", from, tt.from, plan)
				}
				for _, drift := range plan.Drift {
					execAll(t, db, drift.SQL)
				}
				must(t, auth.Migrate(t.Context()))
				if _, err := auth.Users().FindByEmail(t.Context(), "ada@example.com"); err != nil {
					t.Error(err)
				}
				for _, drift := range plan.Drift {
					execAll(t, db, drift.Reverse)
				}
				upToDate(t, first)
			})
		})
	}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := use(t, e.New(t), authplugin.Config{})
		execAll(t, db, []string{"CREATE TABLE " + quoted(db, "user") + " (id int)", "CREATE TABLE " + quoted(db, "session") + " (id int, token text)"})
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		if len(plan.Drift) > 0 {
			t.Errorf("tables of others were taken for ours: %s", plan)
		}
	})
}

func quoted(db *gorm.DB, name string) string { return db.Statement.Quote(name) }

// A column of the application's that has nothing to do with a new field is no
// reason to refuse the field.
func TestUnknownColumnIsNoRename(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, _ := use(t, d, authplugin.Config{AutoMigrate: true})
		execAll(t, db, []string{"ALTER TABLE users ADD COLUMN biography varchar(20)"})
		_, auth := use(t, d, withField("nickName", authplugin.Field{Type: authplugin.String, Optional: true}))
		must(t, auth.Migrate(t.Context()))
		if !db.Migrator().HasColumn("users", "nick_name") {
			t.Error("the column was not added")
		}
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		if plan.String() != "up to date\n" {
			t.Errorf("plan: %s", plan)
		}
	})
}
