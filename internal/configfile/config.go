package configfile

import (
	"fmt"

	"github.com/gorm-auth/authplugin"
)

// goOnly is the hint on what is no data.
const goOnly = "it takes Go code: pass a Config to authcli.Main"

// readConfig reads the mapping of the whole file.
func readConfig(s *Settings, plugins map[string]PluginFactory) authplugin.Config {
	s.hints = map[string]string{
		"database": "the database is named by DATABASE_URL", "databaseUrl": "the database is named by DATABASE_URL",
		"secret": "no secret belongs into this file", "usePlural": "write naming: [better-auth, plural-tables]",
		"advanced": "write generateId at the top", "autoMigrate": "the database is changed by the command migrate",
		"hooks": goOnly, "databaseHooks": goOnly, "localCache": goOnly, "storageObserver": goOnly, "logger": goOnly,
		"redis": "write secondaryStorage: redis",
	}
	cfg := authplugin.Config{
		Naming:               readNaming(s),
		DatabaseSchema:       s.String("databaseSchema"),
		GenerateID:           readStrategy(s),
		MigrationLockTimeout: s.Duration("migrationLockTimeout"),
		NoPreparedStatements: s.Bool("noPreparedStatements", false),
		SecondaryStorage:     readSecondaryStorage(s),
	}
	section(s, "user", func(m *Settings) { cfg.User = readModel(m) })
	section(s, "session", func(m *Settings) { cfg.Session = readSession(m) })
	section(s, "account", func(m *Settings) { cfg.Account = readAccount(m) })
	section(s, "verification", func(m *Settings) { cfg.Verification = readVerification(m) })
	section(s, "rateLimit", func(m *Settings) { cfg.RateLimit = readRateLimit(m) })
	section(s, "models", func(m *Settings) { cfg.Models = readModels(m) })
	section(s, "plugins", func(m *Settings) { cfg.Plugins = readPlugins(m, plugins) })
	return cfg
}

// section reads the mapping under a key and reports its unknown keys.
func section(s *Settings, key string, read func(*Settings)) {
	s.Section(key, read)
}

func readNaming(s *Settings) authplugin.Naming {
	const key = "naming"
	words := map[string]authplugin.Naming{
		"gorm": 0, "better-auth": authplugin.BetterAuthNaming,
		"plural-tables": authplugin.PluralTables, "snake-case": authplugin.SnakeCase,
	}
	p := s.ask(key)
	if p == nil {
		return 0
	}
	list := []string{}
	if text, ok := textOf(p.value); ok {
		list = append(list, text)
	} else {
		list = s.Strings(key)
	}
	var naming authplugin.Naming
	for _, text := range list {
		naming |= words[s.known(key, text, []string{"gorm", "better-auth", "plural-tables", "snake-case"})]
	}
	return naming
}

func readStrategy(s *Settings) authplugin.IDStrategy {
	const key = "generateId"
	p := s.ask(key)
	if p == nil {
		return nil
	}
	if _, text := textOf(p.value); !text && describe(p.value) == "a mapping" {
		var strategy authplugin.IDStrategy
		section(s, key, func(m *Settings) {
			sql, columnType := m.String("default"), m.String("columnType")
			if sql == "" {
				m.failf("needs the key default, with the SQL of the column's default")
			}
			strategy = authplugin.DatabaseDefault(sql, columnType)
		})
		return strategy
	}
	switch s.Word(key, "random", "uuid", "serial", "database") {
	case "random":
		return authplugin.Random
	case "uuid":
		return authplugin.UUID
	case "serial":
		return authplugin.Serial
	case "database":
		return authplugin.Database
	default:
		return nil
	}
}

func readSession(s *Settings) authplugin.SessionConfig {
	cfg := authplugin.SessionConfig{
		ModelConfig: readModel(s),
		ExpiresIn:   s.Duration("expiresIn"), NotRememberedExpiresIn: s.Duration("notRememberedExpiresIn"),
		UpdateAge: s.Duration("updateAge"), FreshAge: s.Duration("freshAge"),
		DisableRefresh: s.Bool("disableRefresh", false), HashTokens: s.Bool("hashTokens", false),
		Storage: readRecordStorage(s), CopyMaxAge: s.Duration("copyMaxAge"), WriteWithoutStorage: s.Bool("writeWithoutStorage", false),
		PreserveInDatabase: s.Bool("preserveInDatabase", false), PreserveFor: s.Duration("preserveFor"),
	}
	s.hints["storeSessionInDatabase"] = "write storage: storageAndDatabase, or storage: storageOnly for false"
	s.hints["preserveSessionInDatabase"] = "it is called preserveInDatabase here"
	return cfg
}

func readAccount(s *Settings) authplugin.AccountConfig {
	cfg := authplugin.AccountConfig{ModelConfig: readModel(s)}
	s.hints["accountLinking"] = "it is called linking here"
	const keys = "keys are secret, and do not belong into a file: pass a Config to authcli.Main"
	s.hints["tokenKeys"], s.hints["encryptOAuthTokens"] = keys, keys
	if s.Word("passwordHasher", "scrypt", "argon2id") == "argon2id" {
		cfg.PasswordHasher = &authplugin.Argon2idHasher{}
	}
	section(s, "linking", func(m *Settings) {
		m.hints = map[string]string{"enabled": "write disabled, which says the opposite"}
		cfg.Linking = authplugin.AccountLinking{
			Disabled: m.Bool("disabled", false), TrustedProviders: m.Strings("trustedProviders"),
			AllowUnverifiedLocal: m.Bool("allowUnverifiedLocal", false),
		}
	})
	return cfg
}

func readVerification(s *Settings) authplugin.VerificationConfig {
	cfg := authplugin.VerificationConfig{ModelConfig: readModel(s)}
	s.hints["storeIdentifier"] = "it is called identifiers here"
	s.hints["storeInDatabase"] = "write storage: storageAndDatabase, or storage: storageOnly for false"
	cfg.Storage = readRecordStorage(s)
	cfg.Identifiers = authplugin.IdentifierStorage(s.Word("identifiers", "plain", "hashed"))
	prefixes := s.Map("identifierPrefixes")
	for _, p := range prefixes.named() {
		if cfg.IdentifierPrefixes == nil {
			cfg.IdentifierPrefixes = map[string]authplugin.IdentifierStorage{}
		}
		prefixes.d.at[prefixes.element(p.key)] = p.at
		cfg.IdentifierPrefixes[p.key] = authplugin.IdentifierStorage(prefixes.Word(p.key, "plain", "hashed"))
		if cfg.IdentifierPrefixes[p.key] == "" {
			delete(cfg.IdentifierPrefixes, p.key)
		}
	}
	return cfg
}

func readPlugins(s *Settings, factories map[string]PluginFactory) []authplugin.Plugin {
	var plugins []authplugin.Plugin
	for _, p := range s.named() {
		factory := factories[p.key]
		if factory == nil {
			s.d.mistakef(p.at, "%s", unknownPlugin(p.key, factories))
			continue
		}
		options := s.d.settings(p.value, p.at, fmt.Sprintf("Plugins[%d]", len(plugins)))
		s.d.at[options.goPath] = p.at
		plugin, err := factory(options)
		options.done()
		if err != nil {
			s.d.mistakef(p.at, "%s", err)
			continue
		}
		plugins = append(plugins, plugin)
	}
	return plugins
}
