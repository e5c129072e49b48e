package tests

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/redisstore"
)

// secondaryStorages are the secondary storages that a test runs with.
func secondaryStorages(t *testing.T) map[string]func(t testing.TB) authplugin.AtomicStorage {
	t.Helper()
	return map[string]func(t testing.TB) authplugin.AtomicStorage{
		"memory": func(testing.TB) authplugin.AtomicStorage { return memorystore.New() },
		"redis": func(t testing.TB) authplugin.AtomicStorage {
			t.Helper()
			return redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t)))
		},
	}
}

// withStorages runs a test on every database with every storage.
func withStorages(t *testing.T, f func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage)) {
	t.Helper()
	for name, open := range secondaryStorages(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) { f(t, e, open(t)) })
		})
	}
}

// copied is a user with a session that the storage has a copy of.
type copied struct {
	db      *gorm.DB
	auth    *authplugin.Auth
	storage authplugin.AtomicStorage
	user    *authplugin.User
	session *authplugin.Session
}

func newCopied(t testing.TB, db *gorm.DB, auth *authplugin.Auth, storage authplugin.AtomicStorage, email string) copied {
	t.Helper()
	user, err := auth.Users().Create(t.Context(), authplugin.User{Name: "Ada 🦉", Email: email})
	must(t, err)
	session, err := auth.Sessions().Create(t.Context(), user.ID, authplugin.SessionOptions{IPAddress: "203.0.113.7", UserAgent: `a "quoted" \ agent`})
	must(t, err)
	c := copied{db, auth, storage, user, session}
	c.wantCopy(t)
	return c
}

// wantCopy expects that the storage has the session.
func (c copied) wantCopy(t testing.TB) {
	t.Helper()
	value, err := c.storage.Get(t.Context(), c.session.Token)
	if err != nil || len(value) == 0 {
		t.Fatalf("the storage has no copy of the session: %q, %v", value, err)
	}
}

// wantSame expects that a session is found in the same way by its copy and in the
// database.
func (c copied) wantSame(t testing.TB, when string) {
	t.Helper()
	for range 2 {
		strict, strictErr := c.auth.Sessions().Find(t.Context(), c.session.Token, authplugin.Strict)
		found, err := c.auth.Sessions().Find(t.Context(), c.session.Token)
		if !errors.Is(err, strictErr) || !errors.Is(strictErr, err) {
			t.Fatalf("%s: found with %v, strictly with %v", when, err, strictErr)
		}
		if diff := cmp.Diff(strict, found, same()); diff != "" {
			t.Fatalf("%s: (-strict +found):\n%s", when, diff)
		}
	}
}

func copiedConfig(storage authplugin.SecondaryStorage) authplugin.Config {
	cfg := sessionConfig()
	cfg.SecondaryStorage = storage
	cfg.User.AdditionalFields["nick"] = authplugin.Field{Type: authplugin.String, Optional: true, Unique: true}
	cfg.User.AdditionalFields["secret"] = authplugin.Field{Type: authplugin.String, Optional: true, Hidden: true}
	cfg.User.AdditionalFields["logins"] = authplugin.Field{Type: authplugin.Number, DefaultValue: 0}
	cfg.User.AdditionalFields["seen"] = authplugin.Field{Type: authplugin.Date, Optional: true}
	cfg.User.AdditionalFields["tags"] = authplugin.Field{Type: authplugin.StringArray, Optional: true}
	cfg.User.AdditionalFields["settings"] = authplugin.Field{Type: authplugin.JSON, Optional: true}
	return cfg
}

// Whatever writes to a user or a session, by whatever way, is seen by the next look-up.
func TestCopiesFollowEveryWrite(t *testing.T) {
	t.Parallel()
	writes := map[string]func(ctx context.Context, c copied) error{
		"Users.Update": func(ctx context.Context, c copied) error {
			_, err := c.auth.Users().Update(ctx, c.user.ID, authplugin.Values{"name": "Bea", "tags": []string{"x"}, "seen": noon})
			return err
		},
		"Users.UpdateByEmail": func(ctx context.Context, c copied) error {
			_, err := c.auth.Users().UpdateByEmail(ctx, c.user.Email, authplugin.Values{"settings": map[string]any{"a": []any{1.5, nil, "ü"}}})
			return err
		},
		"Users.Delete": func(ctx context.Context, c copied) error { return c.auth.Users().Delete(ctx, c.user.ID) },
		"Sessions.Update": func(ctx context.Context, c copied) error {
			_, err := c.auth.Sessions().Update(ctx, c.session.Token, authplugin.Values{"device": "phone"})
			return err
		},
		"Sessions.Revoke":     func(ctx context.Context, c copied) error { return c.auth.Sessions().Revoke(ctx, c.session.Token) },
		"Sessions.RevokeByID": func(ctx context.Context, c copied) error { return c.auth.Sessions().RevokeByID(ctx, c.session.ID) },
		"Sessions.RevokeAll": func(ctx context.Context, c copied) error {
			_, err := c.auth.Sessions().RevokeAll(ctx, c.user.ID)
			return err
		},
		"Sessions.RevokeOthers of another": func(ctx context.Context, c copied) error {
			_, err := c.auth.Sessions().RevokeOthers(ctx, c.user.ID, "another")
			return err
		},
		"Sessions.RevokeOthers": func(ctx context.Context, c copied) error {
			_, err := c.auth.Sessions().RevokeOthers(ctx, c.user.ID, c.session.Token)
			return err
		},
		"Records update": func(ctx context.Context, c copied) error {
			_, err := c.auth.Records("user").Update(ctx, []authplugin.Condition{authplugin.Eq("id", c.user.ID)}, authplugin.Values{"name": "Bea"})
			return err
		},
		"Records increment": func(ctx context.Context, c copied) error {
			_, err := c.auth.Records("user").IncrementOne(ctx, []authplugin.Condition{authplugin.Eq("id", c.user.ID)}, authplugin.Increment{By: authplugin.Values{"logins": 1}})
			return err
		},
		"Records delete": func(ctx context.Context, c copied) error {
			_, err := c.auth.Records("session").DeleteMany(ctx, authplugin.Eq("token", c.session.Token))
			return err
		},
		"Updates by struct": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Model(c.user).Updates(authplugin.User{Name: "Bea"}).Error
		},
		"Updates by map": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Model(&authplugin.User{}).Where("email = ?", c.user.Email).Updates(map[string]any{"name": "Bea", "nick": "b"}).Error
		},
		"Update of all": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Session(&gorm.Session{AllowGlobalUpdate: true}).Model(&authplugin.User{}).Update("name", "everybody").Error
		},
		"UpdateColumn": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Model(c.user).UpdateColumn("name", "Bea").Error
		},
		"Update by expression": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Model(c.user).Update("logins", gorm.Expr("logins + 1")).Error
		},
		"Update without hooks": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Session(&gorm.Session{SkipHooks: true}).Model(c.user).Update("name", "Bea").Error
		},
		"Save": func(ctx context.Context, c copied) error {
			c.user.Name = "Bea"
			return c.db.WithContext(ctx).Save(c.user).Error
		},
		"Save of a list": func(ctx context.Context, c copied) error {
			c.user.Name = "Bea"
			return c.db.WithContext(ctx).Save([]*authplugin.User{c.user}).Error
		},
		"upsert by id": func(ctx context.Context, c copied) error {
			c.user.Name = "Bea"
			return c.db.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(c.user).Error
		},
		"upsert by e-mail": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "email"}}, DoUpdates: clause.AssignmentColumns([]string{"name"})}).
				Create(&authplugin.User{Name: "Bea", Email: "ADA" + c.user.Email[3:]}).Error
		},
		"Delete of the session": func(ctx context.Context, c copied) error { return c.db.WithContext(ctx).Delete(c.session).Error },
		"Delete of sessions by condition": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Where("user_id = ?", c.user.ID).Delete(&authplugin.Session{}).Error
		},
		"Delete without hooks": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Session(&gorm.Session{SkipHooks: true}).Delete(c.session).Error
		},
		"Delete of the user": func(ctx context.Context, c copied) error { return c.db.WithContext(ctx).Delete(c.user).Error },
		"Update of the session": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Model(c.session).Updates(map[string]any{"expires_at": noon.Add(time.Hour), "device": "x"}).Error
		},
		"end of the session": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Model(c.session).Update("expires_at", noon.Add(-time.Hour)).Error
		},
		"raw SQL": func(ctx context.Context, c copied) error {
			err := c.db.WithContext(ctx).Exec("UPDATE users SET name = 'Bea'").Error
			return errors.Join(err, c.auth.Sessions().InvalidateUser(ctx, c.user.ID))
		},
		"raw SQL, refreshed": func(ctx context.Context, c copied) error {
			err := c.db.WithContext(ctx).Exec("UPDATE users SET name = 'Bea'").Error
			return errors.Join(err, c.auth.Sessions().RefreshUser(ctx, c.user.ID))
		},
		"transaction": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
				_, err := c.auth.WithDB(tx).Users().Update(ctx, c.user.ID, authplugin.Values{"name": "Bea"})
				return errors.Join(err, tx.Model(c.session).Update("device", "tablet").Error)
			})
		},
		"transaction that is rolled back": func(ctx context.Context, c copied) error {
			rollback := errors.New("rollback")
			err := c.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
				if err := c.auth.WithDB(tx).Sessions().Revoke(ctx, c.session.Token); err != nil {
					return err
				}
				return rollback
			})
			if errors.Is(err, rollback) {
				return nil
			}
			return err
		},
		"savepoint that is rolled back": func(ctx context.Context, c copied) error {
			return c.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
				_ = tx.Transaction(func(tx *gorm.DB) error {
					_ = tx.Delete(c.session).Error
					return errors.New("rollback")
				})
				return tx.Model(c.user).Update("name", "Bea").Error
			})
		},
	}
	withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
		cfg := copiedConfig(storage)
		cfg.Clock = fixedClock
		db, auth := migrated(t, e, cfg)
		i := 0
		for name, write := range writes {
			i++
			c := newCopied(t, db, auth, storage, "ada"+string(rune('a'+i%26))+string(rune('a'+i/26))+"@example.com")
			c.wantSame(t, name+", before")
			if err := write(t.Context(), c); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			c.wantSame(t, name)
		}
	})
}
