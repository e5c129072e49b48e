package authcli

import (
	"fmt"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin"
)

// configInfo is what of a configuration can be shown: settings that are data, and of
// functions and keys only that they are there.
type configInfo struct {
	Naming         string      `json:"naming"`
	DatabaseSchema string      `json:"databaseSchema"`
	GenerateID     string      `json:"generateId"`
	Session        sessionInfo `json:"session"`
	Account        accountInfo `json:"account"`
	Verification   string      `json:"verificationIdentifiers"`
	// SecondaryStorage is where it is, empty for none.
	SecondaryStorage    string   `json:"secondaryStorage"`
	LocalCache          bool     `json:"localCache"`
	VerificationStorage string   `json:"verificationStorage"`
	RateLimit           string   `json:"rateLimitStorage"`
	Plugins             []string `json:"plugins"`
}

// sessionInfo has durations as text; "default" is the library's.
type sessionInfo struct {
	ExpiresIn      string `json:"expiresIn"`
	UpdateAge      string `json:"updateAge"`
	FreshAge       string `json:"freshAge"`
	DisableRefresh bool   `json:"disableRefresh"`
	HashTokens     bool   `json:"hashTokens"`
	// Storage is the word of authplugin.yaml.
	Storage             string `json:"storage"`
	CopyMaxAge          string `json:"copyMaxAge"`
	WriteWithoutStorage bool   `json:"writeWithoutStorage"`
	PreserveInDatabase  bool   `json:"preserveInDatabase"`
	PreserveFor         string `json:"preserveFor"`
}

type accountInfo struct {
	PasswordHasher string `json:"passwordHasher"`
	// TokenKeys are the ids of the keys.
	TokenKeys        []string `json:"tokenKeys"`
	LinkingDisabled  bool     `json:"linkingDisabled"`
	TrustedProviders []string `json:"trustedProviders"`
}

func describeConfig(cfg authplugin.Config) configInfo {
	info := configInfo{
		Naming: namingName(cfg.Naming), DatabaseSchema: cfg.DatabaseSchema, GenerateID: strategyName(cfg.GenerateID),
		Session: sessionInfo{
			ExpiresIn: durationText(cfg.Session.ExpiresIn), UpdateAge: durationText(cfg.Session.UpdateAge),
			FreshAge: durationText(cfg.Session.FreshAge), DisableRefresh: cfg.Session.DisableRefresh, HashTokens: cfg.Session.HashTokens,
			Storage:    storageWord(cfg.Session.Storage.Resolve(cfg.SecondaryStorage)),
			CopyMaxAge: durationText(cfg.Session.CopyMaxAge), WriteWithoutStorage: cfg.Session.WriteWithoutStorage,
			PreserveInDatabase: cfg.Session.PreserveInDatabase, PreserveFor: durationText(cfg.Session.PreserveFor),
		},
		Account: accountInfo{
			PasswordHasher: hasherName(cfg.Account.PasswordHasher), TokenKeys: []string{},
			LinkingDisabled:  cfg.Account.Linking.Disabled,
			TrustedProviders: append([]string{}, cfg.Account.Linking.TrustedProviders...),
		},
		Verification: orWord(string(cfg.Verification.Identifiers), "plain"),
		RateLimit:    orWord(string(cfg.RateLimit.Storage), "memory"),
		Plugins:      []string{},

		SecondaryStorage: storageText(cfg.SecondaryStorage), LocalCache: cfg.LocalCache != nil,
		VerificationStorage: storageWord(cfg.Verification.Storage.Resolve(cfg.SecondaryStorage)),
	}
	for _, key := range cfg.Account.TokenKeys {
		info.Account.TokenKeys = append(info.Account.TokenKeys, key.ID)
	}
	for _, p := range cfg.Plugins {
		info.Plugins = append(info.Plugins, p.ID())
	}
	return info
}

// lines are the settings for a person to read.
func (c configInfo) lines() [][2]string {
	return [][2]string{
		{"naming", c.Naming},
		{"database schema", orWord(c.DatabaseSchema, "none")},
		{"ids", c.GenerateID},
		{"session", fmt.Sprintf("expires in %s, update age %s, fresh age %s, refresh %s, tokens %s", c.Session.ExpiresIn, c.Session.UpdateAge,
			c.Session.FreshAge, choose(c.Session.DisableRefresh, "off", "on"), choose(c.Session.HashTokens, "hashed", "plain"))},
		{"secondary storage", orWord(c.SecondaryStorage, "none") + choose(c.LocalCache, ", with an in-process tier", "")},
		{"session storage", c.Session.storageLine()},
		{"verification storage", c.VerificationStorage},
		{"rate limit storage", c.RateLimit},
		{"passwords", c.Account.PasswordHasher},
		{"token keys", orWord(strings.Join(c.Account.TokenKeys, ", "), "none")},
		{"account linking", choose(c.Account.LinkingDisabled, "off", "on") + ", trusted providers: " + orWord(strings.Join(c.Account.TrustedProviders, ", "), "none")},
		{"verification identifiers", c.Verification},
		{"plugins", orWord(strings.Join(c.Plugins, ", "), "none")},
	}
}

// storageLine is where sessions are kept, for a person to read.
func (s sessionInfo) storageLine() string {
	line := s.Storage
	if s.Storage == "storageAndDatabase" {
		line += ", copy max age " + s.CopyMaxAge + choose(s.WriteWithoutStorage, ", writes go on without the storage", "")
	}
	if s.PreserveInDatabase {
		line += ", revoked rows are kept" + choose(s.PreserveFor == "default", "", " for "+s.PreserveFor)
	}
	return line
}

// storageWord is the word of authplugin.yaml for a place.
func storageWord(place authplugin.RecordStorage) string {
	switch place {
	case authplugin.DatabaseOnly:
		return "databaseOnly"
	case authplugin.StorageOnly:
		return "storageOnly"
	default:
		return "storageAndDatabase"
	}
}

// storageText says where a storage is, as it says itself, or else of what type it is.
func storageText(storage authplugin.SecondaryStorage) string {
	switch s := storage.(type) {
	case nil:
		return ""
	case fmt.Stringer:
		return s.String()
	default:
		return fmt.Sprintf("%T", s)
	}
}

func namingName(n authplugin.Naming) string {
	if n&authplugin.BetterAuthNaming == 0 {
		return "gorm"
	}
	name := "better-auth"
	if n&authplugin.PluralTables != 0 {
		name += ", plural tables"
	}
	if n&authplugin.SnakeCase != 0 {
		name += ", snake case"
	}
	return name
}

// strategyName is the word for an id strategy.
func strategyName(s authplugin.IDStrategy) string {
	switch s {
	case nil, authplugin.Random:
		return "random"
	case authplugin.UUID:
		return "uuid"
	case authplugin.Serial:
		return "serial"
	case authplugin.Database:
		return "database"
	default:
		return "of the application"
	}
}

func hasherName(h authplugin.PasswordHasher) string {
	switch h.(type) {
	case nil, *authplugin.ScryptHasher:
		return "scrypt"
	case *authplugin.Argon2idHasher:
		return "argon2id"
	case authplugin.MultiHasher:
		return "several"
	default:
		return "of the application"
	}
}

func durationText(d time.Duration) string {
	if d == 0 {
		return "default"
	}
	return d.String()
}

func orWord(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

func choose(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}
