package authtest

import (
	"maps"
	"strings"

	"gorm.io/driver/sqlite"

	"github.com/gorm-auth/authplugin"
)

// schemaOf is the schema of a configuration, nil if it has mistakes, which db.Use
// will report.
func schemaOf(cfg authplugin.Config) *authplugin.Schema {
	described, err := authplugin.Describe(cfg, sqlite.Open(":memory:"))
	if err != nil {
		return nil
	}
	return described.Schema
}

// renamed gives other names to all tables of plugins and all their columns, as far as
// the configuration has not named them.
func (c *conformance) renamed() authplugin.Config {
	cfg := c.config()
	schema := schemaOf(cfg)
	if schema == nil {
		return cfg
	}
	cfg.Models = maps.Clone(cfg.Models)
	if cfg.Models == nil {
		cfg.Models = map[string]authplugin.ModelConfig{}
	}
	core := map[string]*authplugin.ModelConfig{
		authplugin.ModelUser: &cfg.User, authplugin.ModelSession: &cfg.Session.ModelConfig,
		authplugin.ModelAccount: &cfg.Account.ModelConfig, authplugin.ModelVerification: &cfg.Verification.ModelConfig,
		authplugin.ModelRateLimit: &cfg.RateLimit.ModelConfig,
	}
	for _, m := range schema.Models() {
		if own := core[m.Name]; own != nil {
			renameColumns(own, m)
			continue
		}
		model := cfg.Models[m.Name]
		if named(cfg, m.Name) {
			continue
		}
		model.Table = "app_" + strings.ToLower(m.Name)
		renameColumns(&model, m)
		cfg.Models[m.Name] = model
	}
	return cfg
}

// named reports whether a configuration or the options of a plugin say anything of a
// model.
func named(cfg authplugin.Config, model string) bool {
	if _, ok := cfg.Models[model]; ok {
		return true
	}
	for _, p := range cfg.Plugins {
		if _, ok := p.Schema().Config[model]; ok {
			return true
		}
	}
	return false
}

// renameColumns renames the columns of the fields that plugins bring.
func renameColumns(cfg *authplugin.ModelConfig, m authplugin.ModelInfo) {
	cfg.Columns = maps.Clone(cfg.Columns)
	for _, f := range m.Fields {
		if !strings.HasPrefix(f.Origin, authplugin.OriginPlugin) || cfg.Columns[f.Name] != "" {
			continue
		}
		if cfg.Columns == nil {
			cfg.Columns = map[string]string{}
		}
		cfg.Columns[f.Name] = "c_" + strings.ToLower(f.Name)
	}
}
