package tests

import (
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// secretive is a user with a hidden field of its own.
type secretive struct {
	authplugin.User

	Pin string `auth:"hidden;default:none"`
}

// TableName is called by GORM.
func (secretive) TableName(n schema.Namer) string {
	return authplugin.TableName(n, authplugin.ModelUser)
}

// Hidden fields are found with a session neither in a copy nor in the database, never
// reach the storage, and survive a Save of the user that was found.
func TestHiddenFieldsAreNotCopied(t *testing.T) {
	t.Parallel()
	withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
		for _, in := range []authplugin.RecordStorage{authplugin.DatabaseOnly, authplugin.StorageAndDatabase} {
			cfg := copiedConfig(storage)
			cfg.Session.Storage = in
			cfg.User.Model = secretive{}
			d := e.New(t)
			db, auth := use(t, d, withMigration(cfg))
			users := authplugin.UsersOf[secretive](auth)
			user, err := users.Create(t.Context(), secretive{User: authplugin.User{Name: "Ada", Email: "ada@example.com", Additional: authplugin.Values{"secret": "dynamic-secret"}}, Pin: "typed-secret"})
			must(t, err)
			sessions := authplugin.SessionsOf[authplugin.Session, secretive](auth)
			session, err := sessions.Create(t.Context(), user.ID, authplugin.SessionOptions{})
			must(t, err)
			for range 2 {
				for _, options := range [][]authplugin.ReadOption{nil, {authplugin.Strict}} {
					found, err := sessions.Find(t.Context(), session.Token, options...)
					must(t, err)
					if _, there := found.User.Additional["secret"]; there || found.User.Pin != "" {
						t.Errorf("%s: hidden fields are found: %v, %q", in, found.User.Additional, found.User.Pin)
					}
					found.User.Name = "Bea"
					must(t, db.Save(found.User).Error)
				}
			}
			if value, err := storage.Get(t.Context(), session.Token); err == nil && strings.Contains(string(value), "-secret") {
				t.Errorf("%s: the storage holds hidden fields: %s", in, value)
			}
			stored, err := users.FindByID(t.Context(), user.ID)
			must(t, err)
			if stored.Pin != "typed-secret" || stored.Additional["secret"] != "dynamic-secret" || stored.Name != "Bea" {
				t.Errorf("%s: after a Save the user is %q, %q, %v", in, stored.Name, stored.Pin, stored.Additional)
			}
			closeDB(t, db)
		}
	})
}

func withMigration(cfg authplugin.Config) authplugin.Config {
	cfg.AutoMigrate = true
	return cfg
}

func closeDB(t testing.TB, db *gorm.DB) {
	t.Helper()
	pool, err := db.DB()
	must(t, err)
	must(t, pool.Close())
}
