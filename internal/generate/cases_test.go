package generate

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
)

// cases are the configurations that golden files are kept for, by the name of
// the Go package that holds the models of each.
func cases() map[string]authplugin.Config {
	rateLimit := authplugin.RateLimitConfig{Storage: authplugin.StorageDatabase}
	return map[string]authplugin.Config{
		"defaults":   {},
		"fields":     {User: authplugin.ModelConfig{AdditionalFields: everyField()}},
		"betterauth": {Naming: authplugin.BetterAuthNaming, RateLimit: rateLimit, User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user"}}}},
		"names": {
			User: authplugin.ModelConfig{
				Table: "members", Columns: map[string]string{"name": "full-name", "id": "member_id", "email": "e-mail", "height": "größe"},
				AdditionalFields: authplugin.Fields{"height": {Type: authplugin.Number, Optional: true}},
			},
			Account: authplugin.AccountConfig{ModelConfig: authplugin.ModelConfig{Table: "log$ins", Columns: map[string]string{"userId": "mitglied_nr"}}},
			Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{Table: "sitzung", Columns: map[string]string{"userId": "besitzer_schlüssel"}}},
		},
		"serial": {GenerateID: authplugin.Serial, RateLimit: rateLimit},
		"uuid":   {GenerateID: authplugin.UUID, RateLimit: rateLimit},
		"mixed": {
			User:    authplugin.ModelConfig{GenerateID: authplugin.Serial, Model: Member{}},
			Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{GenerateID: authplugin.UUID}},
			Account: authplugin.AccountConfig{ModelConfig: authplugin.ModelConfig{GenerateID: authplugin.IDFunc(func(context.Context, string) (authplugin.ID, bool) { return "1", true })}},
		},
		"schemas": {DatabaseSchema: "auth", User: authplugin.ModelConfig{Table: "people.members"}},
		"plugins": {
			Plugins: []authplugin.Plugin{keyring{}},
			Models: map[string]authplugin.ModelConfig{
				"passkey": {
					Table: "auth_keys", Columns: map[string]string{"publicKey": "pub"},
					AdditionalFields: authplugin.Fields{"label": {Type: authplugin.String, DefaultValue: "key"}},
				},
			},
		},
		"unmanaged": {Plugins: []authplugin.Plugin{keyring{}}, Models: map[string]authplugin.ModelConfig{"passkey": {NoMigration: true}}},
	}
}

// runsOn reports whether a case makes sense on a database: only PostgreSQL and
// SQL Server have schemas that a table can be put into.
func runsOn(name, database string) bool {
	return name != "schemas" || database == "postgres" || database == "sqlserver"
}

// everyField has each type and attribute that a format writes.
func everyField() authplugin.Fields {
	upper := func(v any) (any, error) { return v, nil }
	fields := authplugin.Fields{
		"text":        {Type: authplugin.String, Optional: true},
		"code":        {Type: authplugin.String, Size: 40, Optional: true},
		"sorted":      {Type: authplugin.String, Sortable: true, Optional: true},
		"slug":        {Type: authplugin.String, Unique: true, Optional: true},
		"shortKey":    {Type: authplugin.String, Size: 20, Unique: true},
		"city":        {Type: authplugin.String, Index: true, Optional: true},
		"role":        {Type: authplugin.Enum("user", "admin"), DefaultValue: "user", ServerOnly: true},
		"odd":         {Type: authplugin.Enum(`a"b`, "c'd", "`e`", `f\`, "g;h", "<i>", "j\nk", "*/l"), DefaultValue: `a"b`},
		"lang":        {Type: authplugin.String, Size: 10, DefaultValue: "it's"},
		"count":       {Type: authplugin.Number, DefaultValue: -3},
		"ratio":       {Type: authplugin.Float, DefaultValue: 0.25},
		"bytes":       {Type: authplugin.BigInt, DefaultValue: int64(1) << 60},
		"banned":      {Type: authplugin.Boolean, DefaultValue: false},
		"joinedAt":    {Type: authplugin.Date, DefaultValue: time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)},
		"settings":    {Type: authplugin.JSON, Optional: true},
		"theme":       {Type: authplugin.JSON, DefaultValue: map[string]any{"dark": true, "__proto__": []any{"</script>"}}},
		"tags":        {Type: authplugin.StringArray, DefaultValue: []string{"a", "b"}},
		"points":      {Type: authplugin.NumberArray, Optional: true},
		"age":         {Type: authplugin.Number, Optional: true},
		"score":       {Type: authplugin.Float, Optional: true},
		"views":       {Type: authplugin.BigInt, Optional: true, Index: true},
		"active":      {Type: authplugin.Boolean, Optional: true},
		"bornAt":      {Type: authplugin.Date, Optional: true},
		"apiToken":    {Type: authplugin.String, Hidden: true, Optional: true},
		"madeUp":      {Type: authplugin.String, DefaultValue: func() any { return "made up" }, OnUpdate: func() any { return "again" }, TransformInput: upper},
		"tableName":   {Type: authplugin.String, Optional: true},
		"hugeText":    {Type: authplugin.String, Size: 5000000, Optional: true},
		"friend":      {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "user", OnDelete: authplugin.SetNull}},
		"friendMail":  {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "user", Field: "shortKey", OnDelete: authplugin.NoAction}},
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

// Member is a struct of the application's own.
type Member struct {
	authplugin.User
	Nick     string `auth:"hidden"`
	Points   int
	Picture  []byte
	LeftAt   gorm.DeletedAt
	Birthday *time.Time
}

// Passkey is a plugin's own struct.
type Passkey struct {
	ID        authplugin.ID
	Name      *string
	UserID    authplugin.ID `auth:"references:user"`
	PublicKey string        `auth:"secret"`
	Counter   int
	BackedUp  bool
	LastUsed  *time.Time
	Meta      map[string]any `gorm:"serializer:json"`

	Additional authplugin.Values `gorm:"-"`
}

// TableName is called by GORM.
func (Passkey) TableName(n schema.Namer) string { return authplugin.TableName(n, "passkey") }

// keyring adds a typed model, one that is data only, and fields to others.
type keyring struct{}

func (keyring) ID() string { return "keyring" }

func (keyring) Schema() authplugin.PluginSchema {
	return authplugin.PluginSchema{
		Models: []authplugin.PluginModel{
			{Name: "passkey", Struct: Passkey{}, Fields: authplugin.Fields{"aaguid": {Type: authplugin.String, Optional: true}}},
			{
				Name: "keyUse",
				Fields: authplugin.Fields{
					"passkeyId": {Type: authplugin.String, References: &authplugin.Reference{Model: "passkey"}},
					"usedAt":    {Type: authplugin.Date, Index: true},
					"place":     {Type: authplugin.String, Sortable: true, Optional: true},
				},
				Indexes: []authplugin.Index{{Fields: []string{"passkeyId", "place"}, Unique: true}},
			},
		},
		Fields: map[string]authplugin.Fields{
			"user":    {"keyCount": {Type: authplugin.Number, DefaultValue: 0}},
			"session": {"passkeyId": {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "passkey", OnDelete: authplugin.SetNull}}},
		},
	}
}
