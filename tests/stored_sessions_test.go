package tests

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func storedConfig(storage authplugin.SecondaryStorage, now *time.Time) authplugin.Config {
	cfg := withClock(copiedConfig(storage), now)
	cfg.Session.Storage = authplugin.StorageOnly
	cfg.AutoMigrate = true
	return cfg
}

// Sessions in the storage alone are created, found, listed, refreshed, changed and
// revoked like any other.
func TestStoredSessions(t *testing.T) {
	t.Parallel()
	for _, hashed := range []bool{false, true} {
		withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
			now := noon
			cfg := storedConfig(storage, &now)
			cfg.Session.HashTokens = hashed
			db, auth := use(t, e.New(t), cfg)
			if db.Migrator().HasTable("sessions") {
				t.Error("there is a table of sessions")
			}
			ctx := t.Context()
			sessions := auth.Sessions()
			user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada 🦉", Email: "ada@example.com", Additional: authplugin.Values{"secret": "hush", "tags": []string{"a"}}})
			must(t, err)
			first, err := sessions.Create(ctx, user.ID, authplugin.SessionOptions{UserAgent: `x"\`, Additional: authplugin.Values{"device": "phone"}})
			must(t, err)
			now = now.Add(time.Minute)
			second, err := sessions.Create(ctx, user.ID, authplugin.SessionOptions{NotRemembered: true})
			must(t, err)

			for range 3 {
				found, err := sessions.Find(ctx, first.Token)
				must(t, err)
				if diff := cmp.Diff(first, found.Session, same()); diff != "" {
					t.Errorf("session (-created +found):\n%s", diff)
				}
				want := *user
				want.Additional = authplugin.Values{"tags": []string{"a"}, "role": "user", "logins": int64(0), "nick": nil, "seen": nil, "settings": nil}
				if diff := cmp.Diff(&want, found.User, same()); diff != "" {
					t.Errorf("user (-created +found):\n%s", diff)
				}
			}
			list, err := sessions.List(ctx, user.ID)
			must(t, err)
			if len(list) != 2 || list[0].ID != second.ID || list[1].ID != first.ID {
				t.Errorf("listed: %v", list)
			}
			many, err := sessions.FindMany(ctx, []string{second.Token, "nobody's", first.Token, first.Token})
			must(t, err)
			if len(many) != 3 || many[0].Session.ID != second.ID || many[2].Session.Token != first.Token {
				t.Errorf("found many: %v", many)
			}

			updated, err := sessions.Update(ctx, first.Token, authplugin.Values{"device": "tablet"})
			must(t, err)
			if found, err := sessions.Find(ctx, first.Token); err != nil || found.Session.Additional["device"] != "tablet" || updated.Additional["device"] != "tablet" {
				t.Errorf("after an update: %v, %v", found, err)
			}
			if _, err := sessions.Update(ctx, first.Token, authplugin.Values{"userId": "x"}); !errors.Is(err, authplugin.ErrInvalid) {
				t.Errorf("an update of the user: %v", err)
			}

			now = now.Add(26 * time.Hour)
			if _, err := sessions.Find(ctx, second.Token); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("an expired session: %v", err)
			}
			found, err := sessions.Find(ctx, first.Token)
			must(t, err)
			if !found.RefreshDue {
				t.Error("no refresh is due")
			}
			again := *found.Session
			if refreshed, err := sessions.Refresh(ctx, found.Session); err != nil || !refreshed {
				t.Errorf("refreshed: %v, %v", refreshed, err)
			}
			if refreshed, err := sessions.Refresh(ctx, &again); err != nil || refreshed || !again.ExpiresAt.Equal(found.Session.ExpiresAt) {
				t.Errorf("refreshed again: %v, %v", refreshed, err)
			}
			if list, err := sessions.List(ctx, user.ID); err != nil || len(list) != 1 || !list[0].ExpiresAt.Equal(now.UTC().Truncate(time.Millisecond).Add(7*24*time.Hour)) {
				t.Errorf("listed after a refresh: %v, %v", list, err)
			}

			third, err := sessions.Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			if n, err := sessions.RevokeOthers(ctx, user.ID, third.Token); err != nil || n != 1 {
				t.Errorf("revoked others: %d, %v", n, err)
			}
			if _, err := sessions.Find(ctx, first.Token); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("a revoked session: %v", err)
			}
			now = now.Add(48 * time.Hour)
			if _, err := sessions.Refresh(ctx, &again); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("refresh of a revoked session: %v", err)
			}
			must(t, sessions.RevokeByID(ctx, third.ID))
			must(t, sessions.RevokeByID(ctx, third.ID))
			if _, err := sessions.Find(ctx, third.Token); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("a session that was revoked by id: %v", err)
			}
			if n, err := sessions.RevokeAll(ctx, user.ID); err != nil || n != 0 {
				t.Errorf("revoked all of none: %d, %v", n, err)
			}
			if _, err := sessions.Create(ctx, "nobody", authplugin.SessionOptions{}); !errors.Is(err, authplugin.ErrForeignKey) {
				t.Errorf("a session of nobody: %v", err)
			}
			if err := db.Find(&[]authplugin.Session{}).Error; err == nil || !strings.Contains(err.Error(), "secondary storage only") {
				t.Errorf("plain GORM on sessions: %v", err)
			}
		})
	}
}

// What is written to a user reaches the stored sessions, and what was rolled back does
// not.
func TestStoredSessionsFollowTheirUser(t *testing.T) {
	t.Parallel()
	rollback := errors.New("rollback")
	withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
		now := noon
		db, auth := use(t, e.New(t), storedConfig(storage, &now))
		ctx := t.Context()
		sessions := auth.Sessions()
		user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		session, err := sessions.Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		name := func() string {
			t.Helper()
			for range 2 {
				found, err := sessions.Find(ctx, session.Token)
				must(t, err)
				user.Name = found.User.Name
			}
			return user.Name
		}
		steps := []struct {
			write func() error
			want  string
		}{
			{func() error { return db.Model(user).Update("name", "Bea").Error }, "Bea"},
			{func() error { return db.Model(user).UpdateColumn("name", "Cora").Error }, "Cora"},
			{func() error {
				return db.Transaction(func(tx *gorm.DB) error {
					must(t, tx.Model(user).Update("name", "nobody").Error)
					return rollback
				})
			}, "Cora"},
			{func() error {
				err := db.Exec("UPDATE users SET name = 'Dora'").Error
				return errors.Join(err, sessions.RefreshUser(ctx, user.ID))
			}, "Dora"},
			{func() error {
				return db.Transaction(func(tx *gorm.DB) error {
					must(t, auth.WithDB(tx).Sessions().Revoke(ctx, session.Token))
					return rollback
				})
			}, "Dora"},
			{func() error {
				saved := *user
				saved.Name = "Eva"
				return db.Save(&saved).Error
			}, "Eva"},
		}
		for i, step := range steps {
			if err := step.write(); err != nil && !errors.Is(err, rollback) {
				t.Fatalf("step %d: %v", i, err)
			}
			if got := name(); got != step.want {
				t.Errorf("step %d: the session's user is %s, want %s", i, got, step.want)
			}
		}
		must(t, db.Transaction(func(tx *gorm.DB) error {
			other, err := auth.WithDB(tx).Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			if _, err := sessions.Find(ctx, other.Token); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("a session is found before its commit: %v", err)
			}
			return auth.WithDB(tx).Sessions().Revoke(ctx, session.Token)
		}))
		if _, err := sessions.Find(ctx, session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("a session that was revoked in a transaction: %v", err)
		}
		if list, err := sessions.List(ctx, user.ID); err != nil || len(list) != 1 {
			t.Fatalf("listed: %v, %v", list, err)
		}
		must(t, db.Delete(user).Error)
		if list, err := sessions.List(ctx, user.ID); err != nil || len(list) != 0 {
			t.Errorf("sessions of a user who is deleted: %v, %v", list, err)
		}
	})
}

// Hooks of sessions run for stored ones, in their order, and may refuse.
func TestHooksOfStoredSessions(t *testing.T) {
	t.Parallel()
	withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
		now := noon
		var calls []string
		note := func(call string) { calls = append(calls, call) }
		cfg := storedConfig(storage, &now)
		refuse := false
		cfg.Hooks.Session = authplugin.ModelHooks[authplugin.Session]{
			BeforeCreate: func(h *authplugin.HookContext, s *authplugin.Session) error {
				note("before create")
				if refuse {
					return authplugin.ErrAborted
				}
				s.Additional.Set("device", "hooked")
				return h.DB.Exec("UPDATE users SET name = 'hooked'").Error
			},
			AfterCreate:       func(*authplugin.HookContext, *authplugin.Session) error { note("after create"); return nil },
			AfterCommitCreate: func(*authplugin.HookContext, *authplugin.Session) { note("after commit create") },
			BeforeUpdate: func(*authplugin.HookContext, *authplugin.Change[authplugin.Session]) error {
				note("before update")
				return nil
			},
			AfterUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.Session]) error {
				note("after update " + c.After.Additional["device"].(string))
				return nil
			},
			BeforeDelete:      func(*authplugin.HookContext, *authplugin.Session) error { note("before delete"); return nil },
			AfterCommitDelete: func(*authplugin.HookContext, *authplugin.Session) { note("after commit delete") },
		}
		_, auth := use(t, e.New(t), cfg)
		ctx := t.Context()
		user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		found, err := auth.Sessions().Find(ctx, session.Token)
		must(t, err)
		if found.Session.Additional["device"] != "hooked" || found.User.Name != "hooked" {
			t.Errorf("what the hook wrote: %v, %v", found.Session.Additional, found.User.Name)
		}
		_, err = auth.Sessions().Update(ctx, session.Token, authplugin.Values{"device": "phone"})
		must(t, err)
		must(t, auth.Sessions().Revoke(ctx, session.Token))
		want := []string{"before create", "after create", "after commit create", "before update", "after update phone", "before delete", "after commit delete"}
		if diff := cmp.Diff(want, calls); diff != "" {
			t.Errorf("hooks (-want +got):\n%s", diff)
		}
		refuse = true
		if _, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{}); !errors.Is(err, authplugin.ErrAborted) {
			t.Errorf("a create that a hook aborts: %v", err)
		}
		if list, err := auth.Sessions().List(ctx, user.ID); err != nil || len(list) != 0 {
			t.Errorf("sessions after an abort: %v, %v", list, err)
		}
	})
}
