package bench

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

const (
	rows       = 10_000
	batch      = 500
	columns    = "id, name, email, email_verified, image, created_at, updated_at, nickname"
	listLength = 20
)

// fixture is one database with the tables of both models. All variants share
// one pool on it, so that they share its connection too: on a server, what a
// connection costs depends on the core that its process runs on.
type fixture struct {
	engine string
	pool   *sql.DB
	naive  *gorm.DB
	plugin *gorm.DB
	auth   *authplugin.Auth
	seeds  []seed // of the rows in the table, in order of nickname
}

// newFixture makes the tables, and fills them when it is told to.
func newFixture(tb testing.TB, e dbtest.Engine, filled bool) *fixture {
	tb.Helper()
	d := e.New(tb)
	f := &fixture{engine: e.Dialect(), pool: d.Pool(tb), auth: authplugin.New(config())}
	f.pool.SetConnMaxIdleTime(0) // nobody is to reconnect in the middle of a run
	f.naive, f.plugin = f.open(tb, d), f.open(tb, d)
	if err := f.naive.AutoMigrate(plainModels()...); err != nil {
		tb.Fatal(err)
	}
	if err := f.plugin.Use(f.auth); err != nil {
		tb.Fatal(err)
	}
	if filled {
		f.fill(tb)
	}
	return f
}

// open is GORM with its defaults, on the shared pool.
func (f *fixture) open(tb testing.TB, d dbtest.Database) *gorm.DB {
	tb.Helper()
	db := d.Open(tb, &gorm.Config{Logger: logger.Discard})
	db.ConnPool, db.Statement.ConnPool = f.pool, f.pool
	return db
}

// fill puts the same rows into both tables.
func (f *fixture) fill(tb testing.TB) {
	tb.Helper()
	ctx := tb.Context()
	tx, err := f.pool.BeginTx(ctx, nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	now := f.moment(time.Now())
	// The rows arrive in no order, as users do.
	for from := 0; from < rows; from += batch {
		args := make([]any, 0, batch*8)
		for i := from; i < from+batch; i++ {
			s := seedOf(i * 7919 % rows)
			args = append(args, s.id, s.name, s.email, false, nil, now, now, s.nickname)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO users ("+columns+") VALUES "+f.placeholders(batch), args...); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO plain_users ("+columns+") SELECT "+columns+" FROM users"); err != nil {
		tb.Fatal(err)
	}
	for _, table := range []string{"sessions", "plain_sessions"} {
		f.fillSessions(tb, tx, table)
	}
	if err := tx.Commit(); err != nil {
		tb.Fatal(err)
	}
	statistics := map[string]string{
		"sqlite": "ANALYZE", "postgres": "VACUUM ANALYZE users, plain_users, sessions, plain_sessions",
		"mysql": "ANALYZE TABLE users, plain_users, sessions, plain_sessions",
	}
	if _, err := f.pool.ExecContext(ctx, statistics[f.engine]); err != nil {
		tb.Fatal(err)
	}
	f.seeds = make([]seed, rows)
	for i := range f.seeds {
		f.seeds[i] = seedOf(i)
	}
}

// fillSessions gives each user a session.
func (f *fixture) fillSessions(tb testing.TB, tx *sql.Tx, table string) {
	tb.Helper()
	now := time.Now()
	for from := 0; from < rows; from += batch {
		args := make([]any, 0, batch*8)
		for i := from; i < from+batch; i++ {
			s := seedOf(i * 7919 % rows)
			args = append(args, s.id, s.id, s.token(), f.moment(now.Add(7*24*time.Hour)), "203.0.113.7", "bench/1", f.moment(now), f.moment(now))
		}
		if _, err := tx.ExecContext(tb.Context(), "INSERT INTO "+table+" ("+sessionColumns+") VALUES "+f.placeholders(batch), args...); err != nil {
			tb.Fatal(err)
		}
	}
}

// placeholders is the body of a VALUES clause with n rows.
func (f *fixture) placeholders(n int) string {
	var b strings.Builder
	for i := range n * 8 {
		switch {
		case i%8 != 0:
			b.WriteString(", ")
		case i == 0:
			b.WriteString("(")
		default:
			b.WriteString("), (")
		}
		if f.engine == "postgres" {
			fmt.Fprintf(&b, "$%d", i+1)
		} else {
			b.WriteByte('?')
		}
	}
	return b.String() + ")"
}

// moment is what the plugin stores for a time.
func (f *fixture) moment(t time.Time) any {
	t = t.UTC().Truncate(time.Millisecond)
	if f.engine == "sqlite" {
		return t.Format("2006-01-02T15:04:05.000Z")
	}
	return t
}

// empty removes all users.
func (f *fixture) empty(tb testing.TB) {
	tb.Helper()
	for _, table := range []string{"accounts", "plain_accounts", "users", "plain_users"} {
		if _, err := f.pool.ExecContext(context.Background(), "DELETE FROM "+table); err != nil {
			tb.Fatal(err)
		}
	}
}

// handles are what a variant works with.
type handles struct {
	*fixture

	tb     testing.TB
	naive  *gorm.DB
	plugin *gorm.DB
	auth   *authplugin.Auth
	sent   *atomic.Int64
}

// timed gives handles on the pool itself.
func (f *fixture) timed(tb testing.TB) handles {
	tb.Helper()
	return handles{fixture: f, tb: tb, naive: f.naive, plugin: f.plugin, auth: f.auth, sent: new(atomic.Int64)}
}

// counted gives handles that count the statements which they send.
func (f *fixture) counted(tb testing.TB) handles {
	tb.Helper()
	h := f.timed(tb)
	h.naive, h.plugin = h.count(f.naive), h.count(f.plugin)
	h.auth = f.auth.WithDB(h.plugin)
	return h
}

func (h handles) count(db *gorm.DB) *gorm.DB {
	db = db.Session(&gorm.Session{NewDB: true, Context: context.Background()}) // a context makes it copy the statement
	db.Statement.ConnPool = &countingPool{pool: h.pool, sent: h.sent}
	return db
}

// prepare makes a statement of the raw variants. A ? is a placeholder.
func (h handles) prepare(query string) prepared {
	h.tb.Helper()
	if h.engine == "postgres" {
		for i := 1; strings.Contains(query, "?"); i++ {
			query = strings.Replace(query, "?", fmt.Sprintf("$%d", i), 1)
		}
	}
	stmt, err := h.pool.PrepareContext(context.Background(), query)
	if err != nil {
		h.tb.Fatal(err)
	}
	h.tb.Cleanup(func() { _ = stmt.Close() })
	return prepared{stmt: stmt, sent: h.sent}
}
