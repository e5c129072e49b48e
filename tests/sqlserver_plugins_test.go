package tests

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
	"github.com/gorm-auth/authplugin/plugins/access"
	"github.com/gorm-auth/authplugin/plugins/admin"
	organizations "github.com/gorm-auth/authplugin/plugins/organization"
	"github.com/gorm-auth/authplugin/plugins/username"
)

// SQL Server refuses a table that deletions reach on two paths, as members would be by
// their user and their organization. With all plugins together no table is.
func TestSQLServerTablesOfPlugins(t *testing.T) {
	t.Parallel()
	for name, ids := range sqlServerIDs() {
		for _, naming := range []authplugin.Naming{0, authplugin.BetterAuthNaming} {
			server := newFakeServer()
			db, recording := server.open(t, nil)
			must(t, db.Use(authplugin.New(authplugin.Config{
				AutoMigrate: true, Naming: naming, GenerateID: ids.strategy(), Plugins: builtInList(),
			})))
			if len(server.tables) < 11 {
				t.Errorf("%s: tables %v", name, server.tables)
			}
			if problem := server.cascadeProblem(); problem != "" {
				t.Errorf("%s: %s", name, problem)
			}
			server.checkUniqueIndexes(t)
			if name == "random" && naming == authplugin.BetterAuthNaming {
				var log transcript
				log.section("tables of plugins", recording.Statements())
				checkGolden(t, "sqlserver/plugins", log.text.String())
			}
		}
	}
}

// The same fields as on the other databases are in the tables that a SQL Server makes.
func TestSchemasOnSQLServer(t *testing.T) {
	t.Parallel()
	server, cfg := newFakeServer(), betterAuthsSchema()
	cfg.AutoMigrate = true
	auth := server.use(t, cfg, nil)
	kinds := columnKinds("sqlserver")
	compareSchemas(t, auth, func(name string, fields map[string]fieldFacts) {
		table := server.tables[name]
		if len(table.columns) != len(fields)+1 {
			t.Errorf("%s has %d columns, for %d fields and an id", name, len(table.columns), len(fields))
		}
		for _, column := range table.columns {
			at := fmt.Sprint(column[1])
			f, known := fields[at]
			if !known {
				continue
			}
			if !slices.Contains(strings.Split(kinds[f.Type], "|"), fmt.Sprint(column[2])) || column[6] == f.Required {
				t.Errorf("%s.%s is a %v, and may be NULL: %v", name, at, column[2], column[6])
			}
			unique, target := false, ""
			for _, key := range table.keys {
				switch {
				case key[4] != at:
				case key[1] == "f":
					target = fmt.Sprint(key[9])
				case key[5] == true:
					alone := !slices.ContainsFunc(table.keys, func(other []driver.Value) bool { return other[2] == key[2] && other[4] != at })
					unique = unique || alone
				}
			}
			if unique != f.Unique || target != f.References.Model {
				t.Errorf("%s.%s is unique: %v, and references %q", name, at, unique, target)
			}
		}
	})
}

// pluginRows are rows of Better Auth's tables. Everybody is Ada: an admin, a banned one
// when the ban is over, and the owner of an organization.
func pluginRows() sqlrecorder.Tables {
	at := noon.UTC().Truncate(time.Millisecond)
	later, before := at.Add(time.Hour), at.Add(-time.Hour)
	return sqlrecorder.Tables{
		"user": {
			"id": "ada", "name": "Ada", "email": "ada@example.com", "emailVerified": true, "image": nil, "createdAt": before, "updatedAt": before,
			"role": "admin", "banned": false, "banReason": nil, "banExpires": nil, "username": "ada", "displayUsername": "Ada", "twoFactorEnabled": false,
		},
		"session": {
			"id": "session", "userId": "ada", "token": "Token", "expiresAt": later, "ipAddress": "", "userAgent": "", "createdAt": before, "updatedAt": before,
			"impersonatedBy": nil, "activeOrganizationId": "acme", "activeTeamId": nil,
		},
		"account": {
			"id": "account", "userId": "ada", "accountId": "ada", "providerId": "credential", "password": "new hash of secret", "createdAt": before, "updatedAt": before,
		},
		"organization": {"id": "acme", "name": "Acme", "slug": "acme", "logo": nil, "metadata": nil, "createdAt": before},
		"member":       {"id": "member", "organizationId": "acme", "userId": "ada", "role": "owner", "createdAt": before},
		"invitation": {
			"id": "invitation", "organizationId": "acme", "email": "ada@example.com", "role": "member", "teamId": "team", "status": "pending",
			"expiresAt": later, "createdAt": before, "inviterId": "bob",
		},
		"team":       {"id": "team", "name": "Team", "memberCount": int64(1), "organizationId": "acme", "createdAt": before, "updatedAt": nil},
		"teamMember": {"id": "teamMember", "teamId": "team", "userId": "ada", "membershipKey": nil, "createdAt": before},
		"organizationRole": {
			"id": "role", "organizationId": "acme", "role": "auditor", "permission": `{"team":["create"]}`, "createdAt": before, "updatedAt": nil,
		},
	}
}

// pluginOperation is one operation, with the tables that are empty then.
type pluginOperation struct {
	name  string
	run   func(ctx context.Context, auth *authplugin.Auth) error
	want  error
	empty []string
}

// What the operations of the plugins have a SQL Server run. That whatever spans rows is
// locked shows in the golden files.
func TestSQLServerPlugins(t *testing.T) {
	t.Parallel()
	for name, operations := range map[string][]pluginOperation{
		"admin": adminOperations(), "username": usernameOperations(), "organization": organizationOperations(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := authplugin.Config{Naming: authplugin.BetterAuthNaming, AutoMigrate: true, Clock: fixedClock, Plugins: builtInList()}
			cfg.Account.PasswordHasher = legibleHasher{}
			db, recording := newFakeServer().open(t, nil)
			auth := authplugin.New(cfg)
			must(t, db.Use(auth))
			var rows sqlrecorder.Tables
			recording.Answer(func(s sqlrecorder.Statement) *sqlrecorder.Answer { return rows.Answer(s) })
			var log transcript
			for _, o := range operations {
				rows = pluginRows()
				maps.DeleteFunc(rows, func(table string, _ map[string]driver.Value) bool {
					return slices.Contains(o.empty, table)
				})
				recording.Reset()
				if err := o.run(t.Context(), auth); !errors.Is(err, o.want) {
					t.Errorf("%s: %v, want %v", o.name, err, o.want)
				}
				log.section(o.name, recording.Statements())
			}
			checkGolden(t, "sqlserver/plugin-"+name, log.text.String())
		})
	}
}

func adminOperations() []pluginOperation {
	do := func(run func(ctx context.Context, u admin.Unchecked) error) func(context.Context, *authplugin.Auth) error {
		return func(ctx context.Context, a *authplugin.Auth) error { return run(ctx, admin.Of(a).Unchecked()) }
	}
	return []pluginOperation{
		{"Create", do(func(ctx context.Context, u admin.Unchecked) error {
			return errorOf(u.Create(ctx, admin.NewUser{User: authplugin.User{Name: "Bob", Email: "bob@example.com"}, Password: "a secret password", Roles: []string{"admin", "user"}}))
		}), nil, nil},
		{"SetRole", do(func(ctx context.Context, u admin.Unchecked) error { return errorOf(u.SetRole(ctx, "ada", "user")) }), nil, nil},
		{"SetPassword", do(func(ctx context.Context, u admin.Unchecked) error {
			return u.SetPassword(ctx, "ada", "a secret password")
		}), nil, nil},
		{"Ban", do(func(ctx context.Context, u admin.Unchecked) error {
			return errorOf(u.Ban(ctx, "ada", admin.BanOptions{Reason: "spam", ExpiresIn: time.Hour}))
		}), nil, nil},
		{"Unban", do(func(ctx context.Context, u admin.Unchecked) error { return errorOf(u.Unban(ctx, "ada")) }), nil, nil},
		{"List", do(func(ctx context.Context, u admin.Unchecked) error {
			return errorOf(u.List(ctx, admin.ListQuery{Search: "a", Where: []authplugin.Condition{authplugin.Eq("banned", false)}, Sort: authplugin.Desc("createdAt"), Limit: 50}))
		}), nil, nil},
		{"Sessions", do(func(ctx context.Context, u admin.Unchecked) error { return errorOf(u.Sessions(ctx, "ada")) }), nil, nil},
		{"RevokeSession", do(func(ctx context.Context, u admin.Unchecked) error { return u.RevokeSession(ctx, "session") }), nil, nil},
		{"RevokeSessions", do(func(ctx context.Context, u admin.Unchecked) error { return errorOf(u.RevokeSessions(ctx, "ada")) }), nil, nil},
		{"Delete", do(func(ctx context.Context, u admin.Unchecked) error { return u.Delete(ctx, "ada") }), nil, []string{"member", "teamMember"}},
		{"Sessions.Create", func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Sessions().Create(ctx, "ada", authplugin.SessionOptions{}))
		}, nil, nil},
		{"Sessions.Find", func(ctx context.Context, a *authplugin.Auth) error { return errorOf(a.Sessions().Find(ctx, "Token")) }, nil, nil},
	}
}

func usernameOperations() []pluginOperation {
	return []pluginOperation{
		{"Users.Create", func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Users().Create(ctx, authplugin.User{Name: "Bob", Email: "bob@example.com", Additional: authplugin.Values{"username": "Bob"}}))
		}, nil, nil},
		{"FindByUsername", func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(username.Of(a).FindByUsername(ctx, "Ada"))
		}, nil, nil},
		{"IsAvailable", func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(username.Of(a).IsAvailable(ctx, "Bob"))
		}, nil, []string{"user"}},
		{"Set", func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(username.Of(a).Set(ctx, "ada", "Ada_2"))
		}, nil, nil},
		{"SignIn", func(ctx context.Context, a *authplugin.Auth) error {
			_, _, err := username.Of(a).SignIn(ctx, "Ada", "secret", authplugin.SessionOptions{})
			return err
		}, nil, nil},
	}
}

func organizationOperations() []pluginOperation {
	do := func(run func(ctx context.Context, o organizations.Operations) error) func(context.Context, *authplugin.Auth) error {
		return func(ctx context.Context, a *authplugin.Auth) error { return run(ctx, organizations.Of(a)) }
	}
	alone := []string{"member"}
	return []pluginOperation{
		{"Create", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.Create(ctx, "ada", organizations.Details{Name: "Bolt", Slug: "bolt"}))
		}), nil, []string{"teamMember"}},
		{"Update", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.Update(ctx, "ada", "acme", authplugin.Values{"name": "Acme Inc"}))
		}), nil, nil},
		{"Members", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.Members(ctx, "acme", organizations.MemberPage{Limit: 50}))
		}), nil, nil},
		{"Membership", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.Membership(ctx, "ada", "acme"))
		}), nil, nil},
		{"AddMemberUnchecked", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.AddMemberUnchecked(ctx, "acme", "bob", "admin"))
		}), nil, alone},
		{"SetRoles", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.SetRoles(ctx, "ada", "acme", "member", "admin"))
		}), nil, nil},
		{"RemoveMember", do(func(ctx context.Context, o organizations.Operations) error {
			return o.RemoveMember(ctx, "ada", "acme", "member")
		}), nil, nil},
		{"Leave, which nobody may who is none", do(func(ctx context.Context, o organizations.Operations) error { return o.Leave(ctx, "ada", "acme") }), organizations.ErrNotMember, alone},
		{"InviteUnchecked", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.InviteUnchecked(ctx, "ada", "acme", organizations.Invite{Email: "bob@example.com", TeamIDs: []authplugin.ID{"team"}}))
		}), nil, []string{"invitation", "member"}},
		{"Accept", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.Accept(ctx, "ada", "invitation"))
		}), nil, []string{"member", "teamMember"}},
		{"CancelInvitation", do(func(ctx context.Context, o organizations.Operations) error {
			return o.CancelInvitation(ctx, "ada", "invitation")
		}), nil, nil},
		{"Invitations", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.Invitations(ctx, "acme"))
		}), nil, nil},
		{"SetActive", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.SetActive(ctx, "Token", "acme"))
		}), nil, nil},
		{"CreateTeam", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.CreateTeam(ctx, "ada", "acme", "Sales"))
		}), nil, nil},
		{"AddTeamMember", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.AddTeamMember(ctx, "ada", "acme", "team", "ada"))
		}), nil, []string{"teamMember"}},
		{"RemoveTeamMember", do(func(ctx context.Context, o organizations.Operations) error {
			return o.RemoveTeamMember(ctx, "ada", "acme", "team", "ada")
		}), nil, nil},
		{"RemoveTeam, the last one", do(func(ctx context.Context, o organizations.Operations) error {
			return o.RemoveTeam(ctx, "ada", "acme", "team")
		}), organizations.ErrLastTeam, nil},
		{"CreateRole", do(func(ctx context.Context, o organizations.Operations) error {
			return errorOf(o.CreateRole(ctx, "ada", "acme", "seller", access.Statements{"invitation": {"create"}}))
		}), nil, []string{"organizationRole"}},
		{"Delete", do(func(ctx context.Context, o organizations.Operations) error { return o.Delete(ctx, "ada", "acme") }), nil, nil},
		{"Users.Delete", func(ctx context.Context, a *authplugin.Auth) error { return a.Users().Delete(ctx, "ada") }, nil, []string{"organizationRole"}},
	}
}
