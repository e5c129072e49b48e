package tests

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// killVariable makes the test binary the process that is killed: it holds a victim.
const killVariable = "AUTHPLUGIN_TEST_VICTIM"

// victim is what the process needs to know.
type victim struct {
	Engine string `json:"engine"`
	DSN    string `json:"dsn"`
	Name   string `json:"name"`
	Path   string `json:"path"`
	// Number keeps the rows of one process apart from those of others.
	Number int `json:"number"`
	// Apart makes PostgreSQL insert user and account by two statements, which
	// need a transaction.
	Apart bool `json:"apart"`
}

// A process that is killed in the middle of a sign-up leaves all of it behind or
// nothing.
func TestKilledProcessLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, _ := use(t, d, withHasher(authplugin.Config{AutoMigrate: true}))
		v := victim{Engine: e.Name, DSN: d.DSN, Name: d.Name, Path: d.SQLitePath}
		kills := 0
		for deadline := time.Now().Add(scaled(2*time.Second, time.Minute)); time.Now().Before(deadline); kills++ {
			v.Number, v.Apart = kills, kills%2 == 1
			kill(t, v)
			nothingHalf(t, db)
		}
		var users, sessions int64
		must(t, db.Model(&authplugin.User{}).Count(&users).Error)
		must(t, db.Model(&authplugin.Session{}).Count(&sessions).Error)
		t.Logf("%d processes were killed, after %d users and %d sessions", kills, users, sessions)
		if users == 0 || sessions == 0 {
			t.Error("the processes did nothing before they were killed")
		}
		if d.SQLitePath != "" {
			var state string
			must(t, db.Raw("PRAGMA integrity_check").Scan(&state).Error)
			if state != "ok" {
				t.Errorf("the database is damaged: %s", state)
			}
		}
		_, again := use(t, d, withHasher(authplugin.Config{AutoMigrate: true}))
		writeAndRead(t.Context(), t, again, "afterwards")
	})
}

// kill starts a process and kills it at a random moment of its work.
func kill(t *testing.T, v victim) {
	t.Helper()
	told, err := json.Marshal(v)
	must(t, err)
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVictim$", "-test.count=1")
	process.Env = append(os.Environ(), killVariable+"="+string(told))
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	must(t, err)
	must(t, process.Start())
	lines := bufio.NewScanner(out)
	working := false
	for !working && lines.Scan() {
		working = lines.Text() == "working"
		if !working {
			t.Log(lines.Text())
		}
	}
	time.Sleep(time.Duration(rand.Int64N(int64(80 * time.Millisecond))))
	must(t, process.Process.Kill())
	for lines.Scan() {
		t.Errorf("process %d: %s", v.Number, lines.Text())
	}
	_ = process.Wait()
	if !working {
		t.Fatal("the process did not begin its work")
	}
}

// nothingHalf looks for users without account, and rows without user.
func nothingHalf(t *testing.T, db *gorm.DB) {
	t.Helper()
	for what, query := range map[string]string{
		"users without account":       "SELECT COUNT(*) FROM users WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.user_id = users.id)",
		"accounts without user":       "SELECT COUNT(*) FROM accounts WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.id = accounts.user_id)",
		"sessions without user":       "SELECT COUNT(*) FROM sessions WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id)",
		"sessions that are not whole": "SELECT COUNT(*) FROM sessions WHERE LENGTH(token) <> 32 OR user_agent <> 'victim' OR expires_at IS NULL",
	} {
		var n int64
		must(t, db.Raw(query).Scan(&n).Error)
		if n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
}

// TestVictim is the process that is killed; by itself it does nothing.
func TestVictim(t *testing.T) {
	told := os.Getenv(killVariable)
	if told == "" {
		t.Skip("this is the process that TestKilledProcessLeavesNothingHalf kills")
	}
	var v victim
	must(t, json.Unmarshal([]byte(told), &v))
	d := dbtest.Database{Engine: dbtest.Named(t, v.Engine), DSN: v.DSN, Name: v.Name, SQLitePath: v.Path}
	db, auth := use(t, d, withHasher(authplugin.Config{}))
	if v.Apart {
		must(t, db.Callback().Create().After("gorm:create").Register("victim:after", func(*gorm.DB) {}))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var workers sync.WaitGroup
	var once sync.Once
	for worker := range 3 {
		workers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := signUpAndIn(ctx, auth, fmt.Sprintf("v%d-%d-%d", v.Number, worker, i)); err != nil {
					fmt.Println(err) //nolint:forbidigo // the parent reads it
				}
				once.Do(func() { fmt.Println("working") }) //nolint:forbidigo // the parent reads it
			}
		})
	}
	workers.Wait()
}

func signUpAndIn(ctx context.Context, auth *authplugin.Auth, name string) error {
	user, err := auth.Users().SignUp(ctx, authplugin.User{Name: name, Email: name + "@example.com"}, "a password")
	if err != nil {
		return err
	}
	session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{UserAgent: "victim"})
	if err != nil {
		return err
	}
	who := authplugin.ProviderIdentity{ProviderID: "github", AccountID: name, Email: name + "@github.example.com", EmailVerified: true, Name: name}
	if _, err := auth.Accounts().SignIn(ctx, who); err != nil {
		return err
	}
	who.ProviderID = "gitlab" // is linked to the user of the other one
	in, err := auth.Accounts().SignIn(ctx, who)
	if err != nil {
		return err
	}
	if in.User.Name != name {
		return fmt.Errorf("%s signed in as %s", name, in.User.Name)
	}
	if err := auth.Users().Delete(ctx, user.ID); err != nil {
		return err
	}
	if _, err = auth.Sessions().Find(ctx, session.Token); err == nil {
		return fmt.Errorf("%s: a session is left of a user that was deleted", name)
	}
	_, err = auth.Sessions().Create(ctx, in.User.ID, authplugin.SessionOptions{UserAgent: "victim"})
	return err
}
