package bench

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

// operation is something an application does, in the three ways that are compared.
type operation struct {
	name string
	// filled says that it reads the table of 10 000 users.
	filled bool
	// block is how many are done in a row before the next variant has its turn,
	// where variants take turns.
	block int
	// raw, gorm and authplugin make the function that does it once; i says with
	// which row. Each checks what it reads.
	raw, gorm, authplugin func(h handles) func(ctx context.Context, i int) error
	// returning says that it needs a DELETE which hands rows back.
	returning bool
	// statements are those that it sends, in this order; 0 is "not fixed".
	statements [3]int64
	// after checks what n runs of one variant have left.
	after func(tb testing.TB, f *fixture, n int)
}

// variants are the three ways, in the order in which they run.
func (o operation) variants(h handles) []variant {
	return []variant{{"raw", o.raw(h)}, {"gorm", o.gorm(h)}, {"authplugin", o.authplugin(h)}}
}

type variant struct {
	name string
	do   func(ctx context.Context, i int) error
}

func operations() []operation { return append(authOperations(), gormOperations()...) }

// gormOperations are those of GORM on the library's models.
func gormOperations() []operation {
	return []operation{
		{
			name: "create", block: 10, raw: rawCreate, gorm: gormCreate, authplugin: pluginCreate,
			statements: [3]int64{1, 3, 3}, after: created, // BEGIN, INSERT, COMMIT
		},
		{
			name: "find-by-id", filled: true, block: 20, statements: [3]int64{1, 1, 1},
			raw: rawFind("id", seedID), gorm: gormFind("id = ?", seedID), authplugin: pluginFind("id = ?", seedID),
		},
		{
			name: "find-by-email", filled: true, block: 20, statements: [3]int64{1, 1, 1},
			raw: rawFind("email", seedEmail), gorm: gormFind("email = ?", seedEmail), authplugin: pluginFind("email = ?", seedEmail),
		},
		{
			name: "list", filled: true, block: 10, raw: rawList, gorm: gormList, authplugin: pluginList,
			statements: [3]int64{1, 1, 1},
		},
		{
			name: "startup", block: 2, raw: rawStartup, gorm: gormStartup, authplugin: pluginStartup,
			statements: [3]int64{2, 0, 2},
		},
	}
}

func rawCreate(h handles) func(context.Context, int) error {
	insert := h.prepare("INSERT INTO users (" + columns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
	return func(ctx context.Context, i int) error {
		now := h.moment(time.Now())
		return insert.exec(ctx, newID(), newName, newEmail(i), false, nil, now, now, newNickname)
	}
}

func gormCreate(h handles) func(context.Context, int) error {
	return func(_ context.Context, i int) error {
		return h.naive.Create(&plainUser{ID: newID(), Name: newName, Email: newEmail(i), Nickname: newNickname}).Error
	}
}

func pluginCreate(h handles) func(context.Context, int) error {
	return func(_ context.Context, i int) error {
		u := authplugin.User{Name: newName, Email: newEmail(i), Additional: authplugin.Values{"nickname": newNickname}}
		if err := h.plugin.Create(&u).Error; err != nil {
			return err
		}
		if u.ID == "" {
			return errors.New("the new user has no id")
		}
		return nil
	}
}

// created counts the users that have all that was given.
func created(tb testing.TB, f *fixture, n int) {
	tb.Helper()
	var found int
	const of = " WHERE name = '" + newName + "' AND nickname = '" + newNickname + "' AND email LIKE 'new%@example.com'"
	err := f.pool.QueryRowContext(tb.Context(), "SELECT (SELECT COUNT(*) FROM users"+of+") + (SELECT COUNT(*) FROM plain_users"+of+")").Scan(&found)
	if err != nil || found != n {
		tb.Fatalf("%d users were created, %d are there (%v)", n, found, err)
	}
}

func seedID(s *seed) string    { return s.id }
func seedEmail(s *seed) string { return s.email }

// pick spreads the runs over the table.
func pick(seeds []seed, i int) *seed { return &seeds[i*6007%len(seeds)] }

func scanPlain(row interface{ Scan(dest ...any) error }, u *plainUser) error {
	return row.Scan(&u.ID, &u.Name, &u.Email, &u.EmailVerified, &u.Image, &u.CreatedAt, &u.UpdatedAt, &u.Nickname)
}

func rawFind(column string, key func(*seed) string) func(handles) func(context.Context, int) error {
	return func(h handles) func(context.Context, int) error {
		find := h.prepare("SELECT " + columns + " FROM users WHERE " + column + " = ? LIMIT 1")
		return func(ctx context.Context, i int) error {
			want := pick(h.seeds, i)
			var u plainUser
			if err := scanPlain(find.queryRow(ctx, key(want)), &u); err != nil {
				return err
			}
			return want.isPlain(&u)
		}
	}
}

func gormFind(condition string, key func(*seed) string) func(handles) func(context.Context, int) error {
	return func(h handles) func(context.Context, int) error {
		return func(_ context.Context, i int) error {
			want := pick(h.seeds, i)
			var u plainUser
			if err := h.naive.First(&u, condition, key(want)).Error; err != nil {
				return err
			}
			return want.isPlain(&u)
		}
	}
}

func pluginFind(condition string, key func(*seed) string) func(handles) func(context.Context, int) error {
	return func(h handles) func(context.Context, int) error {
		return func(_ context.Context, i int) error {
			want := pick(h.seeds, i)
			var u authplugin.User
			if err := h.plugin.First(&u, condition, key(want)).Error; err != nil {
				return err
			}
			return want.isUser(&u)
		}
	}
}

// window is the part of the table that a list is to be.
func window(seeds []seed, i int) []seed {
	from := i * 6007 % (len(seeds) - listLength)
	return seeds[from : from+listLength]
}

func sameList[T any](want []seed, got []T, same func(seed, *T) error) error {
	if len(got) != len(want) {
		return fmt.Errorf("the list has %d rows, want %d", len(got), len(want))
	}
	for i := range got {
		if err := same(want[i], &got[i]); err != nil {
			return err
		}
	}
	return nil
}

func rawList(h handles) func(context.Context, int) error {
	list := h.prepare("SELECT " + columns + " FROM users WHERE nickname >= ? ORDER BY nickname LIMIT 20")
	return func(ctx context.Context, i int) (err error) {
		want := window(h.seeds, i)
		rows, err := list.query(ctx, want[0].nickname)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		users := make([]plainUser, 0, listLength)
		for rows.Next() {
			users = append(users, plainUser{})
			if err := scanPlain(rows, &users[len(users)-1]); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return sameList(want, users, seed.isPlain)
	}
}

func gormList(h handles) func(context.Context, int) error {
	return func(_ context.Context, i int) error {
		want := window(h.seeds, i)
		var users []plainUser
		if err := h.naive.Where("nickname >= ?", want[0].nickname).Order("nickname").Limit(listLength).Find(&users).Error; err != nil {
			return err
		}
		return sameList(want, users, seed.isPlain)
	}
}

func pluginList(h handles) func(context.Context, int) error {
	return func(_ context.Context, i int) error {
		want := window(h.seeds, i)
		var users []authplugin.User
		if err := h.plugin.Where("nickname >= ?", want[0].nickname).Order("nickname").Limit(listLength).Find(&users).Error; err != nil {
			return err
		}
		return sameList(want, users, seed.isUser)
	}
}

// rawStartup sends what the library asks the catalog, and reads the rows.
func rawStartup(h handles) func(context.Context, int) error {
	statements := catalogStatements(h)
	return func(ctx context.Context, _ int) error {
		for _, s := range statements {
			h.sent.Add(1)
			if err := s.read(ctx, h.pool); err != nil {
				return err
			}
		}
		return nil
	}
}

func gormStartup(h handles) func(context.Context, int) error {
	return func(context.Context, int) error { return h.naive.AutoMigrate(plainModels()...) }
}

func pluginStartup(h handles) func(context.Context, int) error {
	return func(ctx context.Context, _ int) error { return h.auth.Migrate(ctx) }
}
