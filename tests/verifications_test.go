package tests

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// storages are the ways to store identifiers, each with whether "reset:" is hashed.
func storages() map[string]struct {
	config authplugin.VerificationConfig
	hashed bool
} {
	type storage = struct {
		config authplugin.VerificationConfig
		hashed bool
	}
	plain, hashed := authplugin.PlainIdentifiers, authplugin.HashedIdentifiers
	return map[string]storage{
		"default": {authplugin.VerificationConfig{}, false},
		"hashed":  {authplugin.VerificationConfig{Identifiers: hashed}, true},
		"hashed by prefix": {authplugin.VerificationConfig{
			IdentifierPrefixes: map[string]authplugin.IdentifierStorage{"res": plain, "reset:": hashed, "other:": plain},
		}, true},
		"plain by prefix": {authplugin.VerificationConfig{
			Identifiers: hashed, IdentifierPrefixes: map[string]authplugin.IdentifierStorage{"reset:": plain, "r": hashed},
		}, false},
	}
}

func TestVerifications(t *testing.T) {
	t.Parallel()
	for name, storage := range storages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
				now := noon
				cfg := withClock(authplugin.Config{GenerateID: s, Verification: storage.config}, &now)
				cfg.Verification.AdditionalFields = authplugin.Fields{"tries": {Type: authplugin.Number, DefaultValue: 0}}
				p, ctx := placeOf(migrated(t, e, cfg)), t.Context()
				v := p.auth.Verifications()
				for i := 1; i <= 12; i++ { // ids of one and of two digits, in one millisecond
					now = noon.Add(time.Duration(i/3) * time.Second)
					_, err := v.Create(ctx, "reset:é🦉", strconv.Itoa(i), authplugin.VerificationOptions{Additional: authplugin.Values{"tries": i}})
					must(t, err)
				}
				_, err := v.Create(ctx, "reset:É🦉", "another", authplugin.VerificationOptions{})
				must(t, err)
				var stored []string
				must(t, p.db.Raw("SELECT identifier FROM verifications").Scan(&stored).Error)
				for _, s := range stored {
					if strings.HasPrefix(s, "sha256$") != storage.hashed {
						t.Errorf("%q is stored", s)
					}
				}
				found, err := v.Find(ctx, "reset:é🦉")
				must(t, err)
				if found.Identifier != "reset:é🦉" || found.Value != "12" || !found.ExpiresAt.Equal(now.Truncate(time.Millisecond).Add(time.Hour)) || found.Additional["tries"] != int64(12) {
					t.Errorf("found %v %+v", found, found.Additional)
				}
				updated, err := v.Update(ctx, "reset:é🦉", authplugin.Values{"tries": 13, "value": "x", "expiresAt": now.Add(2 * time.Hour)})
				must(t, err)
				found, err = v.Find(ctx, "reset:é🦉")
				must(t, err)
				if diff := cmp.Diff(updated, found, same()); diff != "" || found.Value != "x" || found.Identifier != "reset:é🦉" {
					t.Errorf("found %v; (-updated +found): %s", found, diff)
				}
				taken, err := v.Consume(ctx, "reset:é🦉")
				must(t, err)
				if diff := cmp.Diff(found, taken, same()); diff != "" {
					t.Errorf("(-found +consumed): %s", diff)
				}
				if _, err := v.Consume(ctx, "reset:é🦉"); !errors.Is(err, authplugin.ErrNotFound) || errors.Is(err, authplugin.ErrExpired) {
					t.Errorf("consumed twice: %v", err)
				}
				left, err := v.Find(ctx, "reset:É🦉")
				must(t, err)
				if left.Value != "another" || p.count(t, "verification") != 1 {
					t.Errorf("left: %v", left)
				}
				if n, err := v.Delete(ctx, "reset:é🦉"); n != 0 || err != nil {
					t.Errorf("deleted %d, %v", n, err)
				}
				if n, err := v.Delete(ctx, "reset:É🦉"); n != 1 || err != nil {
					t.Errorf("deleted %d, %v", n, err)
				}
			})
		})
	}
}

// An expired verification is not returned, and an older live one does not stand
// in for it.
func TestVerificationExpires(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		now := noon
		p, ctx := placeOf(migrated(t, e, withClock(authplugin.Config{}, &now))), t.Context()
		v := p.auth.Verifications()
		_, err := v.Create(ctx, "code", "long", authplugin.VerificationOptions{ExpiresIn: day})
		must(t, err)
		now = noon.Add(time.Second)
		_, err = v.Create(ctx, "code", "short", authplugin.VerificationOptions{ExpiresIn: time.Minute})
		must(t, err)
		now = noon.Add(time.Second + time.Minute - time.Millisecond)
		found, err := v.Find(ctx, "code")
		must(t, err)
		if found.Value != "short" {
			t.Errorf("found %q", found.Value)
		}
		now = now.Add(time.Millisecond)
		_, err = v.Find(ctx, "code")
		wantError(t, "find", err, authplugin.ErrExpired)
		_, err = v.Update(ctx, "code", authplugin.Values{"value": "x"})
		wantError(t, "update", err, authplugin.ErrNotFound)
		_, err = v.Reserve(ctx, "code", "x", authplugin.VerificationOptions{})
		wantError(t, "reserve", err, authplugin.ErrDuplicate) // the older one lives
		_, err = v.Consume(ctx, "code")
		wantError(t, "consume", err, authplugin.ErrExpired)
		_, err = v.Consume(ctx, "code")
		wantError(t, "consume again", err, authplugin.ErrNotFound)
		if n := p.count(t, "verification"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestVerificationIdentifiers(t *testing.T) {
	t.Parallel()
	for _, storage := range []authplugin.IdentifierStorage{authplugin.PlainIdentifiers, authplugin.HashedIdentifiers} {
		t.Run(string(storage), func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				cfg := authplugin.Config{Verification: authplugin.VerificationConfig{Identifiers: storage}}
				p, ctx := placeOf(migrated(t, e, cfg)), t.Context()
				v := p.auth.Verifications()
				similar := []string{"José", "josé", "jose", "José ", "JOSÉ", " José", "José\t", "Jose\u0301", "José%", "ß", "ss", "'; DROP TABLE verifications; --"}
				for _, identifier := range similar {
					_, err := v.Reserve(ctx, identifier, identifier, authplugin.VerificationOptions{})
					must(t, err)
				}
				for i, identifier := range similar {
					found, err := v.Find(ctx, identifier)
					must(t, err)
					taken, err := v.Consume(ctx, identifier)
					must(t, err)
					if found.Value != identifier || taken.Value != identifier || p.count(t, "verification") != len(similar)-i-1 {
						t.Errorf("%q: found %q, took %q", identifier, found.Value, taken.Value)
					}
				}
				for _, identifier := range []string{"", "sha256$x", "sha256$"} {
					_, err := v.Create(ctx, identifier, "x", authplugin.VerificationOptions{})
					wantError(t, "create "+identifier, err, authplugin.ErrInvalid)
					_, err = v.Reserve(ctx, identifier, "x", authplugin.VerificationOptions{})
					wantError(t, "reserve "+identifier, err, authplugin.ErrInvalid)
					_, err = v.Find(ctx, identifier)
					wantError(t, "find "+identifier, err, authplugin.ErrNotFound)
					_, err = v.Consume(ctx, identifier)
					wantError(t, "consume "+identifier, err, authplugin.ErrNotFound)
				}
				_, err := v.Create(ctx, "x", "1", authplugin.VerificationOptions{Additional: authplugin.Values{"identifier": "y"}})
				wantError(t, "identifier as an additional field", err, authplugin.ErrInvalid)
				row, err := v.Create(ctx, "x", "1", authplugin.VerificationOptions{})
				must(t, err)
				for _, name := range []string{"identifier", "Identifier", "IDENTIFIER", "id", "ID"} {
					_, err := v.Update(ctx, "x", authplugin.Values{name: "y"})
					wantError(t, "update of "+name, err, authplugin.ErrInvalid)
				}
				must(t, v.DeleteByID(ctx, "nobody"))
				must(t, v.DeleteByID(ctx, row.ID))
				must(t, v.DeleteByID(ctx, row.ID))
				if n := p.count(t, "verification"); n != 0 {
					t.Errorf("%d rows are left", n)
				}
			})
		})
	}
}

// The storage may be changed at any time, to and fro.
func TestVerificationStorageIsSwitched(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d, ctx, now := e.New(t), t.Context(), noon
		open := func(storage authplugin.IdentifierStorage) authplugin.Verifications[authplugin.Verification] {
			cfg := withClock(authplugin.Config{AutoMigrate: true, Verification: authplugin.VerificationConfig{Identifiers: storage}}, &now)
			_, auth := use(t, d, cfg)
			return auth.Verifications()
		}
		plain, hashed := open(authplugin.PlainIdentifiers), open(authplugin.HashedIdentifiers)
		both := []authplugin.Verifications[authplugin.Verification]{plain, hashed}
		for i, writer := range both {
			for j, reader := range both {
				name := fmt.Sprint("a", i, j)
				for _, value := range []string{"old", "new"} {
					now = now.Add(time.Second)
					_, err := writer.Create(ctx, name, value, authplugin.VerificationOptions{})
					must(t, err)
				}
				found, err := reader.Find(ctx, name)
				must(t, err)
				_, err = reader.Reserve(ctx, name, "x", authplugin.VerificationOptions{})
				wantError(t, "reserve", err, authplugin.ErrDuplicate)
				updated, err := reader.Update(ctx, name, authplugin.Values{"value": "newer"})
				must(t, err)
				taken, err := reader.Consume(ctx, name)
				must(t, err)
				if found.Value != "new" || updated.Value != "newer" || taken.Value != "newer" || taken.Identifier != name {
					t.Errorf("%s: found %v, updated %v, consumed %v", name, found.Value, updated.Value, taken)
				}
				_, err = writer.Find(ctx, name)
				wantError(t, "afterwards", err, authplugin.ErrNotFound)
			}
		}
		// One row of each form: the newer one counts, whichever it is.
		for _, order := range [][]authplugin.Verifications[authplugin.Verification]{both, {hashed, plain}} {
			for i, writer := range order {
				now = now.Add(time.Second)
				_, err := writer.Create(ctx, "mixed", strconv.Itoa(i), authplugin.VerificationOptions{})
				must(t, err)
			}
			found, err := plain.Find(ctx, "mixed")
			must(t, err)
			taken, err := hashed.Consume(ctx, "mixed")
			must(t, err)
			if found.Value != "1" || taken.Value != "1" {
				t.Errorf("found %s, consumed %s", found.Value, taken.Value)
			}
			_, err = hashed.Create(ctx, "gone", "x", authplugin.VerificationOptions{})
			must(t, err)
			_, err = plain.Create(ctx, "gone", "x", authplugin.VerificationOptions{})
			must(t, err)
			if n, err := plain.Delete(ctx, "gone"); n != 2 || err != nil {
				t.Errorf("%d were deleted, %v", n, err)
			}
		}
	})
}

// The newest of a millisecond is the same one for every operation.
func TestVerificationTies(t *testing.T) {
	t.Parallel()
	eachPlace(t, func(cfg *authplugin.Config) { cfg.Clock = fixedClock }, func(t *testing.T, p place) {
		v, ctx := p.auth.Verifications(), t.Context()
		ids := []authplugin.ID{}
		for range 12 {
			row, err := v.Create(ctx, "tie", "x", authplugin.VerificationOptions{})
			must(t, err)
			ids = append(ids, row.ID)
		}
		found, err := v.Find(ctx, "tie")
		must(t, err)
		taken, err := v.Consume(ctx, "tie")
		must(t, err)
		if found.ID != taken.ID || !slices.Contains(ids, found.ID) {
			t.Errorf("found %s, consumed %s", found.ID, taken.ID)
		}
		if idForms[authplugin.Serial].MatchString(string(ids[0])) && taken.ID != ids[11] {
			t.Errorf("consumed %s of %v", taken.ID, ids)
		}
	})
}
