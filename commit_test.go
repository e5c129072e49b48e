package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// observing is a configuration that needs to know of commits.
func observing() Config {
	return Config{AutoMigrate: true, Hooks: Hooks{User: ModelHooks[User]{AfterCommitCreate: func(*HookContext, *User) {}}}}
}

// journal is what ran after transactions: the names of users, with the outcome
// if it is not committed.
type journal struct {
	mu      sync.Mutex
	entries []string
	// commits are those of afterCommit alone.
	commits []string
}

func (j *journal) add(to *[]string, entry string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	*to = append(*to, entry)
}

// take empties the journal, after it has checked that afterCommit and afterEnd
// agree.
func (j *journal) take(t testing.TB) []string {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	entries, commits := j.entries, j.commits
	j.entries, j.commits = nil, nil
	only := slices.DeleteFunc(slices.Clone(entries), func(e string) bool { return strings.ContainsAny(e, "-?") })
	if diff := cmp.Diff(only, commits); len(only)+len(commits) > 0 && diff != "" {
		t.Errorf("afterEnd (-) and afterCommit (+) do not agree:\n%s", diff)
	}
	return entries
}

func (j *journal) want(t testing.TB, want ...string) {
	t.Helper()
	if got := j.take(t); !slices.Equal(got, want) {
		t.Errorf("ran %q, want %q", got, want)
	}
}

// keepJournal has each created user noted after the end of its transaction.
func keepJournal(t testing.TB, db *gorm.DB) *journal {
	t.Helper()
	j := &journal{}
	c, err := From(db).ready()
	mustBe(t, err)
	note := func(db *gorm.DB, name string) {
		_ = db.AddError(c.afterEnd(db, func(_ context.Context, outcome commitOutcome) {
			j.add(&j.entries, map[commitOutcome]string{committed: "", rolledBack: "-", unknown: "?"}[outcome]+name)
		}))
		_ = db.AddError(c.afterCommit(db, func(context.Context) { j.add(&j.commits, name) }))
	}
	mustBe(t, db.Callback().Create().After("gorm:create").Before("gorm:save_after_associations").Register("test:journal", func(db *gorm.DB) {
		switch users := db.Statement.Dest.(type) {
		case *User:
			note(db, users.Name)
		case []*User:
			for _, u := range users {
				note(db, u.Name)
			}
		case *[]*User: // a batch
			for _, u := range *users {
				note(db, u.Name)
			}
		}
	}))
	return j
}

func mustBe(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func openObserved(t testing.TB, d dbtest.Database, config *gorm.Config) (*gorm.DB, *journal) {
	t.Helper()
	db := d.Open(t, config)
	mustBe(t, db.Use(New(observing())))
	return db, keepJournal(t, db)
}

func create(db *gorm.DB, names ...string) error {
	for _, name := range names {
		if err := db.Create(&User{Name: name, Email: name + "@example.com"}).Error; err != nil {
			return err
		}
	}
	return nil
}

var errTest = errors.New("refused by the test")

// commitScenarios are what an application does, and what has to be in the
// journal afterwards: -name is rolled back, ?name unknown.
var commitScenarios = []struct {
	name string
	do   func(t *testing.T, db *gorm.DB, j *journal)
	want []string
}{
	{"implicit", func(t *testing.T, db *gorm.DB, _ *journal) {
		mustBe(t, create(db, "a", "b"))
	}, []string{"a", "b"}},
	{"implicit, refused by a later callback", func(t *testing.T, db *gorm.DB, _ *journal) {
		if err := create(db.Set("test:refuse", true), "a"); !errors.Is(err, errTest) {
			t.Error(err)
		}
	}, []string{"-a"}},
	{"transaction", func(t *testing.T, db *gorm.DB, j *journal) {
		mustBe(t, db.Transaction(func(tx *gorm.DB) error {
			mustBe(t, create(tx, "a", "b", "c"))
			j.want(t)
			return nil
		}))
	}, []string{"a", "b", "c"}},
	{"transaction that fails", func(t *testing.T, db *gorm.DB, _ *journal) {
		if err := db.Transaction(func(tx *gorm.DB) error {
			mustBe(t, create(tx, "a"))
			return errTest
		}); !errors.Is(err, errTest) {
			t.Error(err)
		}
	}, []string{"-a"}},
	{"transaction that panics", func(t *testing.T, db *gorm.DB, _ *journal) {
		defer func() { _ = recover() }()
		_ = db.Transaction(func(tx *gorm.DB) error {
			mustBe(t, create(tx, "a"))
			panic("test")
		})
	}, []string{"-a"}},
	{"begin and commit", func(t *testing.T, db *gorm.DB, j *journal) {
		tx := db.Begin()
		mustBe(t, create(tx, "a"))
		j.want(t)
		mustBe(t, tx.Commit().Error)
		j.want(t, "a")
		if err := tx.Rollback().Error; !errors.Is(err, sql.ErrTxDone) { // the deferred one
			t.Error(err)
		}
	}, nil},
	{"begin and rollback", func(t *testing.T, db *gorm.DB, _ *journal) {
		tx := db.Begin()
		mustBe(t, create(tx, "a"))
		mustBe(t, tx.Rollback().Error)
		if err := tx.Commit().Error; !errors.Is(err, sql.ErrTxDone) {
			t.Error(err)
		}
	}, []string{"-a"}},
	{"nested", func(t *testing.T, db *gorm.DB, j *journal) {
		mustBe(t, db.Transaction(func(tx *gorm.DB) error {
			mustBe(t, create(tx, "a"))
			mustBe(t, tx.Transaction(func(tx *gorm.DB) error { return create(tx, "b") }))
			j.want(t)
			return create(tx, "c")
		}))
	}, []string{"a", "b", "c"}},
	{"nested ones that fail", func(t *testing.T, db *gorm.DB, _ *journal) {
		mustBe(t, db.Transaction(func(tx *gorm.DB) error {
			mustBe(t, create(tx, "a"))
			_ = tx.Transaction(func(tx *gorm.DB) error { return errors.Join(create(tx, "b"), errTest) })
			_ = tx.Transaction(func(tx *gorm.DB) error {
				mustBe(t, create(tx, "c"))
				mustBe(t, tx.Transaction(func(tx *gorm.DB) error { return create(tx, "d") }))
				return errTest
			})
			_ = tx.Transaction(func(tx *gorm.DB) error {
				_ = tx.Transaction(func(tx *gorm.DB) error { return errors.Join(create(tx, "e"), errTest) })
				return create(tx, "f")
			})
			return create(tx, "g")
		}))
	}, []string{"a", "-b", "-c", "-d", "-e", "f", "g"}},
	{"nested in one that fails", func(t *testing.T, db *gorm.DB, _ *journal) {
		_ = db.Transaction(func(tx *gorm.DB) error {
			mustBe(t, tx.Transaction(func(tx *gorm.DB) error { return create(tx, "a") }))
			return errTest
		})
	}, []string{"-a"}},
	{"savepoints by hand", func(t *testing.T, db *gorm.DB, _ *journal) {
		tx := db.Begin()
		mustBe(t, create(tx, "a"))
		mustBe(t, tx.SavePoint("one").Error)
		mustBe(t, create(tx, "b"))
		mustBe(t, tx.SavePoint("two").Error)
		mustBe(t, create(tx, "c"))
		mustBe(t, tx.RollbackTo("two").Error)
		mustBe(t, create(tx, "d"))
		mustBe(t, tx.RollbackTo("one").Error)
		mustBe(t, create(tx, "e"))
		mustBe(t, tx.RollbackTo("one").Error) // it is still there
		mustBe(t, create(tx, "f"))
		mustBe(t, tx.Commit().Error)
	}, []string{"a", "-b", "-c", "-d", "-e", "f"}},
	{"session that prepares", func(t *testing.T, db *gorm.DB, _ *journal) {
		prepared := db.Session(&gorm.Session{PrepareStmt: true})
		mustBe(t, create(prepared, "a"))
		mustBe(t, prepared.Transaction(func(tx *gorm.DB) error {
			_ = tx.Transaction(func(tx *gorm.DB) error { return errors.Join(create(tx, "b"), errTest) })
			return create(tx, "c")
		}))
	}, []string{"a", "-b", "c"}},
	{"session that prepares in a transaction", func(t *testing.T, db *gorm.DB, j *journal) {
		mustBe(t, db.Transaction(func(tx *gorm.DB) error {
			mustBe(t, create(tx.Session(&gorm.Session{PrepareStmt: true}), "a"))
			j.want(t)
			return nil
		}))
		_ = db.Transaction(func(tx *gorm.DB) error {
			return errors.Join(create(tx.Session(&gorm.Session{PrepareStmt: true}), "b"), errTest)
		})
	}, []string{"a", "-b"}},
	{"no transaction", func(t *testing.T, db *gorm.DB, j *journal) {
		alone := db.Session(&gorm.Session{SkipDefaultTransaction: true})
		mustBe(t, create(alone, "a"))
		j.want(t, "a")
		mustBe(t, create(alone, "b"))
	}, []string{"b"}},
	{"connection", func(t *testing.T, db *gorm.DB, _ *journal) {
		mustBe(t, db.Connection(func(tx *gorm.DB) error {
			if tx.Session(&gorm.Session{NewDB: true}).Transaction(func(*gorm.DB) error { return nil }) != nil {
				t.Error("a transaction on the connection fails")
			}
			return create(tx.Session(&gorm.Session{NewDB: true}), "a", "b")
		}))
		mustBe(t, db.Connection(func(tx *gorm.DB) error {
			if err := create(tx.Set("test:refuse", true).Session(&gorm.Session{}), "c"); !errors.Is(err, errTest) {
				t.Error(err)
			}
			return nil
		}))
	}, []string{"a", "b", "-c"}},
	{"slice and association", func(t *testing.T, db *gorm.DB, _ *journal) {
		mustBe(t, db.Create([]*User{{Name: "a", Email: "a"}, {Name: "b", Email: "b"}}).Error)
		mustBe(t, db.CreateInBatches([]*User{{Name: "c", Email: "c"}, {Name: "d", Email: "d"}, {Name: "e", Email: "e"}}, 2).Error)
		s := Session{Token: "t", ExpiresAt: time.Now().Add(time.Hour), User: &User{Name: "f", Email: "f"}}
		mustBe(t, db.Create(&s).Error)
		mustBe(t, db.Connection(func(tx *gorm.DB) error { // the association is not what has begun the transaction
			return tx.Create(&Session{Token: "u", ExpiresAt: time.Now().Add(time.Hour), User: &User{Name: "g", Email: "g"}}).Error
		}))
	}, []string{"a", "b", "c", "d", "e", "f", "g"}},
	{"cancelled", func(t *testing.T, db *gorm.DB, _ *journal) {
		ctx, cancel := context.WithCancel(t.Context())
		tx := db.WithContext(ctx).Begin()
		mustBe(t, create(tx, "a"))
		cancel()
		if tx.Commit().Error == nil {
			t.Error("it was committed")
		}
		ctx, cancel = context.WithCancel(t.Context())
		mustBe(t, create(db.WithContext(ctx).Begin(), "b")) // never ended
		cancel()
	}, []string{"?a"}},
}

func TestAfterCommit(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for name, config := range map[string]gorm.Config{"plain": {}, "prepared": {PrepareStmt: true}} {
			db, j := openObserved(t, e.New(t), &config)
			mustBe(t, db.Callback().Create().After("gorm:after_create").Before("gorm:commit_or_rollback_transaction").Register("test:refuse", func(db *gorm.DB) {
				if _, refuse := db.Get("test:refuse"); refuse {
					_ = db.AddError(errTest)
				}
			}))
			for _, scenario := range commitScenarios {
				t.Run(name+"/"+scenario.name, func(t *testing.T) {
					scenario.do(t, db, j)
					j.want(t, scenario.want...)
					// What is in the database is what was said to be committed.
					mustBe(t, db.Exec("DELETE FROM sessions").Error)
					mustBe(t, db.Exec("DELETE FROM users").Error)
				})
			}
		}
	})
}

// The journal and the database agree, whatever an application does.
func TestAfterCommitTellsWhatIsThere(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, j := openObserved(t, e.New(t), nil)
		for seed := range 40 {
			n := 0
			var nest func(tx *gorm.DB, depth int) error
			nest = func(tx *gorm.DB, depth int) error {
				for i := range 3 {
					n++
					mustBe(t, create(tx, fmt.Sprintf("u%d_%d", seed, n)))
					if depth > 0 && (seed>>i)&1 == 0 {
						_ = tx.Transaction(func(tx *gorm.DB) error { return nest(tx, depth-1) })
					}
				}
				if (seed*7+n)%3 == 0 {
					return errTest
				}
				return nil
			}
			_ = db.Transaction(func(tx *gorm.DB) error { return nest(tx, 3) })
		}
		var there []string
		mustBe(t, db.Model(&User{}).Pluck("name", &there).Error)
		ran := slices.DeleteFunc(j.take(t), func(e string) bool { return e[0] == '-' })
		slices.Sort(there)
		slices.Sort(ran)
		if len(ran) == 0 || !slices.Equal(there, ran) {
			t.Errorf("in the database are %d users, %d were said to be committed", len(there), len(ran))
		}
	})
}

// Savepoints that the application sends as text.
func TestSavepointsByText(t *testing.T) {
	t.Parallel()
	texts := map[string][]string{ // names that are the same, or not the same
		"sqlite":   {"savepoint `Mixed`", "/* c */ SAVEPOINT other", "rollback transaction to \"mixed\"", "RELEASE mixed"},
		"mysql":    {"savepoint `Mixed`", "SAVEPOINT other", "ROLLBACK WORK TO mixed", "RELEASE SAVEPOINT MIXED"},
		"postgres": {`savepoint mixed`, `SAVEPOINT "Mixed"`, "ROLLBACK TRANSACTION TO SAVEPOINT MIXED", "RELEASE mixed"},
	}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		text := texts[e.Dialect()]
		if text == nil {
			t.Skip("the names of SQL Server's savepoints are a test of their own")
		}
		for name, config := range map[string]gorm.Config{"plain": {}, "prepared": {PrepareStmt: true}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				db, j := openObserved(t, e.New(t), &config)
				tx := db.Begin()
				defer tx.Rollback()
				mustBe(t, create(tx, "a"))
				if err := tx.Exec(text[0]).Error; err != nil && e.Dialect() == "mysql" && config.PrepareStmt {
					t.Skip("MySQL does not prepare it: ", err)
				}
				mustBe(t, create(tx, "b"))
				mustBe(t, tx.Exec(text[1]).Error)
				mustBe(t, create(tx, "c"))
				mustBe(t, tx.Exec(text[2]).Error)
				mustBe(t, create(tx, "d"))
				mustBe(t, tx.Exec(text[3]).Error)
				mustBe(t, create(tx, "e"))
				if e.Dialect() == "postgres" {
					mustBe(t, tx.Exec(`SAVEPOINT last`).Error)
				}
				// What is not there is rolled back to in vain.
				if tx.Session(&gorm.Session{NewDB: true}).Exec(text[2]).Error == nil {
					t.Error("the released savepoint is still there")
				}
				if e.Dialect() == "postgres" {
					mustBe(t, tx.Exec(`ROLLBACK TO SAVEPOINT last`).Error)
				}
				mustBe(t, tx.Commit().Error)
				j.want(t, "a", "-b", "-c", "d", "e")
			})
		}
	})
}
