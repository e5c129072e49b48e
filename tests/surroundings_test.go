package tests

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"reflect"
	"strings"
	"sync"
	"testing"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// observer is a GORM plugin of somebody else, which looks at each statement as one
// for tracing does: gorm.io/plugin/opentelemetry reads the same fields at the same
// places.
type observer struct {
	mutex sync.Mutex
	seen  []sight
	text  strings.Builder // statements with their parameters
	wrong []string
	fail  string // the chain and table whose statement is to fail
}

var errForeign = errors.New("refused by somebody else")

func (o *observer) Name() string { return "observer" }

func (o *observer) Initialize(db *gorm.DB) error {
	cb := db.Callback()
	return errors.Join(
		cb.Query().Before("gorm:query").Register("observer:before_query", o.before),
		cb.Query().After("gorm:query").Register("observer:after_query", o.after("query", "SELECT")),
		cb.Create().Before("gorm:create").Register("observer:before_create", o.before),
		cb.Create().After("gorm:create").Before("gorm:commit_or_rollback_transaction").Register("observer:after_create", o.after("create", "INSERT")),
		cb.Update().Before("gorm:update").Register("observer:before_update", o.before),
		cb.Update().After("gorm:update").Before("gorm:commit_or_rollback_transaction").Register("observer:after_update", o.after("update", "UPDATE")),
		cb.Delete().Before("gorm:delete").Register("observer:before_delete", o.before),
		cb.Delete().After("gorm:delete").Before("gorm:commit_or_rollback_transaction").Register("observer:after_delete", o.after("delete", "DELETE")),
		cb.Raw().After("gorm:raw").Register("observer:after_raw", o.note),
		cb.Row().After("gorm:row").Register("observer:after_row", o.note),
	)
}

type observed struct{}

func (o *observer) before(db *gorm.DB) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.check(db, "before")
	if db.Statement.SQL.Len() > 0 {
		o.wrong = append(o.wrong, "there is SQL before the statement: "+db.Statement.SQL.String())
	}
	// A plugin for tracing puts its span into the context, and finds it there.
	db.Statement.Context = context.WithValue(db.Statement.Context, observed{}, true)
}

func (o *observer) check(db *gorm.DB, when string) {
	stmt := db.Statement
	if stmt.Schema == nil || stmt.Table != stmt.Schema.Table || stmt.Model == nil || stmt.Dest == nil || !stmt.ReflectValue.IsValid() {
		o.wrong = append(o.wrong, fmt.Sprintf("%s: schema %v, table %q, model %T, dest %T", when, stmt.Schema, stmt.Table, stmt.Model, stmt.Dest))
	}
}

func (o *observer) after(chain, verb string) func(*gorm.DB) {
	return func(db *gorm.DB) {
		o.note(db)
		o.mutex.Lock()
		defer o.mutex.Unlock()
		o.check(db, "after")
		stmt := db.Statement
		text := stmt.SQL.String()
		if !strings.HasPrefix(text, verb) || !strings.Contains(text, stmt.Table) {
			o.wrong = append(o.wrong, "the SQL of "+chain+" on "+stmt.Table+" is "+text)
		}
		if stmt.Context.Value(observed{}) == nil {
			o.wrong = append(o.wrong, "the context of the callback before is lost: "+text)
		}
		if chain == "query" {
			o.checkRead(stmt)
		}
		o.seen = append(o.seen, sight{chain, stmt.Table, db.RowsAffected})
		if o.fail == chain+" "+stmt.Table {
			_ = db.AddError(errForeign)
		}
	}
}

// checkRead looks for the rows where a callback that changes them would.
func (o *observer) checkRead(stmt *gorm.Statement) {
	rows := reflect.Indirect(reflect.ValueOf(stmt.Dest))
	switch {
	case stmt.DB.Error != nil:
	case rows.Kind() == reflect.Slice && int64(rows.Len()) != stmt.DB.RowsAffected:
		o.wrong = append(o.wrong, fmt.Sprintf("%d rows in a %T after %d: %s", rows.Len(), stmt.Dest, stmt.DB.RowsAffected, stmt.SQL.String()))
	case rows.Kind() == reflect.Struct && rows.FieldByName("ID").IsValid() && (rows.FieldByName("ID").String() != "") != (stmt.DB.RowsAffected == 1):
		o.wrong = append(o.wrong, fmt.Sprintf("the row in a %T has the id %q after %d rows", stmt.Dest, rows.FieldByName("ID"), stmt.DB.RowsAffected))
	}
}

// note keeps what a plugin for tracing makes of a statement.
func (o *observer) note(db *gorm.DB) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.text.WriteString(db.Dialector.Explain(db.Statement.SQL.String(), db.Statement.Vars...) + "\n")
	fmt.Fprintf(&o.text, "%v %v\n", db.Statement.Vars, db.Error)
}

// taken returns what was seen since the last call.
func (o *observer) taken() (seen []sight, wrong []string) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	seen, wrong = o.seen, o.wrong
	o.seen, o.wrong = nil, nil
	return seen, wrong
}

func refreshable() authplugin.Config { return withHasher(authplugin.Config{AutoMigrate: true}) }

// Callbacks, logger and tracing of others see each statement of each operation,
// and none of its secrets.
func TestOthersSeeEveryOperation(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]func(*gorm.DB, *bytes.Buffer) *gorm.DB{
		"plain": func(db *gorm.DB, _ *bytes.Buffer) *gorm.DB { return db },
		"debug": func(db *gorm.DB, _ *bytes.Buffer) *gorm.DB { return db.Debug() },
		"own logger": func(db *gorm.DB, out *bytes.Buffer) *gorm.DB {
			return db.Session(&gorm.Session{Logger: chatty(out)})
		},
		"prepared":                func(db *gorm.DB, _ *bytes.Buffer) *gorm.DB { return db.Session(&gorm.Session{PrepareStmt: true}) },
		"prepared from the start": func(db *gorm.DB, _ *bytes.Buffer) *gorm.DB { return db },
		"observed commits":        func(db *gorm.DB, _ *bytes.Buffer) *gorm.DB { return db },
		"no default transaction": func(db *gorm.DB, _ *bytes.Buffer) *gorm.DB {
			return db.Session(&gorm.Session{SkipDefaultTransaction: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				var out, own bytes.Buffer
				cfg := refreshable()
				if name == "observed commits" {
					cfg.Hooks.User.AfterCommitCreate = func(*authplugin.HookContext, *authplugin.User) {}
				}
				db, auth := useWith(t, e.New(t), cfg, &gorm.Config{Logger: chatty(&out), PrepareStmt: name == "prepared from the start"})
				o := &observer{}
				must(t, db.Use(o))
				w := newWorld(t, auth)
				o.taken()
				auth = auth.WithDB(mode(db, &own))
				for _, c := range calls() {
					if err := c.do(t.Context(), auth, w); err != nil {
						t.Errorf("%s: %v", c.name, err)
					}
					seen, wrong := o.taken()
					for _, want := range c.sees {
						if !saw(seen, want) {
							t.Errorf("%s: callbacks saw %v, want %v", c.name, seen, want)
						}
					}
					for _, problem := range wrong {
						t.Errorf("%s: %s", c.name, problem)
					}
				}
				logged := out.String()
				if name == "own logger" {
					logged = own.String()
				}
				if !strings.Contains(logged, "INSERT INTO") || !strings.Contains(logged, "JOIN") || !strings.Contains(logged, "[redacted]") {
					t.Error("the logger did not get the SQL")
				}
				for place, text := range map[string]string{"log": out.String(), "own log": own.String(), "trace": o.text.String()} {
					for line := range strings.SplitSeq(text, "\n") {
						for _, secret := range w.secrets() {
							if strings.Contains(line, secret) {
								t.Errorf("%s: %s", place, line)
							}
						}
					}
				}
			})
		})
	}
}

func saw(seen []sight, want sight) bool {
	for _, s := range seen {
		// Which of the two statements of a consumption deletes how many rows
		// differs by database.
		if s == want || (s.chain == want.chain && s.table == want.table && want.chain == "delete" && want.table == "verifications") {
			return true
		}
	}
	return false
}

func chatty(out *bytes.Buffer) logger.Interface {
	return logger.New(log.New(out, "", 0), logger.Config{LogLevel: logger.Info})
}

// A callback of somebody else that fails after a write undoes it.
func TestForeignCallbackUndoesTheWrite(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, refreshable())
		w := newWorld(t, auth)
		o := &observer{}
		must(t, db.Use(o))
		tables := func() string {
			return fmt.Sprint(
				counted(t, db, &authplugin.User{}, "1 = 1"), counted(t, db, &authplugin.Session{}, "1 = 1"),
				counted(t, db, &authplugin.Account{}, "1 = 1"), counted(t, db, &authplugin.Verification{}, "1 = 1"),
			)
		}
		tested := 0
		for _, c := range calls() {
			for _, s := range c.sees {
				if s.chain == "query" || s.rows == 0 || strings.HasPrefix(c.name, "Sessions.RevokeOthers") || c.name == "Sessions.List" {
					continue
				}
				before := tables()
				o.fail = s.chain + " " + s.table
				err := c.do(t.Context(), auth, w)
				o.fail = ""
				if strings.Contains(err2text(err), "rows, want") {
					continue // it depends on what others have done before
				}
				if !errors.Is(err, errForeign) {
					t.Errorf("%s: %v, want the error of the callback after %s of %s", c.name, err, s.chain, s.table)
				}
				if after := tables(); after != before {
					t.Errorf("%s: %s rows, before it failed %s", c.name, after, before)
				}
				tested++
			}
		}
		if tested < 15 {
			t.Errorf("only %d failures were tested", tested)
		}
	})
}

func err2text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// In a dry run nothing is written.
func TestDryRun(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, refreshable())
		w := newWorld(t, auth)
		dry := auth.WithDB(db.Session(&gorm.Session{DryRun: true}))
		count := func() string {
			return fmt.Sprint(
				counted(t, db, &authplugin.User{}, "name = ?", "ada"), counted(t, db, &authplugin.User{}, "1 = 1"),
				counted(t, db, &authplugin.Session{}, "expires_at = ?", w.session.ExpiresAt), counted(t, db, &authplugin.Session{}, "1 = 1"),
				counted(t, db, &authplugin.Account{}, "1 = 1"), counted(t, db, &authplugin.Verification{}, "value = ?", w.value),
			)
		}
		before := count()
		for _, c := range calls() {
			session := *w.session
			_ = c.do(t.Context(), dry, w)
			*w.session = session
			if after := count(); after != before {
				t.Fatalf("%s wrote in a dry run: %s, before it %s", c.name, after, before)
			}
		}
	})
}

// An application that told GORM not to prepare statements, for a pooler, gets none
// from the library.
func TestNoPreparedStatementsForPoolers(t *testing.T) { //nolint:tparallel // one after the other
	t.Parallel()
	d := dbtest.Named(t, "postgres").New(t)
	separator := "&"
	if !strings.Contains(d.DSN, "?") {
		separator = " "
	}
	no := refreshable()
	no.NoPreparedStatements = true
	for _, c := range []struct {
		name   string
		dsn    string
		driver postgres.Config
		cfg    authplugin.Config
		own    string // statements that the library itself has prepared
		want   bool
	}{
		{name: "PreferSimpleProtocol", dsn: d.DSN, driver: postgres.Config{PreferSimpleProtocol: true}, cfg: refreshable(), own: "TRUE"},
		{name: "a mode in the DSN", dsn: d.DSN + separator + "default_query_exec_mode=exec", cfg: refreshable(), own: "TRUE"},
		{name: "NoPreparedStatements", dsn: d.DSN, cfg: no, own: "name NOT LIKE 'stmtcache%'"},
		{name: "nothing said", dsn: d.DSN, cfg: refreshable(), own: "name NOT LIKE 'stmtcache%'", want: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, auth := onPostgres(t, c.dsn, c.cfg, c.driver, nil)
			pool, err := db.DB()
			must(t, err)
			pool.SetMaxOpenConns(1)
			writeAndRead(t.Context(), t, auth, strings.ToLower(strings.ReplaceAll(c.name, " ", "-")))
			var n int
			must(t, pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared_statements%' AND "+c.own).Scan(&n))
			if (n > 0) != c.want {
				t.Errorf("%d statements are prepared", n)
			}
		})
	}
}
