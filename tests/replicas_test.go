package tests

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/plugin/dbresolver"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Behind a replica whose lag has no limit, the operations find what has just been
// written, and nothing that is gone. The application's own reads still go to it.
func TestOperationsDoNotReadFromReplicas(t *testing.T) { //nolint:tparallel // one after the other
	t.Parallel()
	servers := dbtest.NewReplicated(t)
	cfg := withHasher(authplugin.Config{AutoMigrate: true})
	db, auth := onPostgres(t, servers.Primary, cfg, postgres.Config{}, nil)
	ctx := t.Context()
	old, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Old", Email: "old@example.com"}, "a password")
	must(t, err)
	oldSession, err := auth.Sessions().Create(ctx, old.ID, authplugin.SessionOptions{})
	must(t, err)
	_, err = auth.Verifications().Create(ctx, "before", "value", authplugin.VerificationOptions{})
	must(t, err)
	must(t, db.Use(dbresolver.Register(dbresolver.Config{Replicas: []gorm.Dialector{postgres.Open(servers.Standby)}})))
	servers.Pause(t)

	t.Run("outside of a transaction", func(t *testing.T) {
		writeAndRead(ctx, t, auth, "outside")
	})
	t.Run("in a transaction", func(t *testing.T) {
		must(t, auth.Transaction(ctx, func(tx *authplugin.Auth) error {
			writeAndRead(ctx, t, tx, "inside")
			return nil
		}))
		_, err := auth.Users().FindByEmail(ctx, "inside@example.com")
		must(t, err)
	})
	t.Run("with GORM's prepared statements", func(t *testing.T) {
		writeAndRead(ctx, t, auth.WithDB(db.Session(&gorm.Session{PrepareStmt: true})), "prepared")
	})
	t.Run("what the replica still holds is gone", func(t *testing.T) {
		must(t, auth.Sessions().Revoke(ctx, oldSession.Token))
		if _, err := auth.Sessions().Find(ctx, oldSession.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("a revoked session: %v, want ErrNotFound", err)
		}
		_, err := auth.Verifications().Consume(ctx, "before")
		must(t, err)
		if _, err := auth.Verifications().Consume(ctx, "before"); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("consumed twice: %v, want ErrNotFound", err)
		}
		if _, err := auth.Verifications().Find(ctx, "before"); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("a consumed verification: %v, want ErrNotFound", err)
		}
	})
	t.Run("the application's reads go to the replica", func(t *testing.T) {
		var n int64
		must(t, db.Model(&authplugin.Session{}).Where("token = ?", oldSession.Token).Count(&n).Error)
		if n != 1 {
			t.Errorf("the replica has %d rows of a session that it was not told about the end of, want 1", n)
		}
		if err := db.First(&authplugin.User{}, "email = ?", "outside@example.com").Error; !errors.Is(err, gorm.ErrRecordNotFound) {
			t.Errorf("a new user on the replica: %v, want not found", err)
		}
	})
	t.Run("a replica that is down", func(t *testing.T) {
		servers.StopStandby(t) //nolint:contextcheck // it takes the test's
		writeAndRead(ctx, t, auth, "alone")
		if err := db.First(&authplugin.User{}).Error; err == nil {
			t.Error("the application's read did not go to the replica that is down")
		}
	})
}

// A transaction that dbresolver begins on one of several primaries has its own
// pool, whose statements are not those of the first one.
func TestTransactionOnAnotherSource(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "postgres").New(t)
	db, auth := use(t, d, withHasher(authplugin.Config{AutoMigrate: true}))
	ctx := t.Context()
	writeAndRead(ctx, t, auth, "first") // prepares the statements on the first primary
	must(t, db.Use(dbresolver.Register(dbresolver.Config{Sources: []gorm.Dialector{postgres.New(postgres.Config{Conn: d.Pool(t)})}})))
	must(t, db.Clauses(dbresolver.Write).Transaction(func(tx *gorm.DB) error {
		writeAndRead(ctx, t, auth.WithDB(tx), "second")
		return nil
	}))
	_, err := auth.Users().FindByEmail(ctx, "second@example.com")
	must(t, err)
}

// onPostgres opens a database by its data source name.
func onPostgres(t testing.TB, dsn string, cfg authplugin.Config, driver postgres.Config, config *gorm.Config) (*gorm.DB, *authplugin.Auth) {
	t.Helper()
	driver.DSN = dsn
	if config == nil {
		config = &gorm.Config{}
	}
	if config.Logger == nil {
		config.Logger = logger.Discard
	}
	db, err := gorm.Open(postgres.New(driver), config)
	must(t, err)
	pool, err := db.DB()
	must(t, err)
	pool.SetMaxOpenConns(4)
	t.Cleanup(func() { _ = pool.Close() })
	auth := authplugin.New(cfg)
	must(t, db.Use(auth))
	return db, auth
}

// writeAndRead has every operation that reads look for what another one has
// written right before. The name tells its rows apart from others.
func writeAndRead(ctx context.Context, t testing.TB, auth *authplugin.Auth, name string) {
	t.Helper()
	check := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %s: %v", name, what, err)
		}
	}
	gone := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("%s: %s: %v, want ErrNotFound", name, what, err)
		}
	}
	users, sessions, accounts, verifications := auth.Users(), auth.Sessions(), auth.Accounts(), auth.Verifications()
	user, err := users.SignUp(ctx, authplugin.User{Name: name, Email: name + "@example.com"}, "a password")
	if err != nil {
		t.Fatalf("%s: sign-up: %v", name, err)
	}
	_, err = users.FindByID(ctx, user.ID, authplugin.WithAccounts())
	check("FindByID", err)
	_, err = users.FindByEmail(ctx, user.Email)
	check("FindByEmail", err)
	changed, err := users.Update(ctx, user.ID, authplugin.Values{"name": "new " + name})
	check("Update", err)
	if err == nil && changed.Name != "new "+name {
		t.Errorf("%s: Update returned the name %q", name, changed.Name)
	}

	session, err := sessions.Create(ctx, user.ID, authplugin.SessionOptions{})
	check("Sessions.Create", err)
	if err != nil {
		return
	}
	found, err := sessions.Find(ctx, session.Token)
	check("Sessions.Find", err)
	if err == nil && found.User.Name != "new "+name {
		t.Errorf("%s: Sessions.Find joined the name %q", name, found.User.Name)
	}
	many, err := sessions.FindMany(ctx, []string{session.Token})
	check("FindMany", err)
	list, err := sessions.List(ctx, user.ID)
	check("List", err)
	if len(many) != 1 || len(list) != 1 {
		t.Errorf("%s: FindMany found %d sessions and List %d, want 1 and 1", name, len(many), len(list))
	}
	check("Revoke", sessions.Revoke(ctx, session.Token))
	_, err = sessions.Find(ctx, session.Token)
	gone("a revoked session", err)

	who := authplugin.ProviderIdentity{ProviderID: "github", AccountID: name, Email: name + "@github.example.com", Name: name}
	in, err := accounts.SignIn(ctx, who)
	check("SignIn", err)
	if err == nil {
		_, err = accounts.FindByProvider(ctx, "github", name)
		check("FindByProvider", err)
		token := "access token"
		stored, err := accounts.UpdateTokens(ctx, in.Account.ID, authplugin.AccountTokens{AccessToken: &token})
		check("UpdateTokens", err)
		if err == nil && *stored.AccessToken != token {
			t.Errorf("%s: UpdateTokens returned %q", name, *stored.AccessToken)
		}
		linked, err := accounts.List(ctx, in.User.ID)
		check("Accounts.List", err)
		if len(linked) != 1 {
			t.Errorf("%s: %d accounts, want 1", name, len(linked))
		}
	}
	check("SetPassword", accounts.SetPassword(ctx, user.ID, "another password"))
	ok, err := accounts.VerifyPassword(ctx, user.ID, "another password")
	check("VerifyPassword", err)
	if !ok {
		t.Errorf("%s: the new password is not the user's", name)
	}

	_, err = verifications.Create(ctx, name, "value", authplugin.VerificationOptions{ExpiresIn: time.Minute})
	check("Verifications.Create", err)
	_, err = verifications.Find(ctx, name)
	check("Verifications.Find", err)
	_, err = verifications.Update(ctx, name, authplugin.Values{"value": "another"})
	check("Verifications.Update", err)
	taken, err := verifications.Consume(ctx, name)
	check("Consume", err)
	if err == nil && taken.Value != "another" {
		t.Errorf("%s: Consume returned %q", name, taken.Value)
	}
	_, err = verifications.Find(ctx, name)
	gone("a consumed verification", err)
	_, err = verifications.Reserve(ctx, name, "value", authplugin.VerificationOptions{})
	check("Reserve", err)
	if _, err = verifications.Reserve(ctx, name, "value", authplugin.VerificationOptions{}); !errors.Is(err, authplugin.ErrDuplicate) {
		t.Errorf("%s: reserved twice: %v, want ErrDuplicate", name, err)
	}
}
