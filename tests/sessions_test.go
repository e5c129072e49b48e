package tests

import (
	"context"
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// sessionConfig has an additional field on both models of a look-up.
func sessionConfig() authplugin.Config {
	return authplugin.Config{
		User:    authplugin.ModelConfig{AdditionalFields: authplugin.Fields{"role": {Type: authplugin.String, DefaultValue: "user"}}},
		Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{"device": {Type: authplugin.String, Optional: true}}}},
	}
}

// same compares models without what ties them to their schema.
func same() cmp.Options {
	return cmp.Options{cmpopts.IgnoreUnexported(authplugin.User{}, authplugin.Session{}, authplugin.Account{}, authplugin.Verification{})}
}

func TestSessionIsFoundWithItsUser(t *testing.T) {
	t.Parallel()
	for name, strategy := range strategies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				now := noon
				cfg := withClock(sessionConfig(), &now)
				cfg.GenerateID = strategy
				_, auth := migrated(t, e, cfg)
				ctx := t.Context()
				user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada 🦉", Email: "Ada@Example.com"})
				must(t, err)
				session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{
					IPAddress: "203.0.113.7", UserAgent: "test/1", Additional: authplugin.Values{"device": "phone"},
				})
				must(t, err)
				if !regexp.MustCompile(`^[a-zA-Z0-9]{32}$`).MatchString(session.Token) {
					t.Errorf("the token is %q", session.Token)
				}
				if want := noon.UTC().Truncate(time.Millisecond).Add(7 * 24 * time.Hour); !session.ExpiresAt.Equal(want) {
					t.Errorf("it expires at %v, want %v", session.ExpiresAt, want)
				}
				found, err := auth.Sessions().Find(ctx, session.Token)
				must(t, err)
				if diff := cmp.Diff(user, found.User, same()); diff != "" {
					t.Errorf("user (-created +found):\n%s", diff)
				}
				if diff := cmp.Diff(session, found.Session, same()); diff != "" {
					t.Errorf("session (-created +found):\n%s", diff)
				}
				byID, err := auth.Users().FindByID(ctx, user.ID)
				must(t, err)
				if diff := cmp.Diff(user, byID, same()); diff != "" {
					t.Errorf("by id (-created +found):\n%s", diff)
				}
				byEmail, err := auth.Users().FindByEmail(ctx, "ADA@example.COM")
				must(t, err)
				if diff := cmp.Diff(user, byEmail, same()); diff != "" {
					t.Errorf("by email (-created +found):\n%s", diff)
				}
			})
		})
	}
}

func TestNoSessionIsFound(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		now := noon
		_, auth := migrated(t, e, withClock(sessionConfig(), &now))
		ctx := t.Context()
		user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{NotRemembered: true})
		must(t, err)
		for name, token := range map[string]string{
			"nothing": "", "another token": "x", "another case": swapCase(session.Token),
			"hostile": "' OR 1=1 --", "a NUL": "\x00", "no UTF-8": "\xff", "a stored hash": "sha256$" + session.Token, "with a space": session.Token + " ",
		} {
			if _, err := auth.Sessions().Find(ctx, token); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", name, err)
			}
		}
		now = noon.Add(24 * time.Hour)
		_, err = auth.Sessions().Find(ctx, session.Token)
		if !errors.Is(err, authplugin.ErrExpired) || !errors.Is(err, authplugin.ErrNotFound) || !errors.Is(err, gorm.ErrRecordNotFound) {
			t.Errorf("after a day: %v, want ErrExpired", err)
		}
		list, err := auth.Sessions().List(ctx, user.ID)
		must(t, err)
		if len(list) != 0 {
			t.Errorf("%d expired sessions are listed", len(list))
		}
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := auth.Sessions().Find(cancelled, session.Token); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func swapCase(s string) string {
	out := []byte(s)
	for i, c := range out {
		if c >= 'a' && c <= 'z' {
			out[i] = c - 32
		} else if c >= 'A' && c <= 'Z' {
			out[i] = c + 32
		}
	}
	return string(out)
}
