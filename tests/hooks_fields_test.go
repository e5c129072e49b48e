package tests

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Fields of every kind survive an update that hooks have changed.
func TestHooksKeepFieldsOfEveryKind(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		cfg := pluginConfig(s)
		cfg.Plugins = []authplugin.Plugin{keyHooks{hooks: authplugin.Hooks{Models: map[string]authplugin.AnyModelHooks{
			"passkey": authplugin.ModelHooks[Passkey]{
				BeforeCreate: func(_ *authplugin.HookContext, k *Passkey) error {
					k.Meta["created"] = true
					return nil
				},
				BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[Passkey]) error {
					c.Values.Set("counter", c.Before.Counter+1)
					return nil
				},
				AfterUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[Passkey]) error {
					if c.After.Counter != c.Before.Counter+1 || c.After.PublicKey == "" {
						return authplugin.ErrAborted
					}
					return nil
				},
			},
		}}}}
		db, _ := use(t, e.New(t), cfg)
		ada, bob := newUser(t, db, "ada"), newUser(t, db, "bob")
		used, name := noon, "key"
		key := Passkey{UserID: ada.ID, PublicKey: topSecret, Meta: map[string]any{"a": "b"}, Name: &name}
		must(t, db.Create(&key).Error)
		expect := func(how string, want Passkey) {
			t.Helper()
			var got Passkey
			must(t, db.First(&got, key.ID).Error)
			if got.LastUsed != nil {
				utc := got.LastUsed.UTC()
				got.LastUsed = &utc
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", how, diff)
			}
		}
		stamp := noon.UTC().Truncate(time.Millisecond)
		want := Passkey{
			ID: key.ID, UserID: ada.ID, PublicKey: topSecret, Meta: map[string]any{"a": "b", "created": true}, Name: &name,
			Additional: authplugin.Values{"aaguid": nil, "label": "key"},
		}
		expect("create", want)
		change := Passkey{UserID: bob.ID, LastUsed: &used, Meta: map[string]any{"c": 1.5}, BackedUp: true, Additional: authplugin.Values{"aaguid": "x"}}
		must(t, db.Model(&key).Updates(change).Error)
		want.UserID, want.LastUsed, want.Meta, want.BackedUp, want.Counter = bob.ID, &stamp, change.Meta, true, 1
		want.Additional["aaguid"] = "x"
		expect("struct", want)
		if key.Counter != 1 || key.Meta["c"] != 1.5 || key.UserID != bob.ID {
			t.Errorf("the caller's %+v", key)
		}
		must(t, db.Model(&key).Updates(map[string]any{"name": nil, "label": "l", "publicKey": "p"}).Error)
		want.Name, want.PublicKey, want.Counter, want.Additional["label"] = nil, "p", 2, "l"
		expect("map", want)
		key.Meta = map[string]any{"d": []any{"e"}}
		key.BackedUp, key.Counter = false, 77
		must(t, db.Save(&key).Error)
		want.Meta, want.BackedUp, want.Counter = key.Meta, false, 3
		expect("save", want)
		if key.Counter != 3 {
			t.Errorf("the caller's counter is %d", key.Counter)
		}
	})
}

// shadowMember declares a core field again.
type shadowMember struct {
	authplugin.User
	Name string `gorm:"size:80"`
}

// A hook of the declared struct sees the field that the own struct has in its place.
func TestHooksOfRedeclaredFields(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		cfg := userHooks(authplugin.ModelHooks[authplugin.User]{BeforeCreate: func(_ *authplugin.HookContext, u *authplugin.User) error {
			u.Name += "!"
			return nil
		}})
		cfg.User.Model = shadowMember{}
		db, _ := migrated(t, e, cfg)
		m := shadowMember{User: authplugin.User{Email: "a"}, Name: "ada"}
		must(t, db.Create(&m).Error)
		newUser(t, db, "bob")
		if got := names(t, db); got != "ada! bob!" || m.Name != "ada!" {
			t.Errorf("names %s, the caller's %s", got, m.Name)
		}
	})
}

// The caller's transaction carries what hooks do, and its end decides.
func TestHooksInTheCallersTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		hooks := d.noting("app")
		hooks.AfterCommitCreate, hooks.AfterCommitUpdate, hooks.AfterCommitDelete = nil, nil, nil
		cfg := userHooks(hooks)
		cfg.AutoMigrate = true
		for _, prepare := range []bool{false, true} {
			db, _ := useWith(t, e.New(t), cfg, &gorm.Config{PrepareStmt: prepare})
			write := func(tx *gorm.DB) error {
				u := authplugin.User{Name: "ada", Email: "a"}
				if err := tx.Create(&u).Error; err != nil {
					return err
				}
				if err := tx.Model(&u).Update("name", "Ada").Error; err != nil {
					return err
				}
				return tx.Transaction(func(tx *gorm.DB) error { return tx.Create(&authplugin.User{Name: "bob", Email: "b"}).Error })
			}
			_ = db.Transaction(func(tx *gorm.DB) error {
				must(t, write(tx))
				return authplugin.ErrAborted
			})
			if got := names(t, db); got != "" {
				t.Errorf("rolled back, but there are %s", got)
			}
			must(t, db.Transaction(write))
			if got := names(t, db); got != "Ada bob" {
				t.Errorf("names %s", got)
			}
			if n := len(d.take()); n != 12 {
				t.Errorf("%d hooks ran", n)
			}
		}
	})
}
