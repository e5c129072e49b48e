package generate

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Of the generated models GORM writes the very DDL that the library plans, on
// every database, whether it can be reached or not.
func TestGORMWritesTheDDLOfTheLibrary(t *testing.T) {
	t.Parallel()
	for name, cfg := range cases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, database := range databases {
				if !runsOn(name, database) {
					continue
				}
				var want []string
				plan := description(t, database, cfg).Plan
				for _, step := range plan.Steps {
					if step.Kind == authplugin.CreateTable || step.Kind == authplugin.CreateIndex {
						want = append(want, step.SQL...)
					}
				}
				recorder := dbtest.NewRecorder()
				db, err := gorm.Open(nowhere(database), &gorm.Config{DryRun: true, DisableAutomaticPing: true, Logger: recorder})
				must(t, err)
				if pool, err := db.DB(); err == nil {
					t.Cleanup(func() { _ = pool.Close() })
				}
				recorder.Reset()
				for _, m := range generatedModels[database][name]() {
					must(t, db.Migrator().CreateTable(m))
				}
				if diff := cmp.Diff(inOrder(want, name, database), inOrder(recorder.DDL(), "", "")); diff != "" {
					t.Errorf("%s (-library +GORM):\n%s", database, diff)
				}
			}
		})
	}
}

// inOrder sorts statements and, since GORM takes constraints out of a map, the
// clauses of each; without those that GORM does not make in the case.
func inOrder(statements []string, name, database string) []string {
	var sorted []string
	for _, s := range statements {
		s = strings.Replace(s, " INDEX IF NOT EXISTS ", " INDEX ", 1)
		s = strings.TrimSuffix(s, ")")
		clauses := slices.DeleteFunc(strings.Split(s, ","), func(c string) bool {
			foreign := strings.HasPrefix(c, "CONSTRAINT ")
			return name == "names" && foreign || name == "unmanaged" && strings.Contains(c, "_passkey_id") && foreign || name == "fields" && database != "sqlite" &&
				foreign && (strings.Contains(c, "fk_sessions_user_id") || strings.Contains(c, "fk_users_friend_mail"))
		})
		slices.Sort(clauses)
		sorted = append(sorted, strings.Join(clauses, ","))
	}
	slices.Sort(sorted)
	return sorted
}
