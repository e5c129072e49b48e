package tests

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
)

// always is a configuration that is the same on every database.
func always(cfg authplugin.Config) func(string) authplugin.Config {
	return func(string) authplugin.Config { return cfg }
}

func goldenCases() []goldenCase {
	generated := func(dialect string) authplugin.IDStrategy {
		switch dialect {
		case "postgres":
			return authplugin.DatabaseDefault("gen_random_uuid()", "uuid")
		case "mysql":
			return authplugin.DatabaseDefault("(uuid())", "")
		case "sqlserver":
			return authplugin.DatabaseDefault("newsequentialid()", "uniqueidentifier")
		default:
			return authplugin.DatabaseDefault("(lower(hex(randomblob(16))))", "")
		}
	}
	counted := func(context.Context, string) (authplugin.ID, bool) { return "1", true }
	return []goldenCase{
		{name: "default", config: always(authplugin.Config{})},
		{name: "better-auth", config: always(authplugin.Config{
			Naming:    authplugin.BetterAuthNaming,
			RateLimit: authplugin.RateLimitConfig{Storage: authplugin.StorageDatabase},
		})},
		{name: "plural-snake", config: always(authplugin.Config{
			Naming:    authplugin.BetterAuthNaming | authplugin.PluralTables | authplugin.SnakeCase,
			RateLimit: authplugin.RateLimitConfig{Storage: authplugin.StorageDatabase},
		})},
		{
			name:   "prefix-singular",
			config: always(authplugin.Config{RateLimit: authplugin.RateLimitConfig{Storage: authplugin.StorageDatabase}}),
			gorm:   &gorm.Config{NamingStrategy: schema.NamingStrategy{TablePrefix: "app_", SingularTable: true}},
		},
		{name: "id-random", config: always(authplugin.Config{GenerateID: authplugin.Random})},
		{name: "id-uuid", config: always(authplugin.Config{GenerateID: authplugin.UUID})},
		{name: "id-serial", config: always(authplugin.Config{GenerateID: authplugin.Serial})},
		{name: "id-function", config: always(authplugin.Config{GenerateID: authplugin.IDFunc(counted)})},
		{
			name:    "id-database-default",
			config:  func(dialect string) authplugin.Config { return authplugin.Config{GenerateID: generated(dialect)} },
			noMySQL: true,
		},
		{name: "ids-mixed", config: always(authplugin.Config{
			GenerateID: authplugin.Random,
			User:       authplugin.ModelConfig{GenerateID: authplugin.Serial},
			Session:    authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{GenerateID: authplugin.UUID}},
		})},
		{name: "fields", config: always(withUserFields(everyField()))},
		{name: "fields-attributes", config: always(withUserFields(everyAttribute()))},
		{name: "fields-added", before: always(authplugin.Config{}), config: always(withUserFields(everyAddedField()))},
		{name: "fields-added-attributes", before: always(authplugin.Config{}), config: always(withUserFields(everyAttribute()))},
		{
			name: "schema", only: []string{"postgres", "sqlserver"},
			config: always(authplugin.Config{DatabaseSchema: "auth", User: authplugin.ModelConfig{Table: "people.members"}}),
		},
		{name: "plugin", config: always(authplugin.Config{Plugins: []authplugin.Plugin{deskPlugin{}}})},
		{name: "plugin-serial", config: always(authplugin.Config{GenerateID: authplugin.Serial, Plugins: []authplugin.Plugin{deskPlugin{}}})},
		{
			name: "plugin-added", before: always(authplugin.Config{}),
			config: always(authplugin.Config{Plugins: []authplugin.Plugin{deskPlugin{}}}),
		},
	}
}

func withUserFields(fields authplugin.Fields) authplugin.Config {
	return authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: fields}}
}

// everyAddedField is everyField, with a length for the text that has a constant
// default.
func everyAddedField() authplugin.Fields {
	fields := everyField()
	role := fields["role"]
	role.Size = 20
	fields["role"] = role
	return fields
}

// everyAttribute has what everyField lacks: fields that are required, with and
// without a default, of every type; sizes that reach over limits of databases.
func everyAttribute() authplugin.Fields {
	fields := authplugin.Fields{
		"mediumText":  {Type: authplugin.String, Size: 20000},
		"hugeText":    {Type: authplugin.String, Size: 5000000, Optional: true},
		"shortKey":    {Type: authplugin.String, Size: 20, Unique: true},
		"bornOn":      {Type: authplugin.Date, Index: true},
		"position":    {Type: authplugin.Number, Unique: true, Optional: true},
		"updatedOn":   {Type: authplugin.Date, Optional: true, OnUpdate: func() any { return time.Now() }},
		"madeUp":      {Type: authplugin.String, DefaultValue: func() any { return "made up" }},
		"lang":        {Type: authplugin.String, Size: 10, DefaultValue: "it's"},
		"count":       {Type: authplugin.Number, DefaultValue: -3},
		"ratio":       {Type: authplugin.Float, DefaultValue: 0.25},
		"bytes":       {Type: authplugin.BigInt, DefaultValue: int64(1) << 40},
		"banned":      {Type: authplugin.Boolean, DefaultValue: false},
		"apiToken":    {Type: authplugin.String, Hidden: true, Optional: true},
		"favouriteId": {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "session", OnDelete: authplugin.NoAction}},
	}
	for name, kind := range map[string]authplugin.FieldType{
		"Text": authplugin.String, "Number": authplugin.Number, "Float": authplugin.Float, "BigInt": authplugin.BigInt,
		"Boolean": authplugin.Boolean, "Date": authplugin.Date, "JSON": authplugin.JSON,
		"Strings": authplugin.StringArray, "Numbers": authplugin.NumberArray, "Enum": authplugin.Enum("a", "b"),
	} {
		fields["required"+name] = authplugin.Field{Type: kind}
	}
	return fields
}

// deskPlugin has a model with a Go type, one that is data only, references
// among them that SQL Server would refuse as they are (by two paths from users
// to desks, from a table to itself), and a field for the users.
type deskPlugin struct{}

func (deskPlugin) ID() string { return "desk" }

// Desk is the plugin's typed model.
type Desk struct {
	ID        authplugin.ID  `json:"id"`
	OwnerID   authplugin.ID  `json:"ownerId" auth:"references:user;onDelete:cascade"`
	LenderID  *authplugin.ID `json:"lenderId" auth:"references:session;onDelete:set null"`
	Label     string         `json:"label" auth:"sortable"`
	Room      string         `json:"room" auth:"size:80"`
	Seats     int            `json:"seats"`
	Height    float64        `json:"height"`
	Lamp      bool           `json:"lamp" auth:"default:true"`
	BookedAt  *time.Time     `json:"bookedAt"`
	CreatedAt time.Time      `json:"createdAt" auth:"createdAt"`

	Additional authplugin.Values `gorm:"-" json:"-"`
}

// TableName is called by GORM.
func (Desk) TableName(n schema.Namer) string { return authplugin.TableName(n, "desk") }

// Schema implements authplugin.Plugin.
func (deskPlugin) Schema() authplugin.PluginSchema {
	return authplugin.PluginSchema{
		Models: []authplugin.PluginModel{
			{
				Name: "desk", Struct: Desk{},
				Indexes: []authplugin.Index{{Fields: []string{"room", "label"}, Unique: true}, {Fields: []string{"ownerId", "bookedAt"}}},
			},
			{
				Name: "deskKeyHandover",
				Fields: authplugin.Fields{
					"deskId":     {Type: authplugin.String, References: &authplugin.Reference{Model: "desk"}},
					"keyNumber":  {Type: authplugin.Number},
					"note":       {Type: authplugin.String, Optional: true},
					"handedOnAt": {Type: authplugin.Date, Index: true},
					"details":    {Type: authplugin.JSON, Optional: true},
					"previousId": {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "deskKeyHandover"}},
				},
				Indexes: []authplugin.Index{
					{Fields: []string{"deskId", "keyNumber", "handedOnAt"}, Unique: true},
					{Fields: []string{"keyNumber", "previousId"}, Unique: true}, // one of them may be NULL
				},
			},
		},
		Fields: map[string]authplugin.Fields{"user": {"deskCount": {Type: authplugin.Number, DefaultValue: 0}}},
	}
}
