package tests

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// moved is an application whose sessions were in the storage alone, and are now beside
// the database.
type moved struct {
	copied

	// sessions are those from before.
	sessions []*authplugin.Session
}

// modeConfig is the configuration of a mode.
func modeConfig(storage authplugin.SecondaryStorage, in authplugin.RecordStorage, hashed bool) authplugin.Config {
	cfg := withMigration(copiedConfig(storage))
	cfg.Session.Storage, cfg.Verification.Storage = in, in
	cfg.Session.HashTokens = hashed
	cfg.Session.UpdateAge = -1
	cfg.Session.AdditionalFields["shouted"] = authplugin.Field{Type: authplugin.String, Optional: true, TransformInput: func(v any) (any, error) { return fmt.Sprint(v, "!"), nil }}
	return cfg
}

// move creates users, by name, with sessions in the storage alone, and starts again with
// the database.
func move(t testing.TB, e dbtest.Engine, storage authplugin.AtomicStorage, hashed bool, names ...string) map[string]moved {
	t.Helper()
	d := e.New(t)
	db, auth := use(t, d, modeConfig(storage, authplugin.StorageOnly, hashed))
	if db.Migrator().HasTable("sessions") {
		t.Fatal("there is a table of sessions that are in the storage alone")
	}
	all := map[string]moved{}
	for i, name := range names {
		user, err := auth.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: fmt.Sprint(i, "@example.com")})
		must(t, err)
		m := moved{copied: copied{storage: storage, user: user}}
		for i := range 4 {
			session, err := auth.Sessions().Create(t.Context(), user.ID, authplugin.SessionOptions{
				IPAddress: "203.0.113.7", Additional: authplugin.Values{"device": strconv.Itoa(i), "shouted": "hey"},
			})
			must(t, err)
			m.sessions = append(m.sessions, session)
		}
		all[name] = m
	}
	closeDB(t, db)
	db, auth = use(t, d, modeConfig(storage, authplugin.StorageAndDatabase, hashed))
	for name, m := range all {
		m.db, m.auth = db, auth
		all[name] = m
	}
	return all
}

func (m moved) rows(t testing.TB) int64 {
	t.Helper()
	var n int64
	must(t, m.db.Model(&authplugin.Session{}).Where("user_id = ?", m.user.ID).Count(&n).Error)
	return n
}

// wantFound expects that a session is what it was before, by its copy and by its row.
func (m moved) wantFound(t testing.TB, session *authplugin.Session) {
	t.Helper()
	for _, options := range [][]authplugin.ReadOption{nil, {authplugin.Strict}, nil} {
		found, err := m.auth.Sessions().Find(t.Context(), session.Token, options...)
		if err != nil {
			t.Fatalf("a session from before is not found: %v", err)
		}
		if found.Session.ID != session.ID || found.Session.Token != session.Token || !found.Session.CreatedAt.Equal(session.CreatedAt) ||
			found.Session.IPAddress != session.IPAddress || found.Session.Additional["device"] != session.Additional["device"] || found.User.ID != m.user.ID {
			t.Fatalf("a session is %+v, was %+v", found.Session, session)
		}
	}
}

// wantGone expects that sessions are nowhere found.
func (m moved) wantGone(t testing.TB, sessions ...*authplugin.Session) {
	t.Helper()
	for _, session := range sessions {
		for range 2 {
			for _, options := range [][]authplugin.ReadOption{nil, {authplugin.Strict}} {
				if _, err := m.auth.Sessions().Find(t.Context(), session.Token, options...); !errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("a session that is over is found: %v", err)
				}
			}
		}
		var n int64
		must(t, m.db.Model(&authplugin.Session{}).Where("id = ?", session.ID).Count(&n).Error)
		if n != 0 {
			t.Error("a session that is over has a row")
		}
	}
}

// adoptions are the ways in which a session from before is first met.
func adoptions() map[string]func(t *testing.T, m moved) {
	return map[string]func(t *testing.T, m moved){
		"find": func(t *testing.T, m moved) {
			m.wantFound(t, m.sessions[0])
			if n := m.rows(t); n != 1 {
				t.Errorf("%d rows after one session was found", n)
			}
			if found, err := m.auth.Sessions().Find(t.Context(), m.sessions[0].Token); err != nil || found.Session.Additional["shouted"] != "hey!" {
				t.Errorf("an additional field is %v, %v", found, err)
			}
		},
		"strict find": func(t *testing.T, m moved) {
			_, err := m.auth.Sessions().Find(t.Context(), m.sessions[0].Token, authplugin.Strict)
			must(t, err)
			m.wantFound(t, m.sessions[0])
		},
		"find many": func(t *testing.T, m moved) {
			found, err := m.auth.Sessions().FindMany(t.Context(), []string{m.sessions[0].Token, "nobody's", m.sessions[2].Token})
			if err != nil || len(found) != 2 || m.rows(t) != 2 {
				t.Errorf("found %d, %v", len(found), err)
			}
			m.wantFound(t, m.sessions[2])
		},
		"list": func(t *testing.T, m moved) {
			m.wantFound(t, m.sessions[1])
			created, err := m.auth.Sessions().Create(t.Context(), m.user.ID, authplugin.SessionOptions{})
			must(t, err)
			list, err := m.auth.Sessions().List(t.Context(), m.user.ID)
			if err != nil || len(list) != len(m.sessions)+1 || list[0].ID != created.ID {
				t.Errorf("listed %d, %v", len(list), err)
			}
			m.wantFound(t, m.sessions[0])
		},
		"refresh": func(t *testing.T, m moved) {
			session := *m.sessions[0]
			refreshed, err := m.auth.Sessions().Refresh(t.Context(), &session)
			if err != nil || !refreshed || !session.ExpiresAt.After(m.sessions[0].ExpiresAt) || session.Token != m.sessions[0].Token {
				t.Errorf("refreshed %v, %v: %v", refreshed, err, session)
			}
			m.wantFound(t, m.sessions[0])
		},
		"update": func(t *testing.T, m moved) {
			updated, err := m.auth.Sessions().Update(t.Context(), m.sessions[0].Token, authplugin.Values{"device": "phone"})
			if err != nil || updated.Additional["device"] != "phone" {
				t.Errorf("updated %v, %v", updated, err)
			}
			m.sessions[0].Additional["device"] = "phone"
			m.wantFound(t, m.sessions[0])
		},
		"update all": func(t *testing.T, m moved) {
			m.wantFound(t, m.sessions[1])
			n, err := m.auth.Sessions().UpdateAll(t.Context(), []authplugin.ID{m.user.ID}, nil, authplugin.Values{"device": "all"})
			if err != nil || int(n) != len(m.sessions) {
				t.Errorf("updated %d, %v", n, err)
			}
			for _, session := range m.sessions {
				session.Additional["device"] = "all"
				m.wantFound(t, session)
			}
		},
		"revoke": func(t *testing.T, m moved) {
			must(t, m.auth.Sessions().Revoke(t.Context(), m.sessions[0].Token))
			m.wantGone(t, m.sessions[0])
			m.wantFound(t, m.sessions[1])
		},
		"revoke by id": func(t *testing.T, m moved) {
			must(t, m.auth.Sessions().RevokeByID(t.Context(), m.sessions[0].ID))
			m.wantFound(t, m.sessions[1])
			must(t, m.auth.Sessions().RevokeByID(t.Context(), m.sessions[1].ID))
			m.wantGone(t, m.sessions[:2]...)
			m.wantFound(t, m.sessions[2])
		},
		"revoke all": func(t *testing.T, m moved) {
			m.wantFound(t, m.sessions[1])
			n, err := m.auth.Sessions().RevokeAll(t.Context(), m.user.ID)
			if err != nil || int(n) != len(m.sessions) {
				t.Errorf("revoked %d, %v", n, err)
			}
			m.wantGone(t, m.sessions...)
		},
		"revoke others": func(t *testing.T, m moved) {
			m.wantFound(t, m.sessions[1])
			n, err := m.auth.Sessions().RevokeOthers(t.Context(), m.user.ID, m.sessions[0].Token)
			if err != nil || int(n) != len(m.sessions)-1 {
				t.Errorf("revoked %d, %v", n, err)
			}
			m.wantGone(t, m.sessions[1:]...)
			m.wantFound(t, m.sessions[0])
		},
		"update of the user": func(t *testing.T, m moved) {
			m.wantFound(t, m.sessions[1])
			for _, name := range []string{"Bea", "Cleo"} {
				_, err := m.auth.Users().Update(t.Context(), m.user.ID, authplugin.Values{"name": name})
				must(t, err)
			}
			must(t, m.auth.Sessions().InvalidateUser(t.Context(), m.user.ID))
			for _, session := range m.sessions {
				if found, err := m.auth.Sessions().Find(t.Context(), session.Token); err != nil || found.User.Name != "Cleo" {
					t.Errorf("found %v, %v", found, err)
				}
				m.wantFound(t, session)
			}
		},
		"delete of the user": func(t *testing.T, m moved) {
			m.wantFound(t, m.sessions[1])
			must(t, m.auth.Users().Delete(t.Context(), m.user.ID))
			m.wantGone(t, m.sessions...)
		},
		"user deleted unseen": func(t *testing.T, m moved) {
			must(t, m.db.Exec("DELETE FROM users WHERE id = ?", m.user.ID).Error)
			m.wantGone(t, m.sessions...)
			if found, err := m.auth.Sessions().FindMany(t.Context(), []string{m.sessions[0].Token}); err != nil || len(found) != 0 {
				t.Errorf("found %d, %v", len(found), err)
			}
			if err := m.auth.Sessions().Revoke(t.Context(), m.sessions[1].Token); err != nil {
				t.Error(err)
			}
		},
		"transaction": func(t *testing.T, m moved) {
			rollback := errors.New("rollback")
			within := func(end error) error {
				return m.auth.Transaction(t.Context(), func(tx *authplugin.Auth) error {
					if _, err := tx.Sessions().Find(t.Context(), m.sessions[0].Token); err != nil {
						return err
					}
					if found, err := tx.Sessions().FindMany(t.Context(), []string{m.sessions[0].Token, m.sessions[1].Token}); err != nil || len(found) != 2 {
						return fmt.Errorf("found %d: %w", len(found), err)
					}
					if err := tx.Sessions().Revoke(t.Context(), m.sessions[1].Token); err != nil {
						return err
					}
					if err := tx.Sessions().Revoke(t.Context(), m.sessions[2].Token); err != nil {
						return err
					}
					return end
				})
			}
			if err := within(rollback); !errors.Is(err, rollback) {
				t.Fatal(err)
			}
			if n := m.rows(t); n != 0 {
				t.Errorf("%d rows after a rollback", n)
			}
			must(t, within(nil))
			m.wantFound(t, m.sessions[0])
			m.wantGone(t, m.sessions[1:3]...)
		},
	}
}

// A session that was created in the storage alone goes on with the database beside it,
// whatever is done to it first.
func TestSessionsAreAdopted(t *testing.T) {
	t.Parallel()
	for _, hashed := range []bool{false, true} {
		withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
			ways := adoptions()
			for name, m := range move(t, e, storage, hashed, slices.Collect(maps.Keys(ways))...) {
				t.Run(name, func(t *testing.T) { ways[name](t, m) })
			}
		})
	}
}

// A session that cannot get its row now is found all the same, and gets it later.
func TestSessionsThatCannotBeAdopted(t *testing.T) {
	t.Parallel()
	withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
		m := move(t, e, storage, true, "refused")["refused"]
		refused := errors.New("no rows today")
		refusing := true
		must(t, m.db.Callback().Create().Before("gorm:create").Register("test:refuse", func(db *gorm.DB) {
			if refusing && db.Statement.Table == "sessions" {
				_ = db.AddError(refused)
			}
		}))
		tokens := []string{m.sessions[0].Token, m.sessions[1].Token}
		for range 2 {
			if found, err := m.auth.Sessions().Find(t.Context(), tokens[0]); err != nil || found.Session.ID != m.sessions[0].ID || found.Session.Token != tokens[0] {
				t.Errorf("found %v, %v", found, err)
			}
			if _, err := m.auth.Sessions().Find(t.Context(), tokens[0], authplugin.Strict); err != nil {
				t.Errorf("strictly found with %v", err)
			}
			if found, err := m.auth.Sessions().FindMany(t.Context(), tokens); err != nil || len(found) != 2 {
				t.Errorf("found %d, %v", len(found), err)
			}
		}
		// What needs the row says why there is none; what ends a session does so without.
		if _, err := m.auth.Sessions().List(t.Context(), m.user.ID); !errors.Is(err, refused) {
			t.Errorf("listed with %v", err)
		}
		must(t, m.auth.Sessions().Revoke(t.Context(), m.sessions[1].Token))
		must(t, m.auth.Sessions().RevokeByID(t.Context(), m.sessions[2].ID))
		m.wantGone(t, m.sessions[1:3]...)
		if n := m.rows(t); n != 0 {
			t.Errorf("%d rows", n)
		}
		refusing = false
		m.wantFound(t, m.sessions[0])
		refusing = true
		if _, err := m.auth.Sessions().RevokeAll(t.Context(), m.user.ID); err != nil {
			t.Error(err)
		}
		refusing = false
		m.wantGone(t, m.sessions...)
	})
}

// Whatever the mode was before: sessions of the database go on wherever there is one,
// those of the storage alone wherever it is asked, and neither is taken for the other.
func TestSessionsAfterChangesOfMode(t *testing.T) {
	t.Parallel()
	for _, hashed := range []bool{false, true} {
		withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
			d, ctx := e.New(t), t.Context()
			var db *gorm.DB
			var auth *authplugin.Auth
			start := func(in authplugin.RecordStorage) {
				if db != nil {
					closeDB(t, db)
				}
				db, auth = use(t, d, modeConfig(storage, in, hashed))
			}
			var user *authplugin.User
			create := func() *authplugin.Session {
				t.Helper()
				session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
				must(t, err)
				return session
			}
			want := func(found bool, sessions ...*authplugin.Session) {
				t.Helper()
				for i, session := range sessions {
					for _, options := range [][]authplugin.ReadOption{{authplugin.Strict}, nil, nil} {
						_, err := auth.Sessions().Find(ctx, session.Token, options...)
						if found && err != nil || !found && !errors.Is(err, authplugin.ErrNotFound) {
							t.Errorf("session %d is found with %v, want found: %v", i, err, found)
						}
					}
					many, err := auth.Sessions().FindMany(ctx, []string{session.Token})
					if err != nil || (len(many) == 1) != found {
						t.Errorf("session %d: found %d, %v", i, len(many), err)
					}
				}
			}
			listed := func(n int) {
				t.Helper()
				if list, err := auth.Sessions().List(ctx, user.ID); err != nil || len(list) != n {
					t.Errorf("listed %d, %v; want %d", len(list), err, n)
				}
			}

			start(authplugin.DatabaseOnly)
			var err error
			user, err = auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
			must(t, err)
			row := create()
			start(authplugin.StorageAndDatabase)
			want(true, row)
			both := create()
			want(true, both)

			start(authplugin.StorageOnly) // where copies of rows are no sessions
			want(false, row, both)
			listed(0)
			if n, err := auth.Sessions().RevokeAll(ctx, user.ID); n != 0 || err != nil {
				t.Errorf("revoked %d, %v", n, err)
			}
			for _, session := range []*authplugin.Session{row, both} {
				copied := *session
				if _, err := auth.Sessions().Refresh(ctx, &copied); !errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("refreshed: %v", err)
				}
				if _, err := auth.Sessions().Update(ctx, session.Token, authplugin.Values{"device": "x"}); !errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("updated: %v", err)
				}
			}
			stored, revoked := create(), create()
			want(true, stored, revoked)

			start(authplugin.DatabaseOnly)
			want(true, row, both)
			want(false, stored, revoked)
			listed(2)

			start(authplugin.StorageAndDatabase)
			must(t, auth.Sessions().Revoke(ctx, revoked.Token))
			want(true, row, both, stored)
			want(false, revoked)
			listed(3)

			start(authplugin.DatabaseOnly)
			want(true, row, both, stored) // it has a row by now
			must(t, db.Migrator().DropTable("sessions"))
			start(authplugin.StorageOnly)
			if db.Migrator().HasTable("sessions") {
				t.Error("there is a table of sessions that are in the storage alone")
			}
			want(false, row, both, stored, revoked)
			last := create()
			start(authplugin.StorageAndDatabase)
			want(true, last)
			want(false, revoked)
			if n, err := auth.Sessions().RevokeAll(ctx, user.ID); n != 1 || err != nil {
				t.Errorf("revoked %d, %v", n, err)
			}
			want(false, last)
			closeDB(t, db)
		})
	}
}
