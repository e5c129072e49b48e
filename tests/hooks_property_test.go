package tests

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Hooks that change nothing leave what no hooks would.
func TestIdleHooksChangeNothing(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		ok := func(*authplugin.HookContext, *authplugin.User) error { return nil }
		okChange := func(*authplugin.HookContext, *authplugin.Change[authplugin.User]) error { return nil }
		okMember := func(*authplugin.HookContext, *hookMember) error { return nil }
		okRecord := func(*authplugin.HookContext, *authplugin.Record) error { return nil }
		idle := authplugin.Hooks{
			User: authplugin.ModelHooks[authplugin.User]{
				BeforeCreate: ok, AfterCreate: ok, BeforeUpdate: okChange, AfterUpdate: okChange, BeforeDelete: ok, AfterDelete: ok,
			},
			Models: map[string]authplugin.AnyModelHooks{"user": authplugin.ModelHooks[hookMember]{BeforeCreate: okMember, AfterCreate: okMember, BeforeDelete: okMember}},
		}
		records := hooked{"records", authplugin.Hooks{Models: map[string]authplugin.AnyModelHooks{
			"user": authplugin.ModelHooks[authplugin.Record]{BeforeCreate: okRecord, AfterCreate: okRecord},
		}}, nil}
		for _, own := range []bool{false, true} {
			open := func(hooks bool) *gorm.DB {
				cfg := profiled(authplugin.Config{Clock: fixedClock, GenerateID: authplugin.Serial})
				if own {
					delete(cfg.User.AdditionalFields, "nick")
					cfg.User.Model = hookMember{}
				}
				if hooks {
					cfg.Hooks.User = idle.User
					cfg.Plugins = []authplugin.Plugin{records}
					if own {
						cfg.Hooks.Models = idle.Models
					}
				}
				db, _ := migrated(t, e, cfg)
				return db
			}
			plain, hookful := open(false), open(true)
			for seed := range uint64(60) {
				a, b := randomWrite(plain, rand.New(rand.NewPCG(seed, 3)), own), randomWrite(hookful, rand.New(rand.NewPCG(seed, 3)), own)
				if a != b {
					t.Errorf("seed %d: %s, with hooks %s", seed, a, b)
				}
			}
			if diff := cmp.Diff(dump(t, plain), dump(t, hookful)); diff != "" {
				t.Errorf("own struct %v: %s", own, diff)
			}
		}
	})
}

// randomWrite makes one of many writes, and says what came of it.
func randomWrite(db *gorm.DB, r *rand.Rand, own bool) string {
	name := fmt.Sprintf("n%d", r.IntN(5))
	email := fmt.Sprintf("E%d", r.IntN(40))
	values := authplugin.Values{}
	if r.IntN(2) == 0 {
		values["nick"] = name
	}
	if r.IntN(3) == 0 {
		values["tags"] = []string{name}
	}
	if r.IntN(3) == 0 {
		values["pin"] = "1"
	}
	u := authplugin.User{Name: name, Email: email, Additional: values}
	m := map[string]any{"name": name, "email": email, "age": r.IntN(9)}
	kind := r.IntN(13)
	var result *gorm.DB
	switch kind {
	case 0, 1:
		result = db.Create(&u)
	case 2:
		other := u
		other.Email += "b"
		result = db.Create([]*authplugin.User{&u, &other})
	case 3:
		result = db.Model(&authplugin.User{}).Create(m)
	case 4:
		result = db.Model(&authplugin.User{}).Create([]map[string]any{m, {"name": gorm.Expr("UPPER(?)", name), "email": email + "c"}})
	case 5:
		result = db.Model(&authplugin.User{}).Where("name = ?", name).Updates(map[string]any{"age": r.IntN(9), "image": gorm.Expr("name")})
	case 6:
		result = db.Where("name = ?", name).Updates(authplugin.User{Image: &name, Additional: values})
	case 7:
		var read authplugin.User
		if err := db.Order("email").Where("name = ?", name).Limit(1).Find(&read).Error; err != nil || read.ID == "" {
			return fmt.Sprint(kind, err)
		}
		read.EmailVerified = true
		result = db.Save(&read)
	case 8:
		result = db.Where("name = ? AND email > ?", name, "e2").Delete(&authplugin.User{})
	case 9:
		result = db.Select("Name", "Email").Create(&u)
	case 10:
		result = db.Model(&authplugin.User{}).Where("email LIKE ? OR name = ?", "e1%", name).Select("EmailVerified").Updates(&authplugin.User{Name: "no"})
	case 11:
		if !own {
			return ""
		}
		delete(values, "nick")
		result = db.Create(&hookMember{User: u, Nick: name, Points: r.IntN(3)})
	default:
		if !own {
			return ""
		}
		result = db.Model(&hookMember{}).Where("name = ?", name).Updates(hookMember{Nick: email, Since: &noon})
	}
	if err := result.Error; err != nil {
		return fmt.Sprint(kind, errors.Is(err, authplugin.ErrDuplicate), errors.Is(err, authplugin.ErrInvalid))
	}
	return fmt.Sprint(kind, " ", result.RowsAffected, " ", u.Name, " ", len(u.Additional))
}

// dump is what the table of users holds.
func dump(t *testing.T, db *gorm.DB) []map[string]any {
	t.Helper()
	var rows []map[string]any
	must(t, db.Table("users").Order("id").Find(&rows).Error)
	return rows
}
