package configfile

import (
	"errors"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// validate adds what the library finds wrong, at the place of the setting.
func (d *document) validate(cfg authplugin.Config) {
	var errs []error
	err := cfg.Validate()
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		errs = joined.Unwrap()
	} else if err != nil {
		errs = []error{err}
	}
	for _, err := range errs {
		var mistake *authplugin.ConfigError
		if !errors.As(err, &mistake) {
			d.mistakef(place{}, "%s", strings.TrimPrefix(err.Error(), "authplugin: "))
			continue
		}
		if !d.reported(mistake.Path) {
			d.mistakef(d.nearest(mistake.Path), "%s", inWordsOfTheFile(mistake.Problem))
		}
	}
}

// reported says whether a setting is known to be wrong, so that what follows from it
// is not reported as well.
func (d *document) reported(path string) bool {
	for _, broken := range d.broken {
		if rest, ok := strings.CutPrefix(path, broken); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// nearest is the place of a setting, or of the innermost one around it that is in
// the file.
func (d *document) nearest(path string) place {
	for path != "" {
		if at, ok := d.at[path]; ok {
			return at
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			break
		}
		path = path[:i]
	}
	return place{line: 1, column: 1}
}

// inWordsOfTheFile replaces the words of Go in a message.
func inWordsOfTheFile(problem string) string {
	return strings.NewReplacer(
		"use StorageMemory or StorageDatabase", "use memory or database",
		"set RateLimit.Storage to StorageMemory or StorageDatabase", "set rateLimit.storage to memory or database",
		"is StorageSecondary, but", "is secondary, but",
		`is "storage and database", but`, "is storageAndDatabase, but",
		`is "storage", but`, "is storageOnly, but",
		"set SecondaryStorage,", "set secondaryStorage,",
		"set Session.Storage to StorageAndDatabase", "set session.storage to storageAndDatabase",
		"without Session.PreserveInDatabase", "without session.preserveInDatabase",
		"use Random, UUID or an IDFunc", "use random or uuid",
		"set RateLimit.Storage to StorageDatabase", "set rateLimit.storage to database",
		"PluralTables and SnakeCase refine BetterAuthNaming: write BetterAuthNaming | PluralTables",
		"plural-tables and snake-case refine better-auth: write [better-auth, plural-tables]",
		"SetNull needs a field that is Optional", "set null needs a field with required: false",
		"to rename its column use Columns", "to rename its column use columns",
		"; lower Size", "; lower size",
		"is configured by Config.User", "is configured by the key user",
		"is configured by Config.Session", "is configured by the key session",
		"is configured by Config.Account", "is configured by the key account",
		"is configured by Config.Verification", "is configured by the key verification",
		"is configured by Config.RateLimit", "is configured by the key rateLimit",
	).Replace(problem)
}
