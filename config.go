package authplugin

import (
	"errors"
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
}

// RateLimitConfig configures the counters of requests.
type RateLimitConfig struct {
	ModelConfig
	// Storage is where counters are kept. Defaults to [StorageNone]: the
	// rateLimit table is not part of the schema.
	Storage RateLimitStorage
}

// RateLimitStorage is where counters of requests are kept.
type RateLimitStorage string

// The places for counters of requests.
const (
	StorageNone     RateLimitStorage = ""
	StorageDatabase RateLimitStorage = "database"
)

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
		ModelUser:         {c.User, "User"},
		ModelSession:      {c.Session.ModelConfig, "Session"},
		ModelAccount:      {c.Account.ModelConfig, "Account"},
		ModelVerification: {c.Verification.ModelConfig, "Verification"},
		ModelRateLimit:    {c.RateLimit.ModelConfig, "RateLimit"},
	}
	for name, m := range c.Models {
		if _, core := models[name]; !core {
			models[name] = configuredModel{m, "Models[" + quote(name) + "]"}
		}
	}
	return models
}

type configuredModel struct {
	ModelConfig
	path string
}

func (c Config) clock() func() time.Time {
	if c.Clock == nil {
		return time.Now
	}
	return c.Clock
}

// hasher is the configured hasher of passwords. The default has its own limit on
// hashes at once, which one Auth shares.
func (c Config) hasher() PasswordHasher {
	if c.Account.PasswordHasher == nil {
		return &ScryptHasher{}
	}
	return c.Account.PasswordHasher
}
