package authplugin_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

const (
	staple       = "correct horse battery staple"
	betterAuth   = "32fa89b8491abc0fc0718a94a7d6729e:1084d9a4a2e4c0005412aa4e8f2048dd09e4f2420eabea9935e5b4a57b3f0f599b0ff78c4ed9ad50eafcf635566e79aa0a63c4d0fd64a2afa5912ea8047555ca"
	cheapArgon2  = "$argon2id$v=19$m=64,t=1,p=1$"
	hashOfAccent = "caf\u00e9 \ufb01" // NFKC: café fi
)

func cheap() *authplugin.Argon2idHasher {
	return &authplugin.Argon2idHasher{Memory: 64, Time: 1}
}

func TestScryptReadsBetterAuth(t *testing.T) {
	t.Parallel()
	h := &authplugin.ScryptHasher{}
	for password, want := range map[string]bool{staple: true, staple + " ": false, "": false, strings.Repeat("x", 5000): false} {
		if ok, err := h.Verify(t.Context(), betterAuth, password); ok != want || err != nil {
			t.Errorf("%.40q: %v, %v", password, ok, err)
		}
	}
	if h.NeedsRehash(betterAuth) || !h.NeedsRehash("") {
		t.Error("its own format is not to be renewed, another is")
	}
}

// What Better Auth stored in its own databases.
func TestScryptReadsTheFixtures(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("tests", "testdata", "better-auth", "seeds.json"))
	if err != nil {
		t.Fatal(err)
	}
	var seeds map[string]struct {
		Password     string `json:"password"`
		PasswordHash string `json:"passwordHash"`
	}
	if err := json.Unmarshal(data, &seeds); err != nil {
		t.Fatal(err)
	}
	h, checked := &authplugin.ScryptHasher{}, 0
	for name, seed := range seeds {
		if seed.PasswordHash == "" {
			continue
		}
		checked++
		if ok, err := h.Verify(t.Context(), seed.PasswordHash, seed.Password); !ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	if checked < 9 {
		t.Errorf("only %d hashes", checked)
	}
}

func TestHashersRoundTrip(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		hasher authplugin.Rehasher
		form   string
	}{
		"scrypt":          {&authplugin.ScryptHasher{}, `^[0-9a-f]{32}:[0-9a-f]{128}$`},
		"argon2id":        {&authplugin.Argon2idHasher{}, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`},
		"argon2id custom": {&authplugin.Argon2idHasher{Memory: 1, Time: 3, Threads: 2}, `^\$argon2id\$v=19\$m=16,t=3,p=2\$`},
		"multi":           {authplugin.MultiHasher{cheap(), &authplugin.ScryptHasher{}}, `^\$argon2id\$v=19\$m=64,t=1,p=1\$`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, err := test.hasher.Hash(t.Context(), hashOfAccent)
			if err != nil {
				t.Fatal(err)
			}
			second, err := test.hasher.Hash(t.Context(), hashOfAccent)
			if err != nil || first == second || !regexp.MustCompile(test.form).MatchString(first) {
				t.Fatalf("%s, %s, %v", first, second, err)
			}
			for password, want := range map[string]bool{hashOfAccent: true, "cafe\u0301 fi": true, "cafe fi": false, "": false} {
				if ok, err := test.hasher.Verify(t.Context(), first, password); ok != want || err != nil {
					t.Errorf("%q: %v, %v", password, ok, err)
				}
			}
			if test.hasher.NeedsRehash(first) {
				t.Error("a new hash is not to be renewed")
			}
			if _, err := test.hasher.Hash(t.Context(), strings.Repeat("x", 4097)); !errors.Is(err, authplugin.ErrInvalid) {
				t.Errorf("too long: %v", err)
			}
		})
	}
}

func TestHashersRefuseMalformedHashes(t *testing.T) {
	t.Parallel()
	const salt, key = "c2FsdHNhbHRzYWx0c2FsdA", "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5"
	hashes := map[string][]string{
		"scrypt": {
			"", ":", betterAuth[1:], betterAuth + "0", strings.Replace(betterAuth, ":", "$", 1), "zz" + betterAuth[2:],
			betterAuth[:33] + "zz" + betterAuth[35:], cheapArgon2 + salt + "$" + key,
		},
		"argon2id": {
			"", "$", "$argon2id$", betterAuth,
			"$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + key,
			"$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + key,
			"$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + key,
			"$argon2id$v=19$m=64,t=1,p=0$" + salt + "$" + key,
			"$argon2id$v=19$m=64,t=1,p=9$" + salt + "$" + key,
			"$argon2id$v=19$m=64,t=1,p=256$" + salt + "$" + key,
			"$argon2id$v=19$m=-1,t=1,p=1$" + salt + "$" + key,
			"$argon2id$v=19$t=1,m=64,p=1$" + salt + "$" + key,
			"$argon2id$v=19$m=64,t=1$" + salt + "$" + key,
			cheapArgon2 + "c2FsdA$" + key, cheapArgon2 + salt + "$a2V5", cheapArgon2 + salt + "$" + key + "=", cheapArgon2 + salt + "$\n" + key,
			cheapArgon2 + salt + "$" + strings.Repeat(key, 20),
			"$argon2id$v=19$m=4194304,t=1,p=1$" + salt + "$" + key, // 4 GiB
			"$argon2id$v=19$m=4294967295,t=1,p=1$" + salt + "$" + key,
			"$argon2id$v=19$m=64,t=4294967295,p=1$" + salt + "$" + key,
			"$argon2id$v=19$m=4096,t=1,p=255$" + salt + "$" + key,
		},
	}
	hashers := map[string]authplugin.Rehasher{"scrypt": &authplugin.ScryptHasher{}, "argon2id": cheap()}
	for name, list := range hashes {
		for _, hash := range list {
			ok, err := hashers[name].Verify(t.Context(), hash, "x")
			if ok || !errors.Is(err, authplugin.ErrHashFormat) || (len(hash) > 20 && strings.Contains(err.Error(), hash[20:])) {
				t.Errorf("%s: %q: %v, %v", name, hash, ok, err)
			}
			if !hashers[name].NeedsRehash(hash) {
				t.Errorf("%s: %q is not to be renewed", name, hash)
			}
		}
	}
	both := authplugin.MultiHasher{hashers["argon2id"], hashers["scrypt"]}
	if _, err := both.Verify(t.Context(), "$argon2id$v=19$m=4194304,t=1,p=1$"+salt+"$"+key, "x"); !errors.Is(err, authplugin.ErrHashFormat) || !strings.Contains(err.Error(), "more memory") {
		t.Errorf("the one that knows why says so: %v", err)
	}
	if _, err := (authplugin.MultiHasher{}).Verify(t.Context(), betterAuth, staple); !errors.Is(err, authplugin.ErrHashFormat) {
		t.Errorf("no hashers: %v", err)
	}
}

// A hash of argon2's reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1.
func TestArgon2idReadsTheReference(t *testing.T) {
	t.Parallel()
	const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	h := cheap()
	if ok, err := h.Verify(t.Context(), hash, "password"); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	if !h.NeedsRehash(hash) {
		t.Error("a hash of another cost is to be renewed")
	}
}

func TestMultiHasherMovesFromScrypt(t *testing.T) {
	t.Parallel()
	h := authplugin.MultiHasher{cheap(), &authplugin.ScryptHasher{}}
	if ok, err := h.Verify(t.Context(), betterAuth, staple); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	if ok, err := h.Verify(t.Context(), betterAuth, "x"); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	if !h.NeedsRehash(betterAuth) {
		t.Error("the old format is to be renewed")
	}
}

func TestHashersHonourTheContext(t *testing.T) {
	t.Parallel()
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, h := range []authplugin.PasswordHasher{&authplugin.ScryptHasher{}, cheap(), authplugin.MultiHasher{&authplugin.ScryptHasher{}}} {
		if _, err := h.Hash(done, "x"); !errors.Is(err, context.Canceled) {
			t.Errorf("%T: %v", h, err)
		}
	}
	if _, err := (&authplugin.ScryptHasher{}).Verify(done, betterAuth, staple); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}

	// One slot, taken: who waits longer than it may goes away.
	busy := &authplugin.Argon2idHasher{Memory: 64, Time: 1, MaxConcurrent: 1}
	release, err := busy.TakeSlot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := busy.Hash(short, "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waited: %v", err)
	}
	release()
	if _, err := busy.Hash(t.Context(), "x"); err != nil {
		t.Errorf("with the slot free: %v", err)
	}
}

func TestManyHashesAtOnce(t *testing.T) {
	t.Parallel()
	h := authplugin.MultiHasher{&authplugin.Argon2idHasher{Memory: 64, Time: 1, MaxConcurrent: 2}, &authplugin.ScryptHasher{MaxConcurrent: -1}}
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			hash, err := h.Hash(t.Context(), staple)
			if err != nil {
				t.Error(err)
			}
			if ok, err := h.Verify(t.Context(), hash, staple); !ok || err != nil {
				t.Errorf("%v, %v", ok, err)
			}
		})
	}
	wg.Wait()
}
