package username_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/username"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// code is the code of an error that a client may see.
func code(err error) string {
	var shown *authplugin.APIError
	if errors.As(err, &shown) {
		return shown.Code
	}
	return ""
}

func config(options username.Options) authplugin.Config {
	return authplugin.Config{Plugins: []authplugin.Plugin{username.New(options)}}
}

// named is a user with a username, and an address that goes with n.
func named(n int, name string) authplugin.User {
	return authplugin.User{Name: "Ada", Email: fmt.Sprintf("user%d@example.com", n), Additional: authplugin.Values{"username": name}}
}

// names are the username and the display username of a user in the database.
func names(t *testing.T, auth *authplugin.Auth, id authplugin.ID) []any {
	t.Helper()
	user, err := auth.Users().FindByID(t.Context(), id)
	must(t, err)
	return []any{user.Additional["username"], user.Additional["displayUsername"]}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	authtest.Run(t, func() authplugin.Config { return config(username.Options{}) },
		authtest.WithValues(authplugin.ModelUser, func(n int, _ authplugin.Values) authplugin.Values {
			return authplugin.Values{
				"name": "Ada", "email": fmt.Sprintf("user%d@example.com", n),
				"username": fmt.Sprintf("user_%d", n), "displayUsername": fmt.Sprintf("User_%d", n),
			}
		}))
}

// Every way to write a username normalises it, and keeps the display username with it.
func TestEveryWrite(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		db, auth := d.Use(t, config(username.Options{}))
		created, err := auth.Users().Create(ctx, named(0, "Ada_L"))
		must(t, err)
		if created.Additional.String("username") != "ada_l" || created.Additional.String("displayUsername") != "Ada_L" {
			t.Errorf("created %v", created)
		}
		plain := named(1, "Grace.H")
		must(t, db.Create(&plain).Error)
		must(t, db.Model(&authplugin.User{}).Create(map[string]any{"name": "Bob", "email": "bob@example.com", "username": "BOB"}).Error)
		bob, err := username.Of(auth).FindByUsername(ctx, "bob")
		must(t, err)
		for id, want := range map[authplugin.ID][]any{
			created.ID: {"ada_l", "Ada_L"}, plain.ID: {"grace.h", "Grace.H"}, bob.ID: {"bob", "BOB"},
		} {
			if diff := cmp.Diff(want, names(t, auth, id)); diff != "" {
				t.Errorf("created (-want +got):\n%s", diff)
			}
		}

		id, user := created.ID, &authplugin.User{ID: created.ID}
		saved := func(change func(u *authplugin.User)) error {
			u, err := auth.Users().FindByID(ctx, id)
			must(t, err)
			change(u)
			return db.Save(u).Error
		}
		for _, step := range []struct {
			name string
			do   func() error
			want []any
		}{
			{"operation", func() error { return second(auth.Users().Update(ctx, id, authplugin.Values{"username": "ADA1"})) }, []any{"ada1", "ADA1"}},
			{"both", func() error {
				return second(auth.Users().Update(ctx, id, authplugin.Values{"username": "Ada2", "displayUsername": "aDa2"}))
			}, []any{"ada2", "aDa2"}},
			{"Update", func() error { return db.Model(user).Update("username", "ADA3").Error }, []any{"ada3", "ADA3"}},
			{"Updates by map", func() error { return db.Model(user).Updates(map[string]any{"username": "ADA4"}).Error }, []any{"ada4", "ADA4"}},
			{"Updates by struct", func() error {
				return db.Model(user).Updates(authplugin.User{Additional: authplugin.Values{"username": "ADA5"}}).Error
			}, []any{"ada5", "ADA5"}},
			{"UpdateColumn", func() error { return db.Model(user).UpdateColumn("username", "ADA6").Error }, []any{"ada6", "ADA5"}},
			{"Save", func() error { return saved(func(u *authplugin.User) { u.Additional.Set("username", "ADA7") }) }, []any{"ada7", "ADA7"}},
			{"Save of another field", func() error { return saved(func(u *authplugin.User) { u.Name = "Ada Lovelace" }) }, []any{"ada7", "ADA7"}},
			{"another field", func() error { return db.Model(user).Update("name", "Ada").Error }, []any{"ada7", "ADA7"}},
			{"Set", func() error { return second(username.Of(auth).Set(ctx, id, "ADA8")) }, []any{"ada8", "ADA8"}},
			{"taken away", func() error { return second(username.Of(auth).Set(ctx, id, "")) }, []any{nil, nil}},
		} {
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if diff := cmp.Diff(step.want, names(t, auth, id)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// A name that the rules refuse is refused by every write, and nothing of it is stored.
func TestRefused(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		db, auth := d.Use(t, config(username.Options{Reserved: []string{"Root"}}))
		user, err := auth.Users().Create(ctx, named(0, "ada"))
		must(t, err)
		for given, want := range map[string]string{
			"ab": "USERNAME_TOO_SHORT", strings.Repeat("a", 31): "USERNAME_TOO_LONG", strings.Repeat("é", 1<<20): "USERNAME_TOO_LONG",
			"ada lovelace": "INVALID_USERNAME", "ada@example.com": "INVALID_USERNAME", "аdа": "INVALID_USERNAME", "ada\x00": "INVALID_USERNAME",
			"ada\xff": "INVALID_USERNAME", "ada%": "INVALID_USERNAME", "ada\n": "INVALID_USERNAME", "ROOT": "USERNAME_IS_RESERVED", "root": "USERNAME_IS_RESERVED",
		} {
			row := named(1, given)
			for how, err := range map[string]error{
				"create":       second(auth.Users().Create(ctx, named(1, given))),
				"db.Create":    db.Create(&row).Error,
				"map":          db.Model(&authplugin.User{}).Create(map[string]any{"name": "Bob", "email": "bob@example.com", "username": given}).Error,
				"update":       second(auth.Users().Update(ctx, user.ID, authplugin.Values{"username": given})),
				"db.Update":    db.Model(user).Update("username", given).Error,
				"all":          db.Model(&authplugin.User{}).Where("1 = 1").Update("username", given).Error,
				"UpdateColumn": db.Model(user).UpdateColumn("username", given).Error,
				"records":      second(auth.Records(authplugin.ModelUser).Update(ctx, []authplugin.Condition{authplugin.Eq("id", user.ID)}, authplugin.Values{"username": given})),
				"no hooks":     db.Session(&gorm.Session{SkipHooks: true}).Model(user).Update("username", given).Error,
				"set":          second(username.Of(auth).Set(ctx, user.ID, given)),
			} {
				// What no database can store the library itself refuses, where no hook runs before.
				unstorable := (!utf8.ValidString(given) || strings.ContainsRune(given, 0)) && errors.Is(err, authplugin.ErrInvalid)
				if code(err) != want && !unstorable {
					t.Errorf("%.20q by %s: %v, not %s", given, how, err, want)
				}
				if err != nil && strings.Contains(err.Error(), given) && given != "root" {
					t.Errorf("%.20q by %s: the error shows it", given, how)
				}
			}
		}
		for how, err := range map[string]error{
			"create": second(auth.Users().Create(ctx, authplugin.User{Name: "Bob", Email: "bob@example.com", Additional: authplugin.Values{"username": gorm.Expr("'root'")}})),
			"update": db.Model(user).Update("username", gorm.Expr("'root'")).Error,
		} {
			if !errors.Is(err, authplugin.ErrInvalid) {
				t.Errorf("an expression by %s: %v", how, err)
			}
		}
		n, err := auth.Users().Count(ctx)
		must(t, err)
		if diff := cmp.Diff([]any{"ada", "ada"}, names(t, auth, user.ID)); diff != "" || n != 1 {
			t.Errorf("%d users; (-want +got):\n%s", n, diff)
		}
	})
}

// 64 want one name at once, by creating users, by operations and by plain GORM.
func TestOneOwner(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		db, auth := d.Use(t, config(username.Options{}))
		const callers = 64
		users := make([]*authplugin.User, callers)
		for i := range users {
			var err error
			users[i], err = auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: fmt.Sprintf("ada%d@example.com", i)})
			must(t, err)
		}
		var group sync.WaitGroup
		errs := make([]error, callers)
		for i, user := range users {
			name := []string{"Ada", "ADA", "ada", "aDa"}[i%4]
			group.Go(func() {
				switch i % 5 {
				case 0:
					errs[i] = second(username.Of(auth).Set(ctx, user.ID, name))
				case 1:
					errs[i] = db.WithContext(ctx).Model(&authplugin.User{ID: user.ID}).Update("username", name).Error
				case 2:
					errs[i] = db.WithContext(ctx).Model(&authplugin.User{ID: user.ID}).UpdateColumn("username", name).Error
				case 3:
					errs[i] = second(auth.Users().Update(ctx, user.ID, authplugin.Values{"username": name}))
				default:
					errs[i] = second(auth.Users().Create(ctx, named(i, name)))
				}
			})
		}
		group.Wait()
		winners := 0
		for i, err := range errs {
			switch {
			case err == nil:
				winners++
			case errors.Is(err, authplugin.ErrConflict) && i%5 != 0: // the caller's own transaction is not run again
			case !errors.Is(err, authplugin.ErrDuplicate):
				t.Errorf("caller %d: %v", i, err)
			}
		}
		owners, err := auth.Users().Count(ctx, authplugin.Eq("username", "ada"))
		must(t, err)
		all, err := auth.Users().Count(ctx, authplugin.Ne("username", nil))
		must(t, err)
		if winners != 1 || owners != 1 || all != 1 {
			t.Errorf("%d won, %d have it, %d have any", winners, owners, all)
		}
	})
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(username.Options{RequireVerifiedEmail: true}))
		const password = "correct horse battery"
		ada, err := auth.Users().SignUp(ctx, named(0, "Ada"), password)
		must(t, err)
		_, err = auth.Users().Create(ctx, named(1, "bob"))
		must(t, err)
		signIn := func(name, password string) error {
			_, _, err := username.Of(auth).SignIn(ctx, name, password, authplugin.SessionOptions{})
			return err
		}
		if err := signIn("ada", password); code(err) != "EMAIL_NOT_VERIFIED" {
			t.Errorf("not verified: %v", err)
		}
		_, err = auth.Users().Update(ctx, ada.ID, authplugin.Values{"emailVerified": true})
		must(t, err)
		for name, password := range map[string]string{"ada": "wrong", "bob": password, "nobody": password, "": password, "ada\x00": password, "ada%": password, "ada" + " ": password, "ádа": password} {
			if err := signIn(name, password); code(err) != "INVALID_USERNAME_OR_PASSWORD" {
				t.Errorf("%q: %v", name, err)
			}
		}
		session, user, err := username.Of(auth).SignIn(ctx, "ADA", password, authplugin.SessionOptions{IPAddress: "203.0.113.7"})
		must(t, err)
		found, err := auth.Sessions().Find(ctx, session.Token)
		must(t, err)
		if user.ID != ada.ID || found.User.ID != ada.ID || found.Session.IPAddress != "203.0.113.7" {
			t.Errorf("user %v, found %v", user, found.Session)
		}
	})
}

func TestAvailable(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(username.Options{Reserved: []string{"admin"}}))
		ada, err := auth.Users().Create(ctx, named(0, "Ada"))
		must(t, err)
		bob, err := auth.Users().Create(ctx, named(1, "bob"))
		must(t, err)
		for name, want := range map[string]bool{"ADA": false, "ada": false, "bob": false, "Admin": false, "grace": true} {
			if got, err := username.Of(auth).IsAvailable(ctx, name); err != nil || got != want {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
		if _, err := username.Of(auth).IsAvailable(ctx, "a"); code(err) != "USERNAME_TOO_SHORT" {
			t.Errorf("too short: %v", err)
		}
		if _, err := username.Of(auth).Set(ctx, bob.ID, "Ada"); code(err) != "USERNAME_IS_ALREADY_TAKEN" || !errors.Is(err, authplugin.ErrDuplicate) {
			t.Errorf("taken: %v", err)
		}
		// A transaction goes on after a name that was taken.
		must(t, auth.Transaction(ctx, func(tx *authplugin.Auth) error {
			if _, err := username.Of(tx).Set(ctx, bob.ID, "ada"); !errors.Is(err, authplugin.ErrDuplicate) {
				t.Errorf("taken: %v", err)
			}
			_, err := username.Of(tx).Set(ctx, bob.ID, "bobby")
			return err
		}))
		if _, err := username.Of(auth).Set(ctx, "nobody", "nobody"); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		found, err := username.Of(auth).FindByUsername(ctx, "Bobby")
		must(t, err)
		if found.ID != bob.ID || ada.ID == bob.ID {
			t.Errorf("found %v", found)
		}
	})
}

// Options of the application's own.
func TestOptions(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(username.Options{
			MinLength: 2, MaxLength: 5, Immutable: true, ValidateNormalized: true,
			Validator:         func(name string) bool { return !strings.Contains(name, "x") },
			Normalizer:        func(name string) string { return strings.ToLower(strings.TrimSpace(name)) },
			DisplayValidator:  func(name string) bool { return name != "?" },
			DisplayNormalizer: strings.TrimSpace,
		}))
		ada, err := auth.Users().Create(ctx, named(0, "  Ad  "))
		must(t, err)
		if diff := cmp.Diff([]any{"ad", "Ad"}, names(t, auth, ada.ID)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for _, refused := range []struct {
			values authplugin.Values
			code   string
		}{
			{authplugin.Values{"username": "ada"}, "USERNAME_IS_IMMUTABLE"},
			{authplugin.Values{"username": nil}, "USERNAME_IS_IMMUTABLE"},
			{authplugin.Values{"username": "xx"}, "INVALID_USERNAME"},
			{authplugin.Values{"displayUsername": " ? "}, "INVALID_DISPLAY_USERNAME"},
		} {
			if _, err := auth.Users().Update(ctx, ada.ID, refused.values); code(err) != refused.code {
				t.Errorf("%v: %v", refused.values, err)
			}
		}
		_, err = auth.Users().Update(ctx, ada.ID, authplugin.Values{"username": "AD", "displayUsername": "aD "})
		must(t, err)
		if diff := cmp.Diff([]any{"ad", "aD"}, names(t, auth, ada.ID)); diff != "" {
			t.Errorf("written otherwise (-want +got):\n%s", diff)
		}
		nobody, err := auth.Users().Create(ctx, authplugin.User{Name: "Bob", Email: "bob@example.com"})
		must(t, err)
		_, err = username.Of(auth).Set(ctx, nobody.ID, "bob")
		must(t, err)
	})
}

func TestWithoutDisplayUsername(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(username.Options{NoDisplayUsername: true, KeepCase: true}))
		ada, err := auth.Users().Create(ctx, named(0, "Ada"))
		must(t, err)
		ada, err = username.Of(auth).Set(ctx, ada.ID, "AdaL")
		must(t, err)
		if ada.Additional.Has("displayUsername") || ada.Additional.String("username") != "AdaL" {
			t.Errorf("user %v", ada)
		}
		if _, err := username.Of(auth).FindByUsername(ctx, "adal"); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("in another case: %v", err)
		}
	})
}

func TestMistakesInOptions(t *testing.T) {
	t.Parallel()
	err := config(username.Options{
		MinLength: -1, MaxLength: 300, KeepCase: true, Normalizer: strings.ToLower, Reserved: []string{""},
		NoDisplayUsername: true, DisplayNormalizer: strings.ToLower,
	}).Validate()
	for _, want := range []string{
		"Plugins[0].MinLength (plugin username): must not be negative", "Plugins[0].MaxLength", "Plugins[0].KeepCase",
		"Plugins[0].Reserved[0]", "Plugins[0].NoDisplayUsername",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
	if err := config(username.Options{MinLength: 40}).Validate(); err != nil {
		t.Errorf("a long minimum alone: %v", err)
	}
}

func TestWithoutThePlugin(t *testing.T) {
	t.Parallel()
	none := username.Of(authplugin.New(authplugin.Config{}))
	for _, err := range []error{
		second(none.FindByUsername(t.Context(), "ada")), second(none.IsAvailable(t.Context(), "ada")), second(none.Set(t.Context(), "1", "ada")),
	} {
		if !errors.Is(err, authplugin.ErrNotInitialized) {
			t.Errorf("before db.Use: %v", err)
		}
	}
}
