package tests

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// verificationModes runs a test with verifications in the storage, alone and beside the
// database, with plain and with hashed identifiers.
func verificationModes(t *testing.T, f func(t *testing.T, db *gorm.DB, auth *authplugin.Auth, storage authplugin.AtomicStorage, in authplugin.RecordStorage)) {
	t.Helper()
	for _, in := range []authplugin.RecordStorage{authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		for _, identifiers := range []authplugin.IdentifierStorage{authplugin.PlainIdentifiers, authplugin.HashedIdentifiers} {
			t.Run(string(in)+", "+string(identifiers), func(t *testing.T) {
				t.Parallel()
				withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
					cfg := authplugin.Config{SecondaryStorage: storage, AutoMigrate: true}
					cfg.Verification.Storage, cfg.Verification.Identifiers = in, identifiers
					cfg.Verification.AdditionalFields = authplugin.Fields{"tries": {Type: authplugin.Number, DefaultValue: 0}}
					db, auth := use(t, e.New(t), cfg)
					f(t, db, auth, storage, in)
				})
			})
		}
	}
}

func TestStoredVerifications(t *testing.T) {
	t.Parallel()
	verificationModes(t, func(t *testing.T, db *gorm.DB, auth *authplugin.Auth, storage authplugin.AtomicStorage, in authplugin.RecordStorage) {
		ctx, verifications := t.Context(), auth.Verifications()
		if has := db.Migrator().HasTable("verifications"); has != (in == authplugin.StorageAndDatabase) {
			t.Errorf("there is a table of verifications: %v", has)
		}
		find := func(identifier, want string) {
			t.Helper()
			for range 2 { // by its copy as well
				found, err := verifications.Find(ctx, identifier)
				if want == "" {
					if !errors.Is(err, authplugin.ErrNotFound) {
						t.Errorf("found %v, %v", found, err)
					}
					continue
				}
				if err != nil || found.Value != want || found.Identifier != identifier {
					t.Errorf("found %v, %v; want %s", found, err, want)
				}
			}
		}
		created, err := verifications.Create(ctx, "reset:ü 🦉", "first", authplugin.VerificationOptions{})
		must(t, err)
		find("reset:ü 🦉", "first")
		if found, err := verifications.Find(ctx, "reset:ü 🦉"); err != nil || !cmp.Equal(created, found, same()) {
			t.Errorf("(-created +found): %s %v", cmp.Diff(created, found, same()), err)
		}
		time.Sleep(2 * time.Millisecond) // the newest is told by its time
		_, err = verifications.Create(ctx, "reset:ü 🦉", "second", authplugin.VerificationOptions{Additional: authplugin.Values{"tries": 2}})
		must(t, err)
		find("reset:ü 🦉", "second")
		_, err = verifications.Update(ctx, "reset:ü 🦉", authplugin.Values{"value": "third", "tries": 3})
		must(t, err)
		find("reset:ü 🦉", "third")
		if _, err := verifications.Reserve(ctx, "reset:ü 🦉", "x", authplugin.VerificationOptions{}); !errors.Is(err, authplugin.ErrDuplicate) {
			t.Errorf("reserved what is there: %v", err)
		}
		rollback := errors.New("rollback")
		err = db.Transaction(func(tx *gorm.DB) error {
			if _, err := auth.WithDB(tx).Verifications().Consume(ctx, "reset:ü 🦉"); err != nil {
				return err
			}
			if _, err := auth.WithDB(tx).Verifications().Find(ctx, "reset:ü 🦉"); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("found within the transaction that has consumed it: %v", err)
			}
			return rollback
		})
		if !errors.Is(err, rollback) {
			t.Fatal(err)
		}
		find("reset:ü 🦉", "third")
		taken, err := verifications.Consume(ctx, "reset:ü 🦉")
		if err != nil || taken.Value != "third" || taken.Additional["tries"] != int64(3) {
			t.Errorf("consumed %v, %v", taken, err)
		}
		find("reset:ü 🦉", "")
		if _, err := verifications.Reserve(ctx, "reset:ü 🦉", "reserved", authplugin.VerificationOptions{}); err != nil {
			t.Errorf("cannot reserve: %v", err)
		}
		find("reset:ü 🦉", "reserved")
		if n, err := verifications.Delete(ctx, "reset:ü 🦉"); err != nil || n != 1 {
			t.Errorf("deleted %d, %v", n, err)
		}
		find("reset:ü 🦉", "")

		must(t, storage.Set(ctx, "verification:foreign", []byte(`{"value":"x"}`), time.Minute))
		must(t, storage.Set(ctx, "verification:broken", []byte(`{"value":"x`), time.Minute))
		find("foreign", "")
		find("broken", "")
		_, err = verifications.Create(ctx, "soon over", "x", authplugin.VerificationOptions{ExpiresIn: 30 * time.Millisecond})
		must(t, err)
		time.Sleep(50 * time.Millisecond)
		find("soon over", "")
		if _, err := verifications.Consume(ctx, "soon over"); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("consumed what has expired: %v", err)
		}
	})
}

// Of many who consume or reserve at once one wins, wherever verifications are.
func TestStoredVerificationsHaveOneWinner(t *testing.T) {
	t.Parallel()
	const racers = 64
	verificationModes(t, func(t *testing.T, _ *gorm.DB, auth *authplugin.Auth, _ authplugin.AtomicStorage, _ authplugin.RecordStorage) {
		race := func(identifier string, try func(ctx context.Context, identifier string) error, lost error) {
			t.Helper()
			var winners atomic.Int64
			var group sync.WaitGroup
			for range racers {
				group.Go(func() {
					err := try(t.Context(), identifier)
					switch {
					case err == nil:
						winners.Add(1)
					case !errors.Is(err, lost):
						t.Errorf("%s: %v", identifier, err)
					}
				})
			}
			group.Wait()
			if n := winners.Load(); n != 1 {
				t.Errorf("%s: %d winners", identifier, n)
			}
		}
		race("reserve", func(ctx context.Context, identifier string) error {
			_, err := auth.Verifications().Reserve(ctx, identifier, "x", authplugin.VerificationOptions{})
			return err
		}, authplugin.ErrDuplicate)
		race("reserve", func(ctx context.Context, identifier string) error {
			_, err := auth.Verifications().Consume(ctx, identifier)
			return err
		}, authplugin.ErrNotFound)
	})
}

// Copies of verifications follow plain GORM.
func TestCopiesOfVerificationsFollowPlainWrites(t *testing.T) {
	t.Parallel()
	writes := map[string]func(db *gorm.DB, v *authplugin.Verification) error{
		"delete": func(db *gorm.DB, v *authplugin.Verification) error { return db.Delete(v).Error },
		"delete by condition": func(db *gorm.DB, v *authplugin.Verification) error {
			return db.Where("id = ?", v.ID).Delete(&authplugin.Verification{}).Error
		},
		"update": func(db *gorm.DB, v *authplugin.Verification) error {
			return db.Model(v).Update("value", "changed").Error
		},
		"update column": func(db *gorm.DB, v *authplugin.Verification) error {
			return db.Model(v).UpdateColumn("value", "changed").Error
		},
		"create": func(db *gorm.DB, v *authplugin.Verification) error {
			return db.Create(&authplugin.Verification{Identifier: v.Identifier, Value: "newer", ExpiresAt: v.ExpiresAt, CreatedAt: v.CreatedAt.Add(time.Second)}).Error
		},
		"create by map": func(db *gorm.DB, v *authplugin.Verification) error {
			return db.Model(&authplugin.Verification{}).Create(map[string]any{"identifier": v.Identifier, "value": "newer", "expires_at": v.ExpiresAt, "created_at": v.CreatedAt.Add(time.Second)}).Error
		},
	}
	withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
		db, auth := migrated(t, e, authplugin.Config{SecondaryStorage: storage})
		for name, write := range writes {
			now := time.Now()
			v := authplugin.Verification{Identifier: name, Value: "old", ExpiresAt: now.Add(time.Hour)}
			must(t, db.Create(&v).Error)
			must(t, storage.Delete(t.Context(), "verification:"+name)) // which is discarded for a while
			_, err := auth.Verifications().Find(t.Context(), name)
			must(t, err)
			if value, err := storage.Get(t.Context(), "verification:"+name); err != nil || !strings.Contains(string(value), `"old"`) {
				t.Fatalf("%s: there is no copy: %s, %v", name, value, err)
			}
			must(t, write(db, &v))
			found, err := auth.Verifications().Find(t.Context(), name)
			if err == nil && found.Value == "old" || err != nil && !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("%s: found %v, %v", name, found, err)
			}
		}
	})
}

// A stored verification is what Better Auth stores, and the other way round.
func TestStoredVerificationsOfBetterAuth(t *testing.T) {
	t.Parallel()
	withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
		cfg := authplugin.Config{SecondaryStorage: storage, AutoMigrate: true}
		cfg.Verification.Storage = authplugin.StorageOnly
		_, auth := use(t, e.New(t), cfg)
		expires := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
		theirs := `{"createdAt":"2026-11-21T17:17:32.374Z","updatedAt":"2026-11-21T17:17:32.374Z","value":"E17N","identifier":"reset-password:uLVU","expiresAt":"` + expires.Format("2006-01-02T15:04:05.000Z") + `"}`
		must(t, storage.Set(t.Context(), "verification:reset-password:uLVU", []byte(theirs), time.Hour))
		taken, err := auth.Verifications().Consume(t.Context(), "reset-password:uLVU")
		if err != nil || taken.Value != "E17N" || !taken.ExpiresAt.Equal(expires) {
			t.Errorf("consumed %v, %v", taken, err)
		}
		created, err := auth.Verifications().Create(t.Context(), "reset-password:x", "y", authplugin.VerificationOptions{})
		must(t, err)
		value, err := storage.Get(t.Context(), "verification:reset-password:x")
		must(t, err)
		var ours map[string]any
		must(t, json.Unmarshal(value, &ours))
		const form = "2006-01-02T15:04:05.000Z"
		want := map[string]any{
			"id": string(created.ID), "identifier": "reset-password:x", "value": "y", "expiresAt": created.ExpiresAt.Format(form),
			"createdAt": created.CreatedAt.Format(form), "updatedAt": created.UpdatedAt.Format(form),
		}
		if diff := cmp.Diff(want, ours); diff != "" {
			t.Errorf("(-want +stored):\n%s", diff)
		}
	})
}
