package tests

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
)

// A session of Better Auth is found with its user; its password's account too.
func TestInteropSessionsAreFound(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		theirs := b.all(t)
		var session rawRow
		for _, row := range theirs["session"] {
			if row["token"].String == b.seed.SessionToken {
				session = row
			}
		}
		now := session.moment(t, "createdAt").Add(time.Minute)
		_, auth := use(t, b.Database, withClock(withHasher(b.config()), &now))
		ctx := t.Context()
		found, err := auth.Sessions().Find(ctx, b.seed.SessionToken)
		must(t, err)
		if found.Session.Token != b.seed.SessionToken || found.User.ID != b.seed.UserID || found.User.Email != b.seed.Email || found.RefreshDue ||
			!found.Session.ExpiresAt.Equal(session.moment(t, "expiresAt")) || found.Session.UserAgent != session["userAgent"].String {
			t.Errorf("found %v of %v", found.Session, found.User)
		}
		many, err := auth.Sessions().FindMany(ctx, []string{b.seed.SessionToken})
		must(t, err)
		list, err := auth.Sessions().List(ctx, b.seed.UserID)
		must(t, err)
		user, err := auth.Users().FindByEmail(ctx, strings.ToUpper(b.seed.Email), authplugin.WithAccounts())
		must(t, err)
		if len(many) != 1 || many[0].User.ID != b.seed.UserID || len(list) == 0 || user.ID != b.seed.UserID ||
			len(user.Accounts) == 0 || user.Accounts[0].Password == nil || *user.Accounts[0].Password != b.seed.PasswordHash {
			t.Errorf("found %v, listed %v, user %v", many, list, user)
		}
		if diff := cmp.Diff(theirs, b.all(t)); diff != "" {
			t.Errorf("reading changed: %s", diff)
		}
		now = found.Session.ExpiresAt
		_, err = auth.Sessions().Find(ctx, b.seed.SessionToken)
		wantError(t, "a week later", err, authplugin.ErrExpired)
	})
}

// The reset that Better Auth sent is consumed, once.
func TestInteropVerificationIsConsumed(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		var row rawRow
		for _, row = range b.rows(t, "verification") {
		}
		now := row.moment(t, "createdAt").Add(time.Minute)
		_, auth := use(t, b.Database, withClock(b.config(), &now))
		v, ctx := auth.Verifications(), t.Context()
		if want := "reset-password:" + b.seed.ResetToken; row["identifier"].String != want {
			t.Fatalf("the identifier is %s", row["identifier"].String)
		}
		found, err := v.Find(ctx, row["identifier"].String)
		must(t, err)
		taken, err := v.Consume(ctx, row["identifier"].String)
		must(t, err)
		if diff := cmp.Diff(found, taken, same()); diff != "" || taken.Value != string(b.seed.UserID) {
			t.Errorf("value %s, (-found +consumed): %s", taken.Value, diff)
		}
		if n := len(b.rows(t, "verification")); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

// What the operations write is what Better Auth would have written.
func TestInteropOperationsWrite(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		theirs := b.all(t)
		now := noon
		_, auth := use(t, b.Database, withClock(withHasher(b.config()), &now))
		ctx := t.Context()
		user, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Ada 🦉", Email: "Ada.Lovelace@Example.COM"}, "horse")
		must(t, err)
		session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		verification, err := auth.Verifications().Create(ctx, "reset-password:abc", string(user.ID), authplugin.VerificationOptions{})
		must(t, err)
		reserved, err := auth.Verifications().Reserve(ctx, "nonce:1", "1", authplugin.VerificationOptions{})
		must(t, err)
		in, err := auth.Accounts().SignIn(ctx, octocat())
		must(t, err)
		list, err := auth.Accounts().List(ctx, user.ID)
		must(t, err)
		forms, all := betterAuthForms[b.Engine.Dialect()], b.all(t)
		date := regexp.MustCompile(forms["date"])
		for _, c := range []struct {
			table string
			id    authplugin.ID
			want  map[string]string // "" is text that is empty, "NULL" no text
		}{
			{"user", user.ID, map[string]string{"name": "Ada 🦉", "email": "ada.lovelace@example.com", "emailVerified": forms["false"], "image": "NULL"}},
			{"session", session.ID, map[string]string{"userId": string(user.ID), "token": session.Token, "ipAddress": "", "userAgent": ""}},
			{"account", list[0].ID, map[string]string{
				"userId": string(user.ID), "accountId": string(user.ID), "providerId": "credential", "password": *list[0].Password, "accessToken": "NULL", "scope": "NULL", "accessTokenExpiresAt": "NULL",
			}},
			{"verification", verification.ID, map[string]string{"identifier": "reset-password:abc", "value": string(user.ID)}},
			{"verification", reserved.ID, map[string]string{"identifier": "nonce:1", "value": "1"}},
			{"user", in.User.ID, map[string]string{"name": "The Octocat", "email": "octocat@example.com", "emailVerified": forms["true"], "image": "cat.png"}},
			{"account", in.Account.ID, map[string]string{
				"userId": string(in.User.ID), "accountId": "583231", "providerId": "github", "accessToken": "a", "refreshToken": "r", "idToken": "i", "scope": "user",
				"password": "NULL", "refreshTokenExpiresAt": "NULL",
			}},
		} {
			row := all[c.table][string(c.id)]
			if row == nil || !anyID(b.strategy, c.id) {
				t.Errorf("%s: id %q, row %v", c.table, c.id, row)
				continue
			}
			checkStored(t, c.table, row, theirs[c.table])
			for column, want := range c.want {
				if got := row[column]; got.Valid != (want != "NULL") || got.Valid && got.String != want {
					t.Errorf("%s.%s is %+v, want %q", c.table, column, got, want)
				}
			}
			for _, column := range []string{"createdAt", "updatedAt"} {
				if !date.MatchString(row[column].String) || row.moment(t, column) != noon.UTC().Truncate(time.Millisecond) {
					t.Errorf("%s.%s is %q", c.table, column, row[column].String)
				}
			}
		}
		if row := all["session"][string(session.ID)]; !date.MatchString(row["expiresAt"].String) || row.moment(t, "expiresAt") != noon.UTC().Truncate(time.Millisecond).AddDate(0, 0, 7) {
			t.Errorf("expiresAt is %q", row["expiresAt"].String)
		}
		now = noon.Add(2 * day)
		refreshed, err := auth.Sessions().Refresh(ctx, session)
		must(t, err)
		_, err = auth.Users().Update(ctx, user.ID, authplugin.Values{"emailVerified": true, "image": "x"})
		must(t, err)
		must(t, auth.Accounts().SetPassword(ctx, user.ID, "battery"))
		all = b.all(t)
		row := all["session"][string(session.ID)]
		if !refreshed || row.moment(t, "expiresAt") != noon.UTC().Truncate(time.Millisecond).AddDate(0, 0, 9) || !date.MatchString(row["expiresAt"].String) {
			t.Errorf("refreshed %v, until %q", refreshed, row["expiresAt"].String)
		}
		if row := all["user"][string(user.ID)]; row["emailVerified"].String != forms["true"] || row["image"].String != "x" {
			t.Errorf("updated to %v", row)
		}
		must(t, auth.Users().Delete(ctx, user.ID))
		must(t, auth.Users().Delete(ctx, in.User.ID))
		for _, identifier := range []string{"nonce:1", "reset-password:abc"} {
			if n, err := auth.Verifications().Delete(ctx, identifier); n != 1 || err != nil {
				t.Errorf("%s: %d were deleted, %v", identifier, n, err)
			}
		}
		if diff := cmp.Diff(theirs, b.all(t)); diff != "" {
			t.Errorf("after the deletes: %s", diff)
		}
	})
}

// anyID accepts UUIDs of every version: those of reserved and linked rows are
// derived from their key.
func anyID(s authplugin.IDStrategy, id authplugin.ID) bool {
	if s == authplugin.UUID {
		return regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(string(id))
	}
	return idForms[s].MatchString(string(id))
}
