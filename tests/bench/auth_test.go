package bench

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
)

// authOperations are those of the library's own operations, against the one
// prepared statement that they come down to.
func authOperations() []operation {
	return []operation{
		{
			name: "session-find", filled: true, block: 20, statements: [3]int64{1, 2, 1},
			raw: rawSession, gorm: gormSession, authplugin: pluginSession,
		},
		{
			name: "user-by-id", filled: true, block: 20, statements: [3]int64{1, 1, 1},
			raw: rawFind("id", seedID), gorm: gormFind("id = ?", seedID), authplugin: pluginUserByID,
		},
		{
			name: "user-by-email", filled: true, block: 20, statements: [3]int64{1, 1, 1},
			raw: rawFind("email", seedEmail), gorm: gormFind("email = ?", seedEmail), authplugin: pluginUserByEmail,
		},
		{
			name: "session-create", filled: true, block: 10, statements: [3]int64{1, 3, 1},
			raw: rawSessionCreate, gorm: gormSessionCreate, authplugin: pluginSessionCreate,
		},
		{
			name: "verification-consume", filled: true, returning: true, block: 10, statements: [3]int64{2, 4, 2},
			raw: rawConsume, gorm: gormConsume, authplugin: pluginConsume,
		},
		{
			name: "user-with-account", block: 10, statements: [3]int64{4, 4, 0},
			raw: rawUserWithAccount, gorm: gormUserWithAccount, authplugin: pluginUserWithAccount, after: createdWithAccounts,
		},
	}
}

const sessionColumns = "id, user_id, token, expires_at, ip_address, user_agent, created_at, updated_at"

// token is that of the session of a seed.
func (s seed) token() string { return s.id }

// prefixed puts an alias before each column of a list.
func prefixed(alias, list string) string {
	return alias + "." + strings.ReplaceAll(list, ", ", ", "+alias+".")
}

func rawSession(h handles) func(context.Context, int) error {
	parameter := "?"
	if h.engine == "sqlite" {
		parameter = "CAST(? AS TEXT)" // without it, SQLite prepares the join on every run
	}
	find := h.prepare("SELECT " + prefixed("s", sessionColumns) + ", s.device, " + prefixed("u", columns) +
		" FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token = " + parameter)
	return func(ctx context.Context, i int) error {
		want := pick(h.seeds, i)
		var s plainSession
		var u plainUser
		err := find.queryRow(ctx, want.token()).Scan(&s.ID, &s.UserID, &s.Token, &s.ExpiresAt, &s.IPAddress, &s.UserAgent,
			&s.CreatedAt, &s.UpdatedAt, &s.Device, &u.ID, &u.Name, &u.Email, &u.EmailVerified, &u.Image, &u.CreatedAt, &u.UpdatedAt, &u.Nickname)
		if err != nil {
			return err
		}
		if !s.ExpiresAt.After(time.Now()) {
			return errors.New("the session has expired")
		}
		return want.isPlain(&u)
	}
}

func gormSession(h handles) func(context.Context, int) error {
	return func(ctx context.Context, i int) error {
		want := pick(h.seeds, i)
		var s plainSession
		if err := h.naive.WithContext(ctx).Preload("User").First(&s, "token = ?", want.token()).Error; err != nil {
			return err
		}
		if !s.ExpiresAt.After(time.Now()) {
			return errors.New("the session has expired")
		}
		return want.isPlain(s.User)
	}
}

func pluginSession(h handles) func(context.Context, int) error {
	return func(ctx context.Context, i int) error {
		want := pick(h.seeds, i)
		found, err := h.auth.Sessions().Find(ctx, want.token())
		if err != nil {
			return err
		}
		return want.isUser(found.User)
	}
}

func pluginUserByID(h handles) func(context.Context, int) error {
	return func(ctx context.Context, i int) error {
		want := pick(h.seeds, i)
		u, err := h.auth.Users().FindByID(ctx, authplugin.ID(want.id))
		if err != nil {
			return err
		}
		return want.isUser(u)
	}
}

func pluginUserByEmail(h handles) func(context.Context, int) error {
	return func(ctx context.Context, i int) error {
		want := pick(h.seeds, i)
		u, err := h.auth.Users().FindByEmail(ctx, want.email)
		if err != nil {
			return err
		}
		return want.isUser(u)
	}
}

func rawSessionCreate(h handles) func(context.Context, int) error {
	insert := h.prepare("INSERT INTO sessions (" + sessionColumns + ", device) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
	return func(ctx context.Context, i int) error {
		now := time.Now()
		return insert.exec(ctx, newID(), pick(h.seeds, i).id, newID(), h.moment(now.Add(7*24*time.Hour)), "203.0.113.7", "bench/1",
			h.moment(now), h.moment(now), nil)
	}
}

func gormSessionCreate(h handles) func(context.Context, int) error {
	return func(ctx context.Context, i int) error {
		return h.naive.WithContext(ctx).Create(&plainSession{
			ID: newID(), UserID: pick(h.seeds, i).id, Token: newID(), ExpiresAt: time.Now().Add(7 * 24 * time.Hour),
			IPAddress: "203.0.113.7", UserAgent: "bench/1",
		}).Error
	}
}

func pluginSessionCreate(h handles) func(context.Context, int) error {
	return func(ctx context.Context, i int) error {
		_, err := h.auth.Sessions().Create(ctx, authplugin.ID(pick(h.seeds, i).id), authplugin.SessionOptions{
			IPAddress: "203.0.113.7", UserAgent: "bench/1",
		})
		return err
	}
}

const verificationColumns = "id, identifier, value, expires_at, created_at, updated_at"

// The INSERT that makes what is consumed is the same in all variants.
func insertVerification(h handles, table string) func(context.Context, string) error {
	insert := h.prepare("INSERT INTO " + table + " (" + verificationColumns + ") VALUES (?, ?, ?, ?, ?, ?)")
	return func(ctx context.Context, identifier string) error {
		now := time.Now()
		return insert.exec(ctx, newID(), identifier, "value", h.moment(now.Add(time.Hour)), h.moment(now), h.moment(now))
	}
}

func rawConsume(h handles) func(context.Context, int) error {
	insert := insertVerification(h, "verifications")
	take := h.prepare("DELETE FROM verifications WHERE identifier = ? RETURNING " + verificationColumns)
	return func(ctx context.Context, i int) error {
		identifier := "raw-" + strconv.Itoa(i)
		if err := insert(ctx, identifier); err != nil {
			return err
		}
		var v plainVerification
		err := take.queryRow(ctx, identifier).Scan(&v.ID, &v.Identifier, &v.Value, &v.ExpiresAt, &v.CreatedAt, &v.UpdatedAt)
		if err == nil && v.Identifier != identifier {
			return fmt.Errorf("consumed %s, want %s", v.Identifier, identifier)
		}
		return err
	}
}

func gormConsume(h handles) func(context.Context, int) error {
	insert := insertVerification(h, "plain_verifications")
	return func(ctx context.Context, i int) error {
		identifier := "gorm-" + strconv.Itoa(i)
		if err := insert(ctx, identifier); err != nil {
			return err
		}
		var taken []plainVerification
		err := h.naive.WithContext(ctx).Clauses(clause.Returning{}).Where("identifier = ?", identifier).Delete(&taken).Error
		if err == nil && len(taken) != 1 {
			return fmt.Errorf("consumed %d verifications, want 1", len(taken))
		}
		return err
	}
}

func pluginConsume(h handles) func(context.Context, int) error {
	insert := insertVerification(h, "verifications")
	return func(ctx context.Context, i int) error {
		identifier := "plugin-" + strconv.Itoa(i)
		if err := insert(ctx, identifier); err != nil {
			return err
		}
		v, err := h.auth.Verifications().Consume(ctx, identifier)
		if err == nil && v.Identifier != identifier {
			return fmt.Errorf("consumed %s, want %s", v.Identifier, identifier)
		}
		return err
	}
}

const accountColumns = "id, user_id, account_id, provider_id, password, created_at, updated_at"

func rawUserWithAccount(h handles) func(context.Context, int) error {
	user := h.prepare("INSERT INTO users (" + columns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
	account := h.prepare("INSERT INTO accounts (" + accountColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?)")
	return func(ctx context.Context, i int) error {
		tx, err := h.pool.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		now, id := h.moment(time.Now()), newID()
		//nolint:sqlclosecheck // the end of the transaction closes it
		if _, err := tx.StmtContext(ctx, user.stmt).ExecContext(ctx, id, newName, newEmail(i, "account"), false, nil, now, now, newNickname); err != nil {
			return err
		}
		//nolint:sqlclosecheck // the end of the transaction closes it
		if _, err := tx.StmtContext(ctx, account.stmt).ExecContext(ctx, newID(), id, id, "credential", "hash", now, now); err != nil {
			return err
		}
		h.sent.Add(4)
		return tx.Commit()
	}
}

func gormUserWithAccount(h handles) func(context.Context, int) error {
	return func(ctx context.Context, i int) error {
		return h.naive.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			u := plainUser{ID: newID(), Name: newName, Email: newEmail(i, "account"), Nickname: newNickname}
			if err := tx.Create(&u).Error; err != nil {
				return err
			}
			hash := "hash"
			return tx.Create(&plainAccount{ID: newID(), UserID: u.ID, AccountID: u.ID, ProviderID: "credential", Password: &hash}).Error
		})
	}
}

func pluginUserWithAccount(h handles) func(context.Context, int) error {
	return func(ctx context.Context, i int) error {
		hash := "hash"
		_, _, err := h.auth.Users().CreateWithAccount(ctx,
			authplugin.User{Name: newName, Email: newEmail(i, "account"), Additional: authplugin.Values{"nickname": newNickname}},
			authplugin.Account{ProviderID: authplugin.CredentialProvider, Password: &hash})
		return err
	}
}

// createdWithAccounts counts the users that were created together with an account.
func createdWithAccounts(tb testing.TB, f *fixture, n int) {
	tb.Helper()
	created(tb, f, n)
	var found int
	err := f.pool.QueryRowContext(tb.Context(), "SELECT (SELECT COUNT(*) FROM accounts) + (SELECT COUNT(*) FROM plain_accounts)").Scan(&found)
	if err != nil || found != n {
		tb.Fatalf("%d accounts were created, %d are there (%v)", n, found, err)
	}
}
