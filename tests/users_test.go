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

func userConfig(s authplugin.IDStrategy) authplugin.Config {
	return withHasher(authplugin.Config{
		GenerateID: s, Plugins: []authplugin.Plugin{keyring{}},
		User: authplugin.ModelConfig{
			Table: "people", Columns: map[string]string{"name": "full_name", "lang": "tongue"},
			AdditionalFields: authplugin.Fields{
				"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user", ServerOnly: true},
				"lang": {Type: authplugin.String, Optional: true},
				"age":  {Type: authplugin.Number, Optional: true},
			},
		},
	})
}

func TestUserCreate(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		p, ctx := placeOf(migrated(t, e, userConfig(s))), t.Context()
		users, given := p.auth.Users(), authplugin.Values{"lang": "fr"}
		user, err := users.Create(ctx, authplugin.User{Name: "Ada", Email: "ADA@Éxample.COM", Additional: given})
		must(t, err)
		if user.Email != "ada@éxample.com" || user.Additional["role"] != "user" || user.Additional["lang"] != "fr" || !idForms[s].MatchString(string(user.ID)) {
			t.Errorf("created %v", user)
		}
		if diff := cmp.Diff(authplugin.Values{"lang": "fr"}, given); diff != "" {
			t.Errorf("the caller's map changed: %s", diff)
		}
		for name, u := range map[string]authplugin.User{
			"an e-mail in another case": {Name: "x", Email: "Ada@éxample.com"},
			"an id":                     {ID: user.ID, Name: "x", Email: "x@example.com"},
		} {
			_, err := users.Create(ctx, u)
			wantError(t, name, err, authplugin.ErrDuplicate)
			wantError(t, name, err, gorm.ErrDuplicatedKey)
		}
		for name, values := range map[string]authplugin.Values{
			"an unknown field": {"langs": "fr"}, "a wrong type": {"lang": 1}, "not of the enum": {"role": "root"},
		} {
			_, err := users.Create(ctx, authplugin.User{Name: "x", Email: "x@example.com", Additional: values})
			wantError(t, name, err, authplugin.ErrInvalid)
		}
		if n := p.count(t, "user"); n != 1 {
			t.Errorf("%d users", n)
		}
	})
}

func TestUserFind(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		p, ctx := placeOf(migrated(t, e, userConfig(s))), t.Context()
		users := p.auth.Users()
		user, err := users.Create(ctx, authplugin.User{Name: "José", Email: "josé@example.com", Additional: authplugin.Values{"age": 7, "lang": "es"}})
		must(t, err)
		for _, email := range []string{"josé@example.com", "JOSÉ@EXAMPLE.com"} {
			found, err := users.FindByEmail(ctx, email)
			must(t, err)
			if diff := cmp.Diff(user, found, same()); diff != "" {
				t.Errorf("%s (-created +found): %s", email, diff)
			}
		}
		for _, email := range []string{
			"", "jose@example.com", "josé@example.com ", " josé@example.com", "josé@example.com\t", "josé@example.com\u200b", "josé%", "' OR '1'='1", "_",
			"jose\u0301@example.com", "josé@example.com'--",
		} {
			_, err := users.FindByEmail(ctx, email)
			wantError(t, "find "+email, err, authplugin.ErrNotFound)
			_, err = users.UpdateByEmail(ctx, email, authplugin.Values{"name": "x"})
			wantError(t, "update "+email, err, authplugin.ErrNotFound)
		}
		for _, id := range []authplugin.ID{
			"", " ", user.ID + " ", " " + user.ID, "0" + user.ID, "+" + user.ID, "1=1", "' OR '1'='1", "99999999999999999999", "-1", "1.0", "0x1",
			user.ID + "\n", "99999999", "null", "%",
		} {
			_, err := users.FindByID(ctx, id)
			wantError(t, "find "+string(id), err, authplugin.ErrNotFound)
			_, err = users.Update(ctx, id, authplugin.Values{"name": "x"})
			wantError(t, "update "+string(id), err, authplugin.ErrNotFound)
			wantError(t, "delete "+string(id), users.Delete(ctx, id), authplugin.ErrNotFound)
		}
		_, err = users.FindByID(ctx, user.ID)
		must(t, err)
		if s == authplugin.Random {
			swapped := authplugin.ID(swapCase(string(user.ID)))
			_, err := users.FindByID(ctx, swapped)
			wantError(t, "another case", err, authplugin.ErrNotFound)
			_, err = users.Update(ctx, swapped, authplugin.Values{"name": "x"})
			wantError(t, "update another case", err, authplugin.ErrNotFound)
			wantError(t, "delete another case", users.Delete(ctx, swapped), authplugin.ErrNotFound)
		}
	})
}

func TestUserWithAccounts(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		now := noon
		p, ctx := placeOf(migrated(t, e, withClock(userConfig(s), &now))), t.Context()
		user, err := p.auth.Users().SignUp(ctx, authplugin.User{Name: "Ada", Email: "Ada@example.com"}, "horse")
		must(t, err)
		now = noon.Add(time.Second)
		_, err = p.auth.Accounts().Link(ctx, authplugin.Account{UserID: user.ID, ProviderID: "github", AccountID: "1"})
		must(t, err)
		byID, err := p.auth.Users().FindByID(ctx, user.ID, authplugin.WithAccounts())
		must(t, err)
		byEmail, err := p.auth.Users().FindByEmail(ctx, "ADA@example.com", authplugin.WithAccounts())
		must(t, err)
		for _, found := range []*authplugin.User{byID, byEmail} {
			if len(found.Accounts) != 2 || found.Accounts[0].ProviderID != "credential" || found.Accounts[0].AccountID != string(user.ID) || found.Accounts[1].ProviderID != "github" {
				t.Errorf("accounts: %v", found.Accounts)
			}
		}
		alone, err := p.auth.Users().FindByID(ctx, user.ID)
		must(t, err)
		if alone.Accounts != nil {
			t.Errorf("accounts that nobody asked for: %v", alone.Accounts)
		}
		bob := p.person(t, "bob")
		found, err := p.auth.Users().FindByID(ctx, bob.ID, authplugin.WithAccounts())
		must(t, err)
		if len(found.Accounts) != 0 {
			t.Errorf("Bob has %v", found.Accounts)
		}
	})
}

func TestUserUpdate(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		now := noon
		p, ctx := placeOf(migrated(t, e, withClock(userConfig(s), &now))), t.Context()
		users, bob := p.auth.Users(), p.person(t, "bob")
		user, err := users.Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com", Image: ref("x"), Additional: authplugin.Values{"lang": "fr", "age": 36}})
		must(t, err)
		now = noon.Add(time.Minute)
		given := authplugin.Values{
			"name": "Countess", "email": "COUNTESS@example.com", "emailVerified": true, "image": nil, "lang": nil, "age": 37, "role": "admin", "keyCount": 3,
		}
		updated, err := users.Update(ctx, user.ID, given)
		must(t, err)
		want := *user
		want.Name, want.Email, want.EmailVerified, want.Image, want.UpdatedAt = "Countess", "countess@example.com", true, nil, now.UTC().Truncate(time.Millisecond)
		want.Additional = authplugin.Values{"lang": nil, "age": int64(37), "role": "admin", "keyCount": int64(3)}
		if diff := cmp.Diff(&want, updated, same()); diff != "" {
			t.Errorf("(-want +updated): %s", diff)
		}
		if given["email"] != "COUNTESS@example.com" || len(given) != 8 {
			t.Errorf("the caller's map became %v", given)
		}
		found, err := users.FindByEmail(ctx, "countess@EXAMPLE.com")
		must(t, err)
		if diff := cmp.Diff(&want, found, same()); diff != "" {
			t.Errorf("(-want +found): %s", diff)
		}
		updated, err = users.UpdateByEmail(ctx, "Countess@example.com", authplugin.Values{"lang": "it"})
		must(t, err)
		if updated.ID != user.ID || updated.Additional["lang"] != "it" {
			t.Errorf("by e-mail: %v", updated)
		}
		same0, err := users.Update(ctx, user.ID, nil)
		must(t, err)
		if diff := cmp.Diff(updated, same0, same()); diff != "" {
			t.Errorf("an empty update changed: %s", diff)
		}
		_, err = users.Update(ctx, user.ID, authplugin.Values{"email": "BOB@example.com"})
		wantError(t, "a taken e-mail", err, authplugin.ErrDuplicate)
		for name, values := range map[string]authplugin.Values{
			"unknown": {"names": "x"}, "type": {"age": "x"}, "enum": {"role": "root"}, "id": {"id": bob.ID}, "ID": {"ID": "9"},
			"relation": {"Sessions": nil}, "Additional": {"Additional": authplugin.Values{}}, "empty": {"": 1}, "SQL": {"name = 'x' --": 1}, "null name": {"name": nil},
		} {
			_, err := users.Update(ctx, user.ID, values)
			var field *authplugin.FieldError
			if name == "null name" && errors.Is(err, authplugin.ErrNotNull) {
				continue
			}
			if !errors.As(err, &field) {
				t.Errorf("%s: %v", name, err)
			}
		}
		// Every name that GORM takes for the column means the field.
		for _, name := range []string{"email", "Email", "EMAIL"} {
			updated, err = users.Update(ctx, user.ID, authplugin.Values{name: strings.ToUpper(name) + "@EXAMPLE.com"})
			must(t, err)
			if updated.Email != "email@example.com" {
				t.Errorf("by %s the e-mail became %s", name, updated.Email)
			}
			must(t, p.db.Model(updated).Updates(map[string]any{name: "X@EXAMPLE.com"}).Error)
			if found, err := users.FindByID(ctx, user.ID); err != nil || found.Email != "x@example.com" {
				t.Errorf("plain GORM, by %s: %v, %v", name, found, err)
			}
		}
		other, err := users.FindByID(ctx, bob.ID)
		must(t, err)
		bob.Additional["lang"], bob.Additional["age"] = nil, nil
		if diff := cmp.Diff(bob, other, same()); diff != "" {
			t.Errorf("Bob changed: %s", diff)
		}
	})
}

func ref[T any](v T) *T { return &v }

// What refers to a user goes with it, whether or not the database looks after that.
func TestUserDelete(t *testing.T) {
	t.Parallel()
	for _, foreignKeys := range []bool{true, false} {
		t.Run(map[bool]string{true: "foreign keys", false: "none"}[foreignKeys], func(t *testing.T) {
			t.Parallel()
			eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
				if !foreignKeys && e.Dialect() != "sqlite" {
					t.Skip("not a case: only SQLite can have foreign keys off")
				}
				p, ctx := placeOf(migrated(t, e, userConfig(s))), t.Context()
				if !foreignKeys {
					pool, err := p.db.DB()
					must(t, err)
					pool.SetMaxOpenConns(1)
					must(t, p.db.Exec("PRAGMA foreign_keys = 0").Error)
				}
				var kept map[string]int
				var gone *authplugin.User
				for _, name := range []string{"ada", "bob"} {
					kept = map[string]int{}
					user, err := p.auth.Users().SignUp(ctx, authplugin.User{Name: name, Email: name + "@example.com"}, "x")
					must(t, err)
					for range 2 {
						_, err := p.auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
						must(t, err)
					}
					key := Passkey{UserID: user.ID, PublicKey: "k", Meta: map[string]any{}}
					must(t, p.db.Create(&key).Error)
					must(t, p.db.Table("key_uses").Create(map[string]any{"id": suppliedUse(s, name), "passkey_id": key.ID, "used_at": noon}).Error)
					gone = user
				}
				must(t, p.auth.Users().Delete(ctx, gone.ID))
				for _, table := range []string{"people", "sessions", "accounts", "passkeys", "key_uses"} {
					var n int
					must(t, p.db.Raw("SELECT COUNT(*) FROM "+table).Scan(&n).Error)
					kept[table] = n
				}
				if diff := cmp.Diff(map[string]int{"people": 1, "sessions": 2, "accounts": 1, "passkeys": 1, "key_uses": 1}, kept); diff != "" {
					t.Errorf("rows (-want +left): %s", diff)
				}
				wantError(t, "again", p.auth.Users().Delete(ctx, gone.ID), authplugin.ErrNotFound)
				left, err := p.auth.Users().FindByEmail(ctx, "ada@example.com", authplugin.WithAccounts())
				must(t, err)
				if len(left.Accounts) != 1 {
					t.Errorf("Ada has %v", left.Accounts)
				}
			})
		})
	}
}

func suppliedUse(s authplugin.IDStrategy, name string) authplugin.ID {
	n := strings.Index("ab", name[:1])
	return map[authplugin.IDStrategy][]authplugin.ID{
		authplugin.Random: {"one", "two"}, authplugin.Serial: {"1", "2"},
		authplugin.UUID: {"00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"},
	}[s][n]
}
