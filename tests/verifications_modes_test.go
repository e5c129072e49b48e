package tests

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A verification that was created in the storage alone can be found, changed and consumed
// with the database beside it, once; and the other way round what the database knows is
// not taken for one that the storage alone has.
func TestVerificationsAfterChangesOfMode(t *testing.T) {
	t.Parallel()
	for _, identifiers := range []authplugin.IdentifierStorage{authplugin.PlainIdentifiers, authplugin.HashedIdentifiers} {
		withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
			d, ctx, options := e.New(t), t.Context(), authplugin.VerificationOptions{}
			start := func(in authplugin.RecordStorage) (*gorm.DB, *authplugin.Auth) {
				cfg := modeConfig(storage, in, false)
				cfg.Verification.Identifiers = identifiers
				return use(t, d, cfg)
			}
			want := func(verifications authplugin.Verifications[authplugin.Verification], identifier, value string) {
				t.Helper()
				found, err := verifications.Find(ctx, identifier)
				switch {
				case value == "" && !errors.Is(err, authplugin.ErrNotFound):
					t.Errorf("%s: found %v, %v", identifier, found, err)
				case value != "" && (err != nil || found.Value != value || found.Identifier != identifier):
					t.Errorf("%s: found %v, %v; want %s", identifier, found, err, value)
				}
			}

			db, auth := start(authplugin.StorageAndDatabase)
			_, err := auth.Verifications().Create(ctx, "old row", "oldest", options)
			must(t, err)
			closeDB(t, db)
			db, auth = start(authplugin.StorageOnly)
			for _, identifier := range []string{"consume", "race", "update", "delete", "reserve", "create", "rollback", "old row"} {
				_, err := auth.Verifications().Create(ctx, identifier, "old", options)
				must(t, err)
			}
			closeDB(t, db)

			db, auth = start(authplugin.StorageAndDatabase)
			verifications := auth.Verifications()
			want(verifications, "consume", "old")
			for _, identifier := range []string{"consume", "old row"} {
				taken, err := verifications.Consume(ctx, identifier)
				if err != nil || taken.Value != "old" || taken.Identifier != identifier {
					t.Errorf("consumed %v, %v", taken, err)
				}
				if again, err := verifications.Consume(ctx, identifier); !errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("consumed twice: %v, %v", again, err)
				}
				want(verifications, identifier, "")
			}

			var winners atomic.Int64
			var group sync.WaitGroup
			for range 16 {
				group.Go(func() {
					_, err := verifications.Consume(ctx, "race")
					switch {
					case err == nil:
						winners.Add(1)
					case !errors.Is(err, authplugin.ErrNotFound):
						t.Error(err)
					}
				})
			}
			group.Wait()
			if n := winners.Load(); n != 1 {
				t.Errorf("%d have consumed a verification", n)
			}

			updated, err := verifications.Update(ctx, "update", authplugin.Values{"value": "new"})
			if err != nil || updated.Value != "new" {
				t.Errorf("updated %v, %v", updated, err)
			}
			want(verifications, "update", "new")
			if n, err := verifications.Delete(ctx, "delete"); n != 1 || err != nil {
				t.Errorf("deleted %d, %v", n, err)
			}
			want(verifications, "delete", "")
			if _, err := verifications.Reserve(ctx, "reserve", "new", options); !errors.Is(err, authplugin.ErrDuplicate) {
				t.Errorf("reserved what is there: %v", err)
			}
			_, err = verifications.Create(ctx, "create", "new", options)
			must(t, err)
			want(verifications, "create", "new")

			rollback := errors.New("rollback")
			err = auth.Transaction(ctx, func(tx *authplugin.Auth) error {
				want(tx.Verifications(), "rollback", "old")
				if _, err := tx.Verifications().Consume(ctx, "rollback"); err != nil {
					return err
				}
				want(tx.Verifications(), "rollback", "")
				return rollback
			})
			if !errors.Is(err, rollback) {
				t.Fatal(err)
			}
			want(verifications, "rollback", "old")

			_, err = verifications.Create(ctx, "row", "row", options)
			must(t, err)
			want(verifications, "row", "row") // which makes a copy, unless it was discarded just now
			closeDB(t, db)
			db, auth = start(authplugin.DatabaseOnly)
			want(auth.Verifications(), "row", "row")
			want(auth.Verifications(), "create", "new")
			want(auth.Verifications(), "rollback", "")
			closeDB(t, db)

			_, auth = start(authplugin.StorageOnly)
			want(auth.Verifications(), "row", "")
			want(auth.Verifications(), "rollback", "old")
			want(auth.Verifications(), "update", "new")
			if _, err := auth.Verifications().Consume(ctx, "row"); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("a row is consumed in the storage: %v", err)
			}
			_, err = auth.Verifications().Reserve(ctx, "row", "reserved", options)
			must(t, err)
			want(auth.Verifications(), "row", "reserved")
		})
	}
}
