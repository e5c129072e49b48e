package invites_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/examples/invites"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// code is the code of an error that a client may see.
func code(err error) string {
	var shown *authplugin.APIError
	if errors.As(err, &shown) {
		return shown.Code
	}
	return ""
}

func TestConformance(t *testing.T) {
	t.Parallel()
	authtest.Run(t, func() authplugin.Config {
		return authplugin.Config{Plugins: []authplugin.Plugin{invites.New(invites.Options{})}}
	})
}

func TestInvites(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx, now := t.Context(), time.Now()
		_, auth := d.Use(t, authplugin.Config{
			Clock:   func() time.Time { return now },
			Plugins: []authplugin.Plugin{invites.New(invites.Options{PerUser: 2})},
		})
		ada, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)

		first, invite, err := invites.Of(auth).Send(ctx, ada.ID, "Bob@example.com")
		must(t, err)
		if invite.Email != "bob@example.com" || strings.Contains(invite.CodeHash, first) {
			t.Errorf("invite %v", invite)
		}
		bob, err := invites.Of(auth).Accept(ctx, first, "Bob")
		must(t, err)
		if bob.Email != "bob@example.com" || bob.Additional.Int("invitesLeft") != 2 {
			t.Errorf("user %v", bob)
		}
		if _, err := invites.Of(auth).Accept(ctx, first, "Eve"); code(err) != "INVALID_INVITE" {
			t.Errorf("an invitation that was used: %v", err)
		}

		second, _, err := invites.Of(auth).Send(ctx, ada.ID, "cy@example.com")
		must(t, err)
		if _, _, err := invites.Of(auth).Send(ctx, ada.ID, "di@example.com"); code(err) != "NO_INVITES_LEFT" {
			t.Errorf("one too many: %v", err)
		}
		pending, err := invites.Of(auth).Pending(ctx, ada.ID)
		must(t, err)
		if len(pending) != 1 || pending[0].Email != "cy@example.com" {
			t.Errorf("pending %v", pending)
		}

		now = now.Add(49 * time.Hour)
		if _, err := invites.Of(auth).Accept(ctx, second, "Cy"); code(err) != "INVALID_INVITE" {
			t.Errorf("an invitation that has expired: %v", err)
		}
		cleaned, err := auth.Cleanup(ctx)
		must(t, err)
		if cleaned.Plugins["invites"] != 1 {
			t.Errorf("cleaned %v", cleaned)
		}
	})
}

// What a transaction takes back, the operations in it have not done.
func TestInvitesInATransaction(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, authplugin.Config{Plugins: []authplugin.Plugin{invites.New(invites.Options{})}})
		ada, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		changedMyMind := errors.New("changed my mind")
		err = auth.Transaction(ctx, func(tx *authplugin.Auth) error {
			if _, _, err := invites.Of(tx).Send(ctx, ada.ID, "bob@example.com"); err != nil {
				return err
			}
			return changedMyMind
		})
		if !errors.Is(err, changedMyMind) {
			t.Fatal(err)
		}
		pending, err := invites.Of(auth).Pending(ctx, ada.ID)
		must(t, err)
		ada, err = auth.Users().FindByID(ctx, ada.ID)
		must(t, err)
		if len(pending) != 0 || ada.Additional.Int("invitesLeft") != 5 {
			t.Errorf("pending %v, user %v", pending, ada)
		}
	})
}

// Ten come with one invitation, and ten invite with the last two that are left.
func TestInvitesRaces(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, authplugin.Config{Plugins: []authplugin.Plugin{invites.New(invites.Options{PerUser: 3})}})
		ada, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		secret, _, err := invites.Of(auth).Send(ctx, ada.ID, "bob@example.com")
		must(t, err)

		const callers = 10
		var group sync.WaitGroup
		accepted, sent := make([]error, callers), make([]error, callers)
		for i := range callers {
			group.Go(func() { _, accepted[i] = invites.Of(auth).Accept(ctx, secret, "Bob") })
			group.Go(func() { _, _, sent[i] = invites.Of(auth).Send(ctx, ada.ID, "cy@example.com") })
		}
		group.Wait()
		for _, race := range []struct {
			name, code string
			errs       []error
			winners    int
		}{{"accepted", "INVALID_INVITE", accepted, 1}, {"sent", "NO_INVITES_LEFT", sent, 2}} {
			winners := 0
			for _, err := range race.errs {
				switch {
				case err == nil:
					winners++
				case code(err) != race.code:
					t.Errorf("%s: %v", race.name, err)
				}
			}
			if winners != race.winners {
				t.Errorf("%s: %d times", race.name, winners)
			}
		}
	})
}

func TestInvitesRequired(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		db, auth := d.Use(t, authplugin.Config{Plugins: []authplugin.Plugin{invites.New(invites.Options{Required: true})}})
		_, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Eve", Email: "eve@example.com"}, "correct horse battery")
		if code(err) != "INVITE_REQUIRED" {
			t.Errorf("sign-up: %v", err)
		}
		if err := db.Create(&authplugin.User{Name: "Eve", Email: "eve@example.com"}).Error; code(err) != "INVITE_REQUIRED" {
			t.Errorf("plain GORM: %v", err)
		}
	})
}

func TestMistakesInOptions(t *testing.T) {
	t.Parallel()
	err := authplugin.Config{Plugins: []authplugin.Plugin{invites.New(invites.Options{PerUser: -1, Schema: map[string]authplugin.ModelConfig{
		"invite": {Columns: map[string]string{"mail": "address"}},
	}})}}.Validate()
	for _, want := range []string{
		"Plugins[0].PerUser (plugin invites): must not be negative",
		`Plugins[0].Schema["invite"].Columns["mail"]: the model invite has no such field; did you mean "email"?`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
}

func TestWithoutThePlugin(t *testing.T) {
	t.Parallel()
	if _, err := invites.Of(authplugin.New(authplugin.Config{})).Pending(t.Context(), "1"); !errors.Is(err, authplugin.ErrNotInitialized) {
		t.Errorf("before db.Use: %v", err)
	}
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		_, auth := d.Use(t, authplugin.Config{})
		if _, err := invites.Of(auth).Pending(t.Context(), "1"); !errors.Is(err, authplugin.ErrNoPlugin) {
			t.Errorf("without the plugin: %v", err)
		}
	})
}

// Every snippet of the guide stands in one of the files here, line by line.
func TestGuideIsThis(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	must(t, err)
	var source strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		must(t, err)
		source.WriteString("\n" + strings.ReplaceAll(string(text), "\r\n", "\n"))
	}
	guide, err := os.ReadFile("../../docs/writing-a-plugin.md")
	must(t, err)
	snippets := 0
	for i, block := range strings.Split(strings.ReplaceAll(string(guide), "\r\n", "\n"), "```") {
		snippet, ok := strings.CutPrefix(block, "go\n")
		if i%2 == 0 || !ok {
			continue
		}
		snippets++
		if !stands(source.String(), snippet) {
			t.Errorf("this snippet is in no file:\n%s", snippet)
		}
	}
	if snippets < 6 {
		t.Errorf("%d snippets", snippets)
	}
}

// stands reports whether a snippet is part of a source, at whatever depth.
func stands(source, snippet string) bool {
	lines := strings.Split(strings.TrimSuffix(snippet, "\n"), "\n")
	for range 4 {
		if strings.Contains(source, "\n"+strings.Join(lines, "\n")+"\n") {
			return true
		}
		for i, line := range lines {
			if line != "" {
				lines[i] = "\t" + line
			}
		}
	}
	return false
}
