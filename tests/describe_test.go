package tests

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// offline is a dialector that has no database.
func offline(dialect string) gorm.Dialector {
	const nowhere = "localhost:1"
	switch dialect {
	case "postgres":
		return postgres.Open("postgres://" + nowhere)
	case "mysql":
		return mysql.New(mysql.Config{DSN: "u@tcp(" + nowhere + ")/none?parseTime=true", SkipInitializeWithVersion: true})
	case "sqlserver":
		return sqlserver.Open("sqlserver://" + nowhere)
	default:
		return sqlite.New(sqlite.Config{DriverName: "sqlite", DSN: ":memory:"})
	}
}

// What is described without a database is what an empty one would be given.
func TestDescribeIsThePlanOfAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	for name, cfg := range migrateConfigs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				db, auth := use(t, e.New(t), cfg)
				want, err := auth.PlanMigration(t.Context())
				must(t, err)
				var options []authplugin.DescribeOption
				if isMariaDB(t, db) {
					options = append(options, authplugin.ForMariaDB())
				}
				cfg := cfg
				cfg.AutoMigrate = true // which it must not do
				got, err := authplugin.Describe(cfg, offline(e.Dialect()), options...)
				must(t, err)
				if diff := cmp.Diff(want, got.Plan); diff != "" {
					t.Errorf("(-asked +described):\n%s", diff)
				}
				if diff := cmp.Diff(auth.Schema().Models(), got.Schema.Models()); diff != "" {
					t.Errorf("schema (-asked +described):\n%s", diff)
				}
			})
		})
	}
}

func isMariaDB(t *testing.T, db *gorm.DB) bool {
	t.Helper()
	if db.Name() != "mysql" {
		return false
	}
	var version string
	must(t, db.Raw("SELECT VERSION()").Scan(&version).Error)
	return strings.Contains(version, "MariaDB")
}

func TestDescribeWithASchema(t *testing.T) {
	t.Parallel()
	for dialect, want := range map[string]string{
		"postgres":  `CREATE SCHEMA IF NOT EXISTS "auth"`,
		"sqlserver": `IF SCHEMA_ID(N'auth') IS NULL EXEC (N'CREATE SCHEMA "auth"')`,
	} {
		d, err := authplugin.Describe(authplugin.Config{DatabaseSchema: "auth"}, offline(dialect))
		must(t, err)
		if got := d.Plan.Steps[0]; got.Kind != authplugin.CreateSchema || got.SQL[0] != want {
			t.Errorf("%s: %q, want %q", dialect, got.SQL, want)
		}
	}
}

func TestDescribeFollowsTheApplicationsNames(t *testing.T) {
	t.Parallel()
	d, err := authplugin.Describe(authplugin.Config{}, offline("postgres"),
		authplugin.WithGORM(gorm.Config{NamingStrategy: schema.NamingStrategy{TablePrefix: "app_"}, DisableForeignKeyConstraintWhenMigrating: true}))
	must(t, err)
	if m, _ := d.Schema.Model("user"); m.Table != "app_users" {
		t.Errorf("the table is %s", m.Table)
	}
	if strings.Contains(d.Plan.SQL(), "FOREIGN KEY") {
		t.Error("there are foreign keys, which the application has switched off")
	}
}

func TestDescribeReportsMistakes(t *testing.T) {
	t.Parallel()
	cfg := authplugin.Config{User: authplugin.ModelConfig{Columns: map[string]string{"nickname": "x"}}}
	_, err := authplugin.Describe(cfg, offline("postgres"))
	var mistake *authplugin.ConfigError
	if !asError(err, &mistake) || !strings.Contains(err.Error(), "nickname") {
		t.Errorf("got %v", err)
	}
}
