package tests

import (
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A name that the database would cut off, or that it keeps for itself, is
// reported by db.Use with the path of its setting.
func TestNamesThatTheDatabaseRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		long := strings.Repeat("n", 130)
		refused := map[string]map[string]string{ // path: name
			"postgres":  {"User.Table": strings.Repeat("ü", 32), `Session.Columns["token"]`: "xmin"},
			"mysql":     {"User.Table": strings.Repeat("n", 65), `Session.Columns["token"]`: "a𝟙"},
			"sqlite":    {"User.Table": "sqlite_users", `Session.Columns["token"]`: "rowid"},
			"sqlserver": {"User.Table": long, `Session.Columns["token"]`: long},
		}[e.Dialect()]
		err := d.Open(t, nil).Use(authplugin.New(authplugin.Config{
			User:    authplugin.ModelConfig{Table: refused["User.Table"]},
			Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{Columns: map[string]string{"token": refused[`Session.Columns["token"]`]}}},
		}))
		for path, name := range refused {
			var found bool
			for line := range strings.Lines(err.Error()) {
				found = found || (strings.Contains(line, path) && strings.Contains(line, name))
			}
			var ce *authplugin.ConfigError
			if !found || !errors.As(err, &ce) {
				t.Errorf("%s %q: %v", path, name, err)
			}
		}
	})
}

// Names that are SQL words, or not ASCII, work everywhere.
func TestReservedAndForeignNames(t *testing.T) {
	t.Parallel()
	cfg := authplugin.Config{
		AutoMigrate: true,
		User: authplugin.ModelConfig{
			Table: "group", Columns: map[string]string{"name": "select", "email": "order"},
			AdditionalFields: authplugin.Fields{
				"where":  {Type: authplugin.String, Index: true, Optional: true},
				"größe":  {Type: authplugin.Number, Optional: true, Column: "größe"},
				"tableX": {Type: authplugin.Boolean, DefaultValue: true, Column: "table"},
			},
		},
		Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{Table: "Ünïcode-Täble"}},
	}
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), `AdditionalFields["größe"]`) {
		t.Fatalf("a logical name that is not ASCII: %v", err)
	}
	cfg.User.AdditionalFields["groesse"] = cfg.User.AdditionalFields["größe"]
	delete(cfg.User.AdditionalFields, "größe")
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, _ := use(t, d, cfg)
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: authplugin.Values{"where": "x", "groesse": 3}}
		must(t, db.Create(&ada).Error)
		newSession(t, db, ada.ID, "t")
		must(t, db.Model(&ada).Updates(map[string]any{"groesse": 4, "where": "y", "tableX": false}).Error)
		var found authplugin.User
		must(t, db.Where(map[string]any{"where": "y", "select": "ada", "order": "ada"}).Preload("Sessions").Order("größe").First(&found).Error)
		if found.Additional["groesse"] != int64(4) || found.Additional["tableX"] != false || len(found.Sessions) != 1 {
			t.Errorf("found %v", found)
		}
		var s authplugin.Session
		must(t, db.Joins("User").First(&s).Error)
		if s.User.Name != "ada" {
			t.Errorf("session %v", s)
		}
		recorder := dbtest.NewRecorder()
		db, auth := useWith(t, d, cfg, &gorm.Config{Logger: recorder})
		must(t, auth.Migrate(t.Context()))
		if e.Dialect() != "sqlite" { // where GORM's migrator reads ASCII names only
			must(t, db.AutoMigrate(auth.Models()...))
		}
		if ddl := recorder.DDL(); len(ddl) > 0 {
			t.Errorf("DDL on an up-to-date database: %v", ddl)
		}
	})
}
