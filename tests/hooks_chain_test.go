package tests

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Callbacks of others run once for a write, however many statements it becomes.
func TestHooksAndForeignCallbacks(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				c.Values.Set("name", c.Before.Name+"!")
				return nil
			},
			BeforeDelete: func(*authplugin.HookContext, *authplugin.User) error { return nil },
		}))
		d := &diary{}
		note := func(what string) func(*gorm.DB) {
			return func(db *gorm.DB) { d.note("%s %d", what, db.RowsAffected) }
		}
		update, del := db.Callback().Update(), db.Callback().Delete()
		must(t, update.Before("gorm:update").Register("app:before_update", note("before update")))
		must(t, update.After("gorm:update").Register("app:after_update", note("after update")))
		must(t, del.Before("gorm:delete").Register("app:before_delete", note("before delete")))
		must(t, del.After("gorm:delete").Register("app:after_delete", note("after delete")))
		users := []authplugin.User{newUser(t, db, "a"), newUser(t, db, "b")}
		must(t, db.Model(&authplugin.User{}).Where("1 = 1").Update("name", "x").Error)
		d.expect(t, "update", "before update 0", "after update 2")
		if got := names(t, db); got != "a! b!" {
			t.Errorf("names %s", got)
		}
		must(t, db.Delete(&users).Error)
		d.expect(t, "delete", "before delete 0", "after delete 2")
		if n := countUsers(t, db); n != 0 {
			t.Errorf("%d users", n)
		}
	})
}

// A statement without a transaction of GORM's gets one of its own when it has
// hooks, on whatever connection it runs.
func TestHooksWithoutDefaultTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		failure := errors.New("no")
		inside, d := false, &diary{}
		db, _ := migrated(t, e, userHooks(authplugin.ModelHooks[authplugin.User]{
			AfterCreate: func(h *authplugin.HookContext, u *authplugin.User) error {
				_, inside = h.DB.Statement.ConnPool.(gorm.TxCommitter)
				if u.Name == "bad" {
					return failure
				}
				return nil
			},
			AfterCommitCreate: func(_ *authplugin.HookContext, u *authplugin.User) { d.note("committed %s", u.Name) },
		}))
		create := func(db *gorm.DB, name string) error {
			inside = false
			err := db.Create(&authplugin.User{Name: name, Email: name}).Error
			if !inside {
				t.Errorf("the hook of %s has no transaction", name)
			}
			return err
		}
		bare := db.Session(&gorm.Session{SkipDefaultTransaction: true})
		must(t, create(bare, "session"))
		if err := create(bare, "bad"); !errors.Is(err, failure) {
			t.Errorf("session: %v", err)
		}
		must(t, db.Connection(func(conn *gorm.DB) error {
			conn = conn.Session(&gorm.Session{SkipDefaultTransaction: true})
			if err := create(conn, "bad"); !errors.Is(err, failure) {
				t.Errorf("connection: %v", err)
			}
			return create(conn, "connection")
		}))
		d.expect(t, "after the commit", "committed session", "committed connection")
		if got := names(t, db); got != "connection session" {
			t.Errorf("names %s", got)
		}
	})
}

// Tables may be in a schema of their own.
func TestHooksInADatabaseSchema(t *testing.T) {
	t.Parallel()
	d := &diary{}
	cfg := userHooks(d.noting("app"))
	cfg.DatabaseSchema, cfg.AutoMigrate = "auth", true
	cfg.Plugins = []authplugin.Plugin{keyHooks{hooks: authplugin.Hooks{Models: map[string]authplugin.AnyModelHooks{
		"keyUse": authplugin.ModelHooks[authplugin.Record]{BeforeDelete: func(_ *authplugin.HookContext, r *authplugin.Record) error {
			d.note("deleted %v", (*r)["place"])
			return nil
		}},
	}}}}
	db, _ := use(t, dbtest.Named(t, "postgres").NewWithOwnDatabase(t), cfg)
	ada := newUser(t, db, "ada")
	newUser(t, db, "bob")
	d.take()
	must(t, db.Model(&authplugin.User{}).Where("name = ?", "ada").Update("name", "Ada").Error)
	d.expect(t, "update", "app before update ada>-", "app after update ada>Ada", "app committed update ada>Ada")
	must(t, db.Delete(&authplugin.User{}, ada.ID).Error)
	d.expect(t, "delete", "app before delete Ada", "app after delete Ada", "app committed delete Ada")
	bob := authplugin.User{Email: "bob@example.com"}
	must(t, db.Where(&bob).First(&bob).Error)
	key := Passkey{UserID: bob.ID, PublicKey: "k", Meta: map[string]any{}}
	must(t, db.Create(&key).Error)
	uses := newRuntimeRow(t, db, "keyUse")
	must(t, db.Model(uses).Create(map[string]any{"passkeyId": key.ID, "usedAt": noon, "place": "home"}).Error)
	must(t, db.Where("place = ?", "home").Delete(uses).Error)
	d.expect(t, "delete of a record", "deleted home")
}
