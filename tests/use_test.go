package tests

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/dbresolver"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A start-up loop that tries db.Use until it succeeds must not go live without tables.
func TestUseAgainAfterFailedMigration(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db := d.Open(t, nil)
		must(t, db.Exec("CREATE TABLE users (id varchar(36) PRIMARY KEY, name varchar(255))").Error)
		must(t, db.Exec("INSERT INTO users (id, name) VALUES ('1', 'x')").Error)
		auth := authplugin.New(authplugin.Config{AutoMigrate: true})
		for range 3 {
			if err := db.Use(auth); !errors.Is(err, authplugin.ErrUnsafeMigration) {
				t.Fatalf("db.Use over a table that needs care: %v", err)
			}
		}
		if db.Migrator().HasTable("sessions") || authplugin.From(db) != nil {
			t.Error("a failed db.Use has left something behind")
		}
		if err := d.Open(t, nil).Use(auth); err == nil || !strings.Contains(err.Error(), "one Auth serves one") {
			t.Errorf("the same Auth on another *gorm.DB: %v", err)
		}
		if err := db.Use(authplugin.New(authplugin.Config{})); err == nil || !strings.Contains(err.Error(), "already has authplugin bound; open a new one") {
			t.Errorf("another Auth on the same *gorm.DB: %v", err)
		}
		must(t, db.Exec("DROP TABLE users").Error)
		must(t, db.Use(auth))
		newUser(t, db, "ada")
		if authplugin.From(db) == nil {
			t.Error("the plugin is not registered")
		}
	})
}

// Replicas are opened with the configuration of the source; they migrate nothing.
func TestReplicaDoesNotMigrate(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		source, replica := e.New(t), e.New(t)
		db, _ := use(t, source, authplugin.Config{AutoMigrate: true})
		dialector := replica.Dialector()
		must(t, db.Use(dbresolver.Register(dbresolver.Config{Replicas: []gorm.Dialector{dialector}})))
		newUser(t, db, "ada")
		if replica.Open(t, nil).Migrator().HasTable("users") {
			t.Error("the replica was migrated")
		}
	})
}

// Nothing asks for a second connection while a transaction holds the only one.
func TestMigrateInTransactionOnOneConnection(t *testing.T) {
	t.Parallel()
	type Note struct {
		ID     uint
		UserID authplugin.ID
		User   authplugin.User
	}
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		d := e.New(t)
		cfg := authplugin.Config{GenerateID: s}
		_, auth := use(t, d, cfg)
		must(t, auth.Migrate(t.Context()))

		db, _ := use(t, d, cfg) // it has not read the catalog yet
		pool, err := db.DB()
		must(t, err)
		pool.SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		must(t, db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return tx.AutoMigrate(&Note{}) }))
		ada := newUser(t, db, "ada")
		must(t, db.Create(&Note{UserID: ada.ID}).Error)
	})
}

// A cancelled context stops the questions to the catalog as well.
func TestMigrateWithCancelledContext(t *testing.T) {
	t.Parallel()
	type Note struct {
		ID     uint
		UserID authplugin.ID `auth:"references:user"`
	}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := use(t, e.New(t), authplugin.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.WithContext(ctx).AutoMigrate(&Note{}); err == nil {
			t.Error("AutoMigrate succeeded under a cancelled context")
		}
	})
}

// idColumns are id columns of tables that exist, by the strategy that they fit.
func idColumns(dialect string) map[string]string {
	columns := map[string]string{"random": "varchar(36)", "serial": "bigint"}
	switch dialect {
	case "postgres":
		columns["uuid"] = "uuid"
	case "sqlserver":
		columns = map[string]string{"random": "nvarchar(36)", "serial": "bigint", "uuid": "uniqueidentifier"}
	}
	return columns
}

// Ids of another kind than the table holds make the first Create fail, so they
// are refused before.
func TestIDsOfAnotherKindAreRefused(t *testing.T) {
	t.Parallel()
	words := map[string]string{"random": "text", "serial": "integers", "uuid": "UUIDs"}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		columns := idColumns(e.Dialect())
		for existing, column := range columns {
			d := e.New(t)
			must(t, d.Open(t, nil).Exec("CREATE TABLE users (id "+column+" NOT NULL PRIMARY KEY)").Error)
			for strategy, s := range strategies() {
				_, auth := use(t, d, authplugin.Config{GenerateID: s})
				plan, err := auth.PlanMigration(t.Context())
				must(t, err)
				drift, unsafe := "", ""
				for _, x := range plan.Drift {
					if x.Table == "users" && x.Column == "id" {
						drift = x.Problem
					}
				}
				for _, x := range plan.Unsafe {
					if x.Table == "users" && x.Name == "id" {
						unsafe = x.Reason + "; " + x.Recipe
					}
				}
				fits := strategy == existing || (columns["uuid"] == "" && existing == "random" && strategy != "serial")
				if fits {
					if drift+unsafe != "" {
						t.Errorf("%s over %s: %s", strategy, column, plan)
					}
					continue
				}
				for _, want := range []string{"the ids of the existing table are " + words[existing], "the strategy makes ", "choose GenerateID: ", "or another table"} {
					if !strings.Contains(unsafe, want) {
						t.Errorf("%s over %s: %q lacks %q", strategy, column, unsafe, want)
					}
				}
				if drift == "" {
					t.Errorf("%s over %s is not reported as drift", strategy, column)
				}
				if err := auth.Migrate(t.Context()); !errors.Is(err, authplugin.ErrUnsafeMigration) {
					t.Errorf("%s over %s: Migrate: %v", strategy, column, err)
				}
				db, auth := use(t, d, authplugin.Config{GenerateID: s})
				if err := db.AutoMigrate(auth.Models()...); !errors.Is(err, authplugin.ErrUnsafeMigration) {
					t.Errorf("%s over %s: AutoMigrate: %v", strategy, column, err)
				}
				if db.Migrator().HasTable("sessions") {
					t.Errorf("%s over %s: tables were made", strategy, column)
				}
			}
		}
	})
}
