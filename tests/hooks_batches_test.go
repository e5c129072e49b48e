package tests

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Many rows are read and written in batches, each in the order of ids.
func TestHooksInBatches(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		const rows = 1100
		var before, after, refuseAt int
		count := func() error {
			if before++; before == refuseAt {
				return authplugin.ErrAborted
			}
			return nil
		}
		seen := map[authplugin.ID]bool{}
		cfg := userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				seen[c.Before.ID] = true
				if strings.HasSuffix(c.Before.Email, "7") {
					c.Values.Set("name", "seven")
				}
				return count()
			},
			AfterUpdate:  func(*authplugin.HookContext, *authplugin.Change[authplugin.User]) error { after++; return nil },
			BeforeDelete: func(*authplugin.HookContext, *authplugin.User) error { return count() },
			AfterDelete:  func(*authplugin.HookContext, *authplugin.User) error { after++; return nil },
		})
		cfg.GenerateID = s
		db, _ := migrated(t, e, cfg)
		list := make([]authplugin.User, rows)
		for i := range list {
			list[i] = authplugin.User{Name: "n", Email: strconv.Itoa(i)}
		}
		must(t, db.CreateInBatches(&list, 200).Error)
		outcome := func(how string, result *gorm.DB, affected int64, wantNames string) {
			t.Helper()
			var got []string
			must(t, db.Model(&authplugin.User{}).Distinct().Order("name").Pluck("name", &got).Error)
			if result.RowsAffected != affected || strings.Join(got, " ") != wantNames || (affected > 0 && (before != rows || after != rows)) {
				t.Errorf("%s: %v, %d rows, names %v, %d before, %d after", how, result.Error, result.RowsAffected, got, before, after)
			}
			before, after = 0, 0
		}
		refuseAt = 1050
		refused := db.Model(&authplugin.User{}).Where("1 = 1").Update("name", "x")
		if !errors.Is(refused.Error, authplugin.ErrAborted) {
			t.Errorf("refused: %v", refused.Error)
		}
		refused.RowsAffected = 0
		outcome("refused", refused, 0, "n")
		must(t, db.Transaction(func(tx *gorm.DB) error {
			if err := tx.Where("1 = 1").Delete(&authplugin.User{}).Error; !errors.Is(err, authplugin.ErrAborted) {
				t.Errorf("refused: %v", err)
			}
			return nil
		}))
		outcome("refused in a transaction", &gorm.DB{}, 0, "n")
		refuseAt = 0
		clear(seen)
		outcome("update", db.Model(&authplugin.User{}).Where("name = ? OR name = ?", "n", "seven").Update("name", "x"), rows, "seven x")
		if len(seen) != rows {
			t.Errorf("%d rows were seen", len(seen))
		}
		outcome("delete", db.Session(&gorm.Session{AllowGlobalUpdate: true}).Delete(&authplugin.User{}), rows, "")
	})
}

// RETURNING brings the rows of all statements.
func TestHooksAndReturning(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite", "postgres"} {
		e := dbtest.Named(t, name)
		db, _ := migrated(t, e, userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				c.Values.Set("name", c.Values.String("name")+c.Before.Name)
				return nil
			},
			BeforeDelete: func(*authplugin.HookContext, *authplugin.User) error { return nil },
		}))
		newUser(t, db, "a")
		b := newUser(t, db, "b")
		var users []authplugin.User
		must(t, db.Model(&users).Clauses(clause.Returning{}).Where("1 = 1").Update("name", "x").Error)
		slices.SortFunc(users, func(a, b authplugin.User) int { return strings.Compare(a.Name, b.Name) })
		if len(users) != 2 || users[0].Name != "xa" || users[1].Name != "xb" || users[1].ID != b.ID {
			t.Errorf("%s: returned %v", name, users)
		}
		one := authplugin.User{ID: b.ID}
		must(t, db.Model(&one).Clauses(clause.Returning{Columns: []clause.Column{{Name: "email"}}}).Update("name", "y").Error)
		if one.Name != "yxb" || one.Email != "b@example.com" {
			t.Errorf("%s: returned %v", name, one)
		}
		var gone []authplugin.User
		must(t, db.Clauses(clause.Returning{}).Where("1 = 1").Delete(&gone).Error)
		if len(gone) != 2 {
			t.Errorf("%s: deleted %v", name, gone)
		}
	}
}

// An update may name other tables, which may find a row more than once.
func TestHooksOfUpdateFrom(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite", "postgres"} {
		d := &diary{}
		e := dbtest.Named(t, name)
		db, _ := migrated(t, e, userHooks(d.noting("app")))
		ada, bob := newUser(t, db, "ada"), newUser(t, db, "bob")
		newSession(t, db, ada.ID, "1")
		newSession(t, db, ada.ID, "2")
		newSession(t, db, bob.ID, "3")
		d.take()
		result := db.Model(&authplugin.User{}).Clauses(clause.From{Tables: []clause.Table{{Name: "sessions"}}}).
			Where("sessions.user_id = users.id AND sessions.token <> ?", "3").Update("name", "Ada")
		if result.Error != nil || result.RowsAffected != 1 || names(t, db) != "Ada bob" {
			t.Errorf("%s: %v, %d rows, names %s", name, result.Error, result.RowsAffected, names(t, db))
		}
		d.expect(t, name, "app before update ada>-", "app after update ada>Ada", "app committed update ada>Ada")
	}
}

// MySQL's LIMIT of an update or delete is that of the hooks, too.
func TestHooksAndLimit(t *testing.T) {
	t.Parallel()
	d := &diary{}
	e := dbtest.Named(t, "mysql")
	db, _ := migrated(t, e, userHooks(d.noting("app")))
	for _, name := range []string{"a", "b", "c"} {
		newUser(t, db, name)
	}
	d.take()
	must(t, db.Model(&authplugin.User{}).Where("1 = 1").Order("email DESC").Limit(1).Update("name", "x").Error)
	d.expect(t, "update", "app before update c>-", "app after update c>x", "app committed update c>x")
	must(t, db.Where("1 = 1").Order("email").Limit(2).Delete(&authplugin.User{}).Error)
	if got := d.take(); len(got) != 6 || got[1] != "app before delete b" || names(t, db) != "x" {
		t.Errorf("delete %v, names %s", got, names(t, db))
	}
}
