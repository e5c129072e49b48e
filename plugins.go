package authplugin

import "context"

// Plugin adds models and fields to the schema. An implementation is immutable
// once it is handed to [New], and may be handed to several. What else it can do it
// says by further interfaces: [HookPlugin], [DependentPlugin], [ValidatePlugin],
// [InitPlugin], [CleanupPlugin], [SessionPlugin], [SessionCheckPlugin],
// [UserDeletePlugin]. Its operations are its own methods or functions, which find it with
// [PluginOf]. docs/writing-a-plugin.md builds one.
type Plugin interface {
	// ID names the plugin in messages and to those that require it: "two-factor".
	// It is unique in a configuration.
	ID() string
	// Schema returns what the plugin adds. It returns the same on every call.
	Schema() PluginSchema
}

// PluginSchema is what a plugin adds to the schema. What it comes to does not
// depend on the order of the plugins.
type PluginSchema struct {
	// Models are tables of the plugin's own.
	Models []PluginModel
	// Fields are added to models of the core or of other plugins, by the logical
	// name of the model. Two plugins may add the same field if they describe it in
	// the same way. Fields for a model that the configuration leaves out are left
	// out too, if it is one of the core.
	Fields map[string]Fields
	// Config configures models as [Config.Models] does, core models included, by
	// logical name. It is for what the application chooses: a plugin whose
	// options have the field Schema of this type hands it on here. It and the
	// Config are merged; what contradicts is a mistake.
	Config map[string]ModelConfig
}

// PluginModel is a model that a plugin adds.
type PluginModel struct {
	// Name is the logical name, lowerCamel: "twoFactor".
	Name string
	// Struct is a struct value with a field ID of type [ID], which calls
	// [TableName] from its method TableName(schema.Namer). An embedded or own
	// field Additional of type [Values], tagged `gorm:"-"`, lets the application
	// and other plugins add fields. Without a struct, the model is known at run time
	// only, by its Fields; it has an id like any other.
	Struct any
	// Fields are the fields that the struct does not have. One that it has gets
	// what tags cannot say: an Enum, a Column, a DefaultValue that is a function.
	Fields Fields
	// Indexes are those over several fields.
	Indexes []Index
}

// DependentPlugin is a [Plugin] that needs others. They may stand anywhere in
// [Config.Plugins]; their hooks, Init and Cleanup run before its own.
type DependentPlugin interface {
	Plugin
	// Requires returns the IDs of the plugins that it needs.
	Requires() []string
}

// ValidatePlugin is a [Plugin] with options that can be wrong.
type ValidatePlugin interface {
	Plugin
	// Validate returns all mistakes in the options, nil if there are none. The Path
	// of each is that of the option, as it is written in Go: "Digits",
	// `Roles["admin"]`. It is called by db.Use and by [Config.Validate], which put
	// the plugin's place before the path.
	Validate() []*ConfigError
}

// InitPlugin is a [Plugin] that takes a look at what it has become part of.
type InitPlugin interface {
	Plugin
	// Init is called once for each [Auth] by db.Use, which returns its error. The
	// schema is bound by then; the tables may not be there yet, so it reads no
	// rows. It must not keep the Auth if the plugin is to serve several.
	Init(auth *Auth) error
}

// CleanupPlugin is a [Plugin] whose rows expire.
type CleanupPlugin interface {
	Plugin
	// Cleanup deletes what has expired and returns how many rows that were. It is
	// called by [Auth.Cleanup], and may be called by many processes at once.
	Cleanup(ctx context.Context, auth *Auth) (int64, error)
}

// SessionPlugin is a [Plugin] that decides which users may have sessions.
type SessionPlugin interface {
	Plugin
	// AdmitSession refuses a new session of a user with an error, which the caller of
	// [Sessions.Create] gets. It is called before the session is written, in its
	// transaction, and with [StorageOnly] again in the one in which it is put into the
	// storage. The user, who may not exist, is locked: whoever changes the user so
	// that there is to be no session, and then revokes those that there are, leaves
	// none. As hooks, it is not called for writes that skip them.
	AdmitSession(ctx context.Context, tx *Auth, userID ID) error
}

// SessionCheckPlugin is a [Plugin] that decides which of the sessions that are there
// count.
type SessionCheckPlugin interface {
	Plugin
	// CheckSession refuses a live session that was found, whether in the database, in
	// the storage or in a copy, with an error: [ErrNotFound] for one that is not to
	// count. It is what the caller of [Sessions.Find] gets; [Sessions.FindMany] leaves
	// out what is an ErrNotFound. It sees the rows as they were found, whatever wrote
	// them, without hidden fields. It is called each time that a session is found: let
	// it read the database in rare cases only.
	CheckSession(ctx context.Context, auth *Auth, session, user RowFields) error
}

// UserDeletePlugin is a [Plugin] with a rule about users who are deleted.
type UserDeletePlugin interface {
	Plugin
	// BeforeUserDelete is called before users are deleted, in the transaction that does
	// so, while what belongs to them is still there. It refuses the deletion with an
	// error, which the caller gets. It is given all users that one statement deletes, up
	// to 500 at a time, by [Users.Delete] and [Rows.Delete] before anything is locked.
	// As hooks, it is not called for writes that skip them, nor for users who go with a
	// row of another model by a foreign key.
	BeforeUserDelete(ctx context.Context, tx *Auth, userIDs []ID) error
}
