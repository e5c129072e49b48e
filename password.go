package authplugin

import "context"

// PasswordHasher makes and checks the hashes of passwords. It must be safe for
// concurrent use.
type PasswordHasher interface {
	// Hash makes the hash of a password, with a salt of its own.
	Hash(ctx context.Context, password string) (string, error)
	// Verify reports whether a hash is that of a password. A hash that it cannot
	// read is an error.
	Verify(ctx context.Context, hash, password string) (bool, error)
}
