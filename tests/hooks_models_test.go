package tests

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// newRuntimeRow is an empty row of a model without a struct, of the Go type by
// which GORM knows it.
//
//nolint:unparam // there may be other models
func newRuntimeRow(t *testing.T, db *gorm.DB, model string) any {
	t.Helper()
	row := reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "ID", Type: reflect.TypeFor[authplugin.ID](), Tag: reflect.StructTag(fmt.Sprintf("model:%q", model))},
		{Name: "Additional", Type: reflect.TypeFor[authplugin.Values](), Tag: `gorm:"-"`},
	})).Interface()
	stmt := &gorm.Statement{DB: db}
	must(t, stmt.Parse(row))
	if len(stmt.Schema.Fields) < 3 {
		t.Fatalf("GORM knows this type by %v only", stmt.Schema.DBNames)
	}
	return row
}

// Hooks of records run for a model that has no struct.
func TestHooksOfRuntimeModels(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		d := &diary{}
		hooks := authplugin.ModelHooks[authplugin.Record]{
			BeforeCreate: func(h *authplugin.HookContext, r *authplugin.Record) error {
				row := *r
				d.note("%s %s %v", h.Model, h.Operation, row["place"])
				row["place"] = row["place"].(string) + "!"
				return nil
			},
			AfterCreate: func(_ *authplugin.HookContext, r *authplugin.Record) error {
				id, text := (*r)["id"].(string)
				d.note("created %v %v %v", text && id != "", (*r)["place"], reflect.TypeOf((*r)["passkeyId"]))
				return nil
			},
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.Record]) error {
				c.Values.Set("place", c.Values.String("place")+"?")
				return nil
			},
			AfterUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.Record]) error {
				d.note("%v>%v", (*c.Before)["place"], (*c.After)["place"])
				return nil
			},
			AfterDelete: func(_ *authplugin.HookContext, r *authplugin.Record) error {
				d.note("deleted %v %v", (*r)["place"], (*r)["usedAt"].(time.Time).Equal(noon.Truncate(time.Millisecond)))
				return nil
			},
		}
		cfg := pluginConfig(s)
		cfg.Plugins = []authplugin.Plugin{keyHooks{hooks: authplugin.Hooks{Models: map[string]authplugin.AnyModelHooks{"keyUse": hooks}}}}
		db, _ := use(t, e.New(t), cfg)
		ada := newUser(t, db, "ada")
		key := Passkey{UserID: ada.ID, PublicKey: "k", Meta: map[string]any{}}
		must(t, db.Create(&key).Error)

		row := reflect.ValueOf(newRuntimeRow(t, db, "keyUse"))
		row.Elem().FieldByName("Additional").Set(reflect.ValueOf(authplugin.Values{"passkeyId": key.ID, "usedAt": noon, "place": "home"}))
		must(t, db.Create(row.Interface()).Error)
		d.expect(t, "create", "keyUse create home", "created true home! string")
		id := row.Elem().FieldByName("ID").Interface().(authplugin.ID)
		model := newRuntimeRow(t, db, "keyUse")
		must(t, db.Model(model).Create(map[string]any{"passkeyId": key.ID, "usedAt": noon, "place": "work"}).Error)
		d.expect(t, "create by map", "keyUse create work", "created true work! string")
		must(t, db.Model(model).Where("id = ?", id).Update("place", "away").Error)
		d.expect(t, "update", "home!>away?")
		must(t, db.Delete(newRuntimeRow(t, db, "keyUse"), "place IN ?", []string{"away?", "work!"}).Error)
		lines := d.take()
		if len(lines) != 2 || !strings.HasPrefix(lines[0], "deleted") || !strings.HasSuffix(lines[1], "true") {
			t.Errorf("delete %v", lines)
		}
	})
}

// Copies for the hooks after the commit do not see what happens to the rows later.
func TestCommittedRowsAreCopies(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var kept []*authplugin.User
		keep := func(_ *authplugin.HookContext, u *authplugin.User) {
			u.Name += "."
			kept = append(kept, u)
		}
		db, _ := migrated(t, e, profiled(userHooks(authplugin.ModelHooks[authplugin.User]{AfterCommitCreate: keep, AfterCommitDelete: keep})))
		image := "pic"
		u := authplugin.User{Name: "ada", Email: "a", Image: &image, Additional: authplugin.Values{"tags": []string{"a"}}}
		must(t, db.Create(&u).Error)
		image = "changed"
		u.Name = "changed"
		u.Additional["tags"].([]string)[0] = "changed"
		u.Additional["nick"] = "changed"
		must(t, db.Delete(&u).Error)
		for i, row := range kept {
			if row.Name != "ada." || *row.Image != "pic" || row.Additional.Strings("tags")[0] != "a" || row.Additional.String("nick") != "" {
				t.Errorf("%d: %v %v %v", i, row, *row.Image, row.Additional)
			}
		}
		if len(kept) != 2 {
			t.Errorf("%d rows", len(kept))
		}
	})
}

// A soft delete is a delete to hooks, and rows that are gone are not seen.
func TestHooksAndSoftDelete(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		cfg := authplugin.Config{AutoMigrate: true, User: authplugin.ModelConfig{Model: softMember{}}}
		cfg.Hooks.User = d.noting("app")
		db, _ := use(t, e.New(t), cfg)
		m := softMember{User: authplugin.User{Name: "ada", Email: "a"}}
		must(t, db.Create(&m).Error)
		d.take()
		must(t, db.Delete(&softMember{}, m.ID).Error)
		d.expect(t, "delete", "app before delete ada", "app after delete ada", "app committed delete ada")
		must(t, db.Model(&softMember{}).Where("1 = 1").Update("name", "x").Error)
		must(t, db.Where("1 = 1").Delete(&softMember{}).Error)
		d.expect(t, "rows that are gone")
		must(t, db.Unscoped().Model(&softMember{}).Where("1 = 1").Update("name", "x").Error)
		d.expect(t, "unscoped", "app before update ada>-", "app after update ada>x", "app committed update ada>x")
		var left int64
		must(t, db.Unscoped().Model(&softMember{}).Count(&left).Error)
		must(t, db.Unscoped().Where("1 = 1").Delete(&softMember{}).Error)
		if left != 1 {
			t.Errorf("%d rows", left)
		}
		d.expect(t, "unscoped delete", "app before delete x", "app after delete x", "app committed delete x")
	})
}

type softMember struct {
	authplugin.User
	DeletedAt gorm.DeletedAt
}

// Hooks may run in many goroutines at once; none of their writes is lost.
func TestHooksConcurrently(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var calls atomic.Int64
		cfg := profiled(userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeCreate: func(*authplugin.HookContext, *authplugin.User) error { calls.Add(1); return nil },
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				calls.Add(1)
				c.Values.Set("age", c.Before.Additional.Int("age")+1)
				return nil
			},
			BeforeDelete: func(*authplugin.HookContext, *authplugin.User) error { calls.Add(1); return nil },
		}))
		db, _ := migrated(t, e, cfg)
		shared := newUser(t, db, "shared")
		var wg sync.WaitGroup
		const workers, rounds = 10, 5
		for w := range workers {
			wg.Go(func() {
				for i := range rounds {
					u := authplugin.User{Name: "n", Email: fmt.Sprintf("%d-%d", w, i)}
					if err := retried(func() error { u.ID = ""; return db.Create(&u).Error }); err != nil {
						t.Error(err)
					}
					if err := retried(func() error {
						return db.Model(&authplugin.User{}).Where("id = ?", shared.ID).Update("name", "x").Error
					}); err != nil {
						t.Error(err)
					}
					if err := retried(func() error { return db.Delete(&u).Error }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var read authplugin.User
		must(t, db.First(&read, shared.ID).Error)
		if n := countUsers(t, db); n != 1 || read.Additional.Int("age") != workers*rounds || calls.Load() < 3*workers*rounds {
			t.Errorf("%d users, age %v, %d calls", n, read.Additional["age"], calls.Load())
		}
	})
}

// retried runs a write again when the database gave up on it.
func retried(write func() error) error {
	for attempt := 0; ; attempt++ {
		err := write()
		if err == nil || attempt > 20 || !errors.Is(err, authplugin.ErrConflict) {
			return err
		}
		time.Sleep(time.Duration(attempt) * time.Millisecond)
	}
}
