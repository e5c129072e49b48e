package bench

import (
	"testing"
	"time"

	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// t0 is when the users of the test were made.
var t0 = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Statements do not depend on the machine, so they are asserted: BEGIN and
// COMMIT count, and a schema that is up to date takes two at most.
func TestStatementsOfEachOperation(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Name == "sqlserver" {
			t.Skip("the benchmarks leave it out")
		}
		f := newFixture(t, e, false)
		// The reads are of two pages of users, not of the whole table.
		f.seeds = nil
		for i := range 2 * listLength {
			s := seedOf(i)
			f.seeds = append(f.seeds, s)
			args := []any{s.id, s.name, s.email, false, nil, f.moment(t0), f.moment(t0), s.nickname}
			for _, table := range []string{"users", "plain_users"} {
				if _, err := f.pool.ExecContext(t.Context(), "INSERT INTO "+table+" ("+columns+") VALUES "+f.placeholders(1), args...); err != nil {
					t.Fatal(err)
				}
			}
			session := []any{s.id, s.id, s.token(), f.moment(time.Now().Add(time.Hour)), "", "", f.moment(t0), f.moment(t0)}
			for _, table := range []string{"sessions", "plain_sessions"} {
				if _, err := f.pool.ExecContext(t.Context(), "INSERT INTO "+table+" ("+sessionColumns+") VALUES "+f.placeholders(1), session...); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, o := range operations() {
			if o.name == "startup" {
				f.empty(t)
			}
			if o.returning && !f.returns {
				continue
			}
			h := f.counted(t)
			for v, variant := range o.variants(h) {
				h.sent.Store(0)
				repeat(t, variant, v*warmUps, warmUps)
				got := float64(h.sent.Load()) / warmUps
				if want := o.statements[v]; want != 0 && got != float64(want) {
					t.Errorf("%s by %s sends %v statements, want %d", o.name, variant.name, got, want)
				}
				if o.statements[v] == 0 {
					t.Logf("%s by %s sends %v statements", o.name, variant.name, got)
				}
				if o.name == "user-with-account" && variant.name == "authplugin" && e.Name == "postgres" && got != 1 {
					t.Errorf("a user with an account takes %v statements on PostgreSQL, want 1", got)
				}
				if o.name == "startup" && variant.name == "authplugin" && got > 2 {
					t.Errorf("an up-to-date schema takes %v statements at startup, want 2 at most", got)
				}
			}
		}
	})
}
