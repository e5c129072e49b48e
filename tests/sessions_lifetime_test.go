package tests

import (
	"errors"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

const day = 24 * time.Hour

// signedIn is a user with a session, and the clock that it was made under.
type signedIn struct {
	place

	now     *time.Time
	user    *authplugin.User
	session *authplugin.Session
}

func signIn(t testing.TB, e dbtest.Engine, cfg authplugin.Config, opts authplugin.SessionOptions) signedIn {
	t.Helper()
	now := noon
	s := signedIn{now: &now}
	s.place = placeOf(migrated(t, e, withClock(cfg, &now)))
	s.user = s.person(t, "ada")
	session, err := s.auth.Sessions().Create(t.Context(), s.user.ID, opts)
	must(t, err)
	s.session = session
	return s
}

// after sets the clock to some time after the start.
func (s signedIn) after(d time.Duration) { *s.now = noon.Add(d) }

func (s signedIn) find(t testing.TB) (*authplugin.FoundSession[authplugin.Session, authplugin.User], error) {
	t.Helper()
	return s.auth.Sessions().Find(t.Context(), s.session.Token)
}

// A session ends at the millisecond that it says, wherever it is asked for.
func TestSessionExpires(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config authplugin.SessionConfig
		opts   authplugin.SessionOptions
		want   time.Duration
	}{
		"default":                  {want: 7 * day},
		"not remembered":           {opts: authplugin.SessionOptions{NotRemembered: true}, want: day},
		"of the options":           {opts: authplugin.SessionOptions{ExpiresIn: time.Minute, NotRemembered: true}, want: time.Minute},
		"configured":               {config: authplugin.SessionConfig{ExpiresIn: time.Hour}, want: time.Hour},
		"configured and forgotten": {config: authplugin.SessionConfig{NotRememberedExpiresIn: time.Second}, opts: authplugin.SessionOptions{NotRemembered: true}, want: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				s, ctx := signIn(t, e, authplugin.Config{Session: c.config}, c.opts), t.Context()
				if want := noon.Truncate(time.Millisecond).Add(c.want); !s.session.ExpiresAt.Equal(want) {
					t.Fatalf("it expires at %v, want %v", s.session.ExpiresAt, want)
				}
				for at, live := range map[time.Duration]bool{c.want - time.Millisecond: true, c.want: false, c.want + time.Millisecond: false} {
					s.after(at)
					_, err := s.find(t)
					if live != (err == nil) || (!live && !errors.Is(err, authplugin.ErrExpired)) {
						t.Errorf("found after %v: %v", at, err)
					}
					many, err := s.auth.Sessions().FindMany(ctx, []string{s.session.Token})
					must(t, err)
					list, err := s.auth.Sessions().List(ctx, s.user.ID)
					must(t, err)
					if (len(many) == 1) != live || (len(list) == 1) != live {
						t.Errorf("after %v %d are found and %d listed", at, len(many), len(list))
					}
				}
				s.after(c.want)
				_, err := s.auth.Sessions().Update(ctx, s.session.Token, authplugin.Values{})
				wantError(t, "update", err, authplugin.ErrNotFound)
				s.after(c.want - time.Millisecond)
				n, err := s.auth.Sessions().DeleteExpired(ctx)
				must(t, err)
				s.after(c.want)
				m, err := s.auth.Sessions().DeleteExpired(ctx)
				must(t, err)
				if n != 0 || m != 1 {
					t.Errorf("%d were deleted before and %d after it expired", n, m)
				}
			})
		})
	}
}

func TestSessionRefresh(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config authplugin.SessionConfig
		opts   authplugin.SessionOptions
		at     time.Duration
		due    bool
		again  bool // due once more right after
	}{
		"too early":         {at: day - time.Millisecond},
		"a day later":       {at: day, due: true},
		"at the last":       {at: 7*day - time.Millisecond, due: true},
		"update age":        {config: authplugin.SessionConfig{UpdateAge: time.Hour}, at: time.Hour, due: true},
		"before update age": {config: authplugin.SessionConfig{UpdateAge: time.Hour}, at: time.Hour - time.Millisecond},
		"always":            {config: authplugin.SessionConfig{UpdateAge: -1}, at: time.Millisecond, due: true, again: true},
		"disabled":          {config: authplugin.SessionConfig{DisableRefresh: true}, at: 6 * day},
		"not remembered":    {opts: authplugin.SessionOptions{NotRemembered: true}, at: day - time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				s, ctx := signIn(t, e, authplugin.Config{Session: c.config}, c.opts), t.Context()
				s.after(c.at)
				found, err := s.find(t)
				must(t, err)
				if found.RefreshDue != c.due {
					t.Errorf("due is %v", found.RefreshDue)
				}
				before := found.Session.ExpiresAt
				stale := *found.Session
				refreshed, err := s.auth.Sessions().Refresh(ctx, found.Session)
				must(t, err)
				if refreshed != c.due {
					t.Errorf("refreshed is %v", refreshed)
				}
				want := before
				if c.due {
					want = s.now.Truncate(time.Millisecond).Add(7 * day)
				}
				again, err := s.find(t)
				must(t, err)
				if !found.Session.ExpiresAt.Equal(want) || !again.Session.ExpiresAt.Equal(want) || again.RefreshDue != c.again {
					t.Errorf("it expires at %v, and at %v in the table, want %v; due again: %v", found.Session.ExpiresAt, again.Session.ExpiresAt, want, again.RefreshDue)
				}
				if found.Session.Token != s.session.Token || !found.Session.CreatedAt.Equal(s.session.CreatedAt) {
					t.Errorf("the session became %v", found.Session)
				}
				if c.due && !c.again {
					// Another process holds what it read before; it sees what is there now.
					refreshed, err = s.auth.Sessions().Refresh(ctx, &stale)
					must(t, err)
					if refreshed || !stale.ExpiresAt.Equal(want) {
						t.Errorf("refreshed twice: %v, until %v", refreshed, stale.ExpiresAt)
					}
				}
			})
		})
	}
}

func TestRefreshOfWhatHasEnded(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		s, ctx := signIn(t, e, authplugin.Config{}, authplugin.SessionOptions{}), t.Context()
		s.after(2 * day)
		found, err := s.find(t)
		must(t, err)
		s.after(7 * day)
		_, err = s.auth.Sessions().Refresh(ctx, found.Session)
		wantError(t, "expired", err, authplugin.ErrNotFound)
		s.after(2 * day)
		must(t, s.auth.Sessions().Revoke(ctx, s.session.Token))
		_, err = s.auth.Sessions().Refresh(ctx, found.Session)
		wantError(t, "revoked", err, authplugin.ErrNotFound)
		if n := s.count(t, "session"); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

func TestIsFresh(t *testing.T) {
	t.Parallel()
	e := dbtest.Named(t, "sqlite-pure")
	for name, c := range map[string]struct {
		age  time.Duration
		at   time.Duration
		want bool
	}{
		"new": {0, 0, true}, "nearly a day": {0, day - time.Millisecond, true}, "a day": {0, day + time.Millisecond, false},
		"always": {-1, 300 * day, true}, "an hour": {time.Hour, time.Hour, false}, "less": {time.Hour, time.Hour - time.Second, true},
	} {
		s := signIn(t, e, authplugin.Config{Session: authplugin.SessionConfig{FreshAge: c.age}}, authplugin.SessionOptions{})
		s.after(c.at)
		if got := s.auth.Sessions().IsFresh(s.session); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if authplugin.New(authplugin.Config{}).Sessions().IsFresh(&authplugin.Session{CreatedAt: time.Now()}) {
		t.Error("fresh without a database")
	}
}

// Of many who refresh, update and revoke, the revocation has the last word.
func TestRaceRevoke(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(cfg *authplugin.Config) {
		cfg.Session.UpdateAge = -1
		cfg.Clock = time.Now
	}, func(t *testing.T, p place) {
		ctx, sessions := t.Context(), p.auth.Sessions()
		before := p.count(t, "session")
		ada := p.person(t, "ada")
		session, err := sessions.Create(ctx, ada.ID, authplugin.SessionOptions{})
		must(t, err)
		for i, err := range race(racers, func(i int) error {
			mine := *session
			switch {
			case i == racers/2:
				return sessions.Revoke(ctx, session.Token)
			case i%3 == 0:
				_, err := sessions.Update(ctx, session.Token, authplugin.Values{})
				return err
			case i%3 == 1:
				_, err := sessions.Find(ctx, session.Token)
				return err
			}
			_, err := sessions.Refresh(ctx, &mine)
			return err
		}) {
			if err != nil && (!errors.Is(err, authplugin.ErrNotFound) || i == racers/2) {
				t.Errorf("%d: %v", i, err)
			}
		}
		_, err = sessions.Find(ctx, session.Token)
		wantError(t, "afterwards", err, authplugin.ErrNotFound)
		if n := p.count(t, "session"); n != before {
			t.Errorf("%d sessions came back", n-before)
		}
	})
}

// Many refresh one session: one does, and nobody fails.
func TestRaceRefresh(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		s, ctx := signIn(t, e, authplugin.Config{}, authplugin.SessionOptions{}), t.Context()
		s.after(day)
		refreshed := make([]bool, racers)
		allSucceed(t, "refresh", race(racers, func(i int) (err error) {
			mine := *s.session
			refreshed[i], err = s.auth.Sessions().Refresh(ctx, &mine)
			if err == nil && !mine.ExpiresAt.Equal(noon.Truncate(time.Millisecond).Add(8*day)) {
				err = errors.New("until " + mine.ExpiresAt.String())
			}
			return err
		}))
		n := 0
		for _, did := range refreshed {
			if did {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d refreshed it", n)
		}
	})
}
