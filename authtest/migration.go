package authtest

import (
	"maps"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// migration migrates an empty database, and expects the next process to have nothing
// to do.
func (c *conformance) migration(t *testing.T, d Database) {
	variants := c.variants()
	for _, name := range slices.Sorted(maps.Keys(variants)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := d.Another(t)
			own.Use(t, variants[name])
			recorder := dbtest.NewRecorder()
			cfg := variants[name]
			cfg.AutoMigrate = false
			db, auth := own.use(t, cfg, &gorm.Config{Logger: recorder})
			expectUpToDate(t, auth)
			if err := db.AutoMigrate(auth.Models()...); err != nil {
				t.Errorf("authtest: GORM's AutoMigrate of the models: %v", err)
			}
			if ddl := recorder.DDL(); len(ddl) > 0 {
				t.Errorf("authtest: GORM's AutoMigrate changes tables that the library has made: %v", ddl)
			}
		})
	}
}

// addedLater migrates a database that has users and was there before the plugins.
func (c *conformance) addedLater(t *testing.T, d Database) {
	cfg := c.config()
	schema := schemaOf(cfg)
	if schema == nil {
		t.Skip("authtest: the configuration has mistakes, which the other tests report")
	}
	db, _ := d.Use(t, authplugin.Config{GenerateID: cfg.GenerateID, Naming: cfg.Naming, DatabaseSchema: cfg.DatabaseSchema, User: tableOf(cfg.User)})
	user := authplugin.User{Name: "Ada", Email: "ada@example.com"}
	if err := db.Create(&user).Error; err != nil {
		t.Fatalf("authtest: a user without the plugins: %v", err)
	}
	db, auth := d.Use(t, cfg)
	expectUpToDate(t, auth)
	var found authplugin.User
	if err := db.First(&found, user.ID).Error; err != nil {
		t.Errorf("authtest: a user from before the plugins were added: %v", err)
	}
}

// tableOf is what a model's configuration says of names that are there already.
func tableOf(cfg authplugin.ModelConfig) authplugin.ModelConfig {
	return authplugin.ModelConfig{Table: cfg.Table, GenerateID: cfg.GenerateID}
}

func expectUpToDate(t testing.TB, auth *authplugin.Auth) {
	t.Helper()
	plan, err := auth.PlanMigration(t.Context())
	if err != nil {
		t.Fatalf("authtest: plan: %v", err)
	}
	if !plan.Empty() || len(plan.Drift) > 0 {
		t.Errorf("authtest: a second migration would go on:\n%s", plan)
	}
}
