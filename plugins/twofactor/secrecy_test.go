package twofactor_test

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
)

// journal is a logger of GORM that keeps everything.
type journal struct{ strings.Builder }

func (j *journal) Printf(format string, args ...any) { _, _ = fmt.Fprintf(j, format+"\n", args...) }

// What is secret is in no row as it is, in no log, no error, no JSON and no print.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	for name, columns := range map[string]bool{"table": false, "user columns": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authtest.Each(t, func(t *testing.T, d authtest.Database) { secretsAreNotShown(t, d, columns) })
		})
	}
}

func secretsAreNotShown(t *testing.T, d authtest.Database, columns bool) {
	ctx, written, box := t.Context(), &journal{}, &outbox{}
	store := memorystore.New()
	auth := authplugin.New(authplugin.Config{
		AutoMigrate: true, SecondaryStorage: store,
		Session: authplugin.SessionConfig{Storage: authplugin.StorageAndDatabase},
		Plugins: []authplugin.Plugin{twofactor.New(twofactor.Options{
			Issuer: "Example", Keys: keys(), UserColumns: columns, SendOTP: box.send,
		})},
	})
	db := d.Open(t, &gorm.Config{Logger: logger.New(written, logger.Config{LogLevel: logger.Info})})
	must(t, db.Use(auth))
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	f := fixture{Operations: twofactor.Of(auth), clock: &clock{now: time.Now()}, user: user.ID}
	setup, err := f.Enable(ctx, user.ID)
	must(t, err)
	code := f.app(t, setup)
	must(t, f.Confirm(ctx, user.ID, code))
	must(t, f.SendOTP(ctx, user.ID))
	session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
	must(t, err)
	found, err := auth.Sessions().Find(ctx, session.Token)
	must(t, err)

	raw, err := otpSecret(setup.URI())
	must(t, err)
	stored := map[string]string{}
	secrets := map[string]string{"the secret": raw, "its base32": setup.Secret(), "a back-up code": setup.BackupCodes()[0], "the rest of it": setup.BackupCodes()[0][6:]}
	user, err = auth.Users().FindByID(ctx, user.ID)
	must(t, err)
	shown := map[string]any{"user": user, "user's value": *user, "session": found, "setup": setup, "setup's value": *setup, "sessions": []any{found}}
	if columns {
		stored["secret"], stored["codes"] = user.Additional.String(twofactor.FieldSecret), user.Additional.String(twofactor.FieldBackupCodes)
		if found.User.Additional.Has(twofactor.FieldSecret) || found.User.Additional.Has(twofactor.FieldBackupCodes) {
			t.Error("a session carries the user's secret")
		}
	} else {
		row, err := authplugin.RowsOf[twofactor.TwoFactor](auth).FindOne(ctx, authplugin.Query{})
		must(t, err)
		stored["secret"], stored["codes"] = row.Secret, row.BackupCodes
		shown["row"], shown["row's value"], shown["rows"] = row, *row, []twofactor.TwoFactor{*row}
	}
	for what, text := range stored {
		if !strings.HasPrefix(text, "enc:v1:test:") {
			t.Errorf("%s is stored in another form", what)
		}
		secrets["the stored "+what] = text
	}

	texts := map[string]string{"the log": written.String(), "the cache": dump(ctx, t, store, session.Token)}
	for what, value := range shown {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			texts[what+" by "+verb] = fmt.Sprintf(verb, value)
		}
		text, err := json.Marshal(value)
		must(t, err)
		texts[what+" as JSON"] = string(text)
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).Info("shown", "value", value)
		texts[what+" by slog"] = b.String()
	}
	for where, text := range texts {
		for what, secret := range secrets {
			if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
				t.Errorf("%s shows %s", where, what)
			}
		}
	}
	if strings.Contains(written.String(), box.last(t)+":") || strings.Contains(written.String(), "'"+box.last(t)+"'") {
		t.Error("the log shows the code that was sent")
	}
}

// dump is what is cached of a session.
func dump(ctx context.Context, t *testing.T, store *memorystore.Store, token string) string {
	t.Helper()
	value, err := store.Get(ctx, token)
	if err != nil {
		t.Fatalf("the session is not cached: %v", err)
	}
	return string(value)
}

// otpSecret is the secret that an otpauth URL carries.
func otpSecret(uri string) (string, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return "", err
	}
	text, err := base32Text(u.Query().Get("secret"))
	return text, err
}

// A secret that was changed, moved to another user or sealed by a key that is gone is
// an error that shows nothing, and no attempt.
func TestUnreadableSecrets(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{MaxFailures: 2}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		setup := f.enabled(t)
		eve, err := f.auth.Users().Create(ctx, authplugin.User{Name: "Eve", Email: "eve@example.com"})
		must(t, err)
		other := f
		other.user = eve.ID
		other.enabled(t)
		swap(t, f.auth, f.user, eve.ID)
		for range 5 {
			err := f.VerifyTOTP(ctx, f.user, f.app(t, setup))
			expect(t, err, authplugin.ErrSecretUnreadable)
			expect(t, f.VerifyBackupCode(ctx, f.user, setup.BackupCodes()[0]), authplugin.ErrSecretUnreadable)
			_, err = f.TrustDevice(ctx, f.user)
			expect(t, err, authplugin.ErrSecretUnreadable)
		}
		swap(t, f.auth, f.user, eve.ID)
		must(t, f.VerifyTOTP(ctx, f.user, f.app(t, setup)))
	})
}

// swap gives two users each other's secrets, as somebody could who writes to the database.
func swap(t *testing.T, auth *authplugin.Auth, one, other authplugin.ID) {
	t.Helper()
	ctx := t.Context()
	rows := authplugin.RowsOf[twofactor.TwoFactor](auth)
	first, err := rows.FindOne(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("userId", one)}})
	if err == nil {
		second, err := rows.FindOne(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("userId", other)}})
		must(t, err)
		for id, from := range map[authplugin.ID]*twofactor.TwoFactor{first.ID: second, second.ID: first} {
			_, err = rows.Update(ctx, id, authplugin.Values{"secret": from.Secret, "backupCodes": from.BackupCodes})
			must(t, err)
		}
		return
	}
	a, err := auth.Users().FindByID(ctx, one)
	must(t, err)
	b, err := auth.Users().FindByID(ctx, other)
	must(t, err)
	for id, from := range map[authplugin.ID]*authplugin.User{a.ID: b, b.ID: a} {
		_, err = auth.Users().Update(ctx, id, authplugin.Values{
			twofactor.FieldSecret:      from.Additional.String(twofactor.FieldSecret),
			twofactor.FieldBackupCodes: from.Additional.String(twofactor.FieldBackupCodes),
		})
		must(t, err)
	}
}

func TestSetup(t *testing.T) {
	t.Parallel()
	d := func(t *testing.T, d authtest.Database) {
		f := newFixture(t, d, twofactor.Options{Digits: 8, Period: time.Minute}, layouts()["table"])
		setup, err := f.Enable(t.Context(), f.user)
		must(t, err)
		u, err := url.Parse(setup.URI())
		must(t, err)
		if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Example:ada@example.com" {
			t.Errorf("the URL is of %s://%s%s", u.Scheme, u.Host, u.Path)
		}
		for key, want := range map[string]string{"issuer": "Example", "digits": "8", "period": "60", "algorithm": "SHA1", "secret": setup.Secret()} {
			if got := u.Query().Get(key); got != want {
				t.Errorf("%s: %q", key, got)
			}
		}
		picture, err := setup.QR(256)
		must(t, err)
		image, err := png.Decode(bytes.NewReader(picture))
		must(t, err)
		if size := image.Bounds().Size(); size.X != 256 || size.Y != 256 {
			t.Errorf("the picture is %v", size)
		}
		for _, size := range []int{-1, 0, 5, 1 << 20} {
			if _, err := setup.QR(size); err == nil || strings.Contains(err.Error(), setup.Secret()) {
				t.Errorf("a picture of %d pixels: %v", size, err)
			}
		}
		codes := setup.BackupCodes()
		codes[0] = "changed"
		if setup.BackupCodes()[0] == "changed" {
			t.Error("the codes can be changed")
		}
	}
	authtest.Each(t, d)
}

// What cannot be sent is the error of the application.
func TestSendingFails(t *testing.T) {
	t.Parallel()
	errNoMail := errors.New("no mail today")
	options := twofactor.Options{SendOTP: func(context.Context, *authplugin.User, string) error { return errNoMail }}
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		f := newFixture(t, d, options, layouts()["table"])
		f.enabled(t)
		expect(t, f.SendOTP(t.Context(), f.user), errNoMail)
	})
}

func base32Text(text string) (string, error) {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	return string(b), err
}
