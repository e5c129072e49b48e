package tests

import (
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
)

// coreRows are the rows of the core models by id.
type coreRows struct {
	Users         map[authplugin.ID]authplugin.User
	Sessions      map[authplugin.ID]authplugin.Session
	Accounts      map[authplugin.ID]authplugin.Account
	Verifications map[authplugin.ID]authplugin.Verification
	RateLimits    map[authplugin.ID]authplugin.RateLimit
}

// sameModels compares models by their fields. Two times are the same only when
// both are in UTC.
func sameModels() cmp.Options {
	return cmp.Options{
		cmpopts.IgnoreUnexported(authplugin.User{}, authplugin.Session{}, authplugin.Account{}, authplugin.Verification{}, authplugin.RateLimit{}),
		cmpopts.EquateEmpty(),
		cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Location() == b.Location() }),
	}
}

func rowsByID[T any](rows map[string]rawRow, model func(row rawRow) T) map[authplugin.ID]T {
	models := map[authplugin.ID]T{}
	for id, row := range rows {
		models[authplugin.ID(id)] = model(row)
	}
	return models
}

func modelsByID[T any](models []T, id func(T) authplugin.ID) map[authplugin.ID]T {
	byID := map[authplugin.ID]T{}
	for _, m := range models {
		byID[id(m)] = m
	}
	return byID
}

// expected makes the models out of what the database itself says.
func (b betterAuth) expected(t *testing.T) coreRows {
	t.Helper()
	optional := func(r rawRow, column string) *time.Time {
		if !r[column].Valid {
			return nil
		}
		m := r.moment(t, column)
		return &m
	}
	number := func(r rawRow, column string) int64 {
		n, err := strconv.ParseInt(r[column].String, 10, 64)
		must(t, err)
		return n
	}
	all := b.all(t)
	return coreRows{
		Users: rowsByID(all["user"], func(r rawRow) authplugin.User {
			return authplugin.User{
				ID: authplugin.ID(r["id"].String), Name: r["name"].String, Email: r["email"].String,
				EmailVerified: r.truth(t, "emailVerified"), Image: r.text("image"),
				CreatedAt: r.moment(t, "createdAt"), UpdatedAt: r.moment(t, "updatedAt"),
			}
		}),
		Sessions: rowsByID(all["session"], func(r rawRow) authplugin.Session {
			return authplugin.Session{
				ID: authplugin.ID(r["id"].String), UserID: authplugin.ID(r["userId"].String), Token: r["token"].String,
				ExpiresAt: r.moment(t, "expiresAt"), IPAddress: r["ipAddress"].String, UserAgent: r["userAgent"].String,
				CreatedAt: r.moment(t, "createdAt"), UpdatedAt: r.moment(t, "updatedAt"),
			}
		}),
		Accounts: rowsByID(all["account"], func(r rawRow) authplugin.Account {
			return authplugin.Account{
				ID: authplugin.ID(r["id"].String), UserID: authplugin.ID(r["userId"].String),
				AccountID: r["accountId"].String, ProviderID: r["providerId"].String,
				AccessToken: r.text("accessToken"), RefreshToken: r.text("refreshToken"), IDToken: r.text("idToken"),
				AccessTokenExpiresAt: optional(r, "accessTokenExpiresAt"), RefreshTokenExpiresAt: optional(r, "refreshTokenExpiresAt"),
				Scope: r.text("scope"), Password: r.text("password"),
				CreatedAt: r.moment(t, "createdAt"), UpdatedAt: r.moment(t, "updatedAt"),
			}
		}),
		Verifications: rowsByID(all["verification"], func(r rawRow) authplugin.Verification {
			return authplugin.Verification{
				ID: authplugin.ID(r["id"].String), Identifier: r["identifier"].String, Value: r["value"].String,
				ExpiresAt: r.moment(t, "expiresAt"), CreatedAt: r.moment(t, "createdAt"), UpdatedAt: r.moment(t, "updatedAt"),
			}
		}),
		RateLimits: rowsByID(all["rateLimit"], func(r rawRow) authplugin.RateLimit {
			return authplugin.RateLimit{
				ID: authplugin.ID(r["id"].String), Key: r["key"].String,
				Count: int(number(r, "count")), LastRequest: number(r, "lastRequest"),
			}
		}),
	}
}

// checkRead reads every row through the models and compares.
func (b betterAuth) checkRead(t *testing.T) coreRows {
	t.Helper()
	db, _ := use(t, b.Database, b.config())
	want := b.expected(t)
	var (
		users         []authplugin.User
		sessions      []authplugin.Session
		accounts      []authplugin.Account
		verifications []authplugin.Verification
		limits        []authplugin.RateLimit
	)
	must(t, db.Find(&users).Error)
	must(t, db.Find(&sessions).Error)
	must(t, db.Find(&accounts).Error)
	must(t, db.Find(&verifications).Error)
	if b.rateLimit {
		must(t, db.Find(&limits).Error)
	}
	got := coreRows{
		Users:         modelsByID(users, func(u authplugin.User) authplugin.ID { return u.ID }),
		Sessions:      modelsByID(sessions, func(s authplugin.Session) authplugin.ID { return s.ID }),
		Accounts:      modelsByID(accounts, func(a authplugin.Account) authplugin.ID { return a.ID }),
		Verifications: modelsByID(verifications, func(v authplugin.Verification) authplugin.ID { return v.ID }),
		RateLimits:    modelsByID(limits, func(r authplugin.RateLimit) authplugin.ID { return r.ID }),
	}
	if diff := cmp.Diff(want, got, sameModels()); diff != "" {
		t.Errorf("rows: %s", diff)
	}
	return got
}

func only[K comparable, V any](t *testing.T, m map[K]V) V {
	t.Helper()
	if len(m) != 1 {
		t.Fatalf("%d rows of %T, want 1", len(m), *new(V))
	}
	return slices.Collect(maps.Values(m))[0]
}

// Every row reads as it stands in the database, and is what the application
// that wrote it knew.
func TestInteropReadsEveryRow(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		got := b.checkRead(t)
		user, account, verification := only(t, got.Users), only(t, got.Accounts), only(t, got.Verifications)
		if user.ID != b.seed.UserID || user.Email != b.seed.Email || user.Name != "Interop User" || user.EmailVerified || user.Image != nil {
			t.Errorf("user %+v", user)
		}
		if account.ProviderID != "credential" || account.AccountID != string(user.ID) || account.UserID != user.ID ||
			account.Password == nil || *account.Password != b.seed.PasswordHash || account.AccessToken != nil || account.AccessTokenExpiresAt != nil {
			t.Errorf("account %+v", account)
		}
		if verification.Identifier != "reset-password:"+b.seed.ResetToken || verification.Value != string(user.ID) {
			t.Errorf("verification %+v", verification)
		}
		if len(got.Sessions) != 2 {
			t.Errorf("%d sessions, want 2", len(got.Sessions))
		}
		if b.rateLimit {
			limit := only(t, got.RateLimits)
			if limit.Key != "203.0.113.7|/get-session" || limit.Count != 1 || time.UnixMilli(limit.LastRequest).Year() != 2026 {
				t.Errorf("rate limit %+v", limit)
			}
		}
		for _, s := range got.Sessions {
			if !idForms[b.strategy].MatchString(string(s.ID)) || s.UserID != user.ID || s.IPAddress != "203.0.113.7" || s.UserAgent != "interop-seed/1" {
				t.Errorf("session %+v", s)
			}
			if s.ExpiresAt.Sub(s.CreatedAt).Round(time.Second) != 7*24*time.Hour || s.ExpiresAt.Nanosecond()%1e6 != 0 || s.ExpiresAt.Nanosecond() == 0 {
				t.Errorf("session from %v to %v", s.CreatedAt, s.ExpiresAt)
			}
		}
	})
}

// The session of a cookie is found with its user, in one statement or two.
func TestInteropRelations(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		db, _ := use(t, b.Database, b.config())
		want := only(t, b.expected(t).Users)
		sessions := b.expected(t).Sessions
		for how, q := range map[string]func() *authplugin.Session{
			"Joins": func() *authplugin.Session {
				var s authplugin.Session
				must(t, db.Joins("User").Where(&authplugin.Session{Token: b.seed.SessionToken}).First(&s).Error)
				return &s
			},
			"Preload": func() *authplugin.Session {
				var s authplugin.Session
				must(t, db.Preload("User").Where("token = ?", b.seed.SessionToken).First(&s).Error)
				return &s
			},
		} {
			s := q()
			if diff := cmp.Diff(&want, s.User, sameModels()); diff != "" {
				t.Errorf("%s: user %s", how, diff)
			}
			s.User = nil
			if diff := cmp.Diff(sessions[s.ID], *s, sameModels()); diff != "" {
				t.Errorf("%s: session %s", how, diff)
			}
		}
		var user authplugin.User
		must(t, db.Preload("Sessions").Preload("Accounts").First(&user, b.seed.UserID).Error)
		if len(user.Sessions) != 2 || len(user.Accounts) != 1 || user.Accounts[0].UserID != user.ID {
			t.Errorf("user %+v", user)
		}
		var account authplugin.Account
		must(t, db.Joins("User").First(&account, user.Accounts[0].ID).Error)
		if account.User == nil || account.User.ID != user.ID {
			t.Errorf("account %+v", account)
		}
	})
}

// Better Auth's serial ids are integers of 32 bits, the library's have 64: an id
// that is too great for the column is one that no row has, not an error.
func TestInteropSerialIDBeyondTheColumn(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		if b.strategy != authplugin.Serial {
			t.Skip("not a case: only ids that are numbers can be out of range, and these are text")
		}
		db, _ := use(t, b.Database, b.config())
		for _, id := range []authplugin.ID{"2147483648", "9223372036854775807"} {
			var users []authplugin.User
			if err := db.Find(&users, id).Error; err != nil || len(users) > 0 {
				t.Errorf("user %s: %v, %d rows", id, err, len(users))
			}
			var sessions []authplugin.Session
			if err := db.Where(&authplugin.Session{UserID: id}).Find(&sessions).Error; err != nil || len(sessions) > 0 {
				t.Errorf("sessions of user %s: %v, %d rows", id, err, len(sessions))
			}
		}
	})
}

// rawSession is an insert as Better Auth, or an older release of it, sends it:
// NULL where nothing is known.
func (b betterAuth) rawSession(id, token, expires, created string) string {
	columns := []string{"id", "token", "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent"}
	for i, c := range columns {
		columns[i] = b.quote(c)
	}
	return "INSERT INTO session (" + strings.Join(columns, ", ") + ") VALUES ('" + id + "', '" + token + "', '" + string(b.seed.UserID) + "', '" +
		expires + "', '" + created + "', '" + created + "', NULL, '')"
}

var idExamples = map[authplugin.IDStrategy]string{
	authplugin.Random: "abcdefghijklmnopqrstuvwxyzABCDEF", authplugin.UUID: "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5", authplugin.Serial: "77",
}

// NULL and empty text are both nothing known; what the row holds is kept.
func TestInteropNullAndEmpty(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		expires, created := "2026-12-01T00:00:00.001Z", "2026-11-21T00:00:00.000Z"
		if b.Engine.Dialect() == "mysql" {
			expires, created = "2026-12-01 00:00:00.001", "2026-11-21 00:00:00.000"
		}
		_, err := b.plain.ExecContext(t.Context(), b.rawSession(idExamples[b.strategy], "raw", expires, created))
		must(t, err)
		b.checkRead(t)
		before := b.rows(t, "session")[idExamples[b.strategy]]

		db, _ := use(t, b.Database, b.config())
		var s authplugin.Session
		must(t, db.Where("token = ?", "raw").First(&s).Error)
		must(t, db.Model(&s).Update("ExpiresAt", noon).Error)
		after := b.rows(t, "session")[idExamples[b.strategy]]
		changed := []string{}
		for column := range after {
			if after[column] != before[column] {
				changed = append(changed, column)
			}
		}
		slices.Sort(changed)
		if diff := cmp.Diff([]string{"expiresAt", "updatedAt"}, changed); diff != "" {
			t.Errorf("an update of expiresAt changed %s", diff)
		}
	})
}

// Moments compare and sort as moments across rows of both, also where they are text.
func TestInteropOrderOfMoments(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		db, _ := use(t, b.Database, b.config())
		var theirs []authplugin.Session
		must(t, db.Find(&theirs).Error)
		slices.SortFunc(theirs, func(a, b authplugin.Session) int { return a.ExpiresAt.Compare(b.ExpiresAt) })
		// A millisecond before and after each of theirs, in another zone.
		zone := time.FixedZone("", -9*3600-1800)
		var want []string
		for i, s := range theirs {
			before, after := "before"+strconv.Itoa(i), "after"+strconv.Itoa(i)
			want = append(want, before, s.Token, after)
			for token, expires := range map[string]time.Time{before: s.ExpiresAt.Add(-time.Millisecond), after: s.ExpiresAt.Add(time.Millisecond)} {
				ours := authplugin.Session{UserID: b.seed.UserID, Token: token, ExpiresAt: expires.In(zone)}
				must(t, db.Create(&ours).Error)
			}
		}
		expiresAt := clause.Column{Name: "expiresAt"}
		tokens := func(conditions ...any) []string {
			t.Helper()
			q := db.Model(&authplugin.Session{}).Order(clause.OrderByColumn{Column: expiresAt})
			if len(conditions) > 0 {
				q = q.Where(conditions[0], conditions[1:]...)
			}
			var list []string
			if err := q.Pluck("token", &list).Error; err != nil {
				list = []string{err.Error()}
			}
			return list
		}
		limit := theirs[0].ExpiresAt.In(zone)
		for _, c := range []struct {
			how       string
			got, want []string
		}{
			{"all", tokens(), want},
			{"Lte", tokens(clause.Lte{Column: expiresAt, Value: limit}), want[:2]},
			{"Gt", tokens(clause.Gt{Column: expiresAt, Value: limit}), want[2:]},
			{"SQL", tokens("? < ?", expiresAt, limit), want[:1]},
			{"Eq", tokens(map[string]any{"expiresAt": limit}), want[1:2]},
			{"list", tokens("? IN ?", expiresAt, []time.Time{limit}), want[1:2]},
			{"valuer", tokens("? = ?", expiresAt, sql.NullTime{Time: limit, Valid: true}), want[1:2]},
		} {
			if diff := cmp.Diff(c.want, c.got); diff != "" {
				t.Errorf("%s: %s", c.how, diff)
			}
		}
		// So they do for a program that is not the library.
		columns, list := b.texts(t, "SELECT token FROM session ORDER BY "+b.quote("expiresAt"))
		var raw []string
		for _, texts := range list {
			raw = append(raw, texts[0].String)
		}
		if diff := cmp.Diff(want, raw); diff != "" {
			t.Errorf("raw order of %v: %s", columns, diff)
		}
	})
}
