package tests

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
	"github.com/gorm-auth/authplugin/memorystore"
)

// storageOperation is one operation with sessions and verifications in a storage. Each
// begins with an empty one.
type storageOperation struct {
	name string
	in   authplugin.RecordStorage
	// rows are how many rows of a table a query finds. Defaults to 1.
	rows map[string]int
	// stored says that there is a session and a verification which the storage alone has.
	stored bool
	run    func(ctx context.Context, db *gorm.DB, a *authplugin.Auth, s *authplugin.Session) error
	want   error
}

func storageOperations(id authplugin.ID) []storageOperation {
	const both, only = authplugin.StorageAndDatabase, authplugin.StorageOnly
	type (
		d = *gorm.DB
		a = *authplugin.Auth
		s = *authplugin.Session
	)
	name := authplugin.Values{"name": "Bea"}
	return []storageOperation{
		{"create", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Sessions().Create(ctx, id, authplugin.SessionOptions{}))
		}, nil},
		{"find without a copy", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Sessions().Find(ctx, "Token"))
		}, nil},
		{"find with a copy", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			_, err := a.Sessions().Find(ctx, "Token")
			return errors.Join(err, errorOf(a.Sessions().Find(ctx, "Token")))
		}, nil},
		{"find many", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Sessions().FindMany(ctx, []string{"Token", "another"}))
		}, nil},
		{"list", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error { return errorOf(a.Sessions().List(ctx, id)) }, nil},
		{"update", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Sessions().Update(ctx, "Token", authplugin.Values{}))
		}, nil},
		{"refresh", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Sessions().Refresh(ctx, due(authplugin.Session{ID: id, UserID: id, Token: "Token"})))
		}, nil},
		{"revoke", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error { return a.Sessions().Revoke(ctx, "Token") }, nil},
		{"revoke by id", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error { return a.Sessions().RevokeByID(ctx, id) }, nil},
		{"revoke all", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error { return errorOf(a.Sessions().RevokeAll(ctx, id)) }, nil},
		{"revoke others", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Sessions().RevokeOthers(ctx, id, "another"))
		}, nil},
		{"invalidate user", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error { return a.Sessions().InvalidateUser(ctx, id) }, nil},
		{"update user", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error { return errorOf(a.Users().Update(ctx, id, name)) }, nil},
		{"update users by condition", both, nil, false, func(ctx context.Context, db d, _ a, _ s) error {
			return db.WithContext(ctx).Model(&authplugin.User{}).Where("email_verified = ?", true).Updates(map[string]any{"name": "Bea"}).Error
		}, nil},
		{"delete user", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error { return a.Users().Delete(ctx, id) }, nil},
		{"delete users by condition", both, nil, false, func(ctx context.Context, db d, _ a, _ s) error {
			return db.WithContext(ctx).Where("email_verified = ?", true).Delete(&authplugin.User{}).Error
		}, nil},
		{"delete sessions by condition", both, nil, false, func(ctx context.Context, db d, _ a, _ s) error {
			return db.WithContext(ctx).Where("ip_address = ?", "::1").Delete(&authplugin.Session{}).Error
		}, nil},
		{"create verification", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Verifications().Create(ctx, storedIdentifier, "value", authplugin.VerificationOptions{}))
		}, nil},
		{"find verification", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Verifications().Find(ctx, storedIdentifier))
		}, nil},
		{"consume verification", both, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Verifications().Consume(ctx, storedIdentifier))
		}, nil},
		{"adopt by find", both, none("sessions"), true, func(ctx context.Context, _ d, a a, s s) error {
			return errorOf(a.Sessions().Find(ctx, s.Token))
		}, authplugin.ErrNotFound}, // the fake has no row afterwards, either
		{"adopt by refresh", both, none("sessions"), true, func(ctx context.Context, _ d, a a, s s) error {
			return errorOf(a.Sessions().Refresh(ctx, due(*s)))
		}, authplugin.ErrNotFound},
		{"adopt by revoke", both, map[string]int{"sessions": 0, "DELETE": 0}, true, func(ctx context.Context, _ d, a a, s s) error {
			return a.Sessions().Revoke(ctx, s.Token)
		}, nil},
		{"adopt by revoke all", both, none("sessions"), true, func(ctx context.Context, _ d, a a, s s) error {
			return errorOf(a.Sessions().RevokeAll(ctx, s.UserID))
		}, nil},
		{"update user of what is not adopted", both, none("sessions"), true, func(ctx context.Context, _ d, a a, s s) error {
			return errorOf(a.Users().Update(ctx, s.UserID, name))
		}, nil},
		{"consume what is stored", both, none("verifications"), true, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Verifications().Consume(ctx, storedIdentifier))
		}, nil},
		{"only: create", only, nil, false, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Sessions().Create(ctx, id, authplugin.SessionOptions{}))
		}, nil},
		{"only: find", only, nil, true, func(ctx context.Context, _ d, a a, s s) error {
			return errorOf(a.Sessions().Find(ctx, s.Token))
		}, nil},
		{"only: revoke in a transaction", only, nil, true, func(ctx context.Context, _ d, a a, s s) error {
			return a.Transaction(ctx, func(tx *authplugin.Auth) error { return tx.Sessions().Revoke(ctx, s.Token) })
		}, nil},
		{"only: update user", only, nil, true, func(ctx context.Context, _ d, a a, s s) error {
			return errorOf(a.Users().Update(ctx, s.UserID, name))
		}, nil},
		{"only: delete user", only, nil, true, func(ctx context.Context, _ d, a a, s s) error {
			return a.Users().Delete(ctx, s.UserID)
		}, nil},
		{"only: consume verification", only, nil, true, func(ctx context.Context, _ d, a a, _ s) error {
			return errorOf(a.Verifications().Consume(ctx, storedIdentifier))
		}, nil},
	}
}

// due is a session that is due to be refreshed.
func due(session authplugin.Session) *authplugin.Session {
	session.CreatedAt, session.ExpiresAt = noon.Add(-7*24*time.Hour+time.Minute), noon.Add(time.Minute)
	return &session
}

// What a SQL Server runs with sessions and verifications in a storage: the rows that are
// read before copies are discarded, locks, and rows that are inserted unless they are
// there.
func TestSQLServerStorage(t *testing.T) {
	t.Parallel()
	const id = "my-own-id"
	var log transcript
	for _, o := range storageOperations(id) {
		storage := memorystore.New()
		rows := &authRows{id: id, token: "Token", access: "access"}
		start := func(in authplugin.RecordStorage) (*gorm.DB, *sqlrecorder.Recording, *authplugin.Auth) {
			db, recording := newFakeServer().open(t, nil)
			cfg := authConfig(authplugin.Random, false)
			cfg.SecondaryStorage, cfg.Session.Storage, cfg.Verification.Storage = storage, in, in
			auth := authplugin.New(cfg)
			must(t, db.Use(auth))
			recording.Answer(rowsOf(id))
			recording.Answer(rows.answer)
			recording.Answer(func(s sqlrecorder.Statement) *sqlrecorder.Answer {
				if n, ok := rows.rows["DELETE"]; ok && strings.HasPrefix(s.SQL, "DELETE") {
					return &sqlrecorder.Answer{RowsAffected: int64(n)}
				}
				return nil
			})
			return db, recording, auth
		}
		session := &authplugin.Session{}
		if o.stored {
			_, _, before := start(authplugin.StorageOnly)
			var err error
			session, err = before.Sessions().Create(t.Context(), id, authplugin.SessionOptions{})
			must(t, err)
			must(t, errorOf(before.Verifications().Create(t.Context(), storedIdentifier, "value", authplugin.VerificationOptions{})))
		}
		rows.rows = o.rows
		db, recording, auth := start(o.in)
		recording.Reset()
		if err := o.run(t.Context(), db, auth, session); !errors.Is(err, o.want) {
			t.Errorf("%s: %v, want %v", o.name, err, o.want)
		}
		log.section(o.name, recording.Statements())
		checkTSQL(t, recording)
		checkValues(t, o.name, recording.Statements())
		recording.Reset()
	}
	checkGolden(t, "sqlserver/storage", log.text.String())
	if forUpdateWords.MatchString(log.text.String()) {
		t.Error("FOR UPDATE is not Transact-SQL")
	}
}
