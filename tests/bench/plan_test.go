package bench

import (
	"fmt"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// wide is a plugin with 40 tables of ten columns, with references and indexes.
type wide struct{}

func (wide) ID() string { return "wide" }

func (wide) Schema() authplugin.PluginSchema {
	var s authplugin.PluginSchema
	for i := range 40 {
		fields := authplugin.Fields{"userId": {Type: authplugin.String, References: &authplugin.Reference{Model: "user"}}}
		for j := range 8 {
			fields[fmt.Sprintf("field%d", j)] = authplugin.Field{Type: authplugin.String, Optional: true, Index: j == 0, Sortable: j == 1}
		}
		s.Models = append(s.Models, authplugin.PluginModel{Name: fmt.Sprintf("wide%d", i), Fields: fields})
	}
	return s
}

// BenchmarkPlanOf40Tables plans the tables of 40 plugins: "empty" all of them for
// an empty database, "current" those that are there.
func BenchmarkPlanOf40Tables(b *testing.B) {
	for _, e := range dbtest.Engines() {
		if e.Name == "sqlserver" {
			continue // nobody has measured it
		}
		b.Run(e.Name, func(b *testing.B) {
			db := dbtest.Named(b, e.Name).New(b).Open(b, nil)
			auth := authplugin.New(authplugin.Config{Plugins: []authplugin.Plugin{wide{}}})
			if err := db.Use(auth); err != nil {
				b.Fatal(err)
			}
			plan := func(b *testing.B, steps int) {
				b.Helper()
				b.ReportAllocs()
				for b.Loop() {
					p, err := auth.PlanMigration(b.Context())
					if err != nil {
						b.Fatal(err)
					}
					if len(p.Steps) < steps || (steps == 0 && len(p.Steps) > 0) {
						b.Fatalf("%d steps", len(p.Steps))
					}
				}
			}
			b.Run("empty", func(b *testing.B) { plan(b, 44) })
			if err := auth.Migrate(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.Run("current", func(b *testing.B) { plan(b, 0) })
		})
	}
}
