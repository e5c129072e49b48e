package authplugin

// Plugin adds models and fields to the schema. An implementation is immutable
// once it is handed to [New].
type Plugin interface {
	// ID names the plugin in messages: "two-factor". It is unique in a configuration.
	ID() string
	// Schema returns what the plugin adds. It returns the same on every call.
	Schema() PluginSchema
}

// PluginSchema is what a plugin adds to the schema.
type PluginSchema struct {
	// Models are tables of the plugin's own.
	Models []PluginModel
	// Fields are added to models of the core or of other plugins, by the logical
	// name of the model.
	Fields map[string]Fields
}

// PluginModel is a model that a plugin adds.
type PluginModel struct {
	// Name is the logical name, lowerCamel: "twoFactor".
	Name string
	// Struct is a struct value with a field ID of type [ID], which calls
	// [TableName] from its method TableName(schema.Namer). An embedded or own
	// field Additional of type [Values], tagged `gorm:"-"`, lets the application
	// add fields. Without a struct, the model is known at run time only, by its
	// Fields; it has an id like any other.
	Struct any
	// Fields are the fields that the struct does not have.
	Fields Fields
	// Indexes are those over several fields.
	Indexes []Index
}
