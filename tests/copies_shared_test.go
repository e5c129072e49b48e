package tests

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/localcache"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/redisstore"
)

// Origin is embedded by a struct that a model embeds.
type Origin struct {
	Country string `auth:"optional"`
}

// Profile embeds a pointer, one level below the model.
type Profile struct {
	*Origin
	Motto string `auth:"optional"`
}

// preferences have memory that can be changed in place.
type preferences struct {
	Tags   []string
	Labels map[string][]string
	Quiet  *quietHours
}

type quietHours struct{ From, Until int }

// preferredUser has such memory everywhere but at its top level.
type preferredUser struct {
	authplugin.User
	Profile
	Prefs  preferences  `gorm:"serializer:json" auth:"optional"`
	Backup *preferences `gorm:"serializer:json" auth:"optional"`
}

func (preferredUser) TableName() string { return "users" }

func newPreferredUser() preferredUser {
	prefs := func() preferences {
		return preferences{Tags: []string{"a"}, Labels: map[string][]string{"k": {"v"}}, Quiet: &quietHours{22, 6}}
	}
	backup := prefs()
	return preferredUser{
		User: authplugin.User{Name: "Ada", Email: "ada@example.com"}, Profile: Profile{Origin: &Origin{"UK"}, Motto: "on"},
		Prefs: prefs(), Backup: &backup,
	}
}

func (u *preferredUser) spoil() {
	u.Country, u.Motto = "changed", "changed"
	for _, p := range []*preferences{&u.Prefs, u.Backup} {
		p.Tags[0], p.Labels["k"][0], p.Labels["l"], p.Quiet.From = "changed", "changed", nil, 0
	}
}

// What a caller changes in what he has found is his alone, however deep it is.
func TestCopiesShareNothingDeepInside(t *testing.T) {
	t.Parallel()
	for _, place := range []authplugin.RecordStorage{authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		t.Run(string(place), func(t *testing.T) {
			t.Parallel()
			hits := counter{authplugin.StorageLocalHit: new(atomic.Int64)}
			cfg := copiedConfig(redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t))))
			cfg.User.Model, cfg.Session.Storage = preferredUser{}, place
			cfg.LocalCache, cfg.StorageObserver = localcache.New(), hits
			_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
			t.Cleanup(func() { must(t, auth.Close(context.Background())) })
			ctx := t.Context()
			user, err := authplugin.UsersOf[preferredUser](auth).Create(ctx, newPreferredUser())
			must(t, err)
			session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			want, shown := newPreferredUser(), cmpopts.IgnoreFields(preferredUser{}, "User")
			eventually(t, "three from memory", func() bool {
				found, err := authplugin.SessionsOf[authplugin.Session, preferredUser](auth).Find(ctx, session.Token)
				must(t, err)
				if diff := cmp.Diff(want, *found.User, shown); diff != "" {
					t.Fatalf("after another caller has changed what he found (-want +got):\n%s", diff)
				}
				found.User.spoil()
				return hits[authplugin.StorageLocalHit].Load() > 2
			})
		})
	}
}

// nested is a list in a list in a list.
func nested(levels int) any {
	var v any = "leaf"
	for range levels {
		v = []any{v}
	}
	return v
}

// A session with JSON that encoding/json reads is found, however deep that is nested; one
// with deeper JSON is not stored.
func TestCopiesOfDeeplyNestedJSON(t *testing.T) {
	t.Parallel()
	for _, place := range []authplugin.RecordStorage{authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		for _, levels := range []int{60, 63, 64, 65, 1000, 9998} {
			t.Run(fmt.Sprint(place, " ", levels), func(t *testing.T) {
				t.Parallel()
				hits := counter{authplugin.StorageHit: new(atomic.Int64)}
				auth, user := nestingAuth(t, place, hits)
				ctx, want := t.Context(), nested(levels)
				session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{Additional: authplugin.Values{"layout": want}})
				must(t, err)
				for range 2 {
					found, err := auth.Sessions().Find(ctx, session.Token)
					must(t, err)
					if fmt.Sprint(found.Session.Additional["layout"]) != fmt.Sprint(want) {
						t.Error("another value was found")
					}
				}
				if hits[authplugin.StorageHit].Load() == 0 {
					t.Error("no copy was read")
				}
			})
		}
	}
}

func nestingAuth(t *testing.T, place authplugin.RecordStorage, hits counter) (*authplugin.Auth, *authplugin.User) {
	t.Helper()
	cfg := copiedConfig(memorystore.New())
	cfg.Session.Storage, cfg.StorageObserver = place, hits
	cfg.Session.AdditionalFields["layout"] = authplugin.Field{Type: authplugin.JSON, Optional: true}
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	t.Cleanup(func() { must(t, auth.Close(context.Background())) })
	user, err := auth.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	return auth, user
}

// A session that could not be read again is not created, and the error says why.
func TestStoredSessionsRefuseWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	auth, user := nestingAuth(t, authplugin.StorageOnly, counter{})
	for want, layout := range map[string]any{
		`authplugin: the field "layout" is nested more than 9999 deep`:                                  nested(10_000),
		`authplugin: the record takes more than the 1048576 bytes that a secondary storage has to hold`: strings.Repeat("x", 1<<20),
	} {
		_, err := auth.Sessions().Create(t.Context(), user.ID, authplugin.SessionOptions{Additional: authplugin.Values{"layout": layout}})
		if err == nil || err.Error() != want {
			t.Errorf("created: %v, want %s", err, want)
		}
	}
}
