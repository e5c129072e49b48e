package tests

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// dataPlugin is a plugin of data only.
type dataPlugin struct {
	id     string
	schema authplugin.PluginSchema
}

func (p dataPlugin) ID() string { return p.id }

func (p dataPlugin) Schema() authplugin.PluginSchema { return p.schema }

// twoFactor and organization add what Better Auth's plugins of that name add.
func twoFactor() authplugin.Plugin {
	return dataPlugin{"two-factor", authplugin.PluginSchema{
		Models: []authplugin.PluginModel{{Name: "twoFactor", Fields: authplugin.Fields{
			"secret":      {Type: authplugin.String, Hidden: true, Sortable: true},
			"backupCodes": {Type: authplugin.String, Hidden: true},
			"userId":      {Type: authplugin.String, References: &authplugin.Reference{Model: "user"}, Index: true},
		}}},
		Fields: map[string]authplugin.Fields{"user": {"twoFactorEnabled": {Type: authplugin.Boolean, DefaultValue: false, Optional: true}}},
	}}
}

func organization() authplugin.Plugin {
	user := &authplugin.Reference{Model: "user"}
	organization := &authplugin.Reference{Model: "organization"}
	return dataPlugin{"organization", authplugin.PluginSchema{
		Models: []authplugin.PluginModel{
			{Name: "organization", Fields: authplugin.Fields{
				"name": {Type: authplugin.String}, "slug": {Type: authplugin.String, Unique: true},
				"logo": {Type: authplugin.String, Optional: true}, "createdAt": {Type: authplugin.Date},
			}},
			{Name: "member", Fields: authplugin.Fields{
				"organizationId": {Type: authplugin.String, References: organization, Index: true},
				"userId":         {Type: authplugin.String, References: user, Index: true},
				"role":           {Type: authplugin.String, DefaultValue: "member"},
			}},
			{Name: "invitation", Fields: authplugin.Fields{
				"organizationId": {Type: authplugin.String, References: organization, Index: true},
				"email":          {Type: authplugin.String, Index: true},
				"inviterId":      {Type: authplugin.String, References: user},
				"expiresAt":      {Type: authplugin.Date},
			}},
		},
		Fields: map[string]authplugin.Fields{"session": {
			"activeOrganizationId": {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "organization", OnDelete: authplugin.SetNull}},
		}},
	}}
}

// An application that grows: each configuration is brought about over the rows of
// the one before, at once or step by step, with the same schema in the end.
func TestUpgradePath(t *testing.T) {
	t.Parallel()
	path := []authplugin.Config{
		{},
		{Plugins: []authplugin.Plugin{twoFactor()}},
		{Plugins: []authplugin.Plugin{twoFactor(), organization()}},
	}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		var tables []string
		for i, cfg := range path {
			db, auth := use(t, d, cfg)
			plan, err := auth.PlanMigration(t.Context())
			must(t, err)
			if plan.Empty() || len(plan.Unsafe)+len(plan.Drift) > 0 {
				t.Fatalf("plan %d: %s", i, plan)
			}
			must(t, auth.Migrate(t.Context()))
			upToDate(t, auth)
			u := newUser(t, db, "user"+string(rune('a'+i)))
			newSession(t, db, u.ID, strings.Repeat(string(rune('a'+i)), 32))
			if n := countUsers(t, db); n != int64(i+1) {
				t.Errorf("%d users, want %d", n, i+1)
			}
			tables = nil
			for _, m := range auth.Schema().Models() {
				tables = append(tables, m.Table)
			}
		}
		db, auth := use(t, d, path[len(path)-1])
		users, err := auth.Records("user").FindMany(t.Context(), authplugin.Query{Sort: authplugin.Asc("email")})
		must(t, err)
		for _, u := range users {
			if u["twoFactorEnabled"] != false {
				t.Errorf("%v: twoFactorEnabled is %v, want the default", u["email"], u["twoFactorEnabled"])
			}
		}

		// A new database has the same, up to the order of columns.
		fresh, _ := use(t, e.New(t), authplugin.Config{Plugins: path[len(path)-1].Plugins, AutoMigrate: true})
		grown, made := catalogOf(t, db, tables...), catalogOf(t, fresh, tables...)
		for _, table := range tables {
			columns := map[string]string{}
			for _, c := range made[table].Columns {
				columns[c.Name] = c.Type
			}
			have := map[string]string{}
			for _, c := range grown[table].Columns {
				have[c.Name] = c.Type
			}
			if diff := cmp.Diff(columns, have); diff != "" {
				t.Errorf("%s (-made +grown):\n%s", table, diff)
			}
			if a, b := len(made[table].Indexes), len(grown[table].Indexes); a != b {
				t.Errorf("%s has %d indexes, a new one has %d", table, b, a)
			}
			if a, b := len(made[table].ForeignKeys), len(grown[table].ForeignKeys); a != b {
				t.Errorf("%s has %d foreign keys, a new one has %d", table, b, a)
			}
		}

		// An older version of the application goes on working beside the new one.
		old, _ := use(t, d, path[0])
		newSession(t, old, newUser(t, old, "late").ID, strings.Repeat("z", 32))

		// A column gets another name.
		cfg := path[len(path)-1]
		cfg.Models = map[string]authplugin.ModelConfig{"member": {Columns: map[string]string{"role": "member_role"}}}
		_, renamed := use(t, d, cfg)
		plan, err := renamed.PlanMigration(t.Context())
		must(t, err)
		if len(plan.Drift) != 1 || plan.Drift[0].Kind != authplugin.DriftRename || len(plan.Unsafe) != 1 {
			t.Fatalf("plan: %s", plan)
		}
		execAll(t, db, plan.Drift[0].SQL)
		upToDate(t, renamed)
	})
}
