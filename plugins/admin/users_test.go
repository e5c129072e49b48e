package admin_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/admin"
)

// Only roles that are configured can be given, by whatever write, and in one form.
func TestRoles(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		db, auth := d.Use(t, config(admin.Options{}))
		root, bob := signIn(t, auth, signUp(t, auth, "root", "admin").ID), signUp(t, auth, "bob", "")
		if bob.Additional.String("role") != "user" {
			t.Errorf("the default: %v", bob)
		}
		both, err := root.SetRole(ctx, bob.ID, "user", " admin", "user")
		must(t, err)
		if both.Additional.String("role") != "user,admin" || !admin.Of(auth).IsAdmin(both) {
			t.Errorf("both: %v", both)
		}
		for _, roles := range [][]string{{"root"}, {"user", "root"}, {}, {""}, {"Admin"}, {"user;admin"}, {strings.Repeat("a", 1<<16)}} {
			refusedAs(t, fmt.Sprintf("%.20q", roles), second(root.SetRole(ctx, bob.ID, roles...)), "YOU_ARE_NOT_ALLOWED_TO_SET_NON_EXISTENT_VALUE", 400)
		}
		for how, err := range map[string]error{
			"update":     second(auth.Users().Update(ctx, bob.ID, authplugin.Values{"role": "root"})),
			"create":     second(root.Create(ctx, admin.NewUser{User: authplugin.User{Name: "Eve", Email: "eve@example.com"}, Roles: []string{"root"}})),
			"plain GORM": db.Model(bob).Update("role", "root").Error,
		} {
			refusedAs(t, how, err, "YOU_ARE_NOT_ALLOWED_TO_SET_NON_EXISTENT_VALUE", 400)
		}
		must(t, db.Model(bob).Update("role", "admin , user").Error)
		bob, err = auth.Users().FindByID(ctx, bob.ID)
		must(t, err)
		if bob.Additional.String("role") != "admin,user" {
			t.Errorf("by plain GORM: %v", bob)
		}
		if err := second(root.SetRole(ctx, "nobody", "user")); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		// A role of before: it permits nothing, and the user can be saved.
		must(t, db.Table("users").Where("name = ?", "bob").Update("role", "retired").Error)
		bob, err = auth.Users().FindByID(ctx, bob.ID)
		must(t, err)
		bob.Name = "Bob"
		must(t, db.Save(bob).Error)
		if admin.Of(auth).HasPermission(bob, admin.ResourceUser, admin.ActionList) {
			t.Error("a role that is not known permits something")
		}
	})
}

// A client sets none of the fields.
func TestInput(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		_, auth := d.Use(t, config(admin.Options{}))
		for _, name := range []string{"role", "banned", "banReason", "banExpires"} {
			_, err := auth.ParseInput(authplugin.ModelUser, map[string]any{name: nil}, authplugin.OperationUpdate)
			if !errors.Is(err, authplugin.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestSetPassword(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, d authtest.Database, with func(cfg *authplugin.Config)) {
		ctx := t.Context()
		cfg := config(admin.Options{})
		with(&cfg)
		_, auth := d.Use(t, cfg)
		root, bob := signIn(t, auth, signUp(t, auth, "root", "admin").ID), signUp(t, auth, "bob", "")
		bobs := signIn(t, auth, bob.ID)
		const password = "correct horse battery"
		must(t, root.SetPassword(ctx, bob.ID, password))
		if ok, err := auth.Accounts().VerifyPassword(ctx, bob.ID, password); !ok || err != nil {
			t.Errorf("%v, %v", ok, err)
		}
		if _, err := auth.Sessions().Find(ctx, bobs.session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("the session goes on: %v", err)
		}
		other := signIn(t, auth, root.user.ID)
		must(t, root.SetPassword(ctx, root.user.ID, password))
		if _, err := auth.Sessions().Find(ctx, root.session.Token); err != nil {
			t.Errorf("one's own session: %v", err)
		}
		if _, err := auth.Sessions().Find(ctx, other.session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("one's other session: %v", err)
		}
		refusedAs(t, "short", root.SetPassword(ctx, bob.ID, "short"), "PASSWORD_TOO_SHORT", 400)
		refusedAs(t, "long", root.SetPassword(ctx, bob.ID, strings.Repeat("a", 129)), "PASSWORD_TOO_LONG", 400)
		if err := root.SetPassword(ctx, "nobody", password); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestSessions(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, d authtest.Database, with func(cfg *authplugin.Config)) {
		ctx := t.Context()
		cfg := config(admin.Options{})
		with(&cfg)
		_, auth := d.Use(t, cfg)
		root, bob := signIn(t, auth, signUp(t, auth, "root", "admin").ID), signUp(t, auth, "bob", "")
		one, two := signIn(t, auth, bob.ID), signIn(t, auth, bob.ID)
		sessions, err := root.Sessions(ctx, bob.ID)
		must(t, err)
		if len(sessions) != 2 || sessions[0].Token != "" || sessions[1].Token != "" {
			t.Errorf("sessions %+v", sessions)
		}
		must(t, root.RevokeSession(ctx, one.session.ID))
		must(t, root.RevokeSession(ctx, "nobody"))
		if _, err := auth.Sessions().Find(ctx, one.session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("the first: %v", err)
		}
		if _, err := auth.Sessions().Find(ctx, two.session.Token); err != nil {
			t.Errorf("the second: %v", err)
		}
		n, err := root.RevokeSessions(ctx, bob.ID)
		must(t, err)
		if _, err := auth.Sessions().Find(ctx, two.session.Token); !errors.Is(err, authplugin.ErrNotFound) || n != 1 {
			t.Errorf("the second, %d revoked: %v", n, err)
		}
		three := signIn(t, auth, bob.ID)
		must(t, root.Delete(ctx, bob.ID))
		if _, err := auth.Sessions().Find(ctx, three.session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("of a user who is gone: %v", err)
		}
		if _, err := root.Get(ctx, bob.ID); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("the user: %v", err)
		}
	})
}

func TestList(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx, now := t.Context(), time.Now()
		cfg := config(admin.Options{})
		cfg.Clock = func() time.Time { now = now.Add(time.Second); return now }
		cfg.User.AdditionalFields = authplugin.Fields{"pin": {Type: authplugin.String, Optional: true, Hidden: true}}
		_, auth := d.Use(t, cfg)
		root := signIn(t, auth, signUp(t, auth, "root", "admin").ID)
		for i := range 10 {
			user := signUp(t, auth, fmt.Sprintf("user%d", i), "")
			if i%2 == 0 {
				must(t, second(root.Ban(ctx, user.ID, admin.BanOptions{})))
			}
		}
		emails := func(page *admin.Page) (list []string) {
			for _, user := range page.Users {
				list = append(list, strings.TrimSuffix(user.Email, "@example.com"))
			}
			return list
		}
		for name, test := range map[string]struct {
			query admin.ListQuery
			want  []string
			total int64
		}{
			"search":      {admin.ListQuery{Search: "USER1"}, []string{"user1"}, 1},
			"search name": {admin.ListQuery{Search: "ROO", SearchField: "name", SearchOperator: authplugin.OperatorStartsWith}, []string{"root"}, 1},
			"wildcards":   {admin.ListQuery{Search: "user%"}, nil, 0},
			"filter": {
				admin.ListQuery{Where: []authplugin.Condition{authplugin.Eq("banned", true)}, Sort: authplugin.Desc("email"), Limit: 2},
				[]string{"user8", "user6"},
				5,
			},
			"both":   {admin.ListQuery{Search: "user", Where: []authplugin.Condition{authplugin.Eq("role", "admin")}}, nil, 0},
			"offset": {admin.ListQuery{Sort: authplugin.Asc("email"), Limit: 3, Offset: 8}, []string{"user7", "user8", "user9"}, 11},
			"last":   {admin.ListQuery{Sort: authplugin.Asc("email"), Limit: 3, Offset: 10, NoTotal: true}, []string{"user9"}, -1},
			"newest": {admin.ListQuery{Sort: authplugin.Desc("createdAt"), Limit: 1}, []string{"user9"}, 11},
		} {
			page, err := root.List(ctx, test.query)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if diff := cmp.Diff(test.want, emails(page)); diff != "" || page.Total != test.total {
				t.Errorf("%s: total %d (-want +got):\n%s", name, page.Total, diff)
			}
		}

		for _, sort := range []authplugin.Sort{nil, authplugin.Desc("createdAt"), authplugin.Asc("name"), authplugin.Desc("email", "id")} {
			seen, pages := map[string]bool{}, 0
			for q := (admin.ListQuery{Sort: sort, Limit: 4}); ; pages++ {
				page, err := root.List(ctx, q)
				must(t, err)
				for _, email := range emails(page) {
					seen[email] = true
				}
				if q.After = page.Next; q.After == nil {
					break
				}
			}
			if len(seen) != 11 || pages != 2 {
				t.Errorf("sorted by %v: %d users on %d pages", sort, len(seen), pages+1)
			}
		}
		page, err := root.List(ctx, admin.ListQuery{Sort: authplugin.Asc("banReason"), Limit: 1})
		if err != nil || page.Next != nil {
			t.Errorf("by what may be NULL: %v, %v", page, err)
		}
		if page, err = root.List(ctx, admin.ListQuery{Limit: 1 << 40}); err != nil || page.Limit != 500 {
			t.Errorf("a large limit: %v, %v", page, err)
		}
		for name, q := range map[string]admin.ListQuery{
			"search": {Search: "1", SearchField: "pin"}, "filter": {Where: []authplugin.Condition{authplugin.StartsWith("pin", "1")}},
			"sort": {Sort: authplugin.Asc("pin")}, "unknown": {Search: "1", SearchField: "id; DROP TABLE users"}, "operator": {Search: "1", SearchOperator: "like"},
			"limit": {Limit: -1},
		} {
			if _, err := root.List(ctx, q); !errors.Is(err, authplugin.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
