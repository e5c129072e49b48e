package tests

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Club and Seat are models of a plugin: a club has seats, of which one is an owner's.
type Club struct {
	ID   authplugin.ID
	Slug string `auth:"unique"`
	Open bool
}

// TableName is called by GORM.
func (Club) TableName(n schema.Namer) string { return authplugin.TableName(n, "club") }

type Seat struct {
	ID        authplugin.ID
	ClubID    authplugin.ID `auth:"references:club"`
	Role      string        `auth:"sortable"`
	Number    int
	ExpiresAt *time.Time `auth:"index"`

	Additional authplugin.Values `gorm:"-"`
}

// TableName is called by GORM.
func (Seat) TableName(n schema.Namer) string { return authplugin.TableName(n, "seat") }

type clubs struct {
	hooks func() authplugin.Hooks
}

func (clubs) ID() string { return "clubs" }

func (clubs) Schema() authplugin.PluginSchema {
	return authplugin.PluginSchema{Models: []authplugin.PluginModel{
		{Name: "seat", Struct: Seat{}, Fields: authplugin.Fields{"role": {Type: authplugin.Enum("owner", "guest"), DefaultValue: func() any { return "guest" }}}},
		{Name: "club", Struct: Club{}},
	}}
}

func (c clubs) Hooks() authplugin.Hooks {
	if c.hooks == nil {
		return authplugin.Hooks{}
	}
	return c.hooks()
}

func (clubs) Cleanup(ctx context.Context, auth *authplugin.Auth) (int64, error) {
	return authplugin.RowsOf[Seat](auth).DeleteExpired(ctx, "expiresAt")
}

func TestRows(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		ctx, deleted := t.Context(), 0
		hooks := func() authplugin.Hooks {
			return authplugin.Hooks{Models: map[string]authplugin.AnyModelHooks{"seat": authplugin.ModelHooks[Seat]{
				BeforeDelete: func(*authplugin.HookContext, *Seat) error { deleted++; return nil },
			}}}
		}
		_, auth := migrated(t, e, authplugin.Config{GenerateID: s, Clock: fixedClock, Plugins: []authplugin.Plugin{clubs{hooks}}})
		allClubs, seats := authplugin.RowsOf[Club](auth), authplugin.RowsOf[Seat](auth)
		club, err := allClubs.Create(ctx, Club{Slug: "one"})
		must(t, err)
		if _, err := allClubs.Create(ctx, Club{Slug: "one"}); !errors.Is(err, authplugin.ErrDuplicate) {
			t.Errorf("the same slug: %v", err)
		}
		var all []*Seat
		for i := range 4 {
			seat, err := seats.Create(ctx, Seat{ClubID: club.ID, Number: i})
			must(t, err)
			if seat.ID == "" || seat.Role != "guest" {
				t.Errorf("seat %+v", seat)
			}
			all = append(all, seat)
		}
		if _, err := seats.Create(ctx, Seat{ClubID: club.ID, Role: "king"}); !errors.Is(err, authplugin.ErrInvalid) {
			t.Errorf("a role that is none: %v", err)
		}
		found, err := seats.FindByID(ctx, all[1].ID)
		must(t, err)
		if diff := cmp.Diff(*all[1], *found); diff != "" {
			t.Error(diff)
		}
		for _, id := range []authplugin.ID{"", "0", "nobody", authplugin.ID(fmt.Sprint(all[1].ID, "x")), "1=1"} {
			if _, err := seats.FindByID(ctx, id); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("the id %q: %v", id, err)
			}
		}
		page, err := seats.FindMany(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Gt("number", 0)}, Sort: authplugin.Desc("number"), Limit: 2})
		must(t, err)
		if len(page) != 2 || page[0].Number != 3 || page[1].Number != 2 {
			t.Errorf("page %+v", page)
		}
		if n, err := seats.Count(ctx, authplugin.Eq("clubId", club.ID)); err != nil || n != 4 {
			t.Errorf("count %d, %v", n, err)
		}

		updated, err := seats.Update(ctx, all[0].ID, authplugin.Values{"role": "owner", "number": 10}, authplugin.Eq("role", "guest"))
		must(t, err)
		if updated.Role != "owner" || updated.Number != 10 || updated.ClubID != club.ID {
			t.Errorf("updated %+v", updated)
		}
		if _, err := seats.Update(ctx, all[0].ID, authplugin.Values{"number": 11}, authplugin.Eq("role", "guest")); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("a condition that does not hold: %v", err)
		}
		for _, values := range []authplugin.Values{{"rolle": "x"}, {"id": "1"}, {"role": "king"}} {
			for _, where := range [][]authplugin.Condition{nil, {authplugin.Eq("role", "owner")}} {
				if _, err := seats.Update(ctx, all[0].ID, values, where...); !errors.Is(err, authplugin.ErrInvalid) {
					t.Errorf("%v: %v", values, err)
				}
			}
		}
		n, err := seats.UpdateMany(ctx, []authplugin.Condition{authplugin.Eq("role", "guest")}, authplugin.Values{"number": 20})
		must(t, err)
		if n != 3 {
			t.Errorf("%d updated", n)
		}
		past := noon.Add(-time.Second)
		_, err = seats.Update(ctx, all[3].ID, authplugin.Values{"expiresAt": past})
		must(t, err)
		cleaned, err := auth.Cleanup(ctx)
		must(t, err)
		if cleaned.Plugins["clubs"] != 1 {
			t.Errorf("cleaned %v", cleaned)
		}
		consumed, err := seats.Consume(ctx, authplugin.Eq("id", all[2].ID), authplugin.Eq("number", 20))
		must(t, err)
		if consumed.ID != all[2].ID || consumed.Number != 20 {
			t.Errorf("consumed %+v", consumed)
		}
		if _, err := seats.Consume(ctx, authplugin.Eq("id", all[2].ID)); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("consumed twice: %v", err)
		}
		deleted = 0
		must(t, allClubs.Delete(ctx, club.ID))
		if n, err := seats.Count(ctx); err != nil || n != 0 || deleted != 2 {
			t.Errorf("%d seats, %d hooks, %v", n, deleted, err)
		}
		if err := allClubs.Delete(ctx, club.ID); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("deleted twice: %v", err)
		}
	})
}

func TestRowsMistakes(t *testing.T) {
	t.Parallel()
	_, auth := migrated(t, dbtest.Named(t, "sqlite-pure"), authplugin.Config{Plugins: []authplugin.Plugin{clubs{}}})
	ctx := t.Context()
	if _, err := authplugin.RowsOf[Passkey](auth).FindByID(ctx, "1"); err == nil || err.Error() != "authplugin: tests.Passkey is not the struct of a model" {
		t.Errorf("a struct of no model: %v", err)
	}
	seats := authplugin.RowsOf[Seat](auth)
	_, err := seats.FindMany(ctx, authplugin.Query{Select: []string{"role"}})
	_, err2 := seats.Lock(ctx, "1")
	_, err3 := seats.DeleteExpired(ctx, "number")
	_, err4 := seats.DeleteExpired(ctx, "expires")
	for i, err := range []error{err, err2, err3, err4} {
		if !errors.Is(err, authplugin.ErrInvalid) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

var errLastOwner = errors.New("the last owner stays")

// demote makes a guest of an owner, unless there is no other one.
func demote(ctx context.Context, auth *authplugin.Auth, club, seat authplugin.ID) error {
	return auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		if _, err := authplugin.RowsOf[Club](tx).Lock(ctx, club); err != nil {
			return err
		}
		seats := authplugin.RowsOf[Seat](tx)
		owners, err := seats.LockMany(ctx, authplugin.Query{
			Where: []authplugin.Condition{authplugin.Eq("clubId", club), authplugin.Eq("role", "owner")}, Sort: authplugin.Asc("id"),
		})
		if err != nil {
			return err
		}
		if len(owners) < 2 {
			return errLastOwner
		}
		_, err = seats.Update(ctx, seat, authplugin.Values{"role": "guest"}, authplugin.Eq("role", "owner"))
		return err
	})
}

// Of several owners who leave at once one stays, and a transaction that has looked
// before sees it.
func TestLockKeepsTheLastOwner(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		ctx := t.Context()
		_, auth := migrated(t, e, authplugin.Config{Plugins: []authplugin.Plugin{clubs{}}})
		for round := range 5 {
			club, err := authplugin.RowsOf[Club](auth).Create(ctx, Club{Slug: strconv.Itoa(round)})
			must(t, err)
			var owners []authplugin.ID
			for range 4 {
				seat, err := authplugin.RowsOf[Seat](auth).Create(ctx, Seat{ClubID: club.ID, Role: "owner"})
				must(t, err)
				owners = append(owners, seat.ID)
			}
			var group sync.WaitGroup
			errs := make([]error, len(owners))
			for i, owner := range owners {
				group.Go(func() {
					if i%2 == 0 {
						errs[i] = demote(ctx, auth, club.ID, owner)
						return
					}
					errs[i] = auth.Transaction(ctx, func(tx *authplugin.Auth) error {
						if _, err := tx.Users().Count(ctx); err != nil { // its snapshot begins here
							return err
						}
						return demote(ctx, tx, club.ID, owner)
					}, authplugin.Retry(50))
				})
			}
			group.Wait()
			refused := 0
			for _, err := range errs {
				switch {
				case errors.Is(err, errLastOwner):
					refused++
				case err != nil:
					t.Error(err)
				}
			}
			n, err := authplugin.RowsOf[Seat](auth).Count(ctx, authplugin.Eq("clubId", club.ID), authplugin.Eq("role", "owner"))
			must(t, err)
			if n != 1 || refused != 1 {
				t.Errorf("%d owners, %d refused", n, refused)
			}
		}
	})
}

// Errors of what runs in it come through, the database's as the library's.
func TestAtomically(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		ctx := t.Context()
		_, auth := migrated(t, e, authplugin.Config{Plugins: []authplugin.Plugin{clubs{}}})
		own := authplugin.NewAPIError(400, "NO", "no")
		for _, within := range []bool{false, true} {
			run := func(fn func(tx *authplugin.Auth) error) error {
				if !within {
					return auth.Atomically(ctx, fn)
				}
				return auth.Transaction(ctx, func(tx *authplugin.Auth) error { return tx.Atomically(ctx, fn) })
			}
			slug := fmt.Sprint("a", within)
			must(t, run(func(tx *authplugin.Auth) error {
				return tx.DB(ctx).Create(&Club{Slug: slug}).Error
			}))
			err := run(func(tx *authplugin.Auth) error {
				must(t, tx.DB(ctx).Create(&Club{Slug: slug + "2"}).Error)
				return own
			})
			if !errors.Is(err, own) {
				t.Errorf("its own error: %v", err)
			}
			err = run(func(tx *authplugin.Auth) error {
				_, err := authplugin.RowsOf[Club](tx).Create(ctx, Club{Slug: slug})
				return err
			})
			if !errors.Is(err, authplugin.ErrDuplicate) {
				t.Errorf("duplicate: %v", err)
			}
		}
		if n, err := authplugin.RowsOf[Club](auth).Count(ctx); err != nil || n != 2 {
			t.Errorf("%d clubs, %v", n, err)
		}
	})
}
