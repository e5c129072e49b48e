package tests

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// authOperation is one operation of an Auth, with what the tables hold then.
type authOperation struct {
	name string
	// rows are how many rows of a table a query finds. Defaults to 1.
	rows map[string]int
	run  func(ctx context.Context, auth *authplugin.Auth) error
	want error
}

// authRows answers queries of the core's tables, whatever their conditions are.
type authRows struct {
	id   driver.Value
	rows map[string]int
	// token is what the table of sessions holds, access that of accounts.
	token, access driver.Value
	applock       int64
	// level is the isolation level of the session; 0 stands for READ COMMITTED.
	level int64
}

var (
	fromTable   = regexp.MustCompile(`^SELECT (.*?) FROM "(\w+)"(?: s INNER JOIN "(\w+)" u)?`)
	listedField = regexp.MustCompile(`^(?:([su])\.)?"(\w+)"$`)
)

const storedIdentifier = "reset-password:Token"

func (a *authRows) answer(s sqlrecorder.Statement) *sqlrecorder.Answer {
	if strings.Contains(s.SQL, "@LockOwner = N'Transaction'") {
		level := max(a.level, 2)
		return &sqlrecorder.Answer{Columns: []string{"", ""}, Rows: [][]driver.Value{{a.applock, level}}}
	}
	m := fromTable.FindStringSubmatch(s.SQL)
	if m == nil {
		return nil
	}
	table, joined := a.table(m[2]), a.table(m[3])
	if table == nil {
		return nil
	}
	answer := &sqlrecorder.Answer{}
	row := []driver.Value{}
	add := func(values map[string]driver.Value, name string) {
		answer.Columns, row = append(answer.Columns, name), append(row, values[name])
	}
	if m[1] == "*" {
		for name := range table {
			add(table, name)
		}
	} else {
		for part := range strings.SplitSeq(m[1], ", ") {
			for listed := range strings.SplitSeq(part, ",") {
				field := listedField.FindStringSubmatch(listed)
				if field == nil {
					return nil
				}
				if field[1] == "u" {
					add(joined, field[2])
				} else {
					add(table, field[2])
				}
			}
		}
	}
	n, ok := a.rows[m[2]]
	if !ok {
		n = 1
	}
	for range n {
		answer.Rows = append(answer.Rows, row)
	}
	return answer
}

func (a *authRows) table(name string) map[string]driver.Value {
	at := noon.UTC().Truncate(time.Millisecond)
	values := map[string]driver.Value{"id": a.id, "created_at": at.Add(-170 * time.Hour), "updated_at": at}
	set := map[string]map[string]driver.Value{
		"users":    {"name": "Ada", "email": "ada@example.com", "email_verified": true},
		"sessions": {"user_id": a.id, "token": a.token, "expires_at": at.Add(time.Hour)},
		"accounts": {"user_id": a.id, "provider_id": "github", "account_id": "42", "access_token": a.access, "password": "hash of secret"},
		"verifications": {
			"identifier": storedIdentifier, "value": "value", "expires_at": at.Add(time.Hour),
		},
	}[name]
	if set == nil {
		return nil
	}
	maps.Copy(values, set)
	return values
}

// legibleHasher makes hashes that a golden file can hold; what is old is renewed.
type legibleHasher struct{}

func (legibleHasher) Hash(_ context.Context, password string) (string, error) {
	return "new hash of " + password, nil
}

func (legibleHasher) Verify(_ context.Context, hash, password string) (bool, error) {
	return strings.HasSuffix(hash, "hash of "+password), nil
}

func (legibleHasher) NeedsRehash(hash string) bool { return !strings.HasPrefix(hash, "new") }

func errorOf[T any](_ T, err error) error { return err }

// none are tables that are empty, or statements that find nothing to change.
func none(tables ...string) map[string]int {
	rows := map[string]int{}
	for _, table := range tables {
		rows[table] = 0
	}
	return rows
}

func userAndSessionOperations(id authplugin.ID) []authOperation {
	ada := authplugin.User{Name: "Ada", Email: "Ada@Example.com"}
	return []authOperation{
		{"Users.Create", nil, func(ctx context.Context, a *authplugin.Auth) error { return errorOf(a.Users().Create(ctx, ada)) }, nil},
		{"Users.SignUp", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Users().SignUp(ctx, ada, "secret"))
		}, nil},
		{"Users.CreateWithAccount", none("accounts"), func(ctx context.Context, a *authplugin.Auth) error {
			_, _, err := a.Users().CreateWithAccount(ctx, ada, authplugin.Account{ProviderID: "github", AccountID: "42"})
			return err
		}, nil},
		{"Users.FindByID", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Users().FindByID(ctx, id, authplugin.WithAccounts()))
		}, nil},
		{"Users.FindByEmail", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Users().FindByEmail(ctx, "ADA@example.com"))
		}, nil},
		{"Users.UpdateByEmail", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Users().UpdateByEmail(ctx, "ADA@example.com", authplugin.Values{"name": "Ada L.", "email": "Ada@L.example"}))
		}, nil},
		{"Users.Delete", nil, func(ctx context.Context, a *authplugin.Auth) error { return a.Users().Delete(ctx, id) }, nil},
		{"Sessions.Create", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Sessions().Create(ctx, id, authplugin.SessionOptions{IPAddress: "::1", UserAgent: "Go"}))
		}, nil},
		{"Sessions.Find", nil, func(ctx context.Context, a *authplugin.Auth) error { return errorOf(a.Sessions().Find(ctx, "Token")) }, nil},
		{"Sessions.FindMany", nil, func(ctx context.Context, a *authplugin.Auth) error {
			found, err := a.Sessions().FindMany(ctx, []string{"Token", "another", "a third"})
			if err == nil && len(found) != 1 {
				err = fmt.Errorf("%d sessions", len(found))
			}
			return err
		}, nil},
		{"Sessions.List", nil, func(ctx context.Context, a *authplugin.Auth) error { return errorOf(a.Sessions().List(ctx, id)) }, nil},
		{"Sessions.Refresh", nil, func(ctx context.Context, a *authplugin.Auth) error {
			at := noon.UTC()
			s := authplugin.Session{ID: id, UserID: id, Token: "Token", CreatedAt: at.Add(-170 * time.Hour), ExpiresAt: at.Add(time.Hour)}
			refreshed, err := a.Sessions().Refresh(ctx, &s)
			if err == nil && !refreshed {
				err = errors.New("it was not refreshed")
			}
			return err
		}, nil},
		{"Sessions.Revoke", nil, func(ctx context.Context, a *authplugin.Auth) error { return a.Sessions().Revoke(ctx, "Token") }, nil},
		{"Sessions.RevokeByID", nil, func(ctx context.Context, a *authplugin.Auth) error { return a.Sessions().RevokeByID(ctx, id) }, nil},
		{"Sessions.RevokeAll", nil, func(ctx context.Context, a *authplugin.Auth) error { return errorOf(a.Sessions().RevokeAll(ctx, id)) }, nil},
		{"Sessions.RevokeOthers", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Sessions().RevokeOthers(ctx, id, "Token"))
		}, nil},
		{"Sessions.DeleteExpired", map[string]int{"sessions": 3}, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Sessions().DeleteExpired(ctx))
		}, nil},
		{"Sessions.HashStoredTokens", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Sessions().HashStoredTokens(ctx))
		}, nil},
	}
}

func accountOperations(id authplugin.ID) []authOperation {
	token := "access"
	github := authplugin.ProviderIdentity{
		ProviderID: "github", AccountID: "42", Email: "ada@example.com", EmailVerified: true, Name: "Ada",
		Tokens: authplugin.AccountTokens{AccessToken: &token},
	}
	signIn := func(ctx context.Context, a *authplugin.Auth) error { return errorOf(a.Accounts().SignIn(ctx, github)) }
	link := func(ctx context.Context, a *authplugin.Auth) error {
		return errorOf(a.Accounts().Link(ctx, authplugin.Account{UserID: id, ProviderID: "github", AccountID: "42", AccessToken: &token}))
	}
	return []authOperation{
		{"Accounts.Link", none("accounts"), link, nil},
		{"Accounts.Link, linked already", nil, link, authplugin.ErrDuplicate},
		{"Accounts.Unlink", nil, func(ctx context.Context, a *authplugin.Auth) error { return a.Accounts().Unlink(ctx, id, id) }, nil},
		{"Accounts.List", nil, func(ctx context.Context, a *authplugin.Auth) error { return errorOf(a.Accounts().List(ctx, id)) }, nil},
		{"Accounts.SignIn, known", nil, signIn, nil},
		{"Accounts.SignIn, link", none("accounts"), signIn, nil},
		{"Accounts.SignIn, sign up", none("accounts", "users"), signIn, authplugin.ErrNotFound}, // the fake keeps no rows
		{"Accounts.SetPassword", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return a.Accounts().SetPassword(ctx, id, "secret")
		}, nil},
		{"Accounts.SetPassword, the first", none("accounts", "UPDATE"), func(ctx context.Context, a *authplugin.Auth) error {
			return a.Accounts().SetPassword(ctx, id, "secret")
		}, nil},
		{"Accounts.VerifyPassword", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Accounts().VerifyPassword(ctx, id, "secret"))
		}, nil},
		{"Accounts.EncryptTokens", nil, func(ctx context.Context, a *authplugin.Auth) error { return errorOf(a.Accounts().EncryptTokens(ctx)) }, nil},
	}
}

func verificationOperations() []authOperation {
	consume := func(ctx context.Context, a *authplugin.Auth) error {
		return errorOf(a.Verifications().Consume(ctx, storedIdentifier))
	}
	reserve := func(ctx context.Context, a *authplugin.Auth) error {
		return errorOf(a.Verifications().Reserve(ctx, storedIdentifier, "value", authplugin.VerificationOptions{}))
	}
	return []authOperation{
		{"Verifications.Create", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Verifications().Create(ctx, storedIdentifier, "value", authplugin.VerificationOptions{}))
		}, nil},
		{"Verifications.Find", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Verifications().Find(ctx, storedIdentifier))
		}, nil},
		{"Verifications.Update", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Verifications().Update(ctx, storedIdentifier, authplugin.Values{"value": "another"}))
		}, nil},
		{"Verifications.Consume", nil, consume, nil},
		{"Verifications.Consume, of three", map[string]int{"verifications": 3}, consume, nil},
		{"Verifications.Consume, nothing", none("verifications"), consume, authplugin.ErrNotFound},
		{"Verifications.Consume, lost", none("DELETE"), consume, authplugin.ErrNotFound},
		{"Verifications.Reserve", none("verifications"), reserve, nil},
		{"Verifications.Reserve, taken", nil, reserve, authplugin.ErrDuplicate},
		{"Verifications.Delete", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Verifications().Delete(ctx, storedIdentifier))
		}, nil},
		{"Verifications.DeleteExpired", nil, func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Verifications().DeleteExpired(ctx))
		}, nil},
	}
}

// authConfig has secrets as they are to be, or as they are by default.
func authConfig(strategy authplugin.IDStrategy, sealed bool) authplugin.Config {
	cfg := authplugin.Config{
		GenerateID: strategy, AutoMigrate: true, Clock: fixedClock,
		Plugins: []authplugin.Plugin{pluginOf{authplugin.PluginModel{Name: "badge", Fields: authplugin.Fields{
			"accountId": {Type: authplugin.String, References: &authplugin.Reference{Model: "account"}},
			"userId":    {Type: authplugin.String, References: &authplugin.Reference{Model: "user"}},
		}}}},
	}
	cfg.Account.PasswordHasher = legibleHasher{}
	if sealed {
		cfg.Session.HashTokens = true
		cfg.Verification.Identifiers = authplugin.HashedIdentifiers
		cfg.Account.TokenKeys = []authplugin.TokenKey{{ID: "k1", Secret: []byte(strings.Repeat("k", 32))}}
	}
	return cfg
}

// What the operations have a SQL Server run.
func TestSQLServerAuth(t *testing.T) {
	t.Parallel()
	for name, ids := range sqlServerIDs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recordAuth(t, "auth-"+name, authConfig(ids.strategy(), false), ids.supplied, ids.read)
		})
	}
	t.Run("sealed", func(t *testing.T) {
		t.Parallel()
		recordAuth(t, "auth-sealed", authConfig(authplugin.Random, true), "my-own-id", "my-own-id")
	})
}

func recordAuth(t *testing.T, golden string, cfg authplugin.Config, id authplugin.ID, read driver.Value) {
	t.Helper()
	db, recording := newFakeServer().open(t, nil)
	auth := authplugin.New(cfg)
	must(t, db.Use(auth))
	rows := &authRows{id: read, token: "Token", access: "access"}
	recording.Answer(rowsOf(read))
	recording.Answer(rows.answer)
	recording.Answer(func(s sqlrecorder.Statement) *sqlrecorder.Answer {
		for _, verb := range []string{"UPDATE", "DELETE"} {
			if n, ok := rows.rows[verb]; ok && strings.HasPrefix(s.SQL, verb) {
				return &sqlrecorder.Answer{RowsAffected: int64(n)}
			}
		}
		return nil
	})
	var log transcript
	for _, o := range slices.Concat(userAndSessionOperations(id), accountOperations(id), verificationOperations()) {
		recording.Reset()
		rows.rows = o.rows
		if err := o.run(t.Context(), auth); !errors.Is(err, o.want) {
			t.Errorf("%s: %v, want %v", o.name, err, o.want)
		}
		log.section(o.name, recording.Statements())
		checkTSQL(t, recording)
		checkValues(t, o.name, recording.Statements())
	}
	recording.Reset()
	checkGolden(t, "sqlserver/"+golden, log.text.String())
	if forUpdateWords.MatchString(log.text.String()) {
		t.Error("FOR UPDATE is not Transact-SQL")
	}
}

// sp_getapplock tells by its return code alone that it did not give the lock.
func TestSQLServerKeyLock(t *testing.T) {
	t.Parallel()
	db, recording := newFakeServer().open(t, nil)
	auth := authplugin.New(authConfig(authplugin.Serial, false))
	must(t, db.Use(auth))
	rows := &authRows{id: int64(1), rows: none("accounts"), applock: -3}
	recording.Answer(rows.answer)
	recording.Reset()
	account := authplugin.Account{UserID: "1", ProviderID: "github", AccountID: "42"}
	inserted := func() bool {
		return slices.ContainsFunc(recording.SQL(), func(sql string) bool { return strings.HasPrefix(sql, "INSERT") })
	}
	err := auth.Transaction(t.Context(), func(tx *authplugin.Auth) error { return errorOf(tx.Accounts().Link(t.Context(), account)) })
	if !errors.Is(err, authplugin.ErrConflict) || inserted() {
		t.Errorf("without the lock: %v, inserted: %v", err, inserted())
	}
	rows.applock = 1 // after others had waited
	if _, err := auth.Accounts().Link(t.Context(), account); err != nil || !inserted() {
		t.Errorf("with the lock: %v, inserted: %v", err, inserted())
	}
	rows.applock = -999
	if _, err := auth.Accounts().Link(t.Context(), account); err == nil || errors.Is(err, authplugin.ErrConflict) {
		t.Errorf("refused for another reason: %v", err)
	}
}

// A snapshot may be older than the lock. Where it is that of the library's own
// transaction, that is run at another level.
func TestSQLServerKeyInASnapshot(t *testing.T) {
	t.Parallel()
	db, recording := newFakeServer().open(t, nil)
	auth := authplugin.New(authConfig(authplugin.Serial, false))
	must(t, db.Use(auth))
	rows := &authRows{id: int64(1), rows: none("accounts"), level: 5}
	recording.Answer(rows.answer)
	account := authplugin.Account{UserID: "1", ProviderID: "github", AccountID: "42"}
	for level, want := range map[int64]error{5: authplugin.ErrStaleSnapshot, 4: nil, 3: nil, 2: nil} {
		rows.level = level
		recording.Reset()
		err := auth.Transaction(t.Context(), func(tx *authplugin.Auth) error { return errorOf(tx.Accounts().Link(t.Context(), account)) })
		inserted := slices.ContainsFunc(recording.SQL(), func(sql string) bool { return strings.HasPrefix(sql, "INSERT") })
		if !errors.Is(err, want) || inserted != (want == nil) {
			t.Errorf("level %d: %v, inserted: %v", level, err, inserted)
		}
	}
	rows.level = 5
	recording.Reset()
	err := errorOf(auth.Accounts().Link(t.Context(), account))
	wantError(t, "the fake stays at its level", err, authplugin.ErrStaleSnapshot)
	begun := slices.DeleteFunc(recording.SQL(), func(sql string) bool { return !strings.HasPrefix(sql, "BEGIN") })
	if len(begun) != 2 {
		t.Errorf("%d transactions, want another one at another level", len(begun))
	}
}

// The second page of a table goes on behind the last id of the first, in the
// column's own type.
func TestSQLServerPagesOfSecrets(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]any{"random": "my-own-id", "uuid": string(suppliedID(authplugin.UUID)), "serial": int64(4711)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ids := sqlServerIDs()[name]
			db, recording := newFakeServer().open(t, nil)
			auth := authplugin.New(authConfig(ids.strategy(), true))
			must(t, db.Use(auth))
			rows := &authRows{id: ids.read, token: "sha256$of a token", rows: map[string]int{"sessions": 500, "accounts": 200}}
			recording.Answer(rows.answer)
			recording.Answer(func(s sqlrecorder.Statement) *sqlrecorder.Answer {
				if strings.Contains(s.SQL, ` > @p1`) {
					return &sqlrecorder.Answer{}
				}
				return nil
			})
			recording.Reset()
			must(t, errorOf(auth.Sessions().HashStoredTokens(t.Context())))
			must(t, errorOf(auth.Accounts().EncryptTokens(t.Context())))
			statements := recording.Statements()
			if len(statements) != 4 {
				t.Fatalf("%d statements: %v", len(statements), recording.SQL())
			}
			for i, table := range []string{"sessions", "accounts"} {
				next, size := statements[2*i+1], []string{"500", "200"}[i]
				text := fmt.Sprintf(`SELECT * FROM "%[1]s" WHERE "%[1]s"."id" > @p1 ORDER BY "%[1]s"."id" OFFSET 0 ROW FETCH NEXT %[2]s ROWS ONLY`, table, size)
				if next.SQL != text || next.Args[0] != want {
					t.Errorf("%s, %v", next.SQL, next.Args)
				}
			}
		})
	}
}
