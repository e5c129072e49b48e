package tests

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// adopters are two applications with the database beside the storage, and one without it,
// as there may be while a mode is changed.
type adopters struct {
	before *authplugin.Auth
	after  []*authplugin.Auth
	db     *gorm.DB
}

func newAdopters(t testing.TB, e dbtest.Engine, storage authplugin.AtomicStorage) adopters {
	t.Helper()
	d := e.New(t)
	db, first := use(t, d, modeConfig(storage, authplugin.StorageAndDatabase, true))
	_, second := use(t, d, modeConfig(storage, authplugin.StorageAndDatabase, true))
	_, before := use(t, d, modeConfig(storage, authplugin.StorageOnly, true))
	return adopters{before, []*authplugin.Auth{first, second}, db}
}

func (a adopters) any() *authplugin.Auth { return a.after[rand.IntN(len(a.after))] }

func (a adopters) rowsOf(t testing.TB, user authplugin.ID) int64 {
	t.Helper()
	var n int64
	must(t, a.db.Model(&authplugin.Session{}).Where("user_id = ?", user).Count(&n).Error)
	return n
}

// Sessions that many adopt, change and revoke at once get one row at most, and what was
// revoked is never found again and has none.
func TestAdoptionRaces(t *testing.T) {
	t.Parallel()
	const rounds, goroutines, many = 12, 8, 6
	withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
		a, ctx := newAdopters(t, e, storage), t.Context()
		revocations := []func(auth *authplugin.Auth, s *authplugin.Session) error{
			func(auth *authplugin.Auth, s *authplugin.Session) error { return auth.Sessions().Revoke(ctx, s.Token) },
			func(auth *authplugin.Auth, s *authplugin.Session) error { return auth.Sessions().RevokeByID(ctx, s.ID) },
			func(auth *authplugin.Auth, s *authplugin.Session) error {
				_, err := auth.Sessions().RevokeAll(ctx, s.UserID)
				return err
			},
			func(_ *authplugin.Auth, s *authplugin.Session) error {
				return a.db.WithContext(ctx).Delete(&authplugin.User{}, "id = ?", s.UserID).Error
			},
		}
		for round := range rounds {
			user, err := a.before.Users().Create(ctx, authplugin.User{Name: "Ada", Email: fmt.Sprint(round, "@example.com")})
			must(t, err)
			var sessions []*authplugin.Session
			for range many {
				session, err := a.before.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
				must(t, err)
				sessions = append(sessions, session)
			}
			revoke := revocations[round%len(revocations)]
			all := round%len(revocations) >= 2
			var over atomic.Int64 // how many sessions, from the first on, have been revoked
			var group sync.WaitGroup
			done := make(chan struct{})
			for range goroutines {
				group.Go(func() {
					for {
						select {
						case <-done:
							return
						default:
						}
						i := rand.IntN(many)
						gone := int64(i) < over.Load()
						found, err := a.meet(ctx, sessions[i])
						if err != nil && !errors.Is(err, authplugin.ErrNotFound) && !errors.Is(err, authplugin.ErrConflict) {
							t.Errorf("%v", err)
							return
						}
						if gone && found {
							t.Error("a session is found after its revocation has returned")
							return
						}
					}
				})
			}
			time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
			for i, session := range sessions[:many-1] {
				if err := revoke(a.any(), session); err != nil {
					t.Errorf("revocation %d: %v", round%len(revocations), err)
				}
				over.Store(int64(i) + 1)
				if all {
					over.Store(many)
					break
				}
			}
			time.Sleep(2 * time.Millisecond)
			close(done)
			group.Wait()
			for i, session := range sessions {
				for _, auth := range a.after {
					_, err := auth.Sessions().Find(ctx, session.Token)
					_, strict := auth.Sessions().Find(ctx, session.Token, authplugin.Strict)
					gone := int64(i) < over.Load()
					if errors.Is(err, authplugin.ErrNotFound) != gone || errors.Is(strict, authplugin.ErrNotFound) != gone {
						t.Errorf("in the end session %d is found with %v, strictly with %v; revoked: %v", i, err, strict, gone)
					}
				}
			}
			if n, want := a.rowsOf(t, user.ID), many-over.Load(); n != want {
				t.Errorf("%d rows in the end, want %d", n, want)
			}
		}
	})
}

// meet does one of the things that adopt a session, and reports whether it was there.
func (a adopters) meet(ctx context.Context, s *authplugin.Session) (bool, error) {
	sessions := a.any().Sessions()
	switch rand.IntN(7) {
	case 0:
		_, err := sessions.Find(ctx, s.Token, authplugin.Strict)
		return err == nil, err
	case 1:
		copied := *s
		done, err := sessions.Refresh(ctx, &copied)
		return done, err
	case 2:
		_, err := sessions.Update(ctx, s.Token, authplugin.Values{"device": "phone"})
		return err == nil, err
	case 3:
		found, err := sessions.FindMany(ctx, []string{s.Token})
		return len(found) == 1, err
	case 4:
		list, err := sessions.List(ctx, s.UserID)
		for _, listed := range list {
			if listed.ID == s.ID {
				return true, err
			}
		}
		return false, err
	case 5:
		_, err := a.any().Users().Update(ctx, s.UserID, authplugin.Values{"name": "Bea"})
		return false, err
	default:
		_, err := sessions.Find(ctx, s.Token)
		return err == nil, err
	}
}

// Who has read a session from before, and inserts its row only after somebody else has
// adopted and revoked it, does not bring it back.
func TestLateAdoption(t *testing.T) {
	t.Parallel()
	for name, open := range secondaryStorages(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, ctx := newAdopters(t, dbtest.Named(t, "postgres"), open(t)), t.Context()
			user, err := a.before.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
			must(t, err)
			session, err := a.before.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			reached, revoked := make(chan struct{}), make(chan struct{})
			var once sync.Once
			must(t, a.db.Callback().Create().Before("gorm:create").Register("test:wait", func(db *gorm.DB) {
				if db.Statement.Table == "sessions" {
					once.Do(func() {
						close(reached)
						<-revoked
					})
				}
			}))
			late := make(chan error)
			go func() {
				_, err := a.after[0].Sessions().Find(ctx, session.Token)
				late <- err
			}()
			<-reached
			must(t, a.after[1].Sessions().Revoke(ctx, session.Token))
			close(revoked)
			if err := <-late; !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("a session that was revoked meanwhile is found: %v", err)
			}
			if n := a.rowsOf(t, user.ID); n != 0 {
				t.Errorf("it has %d rows", n)
			}
		})
	}
}
