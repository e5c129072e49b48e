package authplugin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Argon2idHasher makes argon2id hashes in PHC form,
// $argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>, and checks any such hash with the
// cost that it names, as far as that is sane: up to 256 MiB, 16 passes and 32
// threads, or its own parameters where they are higher. A Better Auth application
// cannot read these hashes, unless it is given a verify function that can.
//
// The zero value has the parameters that OWASP recommends; use it by a pointer,
// &Argon2idHasher{}, and share it: the limit on concurrent hashes is its own. It is
// safe for concurrent use.
//
// The password is hashed in NFKC form, as [ScryptHasher] does. Verify takes the
// form as given as well, since hashes from elsewhere are made of it. A password of
// more than 4096 bytes is not hashed ([ErrInvalid]) and never matches. A context
// that is cancelled stops a call that waits for its turn, not one that computes.
type Argon2idHasher struct {
	// Time is the number of passes. Defaults to 2.
	Time uint32
	// Memory is in KiB. Defaults to 19456, which is 19 MiB; at least 8 for each
	// thread are used.
	Memory uint32
	// Threads is the number of lanes that are computed in parallel. Defaults to 1.
	Threads uint8
	// MaxConcurrent is how many hashes are computed at once; further callers wait.
	// Defaults to GOMAXPROCS; negative means no limit. It must not be changed
	// after the first use.
	MaxConcurrent int

	slots hashSlots
}

var _ Rehasher = (*Argon2idHasher)(nil)

const (
	argon2idSaltLength = 16
	argon2idKeyLength  = 32

	// What a hash from the database may ask for.
	maxArgon2idMemory  = 256 * 1024 // KiB
	maxArgon2idTime    = 16
	maxArgon2idThreads = 32
	maxArgon2idText    = 512
)

// argon2idCost is what a hash costs.
type argon2idCost struct {
	memory, time uint32
	threads      uint8
}

func (h *Argon2idHasher) cost() argon2idCost {
	c := argon2idCost{memory: h.Memory, time: h.Time, threads: h.Threads}
	if c.time == 0 {
		c.time = 2
	}
	if c.memory == 0 {
		c.memory = 19 * 1024
	}
	if c.threads == 0 {
		c.threads = 1
	}
	c.memory = max(c.memory, 8*uint32(c.threads))
	return c
}

// Hash implements [PasswordHasher].
func (h *Argon2idHasher) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > maxPasswordLength {
		return "", errPasswordTooLong
	}
	salt := make([]byte, argon2idSaltLength)
	_, _ = rand.Read(salt) // it never fails: crypto/rand ends the program instead
	c := h.cost()
	key, err := h.key(ctx, c, norm.NFKC.String(password), salt, argon2idKeyLength)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// Verify implements [PasswordHasher].
func (h *Argon2idHasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	parsed, err := parseArgon2id(hash)
	if err != nil {
		return false, err
	}
	if own := h.cost(); parsed.cost.memory > max(maxArgon2idMemory, own.memory) ||
		parsed.cost.time > max(maxArgon2idTime, own.time) || parsed.cost.threads > max(maxArgon2idThreads, own.threads) {
		return false, fmt.Errorf("%w: it asks for more memory, time or threads than a hasher grants", ErrHashFormat)
	}
	if len(password) > maxPasswordLength {
		return false, ctx.Err()
	}
	normalized := norm.NFKC.String(password)
	ok, err := h.matches(ctx, parsed, normalized)
	if ok || err != nil || normalized == password {
		return ok, err
	}
	return h.matches(ctx, parsed, password)
}

// NeedsRehash implements [Rehasher]: every hash of another format or cost does.
func (h *Argon2idHasher) NeedsRehash(hash string) bool {
	parsed, err := parseArgon2id(hash)
	return err != nil || parsed.cost != h.cost()
}

func (h *Argon2idHasher) matches(ctx context.Context, parsed argon2idHash, password string) (bool, error) {
	got, err := h.key(ctx, parsed.cost, password, parsed.salt, len(parsed.key))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, parsed.key) == 1, nil
}

func (h *Argon2idHasher) key(ctx context.Context, c argon2idCost, password string, salt []byte, length int) ([]byte, error) {
	release, err := h.slots.acquire(ctx, h.MaxConcurrent)
	if err != nil {
		return nil, err
	}
	defer release()
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.threads, uint32(length)), nil //nolint:gosec // a parsed key has at most 512 characters
}

// argon2idHash is a hash in PHC form.
type argon2idHash struct {
	cost      argon2idCost
	salt, key []byte
}

func parseArgon2id(hash string) (argon2idHash, error) {
	if len(hash) > maxArgon2idText || strings.ContainsAny(hash, "\r\n") { // base64 skips line breaks
		return argon2idHash{}, ErrHashFormat
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return argon2idHash{}, ErrHashFormat
	}
	var parsed argon2idHash
	numbers := strings.Split(parts[3], ",")
	if len(numbers) != 3 {
		return argon2idHash{}, ErrHashFormat
	}
	memory, okM := parseCost(numbers[0], "m=", 32)
	time, okT := parseCost(numbers[1], "t=", 32)
	threads, okP := parseCost(numbers[2], "p=", 8)
	parsed.cost = argon2idCost{memory: uint32(memory), time: uint32(time), threads: uint8(threads)} //nolint:gosec // parsed with these sizes
	salt, errSalt := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	key, errKey := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	parsed.salt, parsed.key = salt, key
	if !okM || !okT || !okP || errSalt != nil || errKey != nil || memory < 8*threads || len(salt) < 8 || len(key) < 16 {
		return argon2idHash{}, ErrHashFormat
	}
	return parsed, nil
}

// parseCost reads a parameter such as m=19456, which is not 0.
func parseCost(text, name string, bits int) (uint64, bool) {
	digits, ok := strings.CutPrefix(text, name)
	n, err := strconv.ParseUint(digits, 10, bits)
	return n, ok && err == nil && n > 0
}
