package authplugin

import (
	"context"
	"errors"
	"fmt"
)

// PasswordHasher makes and checks the hashes of passwords. It must be safe for
// concurrent use.
type PasswordHasher interface {
	// Hash makes the hash of a password, with a salt of its own.
	Hash(ctx context.Context, password string) (string, error)
	// Verify reports whether a hash is that of a password. A hash that it cannot
	// read is an error that satisfies errors.Is with [ErrHashFormat].
	Verify(ctx context.Context, hash, password string) (bool, error)
}

// Rehasher is a [PasswordHasher] that can tell which hashes it would make
// differently today.
type Rehasher interface {
	PasswordHasher
	// NeedsRehash reports whether a hash is to be made anew when its password is
	// known next, after Verify has accepted it.
	NeedsRehash(hash string) bool
}

// MultiHasher makes hashes with the first hasher and checks them with the first
// that can read them. An application moves from one format to another without
// asking anyone for a new password:
//
//	PasswordHasher: authplugin.MultiHasher{&authplugin.Argon2idHasher{}, &authplugin.ScryptHasher{}}
//
// It must have a hasher and not be changed once it is in use.
type MultiHasher []PasswordHasher

var _ Rehasher = MultiHasher(nil)

// Hash implements [PasswordHasher].
func (h MultiHasher) Hash(ctx context.Context, password string) (string, error) {
	if len(h) == 0 {
		return "", errors.New("authplugin: a MultiHasher without hashers")
	}
	return h[0].Hash(ctx, password)
}

// Verify implements [PasswordHasher].
func (h MultiHasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	unreadable := ErrHashFormat
	for _, hasher := range h {
		ok, err := hasher.Verify(ctx, hash, password)
		if err == nil || !errors.Is(err, ErrHashFormat) {
			return ok, err
		}
		if err != ErrHashFormat { //nolint:errorlint // one that says more
			unreadable = err
		}
	}
	return false, unreadable
}

// NeedsRehash implements [Rehasher]: it reports what the first hasher says, and
// false if that one cannot tell.
func (h MultiHasher) NeedsRehash(hash string) bool {
	if len(h) == 0 {
		return false
	}
	first, ok := h[0].(Rehasher)
	return ok && first.NeedsRehash(hash)
}

// checkPasswordHasher finds hashers that could not work.
func (b *schemaBuilder) checkPasswordHasher() {
	hashers, ok := b.cfg.Account.PasswordHasher.(MultiHasher)
	if !ok {
		return
	}
	if len(hashers) == 0 {
		b.errorf("Account.PasswordHasher", "the MultiHasher has no hashers")
	}
	for i, hasher := range hashers {
		if hasher == nil {
			b.errorf(fmt.Sprintf("Account.PasswordHasher[%d]", i), "is nil")
		}
	}
}

// maxPasswordLength is a guard, not a policy: nobody types a longer one, and each
// byte costs time before the hash begins.
const maxPasswordLength = 4096

var errPasswordTooLong = fmt.Errorf("%w: the password is longer than %d bytes", ErrInvalid, maxPasswordLength)
