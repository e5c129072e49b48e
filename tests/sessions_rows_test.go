package tests

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func tokensOf(sessions []authplugin.Session) []string {
	tokens := []string{}
	for _, s := range sessions {
		tokens = append(tokens, s.Token)
	}
	return tokens
}

func TestSessionsFindMany(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, strategy authplugin.IDStrategy) {
		cfg := sessionConfig()
		cfg.GenerateID = strategy
		s, ctx := signIn(t, e, cfg, authplugin.SessionOptions{Additional: authplugin.Values{"device": "first"}}), t.Context()
		bob := s.person(t, "bob")
		rows := []authplugin.Session{}
		for i := range 1100 {
			row := authplugin.Session{UserID: s.user.ID, Token: fmt.Sprintf("token-%04d", i), ExpiresAt: noon.Add(day)}
			if i%2 == 1 {
				row.UserID = bob.ID
			}
			if i%100 == 99 {
				row.ExpiresAt = noon
			}
			rows = append(rows, row)
		}
		must(t, s.db.CreateInBatches(rows, 100).Error)
		asked, want := []string{"", "nobody", "sha256$x"}, []string{}
		for i := 1099; i >= 0; i-- {
			asked = append(asked, rows[i].Token)
			if i%100 != 99 {
				want = append(want, rows[i].Token)
			}
		}
		asked = append(asked, s.session.Token, rows[5].Token, s.session.Token)
		want = append(want, s.session.Token, rows[5].Token, s.session.Token)
		found, err := s.auth.Sessions().FindMany(ctx, asked)
		must(t, err)
		got := []string{}
		for _, f := range found {
			got = append(got, f.Session.Token)
			if f.User.ID != f.Session.UserID || !slices.Contains([]string{"ada", "bob"}, f.User.Name) || f.User.Additional["role"] != "user" {
				t.Fatalf("session %v has the user %v", f.Session, f.User)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("found (-want +got):\n%s", diff)
		}
		if f := found[len(found)-1]; f.Session.Additional["device"] != "first" {
			t.Errorf("device is %v", f.Session.Additional["device"])
		}
		none, err := s.auth.Sessions().FindMany(ctx, nil)
		must(t, err)
		if none == nil || len(none) != 0 {
			t.Errorf("nothing finds %v", none)
		}
	})
}

func TestSessionsListAndRevoke(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, strategy authplugin.IDStrategy) {
		s, ctx := signIn(t, e, authplugin.Config{GenerateID: strategy}, authplugin.SessionOptions{}), t.Context()
		sessions, bob := s.auth.Sessions(), s.person(t, "bob")
		mine := []string{s.session.Token}
		ids := map[string]authplugin.ID{}
		for i := 1; i <= 5; i++ {
			s.after(time.Duration(i) * time.Minute)
			row, err := sessions.Create(ctx, s.user.ID, authplugin.SessionOptions{})
			must(t, err)
			mine, ids[row.Token] = append([]string{row.Token}, mine...), row.ID
		}
		other, err := sessions.Create(ctx, bob.ID, authplugin.SessionOptions{})
		must(t, err)
		listed := func() []string {
			list, err := sessions.List(ctx, s.user.ID)
			must(t, err)
			return tokensOf(list)
		}
		if diff := cmp.Diff(mine, listed()); diff != "" {
			t.Errorf("the newest first: %s", diff)
		}
		for name, id := range map[string]authplugin.ID{"nobody": "", "hostile": "1 OR 1=1", "swapped": authplugin.ID(swapCase(string(s.user.ID))) + "x"} {
			list, err := sessions.List(ctx, id)
			if err != nil || len(list) != 0 {
				t.Errorf("%s: %v, %v", name, list, err)
			}
			if n, err := sessions.RevokeAll(ctx, id); err != nil || n != 0 {
				t.Errorf("revoked of %s: %d, %v", name, n, err)
			}
			must(t, sessions.RevokeByID(ctx, id))
		}
		for _, token := range []string{"", "nobody", "sha256$x", "' OR 1=1 --", "%"} {
			must(t, sessions.Revoke(ctx, token))
		}
		must(t, sessions.Revoke(ctx, mine[0]))
		must(t, sessions.RevokeByID(ctx, ids[mine[1]]))
		if diff := cmp.Diff(mine[2:], listed()); diff != "" {
			t.Errorf("after two were revoked: %s", diff)
		}
		// Bob's token spares none of Ada's, and his own session is not touched.
		n, err := sessions.RevokeOthers(ctx, s.user.ID, mine[2])
		must(t, err)
		if diff := cmp.Diff(mine[2:3], listed()); diff != "" || n != 3 {
			t.Errorf("%d others were revoked: %s", n, diff)
		}
		n, err = sessions.RevokeOthers(ctx, s.user.ID, other.Token)
		must(t, err)
		if n != 1 {
			t.Errorf("%d others were revoked", n)
		}
		if n, err := sessions.RevokeAll(ctx, bob.ID); err != nil || n != 1 {
			t.Errorf("%d of Bob's were revoked: %v", n, err)
		}
		if n := s.count(t, "session"); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

func TestSessionUpdate(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		cfg := sessionConfig()
		cfg.Session.Columns = map[string]string{"device": "gadget"}
		s, ctx := signIn(t, e, cfg, authplugin.SessionOptions{IPAddress: "::1"}), t.Context()
		sessions := s.auth.Sessions()
		s.after(time.Minute)
		row, err := sessions.Update(ctx, s.session.Token, authplugin.Values{"device": "phone"})
		must(t, err)
		found, err := s.find(t)
		must(t, err)
		if row.Additional["device"] != "phone" || !row.UpdatedAt.Equal(s.now.Truncate(time.Millisecond)) || row.Token != s.session.Token {
			t.Errorf("updated to %v", row)
		}
		if diff := cmp.Diff(row, found.Session, same()); diff != "" {
			t.Errorf("(-updated +found): %s", diff)
		}
		row, err = sessions.Update(ctx, s.session.Token, authplugin.Values{"device": nil})
		must(t, err)
		if v := row.Additional["device"]; v != nil {
			t.Errorf("device is %v", v)
		}
		for _, name := range []string{
			"id", "userId", "token", "expiresAt", "ipAddress", "userAgent", "createdAt", "updatedAt", "ExpiresAt", "expires_at", "EXPIRES_AT", "Token",
			"TOKEN", "UserID", "user_id", "sessions.token", "`token`", `"token"`, "User", "Additional", "unknown", "", "token = 'x', ip_address",
		} {
			_, err := sessions.Update(ctx, s.session.Token, authplugin.Values{name: "x", "device": "tablet"})
			wantError(t, "update of "+name, err, authplugin.ErrInvalid)
		}
		after, err := s.find(t)
		must(t, err)
		if diff := cmp.Diff(row, after.Session, same()); diff != "" {
			t.Errorf("a refused update changed: %s", diff)
		}
		_, err = sessions.Update(ctx, "nobody", authplugin.Values{"device": "x"})
		wantError(t, "update of none", err, authplugin.ErrNotFound)
	})
}

func TestSessionCreateRefuses(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, strategy authplugin.IDStrategy) {
		cfg := sessionConfig()
		cfg.GenerateID = strategy
		s, ctx := signIn(t, e, cfg, authplugin.SessionOptions{}), t.Context()
		nobody := map[authplugin.IDStrategy]authplugin.ID{authplugin.Random: "nobody", authplugin.UUID: "00000000-0000-4000-8000-000000000000", authplugin.Serial: "99"}[strategy]
		_, err := s.auth.Sessions().Create(ctx, nobody, authplugin.SessionOptions{})
		wantError(t, "of nobody", err, authplugin.ErrForeignKey)
		for name, opts := range map[string]authplugin.SessionOptions{
			"an unknown field": {Additional: authplugin.Values{"devise": "x"}},
			"a wrong type":     {Additional: authplugin.Values{"device": 7}},
			"a core field":     {Additional: authplugin.Values{"userId": "other"}},
			"a token":          {Additional: authplugin.Values{"token": "mine"}},
			"an end":           {Additional: authplugin.Values{"ExpiresAt": noon}},
		} {
			_, err := s.auth.Sessions().Create(ctx, s.user.ID, opts)
			wantError(t, name, err, authplugin.ErrInvalid)
		}
		_, err = s.auth.Sessions().Create(ctx, "", authplugin.SessionOptions{})
		if err == nil {
			t.Error("a session of no user")
		}
		if n := s.count(t, "session"); n != 1 {
			t.Errorf("%d sessions", n)
		}
	})
}

// More than a batch is deleted, by the index, and nothing else.
func TestDeleteExpired(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		s, ctx := signIn(t, e, authplugin.Config{}, authplugin.SessionOptions{}), t.Context()
		sessions, verifications := []authplugin.Session{}, []authplugin.Verification{}
		for i := range 1203 {
			expires := noon.Add(-time.Duration(i) * time.Second)
			if i >= 1200 {
				expires = noon.Add(time.Millisecond)
			}
			sessions = append(sessions, authplugin.Session{UserID: s.user.ID, Token: fmt.Sprint("t", i), ExpiresAt: expires})
			verifications = append(verifications, authplugin.Verification{Identifier: fmt.Sprint("v", i), Value: "x", ExpiresAt: expires})
		}
		must(t, s.db.CreateInBatches(sessions, 100).Error)
		must(t, s.db.CreateInBatches(verifications, 100).Error)
		for name, f := range map[string]func(context.Context) (int64, error){
			"session": s.auth.Sessions().DeleteExpired, "verification": s.auth.Verifications().DeleteExpired,
		} {
			cancelled, cancel := context.WithCancel(ctx)
			cancel()
			if n, err := f(cancelled); err == nil || n != 0 {
				t.Errorf("%s, cancelled: %d, %v", name, n, err)
			}
			total, all := int64(0), s.count(t, name)
			results := make([]int64, 4)
			allSucceed(t, name, race(len(results), func(i int) (err error) {
				results[i], err = f(ctx)
				return err
			}))
			for _, n := range results {
				total += n
			}
			if left := s.count(t, name); total != 1200 || left != all-1200 {
				t.Errorf("%s: %d are said to be deleted, %d were, %d are left", name, total, all-left, left)
			}
		}
		if _, err := s.find(t); err != nil {
			t.Error(err)
		}
	})
}

// What the operations log shows no token.
func TestOperationsLogNoSecret(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		cfg := withHasher(authplugin.Config{AutoMigrate: true})
		db, auth := use(t, e.New(t), cfg)
		db.Logger = recorder
		auth, ctx := auth.WithDB(db), t.Context()
		user, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"}, "hunter2hunter2")
		must(t, err)
		session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		token := "oauth-token"
		_, err = auth.Accounts().SignIn(ctx, authplugin.ProviderIdentity{
			ProviderID: "github", AccountID: "1", Email: "bob@example.com", Name: "Bob", Tokens: authplugin.AccountTokens{AccessToken: &token},
		})
		must(t, err)
		_, err = auth.Sessions().FindMany(ctx, []string{session.Token})
		must(t, err)
		_, err = auth.Sessions().Update(ctx, session.Token, authplugin.Values{})
		must(t, err)
		_, err = auth.Sessions().RevokeOthers(ctx, user.ID, session.Token)
		must(t, err)
		must(t, auth.Sessions().Revoke(ctx, session.Token))
		_, err = auth.Verifications().Reserve(ctx, "nonce-secret", "value-secret", authplugin.VerificationOptions{})
		must(t, err)
		_, err = auth.Verifications().Update(ctx, "nonce-secret", authplugin.Values{"value": "other-secret"})
		must(t, err)
		_, err = auth.Verifications().Consume(ctx, "nonce-secret")
		must(t, err)
		_, err = auth.Verifications().Delete(ctx, "nonce-secret")
		must(t, err)
		if len(recorder.Statements()) < 15 {
			t.Fatalf("%d statements were logged", len(recorder.Statements()))
		}
		for _, statement := range recorder.Statements() {
			for _, secret := range []string{session.Token, "hunter2", "-secret", token} {
				if strings.Contains(statement, secret) {
					t.Errorf("%q is in the log: %s", secret, statement)
				}
			}
		}
	})
}
