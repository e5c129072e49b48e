package authplugin

import (
	"maps"
	"slices"
	"time"
)

// SessionConfig configures the model session and how long sessions live.
type SessionConfig struct {
	ModelConfig
	// ExpiresIn is how long a session lives without being refreshed. Defaults to
	// 7 days.
	ExpiresIn time.Duration
	// NotRememberedExpiresIn is ExpiresIn for sessions that are not to be
	// remembered. Defaults to 1 day.
	NotRememberedExpiresIn time.Duration
	// UpdateAge is how old a session's last refresh must be for it to be refreshed
	// again. Defaults to 1 day; negative means on every refresh.
	UpdateAge time.Duration
	// DisableRefresh keeps sessions from being refreshed: they end ExpiresIn
	// after they began.
	DisableRefresh bool
	// FreshAge is how long a session counts as fresh after it was created.
	// Defaults to 1 day; negative means always.
	FreshAge time.Duration
	// HashTokens keeps only the SHA-256 of a token in the database. It may be
	// switched on for a table with sessions: those keep working, and each is
	// hashed when it is found next. It cannot be switched off without ending the
	// sessions. A Better Auth application cannot read such sessions. Sessions that
	// plain GORM writes are hashed too, and those that it reads hold the hash.
	HashTokens bool
	// Storage says where sessions are kept. Defaults to [StorageAndDatabase] with a
	// [Config.SecondaryStorage], to [DatabaseOnly] without.
	Storage RecordStorage
	// CopyMaxAge is how long the storage keeps a copy of a session and its user with
	// StorageAndDatabase. It is the longest that a copy can be wrong after a write that
	// the library has not seen, such as raw SQL. Defaults to 1 hour.
	CopyMaxAge time.Duration
	// WriteWithoutStorage lets a write to users and sessions go on when their copies
	// cannot be discarded because the storage is out of order. They are discarded as
	// soon as it is back; until then, and for CopyMaxAge at most, a revoked session may
	// be found by whoever can reach the storage. Defaults to false: the write is
	// [ErrStorage], and nothing is written.
	WriteWithoutStorage bool
	// PreserveInDatabase has the operations that revoke sessions end their rows instead
	// of deleting them, for audits: they expire at that moment. Delete hooks run all
	// the same. Rows of users who are deleted are deleted.
	PreserveInDatabase bool
	// PreserveFor is how long after their end [Sessions.DeleteExpired] leaves rows with
	// PreserveInDatabase. Defaults to 0, for ever.
	PreserveFor time.Duration
}

// VerificationConfig configures the model verification.
type VerificationConfig struct {
	ModelConfig
	// Identifiers says how identifiers are stored. Defaults to [PlainIdentifiers].
	// It may be changed at any time: a look-up finds both forms.
	Identifiers IdentifierStorage
	// IdentifierPrefixes says so for the identifiers that begin with a prefix,
	// the longest one that fits.
	IdentifierPrefixes map[string]IdentifierStorage
	// Storage says where verifications are kept. Defaults to [StorageAndDatabase] with a
	// [Config.SecondaryStorage], to [DatabaseOnly] without.
	Storage RecordStorage
}

// IdentifierStorage says how the identifiers of verifications are stored.
type IdentifierStorage string

// The ways to store the identifier of a verification.
const (
	// PlainIdentifiers stores identifiers as they are, as Better Auth does.
	PlainIdentifiers IdentifierStorage = "plain"
	// HashedIdentifiers stores only the SHA-256 of an identifier.
	HashedIdentifiers IdentifierStorage = "hashed"
)

// AccountConfig configures the model account.
type AccountConfig struct {
	ModelConfig
	// PasswordHasher makes and checks the hashes of passwords. Defaults to
	// [ScryptHasher], Better Auth's.
	PasswordHasher PasswordHasher
	// TokenKeys, if any, encrypt the access, refresh and id tokens of OAuth
	// accounts in the database. The first one encrypts; all of them decrypt, so
	// that a key is replaced by putting a new one before it. A token that was
	// stored before there were keys is read as it is.
	TokenKeys []TokenKey
	// Linking says when an account of a provider may be linked to a user that
	// exists.
	Linking AccountLinking
	// MapProfileToUser maps the profile that a provider sent to fields of the
	// user, by logical name, on sign-up. Fields that only the server may set are
	// ignored, and defaults still apply. Defaults to none.
	MapProfileToUser func(providerID string, profile map[string]any) (Values, error)
}

// AccountLinking says when an account of a provider may be linked to a user
// that has the same e-mail address.
type AccountLinking struct {
	// Disabled refuses all such linking.
	Disabled bool
	// TrustedProviders are linked even if they do not say that they have
	// verified the address.
	TrustedProviders []string
	// AllowUnverifiedLocal links to users whose own address is not verified as
	// well. Whoever signed up with somebody else's address in advance then shares
	// the user with its owner: the password and the sessions go on. Defaults to
	// false.
	AllowUnverifiedLocal bool
}

const (
	defaultExpiresIn              = 7 * 24 * time.Hour
	defaultNotRememberedExpiresIn = 24 * time.Hour
	defaultUpdateAge              = 24 * time.Hour
	defaultFreshAge               = 24 * time.Hour
)

func orDefault(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}

func (c SessionConfig) expiresIn() time.Duration { return orDefault(c.ExpiresIn, defaultExpiresIn) }

func (c SessionConfig) notRememberedExpiresIn() time.Duration {
	return orDefault(c.NotRememberedExpiresIn, defaultNotRememberedExpiresIn)
}

func (c SessionConfig) updateAge() time.Duration {
	return max(orDefault(c.UpdateAge, defaultUpdateAge), 0)
}

func (c SessionConfig) freshAge() time.Duration { return orDefault(c.FreshAge, defaultFreshAge) }

func (b *schemaBuilder) checkSession() {
	for _, setting := range []struct {
		name  string
		value time.Duration
	}{{"ExpiresIn", b.cfg.Session.ExpiresIn}, {"NotRememberedExpiresIn", b.cfg.Session.NotRememberedExpiresIn}} {
		if setting.value < 0 {
			b.errorf("Session."+setting.name, "must not be negative; 0 is the default")
		}
	}
}

func (b *schemaBuilder) checkVerification() {
	const ways = "PlainIdentifiers or HashedIdentifiers"
	cfg := b.cfg.Verification
	if cfg.Identifiers != "" && !cfg.Identifiers.known() {
		b.errorf("Verification.Identifiers", "%q is not known; it is %s", cfg.Identifiers, ways)
	}
	for _, prefix := range slices.Sorted(maps.Keys(cfg.IdentifierPrefixes)) {
		path := "Verification.IdentifierPrefixes[" + quote(prefix) + "]"
		if prefix == "" {
			b.errorf(path, "the prefix is empty; for all identifiers set Verification.Identifiers")
		}
		if storage := cfg.IdentifierPrefixes[prefix]; !storage.known() {
			b.errorf(path, "%q is not known; it is %s", storage, ways)
		}
	}
}

func (s IdentifierStorage) known() bool { return s == PlainIdentifiers || s == HashedIdentifiers }
