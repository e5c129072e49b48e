package passkey_test

import (
	"database/sql/driver"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

// selected finds the columns and the table of a query.
var selected = regexp.MustCompile(`^SELECT (?:TOP\(?\d+\)? )?(.*?) FROM "(\w+)"`)

// tables answers queries by one row of each table.
type tables map[string]map[string]driver.Value

func (s tables) answer(statement sqlrecorder.Statement) *sqlrecorder.Answer {
	if strings.Contains(statement.SQL, "@LockOwner = N'Transaction'") {
		return &sqlrecorder.Answer{Columns: []string{"", ""}, Rows: [][]driver.Value{{int64(0), int64(2)}}}
	}
	m := selected.FindStringSubmatch(statement.SQL)
	reserves := strings.Contains(statement.SQL, `"expiresAt" >`) // nobody has reserved it
	if m == nil || s[m[2]] == nil || reserves {
		return nil
	}
	answer := &sqlrecorder.Answer{Rows: [][]driver.Value{{}}}
	columns := strings.Split(strings.ReplaceAll(m[1], `"`, ""), ",")
	if m[1] == "*" {
		columns = columns[:0]
		for name := range s[m[2]] {
			columns = append(columns, name)
		}
	}
	for _, column := range columns {
		column = strings.TrimSpace(column)
		answer.Columns = append(answer.Columns, column)
		answer.Rows[0] = append(answer.Rows[0], s[m[2]][column])
	}
	return answer
}

// What the operations send to SQL Server is Transact-SQL; a registration locks the user
// first, and a counter changes with its row locked. What a server does with it is not
// shown here.
func TestSQLServerStatements(t *testing.T) {
	t.Parallel()
	ctx, now := t.Context(), time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	pool, recording := sqlrecorder.Open()
	t.Cleanup(func() { must(t, pool.Close()) })
	db, err := gorm.Open(sqlserver.New(sqlserver.Config{Conn: pool}), &gorm.Config{})
	must(t, err)
	token, device := strings.Repeat("x", 32), newAuthenticator()
	challenge := base64url([]byte("a challenge of sixteen bytes"))
	stored := tables{"user": {
		"id": "1", "name": "Ada", "email": "ada@example.com", "emailVerified": true, "createdAt": now, "updatedAt": now,
	}}
	challenged := func(kind string) {
		stored["verification"] = map[string]driver.Value{
			"id": "9", "identifier": "passkey-" + token, "expiresAt": now.Add(time.Minute), "createdAt": now, "updatedAt": now,
			"value": `{"type":"` + kind + `","expectedChallenge":"` + challenge + `","userData":{"id":"1"}}`,
		}
	}
	recording.Answer(stored.answer)
	auth := authplugin.New(authplugin.Config{
		Naming: authplugin.BetterAuthNaming, Clock: func() time.Time { return now }, Plugins: []authplugin.Plugin{passkey.New(options())},
	})
	must(t, db.Use(auth))
	keys := passkey.Of(auth)
	k := &key{id: []byte("the id of a credential"), handle: []byte("1"), rpID: "example.com", private: newKey(t, es256)}
	var registered *passkey.Passkey
	for _, step := range []struct {
		name    string
		run     func() error
		want    error
		ordered []string
	}{
		{"begin a registration", func() error {
			_, err := keys.BeginRegistration(ctx, "1", passkey.RegistrationOptions{})
			return err
		}, nil, []string{`INSERT INTO "verification"`}},
		{"finish it", func() error {
			challenged("registration")
			var err error
			registered, err = keys.FinishRegistration(ctx, "1", token, device.attest(t, k, challenge), "key")
			return err
		}, nil, []string{
			`DELETE FROM "verification"`, `INSERT INTO "verification"`,
			`FROM "user" WITH (UPDLOCK`, `FROM "passkey" WITH (UPDLOCK`, `INSERT INTO "passkey"`, `DELETE FROM "verification"`,
		}},
		{"sign in", func() error {
			challenged("authentication")
			stored["passkey"] = map[string]driver.Value{
				"id": "2", "userId": "1", "credentialID": registered.CredentialID, "publicKey": registered.PublicKey, "counter": int64(0),
				"deviceType": "singleDevice", "backedUp": false, "createdAt": now,
			}
			_, err := keys.FinishSignIn(ctx, token, device.assert(t, k, challenge))
			return err
		}, nil, []string{`DELETE FROM "verification"`, `FROM "passkey" WITH (UPDLOCK`, `UPDATE "passkey"`}},
		{"list", func() error { _, err := keys.List(ctx, "1"); return err }, nil, []string{`FROM "passkey"`}},
		{"rename", func() error { _, err := keys.Rename(ctx, "1", "2", "x"); return err }, nil, []string{`FROM "passkey" WITH (UPDLOCK`, `UPDATE "passkey"`}},
		{"delete", func() error { return keys.Delete(ctx, "1", "2") }, nil, []string{`DELETE FROM "passkey"`}},
	} {
		recording.Reset()
		if err := step.run(); !errors.Is(err, step.want) {
			t.Errorf("%s: %v, not %v", step.name, err, step.want)
		}
		wanted := step.ordered
		for _, query := range recording.SQL() {
			if query == "BEGIN" || query == "COMMIT" || query == "ROLLBACK" {
				continue
			}
			if err := sqlrecorder.Check(query); err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
			if len(wanted) > 0 && strings.Contains(query, wanted[0]) {
				wanted = wanted[1:]
			}
		}
		if len(wanted) > 0 {
			t.Errorf("%s: no %s in its place in\n%s", step.name, wanted[0], strings.Join(recording.SQL(), "\n"))
		}
	}
}
