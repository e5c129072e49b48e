package tests

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// everyField has an additional field of each type and attribute that a column
// depends on.
func everyField() authplugin.Fields {
	return authplugin.Fields{
		"text":     {Type: authplugin.String, Optional: true},
		"code":     {Type: authplugin.String, Size: 40, Optional: true},
		"sorted":   {Type: authplugin.String, Sortable: true, Optional: true},
		"slug":     {Type: authplugin.String, Unique: true, Optional: true},
		"city":     {Type: authplugin.String, Index: true, Optional: true},
		"role":     {Type: authplugin.Enum("user", "admin"), DefaultValue: "user"},
		"age":      {Type: authplugin.Number, Optional: true},
		"score":    {Type: authplugin.Float, Optional: true},
		"views":    {Type: authplugin.BigInt, Optional: true},
		"active":   {Type: authplugin.Boolean, DefaultValue: true},
		"bornAt":   {Type: authplugin.Date, Optional: true},
		"settings": {Type: authplugin.JSON, Optional: true},
		"tags":     {Type: authplugin.StringArray, Optional: true},
		"points":   {Type: authplugin.NumberArray, Optional: true},
		"friend": {
			Type: authplugin.String, Optional: true,
			References: &authplugin.Reference{Model: "user", OnDelete: authplugin.SetNull},
		},
		"friendMail": {
			Type: authplugin.String, Optional: true,
			References: &authplugin.Reference{Model: "user", Field: "email", OnDelete: authplugin.NoAction},
		},
	}
}

func migrateConfigs() map[string]authplugin.Config {
	configs := map[string]authplugin.Config{
		"default":      {},
		"every field":  {User: authplugin.ModelConfig{AdditionalFields: everyField()}},
		"better auth":  {Naming: authplugin.BetterAuthNaming, RateLimit: authplugin.RateLimitConfig{Storage: authplugin.StorageDatabase}},
		"plural snake": {Naming: authplugin.BetterAuthNaming | authplugin.PluralTables | authplugin.SnakeCase},
		"mixed ids": {
			User:    authplugin.ModelConfig{GenerateID: authplugin.Serial},
			Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{GenerateID: authplugin.UUID}},
		},
		"custom names": {
			User: authplugin.ModelConfig{Table: "members", Columns: map[string]string{"name": "full_name", "id": "member_id"}},
		},
	}
	for name, s := range strategies() {
		configs[name] = authplugin.Config{GenerateID: s, User: authplugin.ModelConfig{AdditionalFields: everyField()}}
	}
	return configs
}

// A second run, of ours and of GORM's own AutoMigrate, issues no DDL.
func TestMigrateTwiceIssuesNoDDL(t *testing.T) {
	t.Parallel()
	for name, cfg := range migrateConfigs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				d := e.New(t)
				cfg := cfg
				cfg.AutoMigrate = true
				use(t, d, cfg)

				recorder := dbtest.NewRecorder()
				db, auth := useWith(t, d, cfg, &gorm.Config{Logger: recorder})
				must(t, auth.Migrate(t.Context()))
				must(t, db.AutoMigrate(auth.Models()...))
				if ddl := recorder.DDL(); len(ddl) > 0 {
					t.Errorf("DDL on an up-to-date database:\n%s", strings.Join(ddl, "\n"))
				}
				plan, err := auth.PlanMigration(t.Context())
				must(t, err)
				if plan.String() != "up to date\n" {
					t.Errorf("plan: %s", plan)
				}
			})
		})
	}
}

// Plain AutoMigrate makes the same tables as Migrate.
func TestPlainAutoMigrateCreates(t *testing.T) {
	t.Parallel()
	for name, cfg := range migrateConfigs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A key to a unique column of the same table needs the index first, which
			// only Migrate knows how to do.
			cfg.User.AdditionalFields = maps.Clone(cfg.User.AdditionalFields)
			delete(cfg.User.AdditionalFields, "friendMail")
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				db, auth := use(t, e.New(t), cfg)
				must(t, db.AutoMigrate(auth.Models()...))
				plan, err := auth.PlanMigration(t.Context())
				must(t, err)
				if plan.String() != "up to date\n" {
					t.Errorf("plan: %s", plan)
				}
				newUser(t, db, "ada")
			})
		})
	}
}

// countingPool counts the statements that reach the pool.
func countStatements(t *testing.T, d dbtest.Database, cfg authplugin.Config, f func(db *gorm.DB)) int {
	t.Helper()
	db := d.Open(t, nil)
	counter := &countingPool{ConnPool: db.ConnPool}
	db.ConnPool, db.Statement.ConnPool = counter, counter
	must(t, db.Use(authplugin.New(cfg)))
	counter.reset()
	f(db)
	return counter.count()
}

func TestUpToDateCostsTwoStatements(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for name, fields := range map[string]authplugin.Fields{"core": nil, "many columns": manyFields(60)} {
			d := e.New(t)
			cfg := authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: fields}}
			_, auth := use(t, d, cfg)
			must(t, auth.Migrate(t.Context()))
			n := countStatements(t, d, cfg, func(db *gorm.DB) {
				must(t, authplugin.From(db).Migrate(t.Context()))
			})
			if n > 2 {
				t.Errorf("%s: %d statements on an up-to-date database, want at most 2", name, n)
			}
		}
	})
}

func manyFields(n int) authplugin.Fields {
	fields := authplugin.Fields{}
	for i := range n {
		fields[fmt.Sprintf("extra%d", i)] = authplugin.Field{Type: authplugin.String, Optional: true}
	}
	return fields
}

func TestTwentyProcessesStartAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		cfg := authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: everyField()}, AutoMigrate: true}
		var wg sync.WaitGroup
		start := make(chan struct{})
		errs := make([]error, 20)
		for i := range errs {
			db := d.Open(t, nil)
			pool, err := db.DB()
			must(t, err)
			pool.SetMaxOpenConns(1)
			wg.Go(func() {
				<-start
				errs[i] = db.Use(authplugin.New(cfg))
			})
		}
		close(start)
		wg.Wait()
		for i, err := range errs {
			if err != nil {
				t.Errorf("process %d: %v", i, err)
			}
		}
		_, auth := use(t, d, authplugin.Config{User: cfg.User})
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		if plan.String() != "up to date\n" {
			t.Errorf("plan: %s", plan)
		}
	})
}

// Fields that are added to a populated table: old rows get the constant default.
func TestAddFieldsToPopulatedTable(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, _ := use(t, d, authplugin.Config{AutoMigrate: true})
		old := newUser(t, db, "ada")
		session := newSession(t, db, old.ID, "token")

		recorder := dbtest.NewRecorder()
		cfg := authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: everyField()}, AutoMigrate: true}
		db, auth := useWith(t, d, cfg, &gorm.Config{Logger: recorder})
		for _, ddl := range recorder.DDL() {
			if !strings.HasPrefix(ddl, "ALTER TABLE") && !strings.HasPrefix(ddl, "CREATE") || strings.Contains(ddl, "DROP") {
				t.Errorf("not additive: %s", ddl)
			}
		}
		var u authplugin.User
		must(t, db.First(&u, old.ID).Error)
		if u.Additional["role"] != "user" || u.Additional["active"] != true || !u.Additional.IsNull("text") {
			t.Errorf("old row: %v", u)
		}
		if !u.CreatedAt.Equal(old.CreatedAt) {
			t.Errorf("created at %v, want %v", u.CreatedAt, old.CreatedAt)
		}
		var s authplugin.Session
		must(t, db.First(&s, session.ID).Error)
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		if len(plan.Steps) > 0 || len(plan.Unsafe) > 0 {
			t.Errorf("plan: %s", plan)
		}
		// GORM's own AutoMigrate must not rebuild the table or lose rows either.
		recorder.Reset()
		if err := db.AutoMigrate(auth.Models()...); err != nil {
			t.Errorf("AutoMigrate: %v\n%s", err, strings.Join(recorder.DDL(), "\n"))
		}
		if len(recorder.DDL()) > 0 {
			t.Errorf("AutoMigrate after an added column:\n%s", strings.Join(recorder.DDL(), "\n"))
		}
		must(t, db.First(&authplugin.Session{}, session.ID).Error)
		must(t, db.First(&u, old.ID).Error)
		if u.Additional["role"] != "user" {
			t.Errorf("old row after AutoMigrate: %v", u)
		}
	})
}

func TestRequiredColumnOnPopulatedTableIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, _ := use(t, d, authplugin.Config{AutoMigrate: true})
		cfg := authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"phone": {Type: authplugin.String}, "lang": {Type: authplugin.String, DefaultValue: "en"},
		}}}
		_, auth := use(t, d, cfg)
		newUser(t, db, "ada")
		err := auth.Migrate(t.Context())
		var unsafe *authplugin.UnsafeMigrationError
		if !asError(err, &unsafe) || len(unsafe.Steps) != 1 || unsafe.Steps[0].Name != "phone" {
			t.Fatalf("got %v", err)
		}
		if db.Migrator().HasColumn("users", "lang") {
			t.Error("a refused migration applied a step")
		}
		must(t, db.Exec("DELETE FROM users").Error)
		must(t, auth.Migrate(t.Context())) // on an empty table it is safe
		if !db.Migrator().HasColumn("users", "phone") {
			t.Error("the column was not added to the empty table")
		}
	})
}

func TestDuplicatesBeforeUniqueIndexAreRefused(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		field := authplugin.Field{Type: authplugin.String, Optional: true, Sortable: true}
		config := func(f authplugin.Field) authplugin.Config {
			return authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{"slug": f}}}
		}
		db, auth := use(t, d, config(field))
		must(t, auth.Migrate(t.Context()))
		for _, name := range []string{"a", "b"} {
			u := authplugin.User{Name: name, Email: name, Additional: authplugin.Values{"slug": "same"}}
			must(t, db.Create(&u).Error)
		}
		field.Unique = true
		db, auth = use(t, d, config(field))
		var unsafe *authplugin.UnsafeMigrationError
		if err := auth.Migrate(t.Context()); !asError(err, &unsafe) {
			t.Fatalf("got %v", err)
		}
		must(t, db.Model(&authplugin.User{}).Where("name = ?", "b").Update("slug", nil).Error)
		must(t, auth.Migrate(t.Context()))
	})
}

// Indexes beyond Better Auth's own are only recommended on existing tables.
func TestRecommendedIndexes(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, auth := use(t, d, authplugin.Config{AutoMigrate: true})
		must(t, db.Migrator().DropIndex(&authplugin.Session{}, "sessions_expires_at_idx"))
		must(t, db.Migrator().DropIndex(&authplugin.Account{}, "accounts_provider_id_account_id_uidx"))
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		names := []string{}
		for _, s := range plan.Recommended {
			names = append(names, s.Name)
		}
		slices.Sort(names)
		want := []string{"accounts_provider_id_account_id_uidx", "sessions_expires_at_idx"}
		if !plan.Empty() || !slices.Equal(names, want) {
			t.Fatalf("plan: %s", plan)
		}
		must(t, auth.Migrate(t.Context()))
		if db.Migrator().HasIndex(&authplugin.Session{}, "sessions_expires_at_idx") {
			t.Error("a recommended index was forced")
		}
		must(t, auth.Migrate(t.Context(), authplugin.WithRecommended()))
		if !db.Migrator().HasIndex(&authplugin.Session{}, "sessions_expires_at_idx") {
			t.Error("the recommended index was not made on request")
		}
	})
}

func TestNamingFollowsGORM(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := useWith(t, e.New(t), authplugin.Config{AutoMigrate: true}, &gorm.Config{
			NamingStrategy: schema.NamingStrategy{TablePrefix: "app_", SingularTable: true},
		})
		got := map[string]string{}
		for _, m := range auth.Schema().Models() {
			got[m.Name] = m.Table
		}
		want := map[string]string{"user": "app_user", "session": "app_session", "account": "app_account", "verification": "app_verification"}
		if !maps.Equal(got, want) {
			t.Errorf("tables %v, want %v", got, want)
		}
		u := newUser(t, db, "ada")
		newSession(t, db, u.ID, "token")
		var s authplugin.Session
		must(t, db.Preload("User").Joins("User").First(&s).Error)
	})
}

func TestMigrateInsideTransactionIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := use(t, e.New(t), authplugin.Config{})
		err := db.Transaction(func(tx *gorm.DB) error { return auth.WithDB(tx).Migrate(context.Background()) })
		if err == nil || !strings.Contains(err.Error(), "transaction") {
			t.Errorf("got %v", err)
		}
	})
}
