package tests

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/memorystore"
)

// checker has sessions count that a function accepts.
type checker struct {
	check func(session, user authplugin.RowFields) error
	// declared says that the application's struct has some of the fields.
	declared bool
}

func (checker) ID() string { return "checker" }

func (c checker) Schema() authplugin.PluginSchema {
	user := authplugin.Fields{
		"reason": {Type: authplugin.String, Optional: true}, "secret": {Type: authplugin.String, Optional: true, Hidden: true},
	}
	if !c.declared {
		user["barred"] = authplugin.Field{Type: authplugin.Boolean, Optional: true}
		user["barredUntil"] = authplugin.Field{Type: authplugin.Date, Optional: true}
	}
	return authplugin.PluginSchema{Fields: map[string]authplugin.Fields{
		authplugin.ModelUser: user, authplugin.ModelSession: {"device": {Type: authplugin.String, Optional: true}},
	}}
}

func (c checker) CheckSession(_ context.Context, _ *authplugin.Auth, session, user authplugin.RowFields) error {
	return c.check(session, user)
}

// barredMember has fields that the plugin reads as columns of its own.
type barredMember struct {
	authplugin.User

	Barred      bool `auth:"default:false"`
	BarredUntil *time.Time
}

var errOutage = errors.New("outage")

// A plugin refuses sessions by what is in the rows, wherever they are read from and
// whatever struct they are read into, and the look-up stays one statement.
func TestSessionCheckPlugin(t *testing.T) {
	t.Parallel()
	check := func(session, user authplugin.RowFields) error {
		switch {
		case user.Bool("barred") && user.Time("barredUntil").Equal(noon.Add(time.Hour).Truncate(time.Millisecond)) && user.Value("nothing") == nil:
			return authplugin.ErrNotFound
		case session.String("device") == "broken":
			return errOutage
		case user.ID("id") != session.ID("userId"), user.String("name") == "", user.String("secret") != "", user.Value("reason") != nil:
			return errors.New("another row was found")
		}
		return nil
	}
	for _, place := range []authplugin.RecordStorage{authplugin.DatabaseOnly, authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		for name, model := range map[string]any{"user": nil, "own struct": barredMember{}} {
			t.Run(string(place)+" "+name, func(t *testing.T) {
				t.Parallel()
				dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
					ctx, recorder := t.Context(), dbtest.NewRecorder()
					cfg := authplugin.Config{AutoMigrate: true, Clock: fixedClock, Plugins: []authplugin.Plugin{checker{check, model != nil}}, SecondaryStorage: memorystore.New()}
					cfg.Session.Storage, cfg.User.Model = place, model
					db, auth := useWith(t, e.New(t), cfg, &gorm.Config{Logger: recorder})
					find := func(token string) error {
						if model == nil {
							_, err := auth.Sessions().Find(ctx, token)
							return err
						}
						_, err := authplugin.SessionsOf[authplugin.Session, barredMember](auth).Find(ctx, token)
						return err
					}
					ada, err := auth.Users().Create(ctx, authplugin.User{Name: "ada", Email: "ada@example.com", Additional: authplugin.Values{"secret": "x"}})
					must(t, err)
					session, err := auth.Sessions().Create(ctx, ada.ID, authplugin.SessionOptions{})
					must(t, err)
					broken, err := auth.Sessions().Create(ctx, ada.ID, authplugin.SessionOptions{Additional: authplugin.Values{"device": "broken"}})
					must(t, err)
					recorder.Reset()
					must(t, find(session.Token))
					if n, most := len(recorder.Statements()), map[bool]int{true: 1}[place == authplugin.DatabaseOnly]; n != most {
						t.Errorf("%d statements: %q", n, recorder.Statements())
					}
					if err := find(broken.Token); !errors.Is(err, errOutage) {
						t.Errorf("the plugin's error: %v", err)
					}
					if _, err := auth.Sessions().FindMany(ctx, []string{session.Token, broken.Token}); !errors.Is(err, errOutage) {
						t.Errorf("the plugin's error, of many: %v", err)
					}
					must(t, db.Model(&authplugin.User{ID: ada.ID}).UpdateColumns(map[string]any{"barred": true, "barred_until": noon.Add(time.Hour)}).Error)
					if err := find(session.Token); !errors.Is(err, authplugin.ErrNotFound) {
						t.Errorf("a session of one who is barred: %v", err)
					}
					if found, err := auth.Sessions().FindMany(ctx, []string{session.Token}); err != nil || len(found) != 0 {
						t.Errorf("found %v, %v", found, err)
					}
					if _, err := auth.Sessions().Update(ctx, session.Token, authplugin.Values{"device": "phone"}); !errors.Is(err, authplugin.ErrNotFound) {
						t.Errorf("written: %v", err)
					}
				})
			})
		}
	}
}

// What a check reads costs no memory.
func TestRowFieldsAllocateNothing(t *testing.T) {
	for name, model := range map[string]any{"user": nil, "own struct": barredMember{}} {
		allocations := -1.0
		cfg := authplugin.Config{Plugins: []authplugin.Plugin{checker{func(session, user authplugin.RowFields) error {
			allocations = testing.AllocsPerRun(100, func() {
				if user.Bool("barred") || !user.Time("barredUntil").IsZero() || session.String("device") != "" || user.ID("id") == "" {
					t.Error("another row was found")
				}
			})
			return nil
		}, model != nil}}}
		cfg.User.Model = model
		_, auth := migrated(t, dbtest.Named(t, "sqlite-pure"), cfg)
		ada, err := auth.Users().Create(t.Context(), authplugin.User{Name: "ada", Email: "ada@example.com"})
		must(t, err)
		session, err := auth.Sessions().Create(t.Context(), ada.ID, authplugin.SessionOptions{})
		must(t, err)
		_, err = auth.Sessions().Find(t.Context(), session.Token)
		must(t, err)
		if model != nil {
			_, err = authplugin.SessionsOf[authplugin.Session, barredMember](auth).Find(t.Context(), session.Token)
			must(t, err)
		}
		if diff := cmp.Diff(0.0, allocations); diff != "" {
			t.Errorf("%s: allocations (-want +got):\n%s", name, diff)
		}
	}
}
