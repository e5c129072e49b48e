package tests

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// inOldSnapshot runs f in a transaction that goes on seeing the tables as they are
// before meanwhile runs.
func inOldSnapshot(t *testing.T, db *gorm.DB, auth *authplugin.Auth, meanwhile func(), f func(tx *authplugin.Auth) error) error {
	t.Helper()
	return inSnapshot(t, db, auth, sql.LevelRepeatableRead, meanwhile, f)
}

func inSnapshot(t *testing.T, db *gorm.DB, auth *authplugin.Auth, level sql.IsolationLevel, meanwhile func(), f func(tx *authplugin.Auth) error) error {
	t.Helper()
	return db.WithContext(t.Context()).Transaction(func(tx *gorm.DB) error {
		var n int64
		for _, model := range []string{authplugin.ModelUser, authplugin.ModelSession, authplugin.ModelVerification} {
			info, _ := auth.Schema().Model(model)
			must(t, tx.Raw("SELECT COUNT(*) FROM "+tx.Statement.Quote(info.Table)).Scan(&n).Error)
		}
		meanwhile()
		return f(auth.WithDB(tx))
	}, &sql.TxOptions{Isolation: level})
}

// What others have deleted since the transaction of the caller began is not
// there any more, whatever its snapshot shows.
func TestUpdateOfWhatAnOldSnapshotShows(t *testing.T) {
	t.Parallel()
	now := noon
	db, auth := migrated(t, dbtest.Named(t, "mysql"), withClock(authplugin.Config{
		Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{"note": {Type: authplugin.String, Optional: true}}}},
	}, &now))
	user := newUser(t, db, "ada")
	for name, f := range map[string]func(tx *authplugin.Auth, s *authplugin.Session) error{
		"update": func(tx *authplugin.Auth, s *authplugin.Session) error {
			_, err := tx.Sessions().Update(t.Context(), s.Token, authplugin.Values{"note": "x"})
			return err
		},
		"refresh": func(tx *authplugin.Auth, s *authplugin.Session) error {
			_, err := tx.Sessions().Refresh(t.Context(), s)
			return err
		},
	} {
		now = noon
		session, err := auth.Sessions().Create(t.Context(), user.ID, authplugin.SessionOptions{})
		must(t, err)
		now = noon.Add(48 * time.Hour) // it is due
		err = inOldSnapshot(t, db, auth, func() { must(t, auth.Sessions().Revoke(t.Context(), session.Token)) },
			func(tx *authplugin.Auth) error { return f(tx, session) })
		if !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("%s of a session that was revoked meanwhile: %v", name, err)
		}
	}
	err := inOldSnapshot(t, db, auth, func() { must(t, auth.Users().Delete(t.Context(), user.ID)) },
		func(tx *authplugin.Auth) error {
			_, err := tx.Users().Update(t.Context(), user.ID, authplugin.Values{"name": "x"})
			return err
		})
	if !errors.Is(err, authplugin.ErrNotFound) {
		t.Errorf("update of a user who was deleted meanwhile: %v", err)
	}
}

// DeleteExpired comes to an end although the snapshot goes on showing what
// another process has deleted, and gets at what lies behind it.
func TestDeleteExpiredInAnOldSnapshot(t *testing.T) {
	t.Parallel()
	now := noon
	db, auth := migrated(t, dbtest.Named(t, "mysql"), withClock(authplugin.Config{}, &now))
	rows := make([]authplugin.Verification, 700)
	for i := range rows {
		rows[i] = authplugin.Verification{Identifier: strconv.Itoa(i), Value: "x", ExpiresAt: noon.Add(time.Duration(i-2000) * time.Second)}
	}
	must(t, db.Create(&rows).Error)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := inOldSnapshot(t, db, auth, func() {
		must(t, db.Where("expires_at < ?", noon.Add(-1400500*time.Millisecond)).Delete(&authplugin.Verification{}).Error)
	}, func(tx *authplugin.Auth) error {
		n, err := tx.Verifications().DeleteExpired(ctx)
		if n != 100 {
			t.Errorf("deleted %d", n)
		}
		return err
	})
	must(t, err)
}
