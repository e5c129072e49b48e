package tests

import (
	"database/sql"
	"errors"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// betterAuthForms are the forms in which Better Auth writes what the columns
// hold, as the database shows them.
var betterAuthForms = map[string]map[string]string{
	"sqlite":   {"date": `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, "true": "1", "false": "0"},
	"postgres": {"date": `^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?[+-]\d\d`, "true": "true", "false": "false"},
	"mysql":    {"date": `^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$`, "true": "1", "false": "0"},
}

// written is what a test wrote through the models: one row of each.
type written struct {
	user         authplugin.User
	session      authplugin.Session
	account      authplugin.Account
	verification authplugin.Verification
	rateLimit    authplugin.RateLimit
}

// write creates a row of each model, with what Better Auth does not know left out.
func (b betterAuth) write(t *testing.T, db *gorm.DB) written {
	t.Helper()
	var w written
	w.user = authplugin.User{Name: "Ada", Email: "Ada.Lovelace@Example.COM"}
	must(t, db.Create(&w.user).Error)
	w.session = authplugin.Session{UserID: w.user.ID, Token: "abcdefghijklmnopqrstuvwxyz012345", ExpiresAt: noon.AddDate(0, 0, 7)}
	must(t, db.Create(&w.session).Error)
	hash := "32fa89b8491abc0fc0718a94a7d6729e:1084d9a4"
	w.account = authplugin.Account{UserID: w.user.ID, AccountID: string(w.user.ID), ProviderID: "credential", Password: &hash}
	must(t, db.Create(&w.account).Error)
	w.verification = authplugin.Verification{Identifier: "reset-password:abc", Value: string(w.user.ID), ExpiresAt: noon.Add(time.Hour)}
	must(t, db.Create(&w.verification).Error)
	if b.rateLimit {
		w.rateLimit = authplugin.RateLimit{Key: "203.0.113.8|/sign-in", Count: 1, LastRequest: noon.UnixMilli()}
		must(t, db.Create(&w.rateLimit).Error)
	}
	return w
}

// checkStored compares how a row of ours is stored with a row of theirs: each
// column that both have a value in has the same storage class (SQLite).
func checkStored(t *testing.T, table string, ours rawRow, theirs map[string]rawRow) {
	t.Helper()
	for column, v := range ours {
		for _, row := range theirs {
			other, ok := row[column]
			if len(column) > 7 && column[:7] == "typeof " && ok && v != other && v.String != "null" && other.String != "null" {
				t.Errorf("%s: %s is %s, Better Auth stores %s", table, column, v.String, other.String)
			}
		}
	}
}

func valid(s string) sql.NullString { return sql.NullString{String: s, Valid: true} }

// What is written through the models is what Better Auth would have written,
// and leaves its own rows as they are.
func TestInteropWrites(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		theirs, definition := b.all(t), b.definition(t)
		db, _ := use(t, b.Database, b.config())
		w := b.write(t, db)
		all := b.all(t)
		forms := betterAuthForms[b.Engine.Dialect()]
		want := map[string]rawRow{
			"user": {
				"name": valid("Ada"), "email": valid("ada.lovelace@example.com"), "emailVerified": valid(forms["false"]), "image": {},
			},
			"session": {"userId": valid(string(w.user.ID)), "token": valid(w.session.Token), "ipAddress": valid(""), "userAgent": valid("")},
			"account": {
				"userId": valid(string(w.user.ID)), "accountId": valid(string(w.user.ID)), "providerId": valid("credential"), "password": valid(*w.account.Password),
				"accessToken": {}, "refreshToken": {}, "idToken": {}, "scope": {}, "accessTokenExpiresAt": {}, "refreshTokenExpiresAt": {},
			},
			"verification": {"identifier": valid("reset-password:abc"), "value": valid(string(w.user.ID))},
			"rateLimit":    {"key": valid("203.0.113.8|/sign-in"), "count": valid("1"), "lastRequest": valid(strconv.FormatInt(noon.UnixMilli(), 10))},
		}
		ids := map[string]authplugin.ID{"user": w.user.ID, "session": w.session.ID, "account": w.account.ID, "verification": w.verification.ID, "rateLimit": w.rateLimit.ID}
		dates := map[string]map[string]time.Time{
			"user": {"createdAt": noon, "updatedAt": noon}, "account": {"createdAt": noon, "updatedAt": noon},
			"session":      {"createdAt": noon, "updatedAt": noon, "expiresAt": noon.AddDate(0, 0, 7)},
			"verification": {"createdAt": noon, "updatedAt": noon, "expiresAt": noon.Add(time.Hour)},
		}
		for _, table := range b.tables() {
			row := all[table][string(ids[table])]
			if row == nil || !idForms[b.strategy].MatchString(string(ids[table])) {
				t.Errorf("%s: id %q, row %v", table, ids[table], row)
				continue
			}
			checkStored(t, table, row, theirs[table])
			for column, moment := range dates[table] {
				if !regexp.MustCompile(forms["date"]).MatchString(row[column].String) || row.moment(t, column) != moment.UTC().Truncate(time.Millisecond) {
					t.Errorf("%s.%s is %q, want %v", table, column, row[column].String, moment)
				}
			}
			for column, v := range want[table] {
				if row[column] != v {
					t.Errorf("%s.%s is %+v, want %+v", table, column, row[column], v)
				}
			}
			// Nothing is left over that was not looked at.
			delete(row, "id")
			for column := range row {
				_, isDate := dates[table][column]
				if _, known := want[table][column]; !known && !isDate && column[:min(7, len(column))] != "typeof " {
					t.Errorf("%s.%s is not checked", table, column)
				}
			}
			delete(all[table], string(ids[table]))
		}
		if diff := cmp.Diff(theirs, all); diff != "" {
			t.Errorf("the rows of Better Auth changed: %s", diff)
		}
		if diff := cmp.Diff(definition, b.definition(t)); diff != "" {
			t.Errorf("the tables changed: %s", diff)
		}
		b.checkRead(t)
	})
}

// Updates change what they are to change, in the same forms, and nothing else;
// deletes take what depends on the row and nothing else.
func TestInteropUpdatesAndDeletes(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		theirs := b.all(t)
		clock := noon
		db, _ := use(t, b.Database, withClock(b.config(), &clock))
		w := b.write(t, db)
		clock = noon.Add(time.Hour)
		before := b.all(t)
		must(t, db.Model(&w.user).Updates(map[string]any{"emailVerified": true, "email": "COUNTESS@example.com"}).Error)
		must(t, db.Model(&w.session).Updates(authplugin.Session{ExpiresAt: noon.AddDate(0, 0, 8), IPAddress: "::1"}).Error)
		w.account.Scope = new(string)
		must(t, db.Save(&w.account).Error)
		must(t, db.Model(&w.verification).Update("Value", "other").Error)
		if b.rateLimit {
			must(t, db.Model(&w.rateLimit).Update("count", gorm.Expr("? + 1", gorm.Expr(b.quote("count")))).Error)
		}
		after := b.all(t)
		forms := betterAuthForms[b.Engine.Dialect()]
		dateForm := regexp.MustCompile(forms["date"])
		for table, c := range map[string]struct {
			id   authplugin.ID
			want map[string]string
		}{
			"user":         {w.user.ID, map[string]string{"emailVerified": forms["true"], "email": "countess@example.com", "updatedAt": ""}},
			"session":      {w.session.ID, map[string]string{"expiresAt": "", "ipAddress": "::1", "updatedAt": ""}},
			"account":      {w.account.ID, map[string]string{"scope": "", "updatedAt": "", "typeof scope": "text"}},
			"verification": {w.verification.ID, map[string]string{"value": "other", "updatedAt": ""}},
			"rateLimit":    {w.rateLimit.ID, map[string]string{"count": "2"}},
		} {
			if table == "rateLimit" && !b.rateLimit {
				continue
			}
			old, row := before[table][string(c.id)], after[table][string(c.id)]
			for column := range row {
				v, changed := c.want[column]
				switch {
				case !changed && row[column] != old[column]:
					t.Errorf("%s.%s became %+v", table, column, row[column])
				case changed && column != "updatedAt" && column != "expiresAt" && row[column] != valid(v):
					t.Errorf("%s.%s is %+v, want %q", table, column, row[column], v)
				case changed && (column == "updatedAt" || column == "expiresAt") && (!dateForm.MatchString(row[column].String) || row[column] == old[column]):
					t.Errorf("%s.%s is %+v", table, column, row[column])
				}
			}
			checkStored(t, table, row, theirs[table])
		}
		b.checkRead(t)

		must(t, db.Delete(&w.verification).Error)
		if b.rateLimit {
			must(t, db.Delete(&w.rateLimit).Error)
		}
		must(t, db.Delete(&authplugin.User{}, w.user.ID).Error)
		if diff := cmp.Diff(theirs, b.all(t)); diff != "" {
			t.Errorf("after the deletes: %s", diff)
		}
		// A user of theirs goes with all sessions and accounts as well.
		must(t, db.Delete(&authplugin.User{}, b.seed.UserID).Error)
		all := b.all(t)
		if n := len(all["user"]) + len(all["session"]) + len(all["account"]); n > 0 || len(all["verification"]) != 1 {
			t.Errorf("left: %v", all)
		}
	})
}

// Ids of both sides never meet, also where the database counts; an e-mail or
// token that Better Auth has is a duplicate.
func TestInteropUnique(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		db, _ := useWith(t, b.Database, b.config(), &gorm.Config{TranslateError: true})
		for name, err := range map[string]error{
			"e-mail": db.Create(&authplugin.User{Name: "x", Email: "FIXTURE@example.com"}).Error,
			"token":  db.Create(&authplugin.Session{UserID: b.seed.UserID, Token: b.seed.SessionToken, ExpiresAt: noon}).Error,
		} {
			if !errors.Is(err, authplugin.ErrDuplicate) {
				t.Errorf("%s: %v", name, err)
			}
		}
		batch := []authplugin.Verification{{Identifier: "a", Value: "1", ExpiresAt: noon}, {Identifier: "b", Value: "2", ExpiresAt: noon}}
		must(t, db.Create(&batch).Error)
		rows := b.rows(t, "verification")
		for _, v := range batch {
			if rows[string(v.ID)]["identifier"] != valid(v.Identifier) {
				t.Errorf("the row of %s is %v", v.ID, rows[string(v.ID)])
			}
		}
		if n := len(rows); n != 3 {
			t.Errorf("%d verifications, want 3", n)
		}
	})
}
