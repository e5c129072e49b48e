// Package authplugin is the database layer of an auth system as a GORM plugin:
// users, sessions, accounts and verifications, with their tables.
//
//	auth := authplugin.New(authplugin.Config{AutoMigrate: true})
//	db, err := gorm.Open(sqlite.Open("app.db"), &gorm.Config{})
//	…
//	err = db.Use(auth) // right after gorm.Open, before other plugins
//
// # Models
//
// [User], [Session], [Account] and [Verification] (and [RateLimit], when
// counters are kept in the database) have the fields of Better Auth's core
// schema. They are ordinary GORM models: Create, Find, Preload, Joins, Updates,
// generics. Ids, defaults and times are set, and values checked, by GORM
// callbacks, so they hold for every way to write.
//
// # Names
//
// Tables and columns follow the application's GORM NamingStrategy, or Better
// Auth's rules with [BetterAuthNaming]; [ModelConfig.Table] and
// [ModelConfig.Columns] name single ones. Two databases in one process may be
// configured differently.
//
// # Additional fields
//
// [ModelConfig.AdditionalFields] adds fields that need no Go field: they live
// in the map Additional of the model, and are columns like any other to GORM.
// A field that is absent from the map and one that is nil differ: nil is NULL.
// An application that prefers typed columns embeds the model in a struct of its
// own, see [ModelConfig.Model].
//
// # Ids
//
// Every id and every reference to one is an [ID], which is text in Go, whatever
// the column is; see [IDStrategy].
//
// # Operations
//
// [Auth.Users], [Auth.Sessions], [Auth.Accounts] and [Auth.Verifications] are
// what an auth system asks of its data: one call each, right under concurrency,
// in the transaction that the Auth is bound to ([Auth.WithDB],
// [Auth.Transaction]). [UsersOf] and its siblings work with the application's own
// structs. [Auth.Records] reads and writes any model by its logical name, and
// [Auth.Clause] makes its conditions usable in plain GORM. [Auth.ParseInput] and
// [Auth.Output] stand between them and clients.
//
// # Hooks
//
// [Config.Hooks] run before and after the writes to a model, and after the
// commit, by whichever way they are made; see [ModelHooks].
//
// # Migrations
//
// [Config.AutoMigrate] or [Auth.Migrate] create what is missing. They only add,
// never alter, drop or rebuild; what would be unsafe is refused with a recipe,
// and [Auth.PlanMigration] shows all of it beforehand.
//
// # Errors
//
// Mistakes in the configuration are [*ConfigError], all of them joined in the
// error of db.Use. Values that the schema does not accept are [*FieldError].
// Errors of databases come out the same on each: [ErrDuplicate],
// [ErrForeignKey], [ErrNotNull], [ErrCheck], [ErrConflict]. No error and no log
// shows a token, a password or a hidden field.
package authplugin
