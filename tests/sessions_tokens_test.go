package tests

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func hashingTokens() authplugin.Config {
	return withHasher(authplugin.Config{
		Session:      authplugin.SessionConfig{HashTokens: true},
		Verification: authplugin.VerificationConfig{Identifiers: authplugin.HashedIdentifiers},
	})
}

// dumped is every value of every table as text.
func dumped(t testing.TB, p place) []string {
	t.Helper()
	var values []string
	for _, table := range p.tables {
		rows, err := p.db.Raw("SELECT * FROM " + table).Rows()
		must(t, err)
		columns, err := rows.Columns()
		must(t, err)
		for rows.Next() {
			cells, dest := make([]any, len(columns)), make([]any, len(columns))
			for i := range cells {
				dest[i] = &cells[i]
			}
			must(t, rows.Scan(dest...))
			for _, cell := range cells {
				if b, ok := cell.([]byte); ok {
					cell = string(b)
				}
				if cell != nil {
					values = append(values, fmt.Sprint(cell))
				}
			}
		}
		must(t, rows.Err())
		must(t, rows.Close()) //nolint:sqlclosecheck // one of many in a loop
	}
	return values
}

// guesses is what somebody who has a dump would try to present for a value.
func guesses(value string) []string {
	sum := sha256.Sum256([]byte(value))
	list := []string{
		value, strings.ToUpper(value), strings.ToLower(value), " " + value, value + " ", value + "\x00", value + "=",
		"sha256$" + value, hex.EncodeToString(sum[:]), base64.RawURLEncoding.EncodeToString(sum[:]),
		"sha256$" + base64.RawURLEncoding.EncodeToString(sum[:]),
	}
	if bare, ok := strings.CutPrefix(value, "sha256$"); ok {
		list = append(list, bare, "SHA256$"+bare, "sha256$"+bare+"=", "Sha256$"+bare, "ſha256$"+bare, "\u200bsha256$"+bare)
		if raw, err := base64.RawURLEncoding.DecodeString(bare); err == nil {
			list = append(list, string(raw), hex.EncodeToString(raw), base64.StdEncoding.EncodeToString(raw))
		}
	}
	return list
}

// Whoever has a copy of the database can neither sign in nor consume anything.
func TestNoDumpedValueAuthenticates(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d, ctx := e.New(t), t.Context()
		old := placeOf(use(t, d, authplugin.Config{AutoMigrate: true}))
		ada := old.person(t, "ada")
		before, err := old.auth.Sessions().Create(ctx, ada.ID, authplugin.SessionOptions{})
		must(t, err)

		p := placeOf(use(t, d, hashingTokens()))
		sessions, v := p.auth.Sessions(), p.auth.Verifications()
		_, err = sessions.Find(ctx, before.Token) // from now on it is hashed
		must(t, err)
		session, err := sessions.Create(ctx, ada.ID, authplugin.SessionOptions{UserAgent: "test"})
		must(t, err)
		_, err = sessions.FindMany(ctx, []string{session.Token, before.Token})
		must(t, err)
		_, err = v.Create(ctx, "reset:secret", string(ada.ID), authplugin.VerificationOptions{})
		must(t, err)
		_, err = v.Reserve(ctx, "nonce:secret", "1", authplugin.VerificationOptions{})
		must(t, err)
		must(t, p.auth.Accounts().SetPassword(ctx, ada.ID, "horse"))

		values := dumped(t, p)
		if len(values) < 20 {
			t.Fatalf("only %d values were dumped", len(values))
		}
		tried := []string{}
		for _, value := range values {
			if strings.Contains(value, session.Token) || strings.Contains(value, before.Token) || strings.Contains(value, ":secret") {
				t.Errorf("the database holds %q", value)
			}
			tried = append(tried, guesses(value)...)
		}
		for _, guess := range tried {
			if _, err := sessions.Find(ctx, guess); err == nil {
				t.Errorf("%q is a token", guess)
			}
			if _, err := v.Find(ctx, guess); err == nil {
				t.Errorf("%q is an identifier", guess)
			}
			if _, err := sessions.Update(ctx, guess, authplugin.Values{}); err == nil {
				t.Errorf("%q updates a session", guess)
			}
			_ = sessions.Revoke(ctx, guess)
			_, _ = v.Delete(ctx, guess)
			if _, err := v.Consume(ctx, guess); err == nil {
				t.Errorf("%q is consumed", guess)
			}
		}
		usable := []string{}
		for _, guess := range tried {
			if !strings.ContainsAny(guess, "\x00") && isValidUTF8(guess) {
				usable = append(usable, guess)
			}
		}
		many, err := sessions.FindMany(ctx, append(usable, session.Token))
		must(t, err)
		if len(many) != 1 || many[0].Session.Token != session.Token {
			t.Errorf("%d sessions are found", len(many))
		}
		for _, s := range []*authplugin.Session{session, before} {
			_, err = sessions.Find(ctx, s.Token)
			must(t, err)
		}
		_, err = v.Consume(ctx, "reset:secret")
		must(t, err)
	})
}

func isValidUTF8(s string) bool { return strings.ToValidUTF8(s, "") == s }

// Hashing is switched on for a table with sessions: nobody is signed out, and
// every operation works on the old ones and on the new ones.
func TestHashingIsSwitchedOn(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d, ctx, now := e.New(t), t.Context(), noon
		plain := placeOf(use(t, d, withClock(authplugin.Config{AutoMigrate: true}, &now)))
		ada := plain.person(t, "ada")
		create := func(p place) *authplugin.Session {
			s, err := p.auth.Sessions().Create(ctx, ada.ID, authplugin.SessionOptions{})
			must(t, err)
			return s
		}
		old := []*authplugin.Session{create(plain), create(plain), create(plain), create(plain), create(plain), create(plain)}

		p := placeOf(use(t, d, withClock(hashingTokens(), &now)))
		sessions := p.auth.Sessions()
		stored := func(id authplugin.ID) string {
			var token string
			must(t, p.db.Raw("SELECT token FROM "+p.tables["session"]+" WHERE id = ?", id).Scan(&token).Error)
			return token
		}
		found, err := sessions.Find(ctx, old[0].Token)
		must(t, err)
		if found.Session.Token != old[0].Token || !strings.HasPrefix(stored(old[0].ID), "sha256$") {
			t.Errorf("the token is %q, and %q in the table", found.Session.Token, stored(old[0].ID))
		}
		if got := stored(old[1].ID); got != old[1].Token {
			t.Errorf("%q was hashed without being asked for", got)
		}
		fresh := create(p)
		tokens := []string{old[1].Token, fresh.Token, old[0].Token, old[1].Token, stored(fresh.ID), ""}
		many, err := sessions.FindMany(ctx, tokens)
		must(t, err)
		got := []string{}
		for _, f := range many {
			got = append(got, f.Session.Token)
		}
		if want := strings.Join(tokens[:4], " "); strings.Join(got, " ") != want {
			t.Errorf("found %v, want %v", got, want)
		}
		if s := stored(old[1].ID); !strings.HasPrefix(s, "sha256$") {
			t.Errorf("FindMany left %q", s)
		}
		now = noon.Add(day)
		refreshed, err := sessions.Refresh(ctx, found.Session)
		must(t, err)
		updated, err := sessions.Update(ctx, fresh.Token, authplugin.Values{})
		must(t, err)
		if !refreshed || found.Session.Token != old[0].Token || updated.Token != fresh.Token || !strings.HasPrefix(stored(old[0].ID), "sha256$") {
			t.Errorf("refreshed %v, tokens %q and %q", refreshed, found.Session.Token, updated.Token)
		}
		must(t, sessions.Revoke(ctx, stored(fresh.ID))) // is no token
		_, err = sessions.Find(ctx, fresh.Token)
		must(t, err)
		must(t, sessions.Revoke(ctx, old[0].Token))  // hashed
		must(t, sessions.Revoke(ctx, old[2].Token))  // plain
		must(t, sessions.RevokeByID(ctx, old[1].ID)) // hashed
		for _, s := range old[:3] {
			_, err := sessions.Find(ctx, s.Token)
			wantError(t, "revoked", err, authplugin.ErrNotFound)
		}
		n, err := sessions.RevokeOthers(ctx, ada.ID, old[4].Token) // plain
		must(t, err)
		if n != 3 {
			t.Errorf("%d others were revoked, want 3", n)
		}
		_, err = sessions.Find(ctx, old[4].Token)
		must(t, err)
		n, err = sessions.RevokeOthers(ctx, ada.ID, old[4].Token) // hashed by now
		must(t, err)
		if n != 0 {
			t.Errorf("%d more were revoked", n)
		}
		n, err = sessions.RevokeOthers(ctx, ada.ID, stored(old[4].ID))
		must(t, err)
		if n != 1 {
			t.Errorf("a stored hash kept its session")
		}
	})
}

// A look-up in a transaction that may not write finds the session all the same,
// and leaves the transaction usable.
func TestHashingInReadOnlyTransaction(t *testing.T) {
	t.Parallel()
	e := dbtest.Named(t, "postgres")
	d, ctx := e.New(t), t.Context()
	plain := placeOf(use(t, d, authplugin.Config{AutoMigrate: true}))
	session, err := plain.auth.Sessions().Create(ctx, plain.person(t, "ada").ID, authplugin.SessionOptions{})
	must(t, err)
	p := placeOf(use(t, d, hashingTokens()))
	must(t, p.db.Transaction(func(tx *gorm.DB) error {
		auth := p.auth.WithDB(tx)
		return errors.Join(tx.Exec("SET TRANSACTION READ ONLY").Error, twice(func() error {
			_, err := auth.Sessions().Find(ctx, session.Token)
			return err
		}))
	}))
}

func twice(f func() error) error { return errors.Join(f(), f()) }
