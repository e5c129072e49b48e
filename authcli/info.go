package authcli

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// information is what info shows: nothing of it is secret.
type information struct {
	// Database is nil when no URL is given: names are those on SQLite then.
	Database *databaseInfo `json:"database"`
	Config   configInfo    `json:"config"`
	Models   []modelInfo   `json:"models"`
	// InStorage are the models without a table: their rows are in the secondary
	// storage only.
	InStorage []modelInfo `json:"inStorage"`
}

type databaseInfo struct {
	Target  string `json:"target"`
	Dialect string `json:"dialect"`
}

type modelInfo struct {
	Name    string      `json:"name"`
	Table   string      `json:"table"`
	Fields  []fieldInfo `json:"fields"`
	Indexes []indexInfo `json:"indexes"`
	// NoMigration says that others make the table.
	NoMigration bool `json:"noMigration,omitempty"`
}

type fieldInfo struct {
	Name       string `json:"name"`
	Column     string `json:"column"`
	Type       string `json:"type"`
	Required   bool   `json:"required"`
	NotNull    bool   `json:"notNull"`
	Unique     bool   `json:"unique"`
	Indexed    bool   `json:"indexed"`
	Input      bool   `json:"input"`
	Returned   bool   `json:"returned"`
	References string `json:"references,omitempty"`
	OnDelete   string `json:"onDelete,omitempty"`
}

type indexInfo struct {
	Name        string   `json:"name"`
	Fields      []string `json:"fields"`
	Unique      bool     `json:"unique"`
	Recommended bool     `json:"recommended"`
}

func (a *app) infoCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "info",
		Short: "Show the configuration and the schema that it makes, without secrets",
		Long: `Show the configuration and the schema that it makes, without secrets. It can be
put into a bug report. With a database the names are checked against it; it is not
needed.`,
		Example: a.example("info", "info --json"),
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.info(c.Context(), asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return c
}

func (a *app) info(ctx context.Context, asJSON bool) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	schema, database, err := a.schema(ctx, cfg)
	if err != nil {
		return err
	}
	info := information{
		Database: database, Config: describeConfig(cfg),
		Models: describeModels(schema.Models()), InStorage: withoutTable(describeModels(schema.InStorage())),
	}
	a.addURL(a.Getenv("REDIS_URL"))
	info.Config.SecondaryStorage = a.redact(info.Config.SecondaryStorage)
	if asJSON {
		return a.printJSON(info)
	}
	a.showInfo(info)
	return nil
}

// schema binds the configuration to the database that is given, or to an empty one
// in memory.
func (a *app) schema(ctx context.Context, cfg authplugin.Config) (*authplugin.Schema, *databaseInfo, error) {
	cfg.Logger = slog.New(slog.DiscardHandler) // nothing is done with the storage
	auth := authplugin.New(cfg)
	defer closeAuth(auth)
	if a.databaseURL() != "" || a.Dialector != nil {
		db, target, err := a.connect(ctx, emptyMissing)
		if err != nil {
			return nil, nil, err
		}
		defer closePool(db)
		if err := db.Use(auth); err != nil {
			return nil, nil, err
		}
		return auth.Schema(), &databaseInfo{Target: target, Dialect: db.Name()}, nil
	}
	c, err := connectSQLite("sqlite:" + memory)
	if err != nil {
		return nil, nil, err
	}
	db, err := gorm.Open(c.dialector, a.gormConfig())
	if err != nil {
		return nil, nil, fmt.Errorf("cannot open a database in memory: %w", err)
	}
	defer closePool(db)
	if err := db.Use(auth); err != nil {
		return nil, nil, err
	}
	return auth.Schema(), nil, nil
}

func describeModels(all []authplugin.ModelInfo) []modelInfo {
	models := make([]modelInfo, 0, len(all))
	for _, m := range all {
		info := modelInfo{Name: m.Name, Table: m.Table, Fields: []fieldInfo{}, Indexes: []indexInfo{}, NoMigration: m.NoMigration}
		for _, f := range m.Fields {
			field := fieldInfo{
				Name: f.Name, Column: f.Column, Type: f.Type, Required: !f.Optional, NotNull: f.NotNull,
				Unique: f.Unique, Indexed: f.Indexed, Input: !f.ServerOnly, Returned: !f.Hidden,
			}
			if r := f.References; r != nil {
				field.References, field.OnDelete = r.Model+"."+r.Field, strings.ToLower(string(r.OnDelete))
			}
			info.Fields = append(info.Fields, field)
		}
		for _, x := range m.Indexes {
			info.Indexes = append(info.Indexes, indexInfo{Name: x.Name, Fields: x.Fields, Unique: x.Unique, Recommended: x.Recommended})
		}
		models = append(models, info)
	}
	return models
}

// withoutTable leaves out of models what only a table has.
func withoutTable(models []modelInfo) []modelInfo {
	for i := range models {
		m := &models[i]
		m.Table, m.Indexes = "", []indexInfo{}
		for j := range m.Fields {
			f := &m.Fields[j]
			f.Column, f.NotNull, f.Unique, f.Indexed = "", false, false, false
		}
	}
	return models
}

func (a *app) showInfo(info information) {
	if info.Database == nil {
		a.say("database: none given")
	} else {
		a.say("database: %s (%s)", info.Database.Target, info.Database.Dialect)
	}
	for _, setting := range info.Config.lines() {
		a.say("%s: %s", setting[0], setting[1])
	}
	for _, m := range info.Models {
		a.showModel(m, m.Name+" in table "+m.Table+choose(m.NoMigration, ", which others make", ""))
	}
	for _, m := range info.InStorage {
		a.showModel(m, m.Name+" in the secondary storage, without a table")
	}
}

func (a *app) showModel(m modelInfo, title string) {
	a.say("")
	a.say("%s", a.paint(a.Stdout, bold, title))
	names, columns := 0, 0
	for _, f := range m.Fields {
		names, columns = max(names, len(f.Name)), max(columns, len(f.Column))
	}
	for _, f := range m.Fields {
		a.say("%s", strings.TrimRight(fmt.Sprintf("  %-*s  %-*s  %-8s  %s", names, f.Name, columns, f.Column, f.Type, f.remarks()), " "))
	}
	for _, x := range m.Indexes {
		kind := "index"
		if x.Unique {
			kind = "unique index"
		}
		a.say("  %s %s (%s)", kind, x.Name, strings.Join(x.Fields, ", "))
	}
}

// remarks are the properties of a field that are worth a word.
func (f fieldInfo) remarks() string {
	var words []string
	for _, remark := range []struct {
		word  string
		holds bool
	}{
		{"not null", f.NotNull},
		{"unique", f.Unique},
		{"indexed", f.Indexed && !f.Unique},
		{"server only", !f.Input},
		{"hidden", !f.Returned},
	} {
		if remark.holds {
			words = append(words, remark.word)
		}
	}
	if f.References != "" {
		words = append(words, "references "+f.References+" on delete "+f.OnDelete)
	}
	return strings.Join(words, ", ")
}
