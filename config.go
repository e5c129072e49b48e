package authplugin

import (
	"errors"
	"log/slog"
	"time"
)

// Config configures an [Auth]. The zero value is useful: the core models under
// the application's GORM naming, with random ids, and no migration at startup.
type Config struct {
	// User configures the model user.
	User ModelConfig
	// Session configures the model session and how long sessions live.
	Session SessionConfig
	// Account configures the model account: passwords, tokens, linking.
	Account AccountConfig
	// Verification configures the model verification.
	Verification VerificationConfig
	// RateLimit says where counters of requests are kept.
	RateLimit RateLimitConfig
	// Models configures the models that plugins add, by logical name.
	Models map[string]ModelConfig
	// Naming decides the physical names. Defaults to the application's GORM
	// NamingStrategy.
	Naming Naming
	// DatabaseSchema is the schema of all tables, such as "auth" for
	// auth.users. Defaults to none: tables are found as the connection finds
	// them (on PostgreSQL by its search_path). A table name with a dot wins.
	DatabaseSchema string
	// GenerateID says who makes ids. Defaults to [Random]. A model can have a
	// strategy of its own.
	GenerateID IDStrategy
	// Plugins add models, fields and behaviour. Their order does not matter to
	// the schema.
	Plugins []Plugin
	// SecondaryStorage holds sessions and verifications, or copies of them, so that
	// they are found without the database: redisstore, memorystore, databasestore, or
	// the application's own. Defaults to none. Where it is used, see
	// [SessionConfig.Storage] and [VerificationConfig.Storage].
	SecondaryStorage SecondaryStorage
	// LocalCache holds sessions in the memory of this process, in front of the
	// SecondaryStorage, which has to be a [Broadcaster]: localcache, or the
	// application's own. Processes tell each other what they change, so that it is
	// forgotten everywhere within milliseconds; when a message is lost it is within
	// LocalMaxAge. Defaults to none. An Auth that has one is to be closed.
	LocalCache LocalCache
	// LocalMaxAge is how long the LocalCache serves a session after it was read.
	// Defaults to 10 seconds.
	LocalMaxAge time.Duration
	// StorageObserver is told what is asked of the SecondaryStorage. Defaults to none.
	StorageObserver StorageObserver
	// Hooks run before and after the writes to the models, see [ModelHooks].
	Hooks Hooks
	// AutoMigrate makes db.Use create what is missing in the database. It only
	// ever adds, and it is safe with many processes starting at once.
	AutoMigrate bool
	// MigrationLockTimeout is how long a migration waits for one of another
	// process. Defaults to one minute.
	MigrationLockTimeout time.Duration
	// NoPreparedStatements keeps the library from preparing statements, for a
	// pooler that hands out another connection with each transaction, such as
	// PgBouncer. Defaults to false; it is not needed with the PreferSimpleProtocol
	// of GORM's PostgreSQL driver, nor with a default_query_exec_mode in its DSN.
	NoPreparedStatements bool
	// Logger is told what an operator must know about the secondary storage. Defaults
	// to slog.Default().
	Logger *slog.Logger
	// Clock tells the time. Defaults to time.Now. It must be safe for
	// concurrent use.
	Clock func() time.Time
}

// ModelConfig configures one model.
type ModelConfig struct {
	// Table is the physical table name, "members" or "auth.members". Defaults to
	// what Naming makes of the model's name.
	Table string
	// Columns are physical column names by logical field name, additional
	// fields and those of plugins included.
	Columns map[string]string
	// AdditionalFields are fields that the application adds.
	AdditionalFields Fields
	// GenerateID is the model's own strategy. Defaults to Config.GenerateID.
	GenerateID IDStrategy
	// Model is a struct of the application that embeds the model's struct by
	// value and adds typed columns, such as Member{} with
	// type Member struct { authplugin.User; Nick string }. Defaults to none.
	Model any
	// EnumValues are values to add to fields of type [Enum], by logical field name:
	// further roles, for example. Defaults to none.
	EnumValues map[string][]string
	// NoMigration leaves the table alone: it is not created, changed or compared
	// with the schema, and [Auth.Models] leaves it out. Whoever else makes it makes
	// it as the schema describes it. Defaults to false.
	NoMigration bool
}

const defaultMigrationLockTimeout = time.Minute

// Validate reports every mistake that can be seen without a database, joined
// by errors.Join; each is a [*ConfigError]. db.Use validates too, and knows
// more: the limits of the database and the application's naming.
func (c Config) Validate() error {
	s, errs := buildSchema(c, defaultNaming())
	if len(errs) == 0 {
		_, errs = registerHooks(c, s)
	}
	return errors.Join(errs...)
}

// modelConfigs pairs each configured model with the path of its setting.
func (c Config) modelConfigs() map[string]configuredModel {
	models := map[string]configuredModel{
		ModelUser:         {ModelConfig: c.User, path: "User"},
		ModelSession:      {ModelConfig: c.Session.ModelConfig, path: "Session"},
		ModelAccount:      {ModelConfig: c.Account.ModelConfig, path: "Account"},
		ModelVerification: {ModelConfig: c.Verification.ModelConfig, path: "Verification"},
		ModelRateLimit:    {ModelConfig: c.RateLimit.ModelConfig, path: "RateLimit"},
	}
	if c.keepsSlidingWindows() {
		limits := models[ModelRateLimit]
		limits.fields = []configuredFields{{slotsFields(), "RateLimit"}}
		models[ModelRateLimit] = limits
	}
	for name, m := range c.Models {
		if _, core := models[name]; !core {
			models[name] = configuredModel{ModelConfig: m, path: "Models[" + quote(name) + "]"}
		}
	}
	return models
}

func (c Config) clock() func() time.Time {
	if c.Clock == nil {
		return time.Now
	}
	return c.Clock
}

func (c Config) logger() *slog.Logger {
	if c.Logger == nil {
		return slog.Default()
	}
	return c.Logger
}

// hasher is the configured hasher of passwords. The default has its own limit on
// hashes at once, which one Auth shares.
func (c Config) hasher() PasswordHasher {
	if c.Account.PasswordHasher == nil {
		return &ScryptHasher{}
	}
	return c.Account.PasswordHasher
}
