package authplugin

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
)

// Name is the name under which GORM knows the plugin.
const Name = "authplugin"

// Auth is the plugin: db.Use(auth) binds it to a database. One Auth serves one
// *gorm.DB. After db.Use it is immutable and safe for concurrent use.
type Auth struct {
	*state
	// db is the handle that this Auth works on: that of db.Use, or a transaction.
	db *gorm.DB
}

var _ gorm.Plugin = (*Auth)(nil)

// state is what an Auth and its copies for transactions share.
type state struct {
	cfg Config
	// using keeps calls of Initialize apart.
	using sync.Mutex
	core  atomic.Pointer[core]
}

// New returns the plugin for db.Use. Mistakes in the configuration are reported
// by db.Use, all at once; [Config.Validate] reports most of them earlier.
func New(cfg Config) *Auth {
	return &Auth{state: &state{cfg: cfg}}
}

// Name implements gorm.Plugin.
func (a *Auth) Name() string { return Name }

// Initialize implements gorm.Plugin. It is called by db.Use, which must come
// right after gorm.Open and before other plugins and any use of the models.
//
// When the migration fails, db.Use may be tried again with the same Auth and the
// same *gorm.DB: it migrates again. After any other error the Auth is unused, and
// may be given to a new *gorm.DB.
func (a *Auth) Initialize(db *gorm.DB) error {
	a.using.Lock()
	defer a.using.Unlock()
	if n, ok := db.NamingStrategy.(*namer); ok {
		return a.initializeAgain(db, n.core)
	}
	if a.core.Load() != nil {
		return errAlreadyGiven
	}
	if _, ok := db.Plugins["gorm:db_resolver"]; ok {
		return errors.New("authplugin: db.Use(auth) must come before db.Use(dbresolver...)")
	}
	srv, err := readServer(context.Background(), db)
	if err != nil {
		return err
	}
	before := settingsOf(db)
	c, err := newCore(a, db, srv)
	if err != nil {
		return err
	}
	a.db = db
	a.core.Store(c)
	if c.failed = a.initPlugins(); c.failed != nil {
		a.core.Store(nil)
		c.removeCallbacks(db)
		before.restore(db)
		return c.failed
	}
	return a.migrateAtStart()
}

var (
	errAlreadyGiven = errors.New("authplugin: this Auth was already given to db.Use; one Auth serves one *gorm.DB, call authplugin.New again")
	errAlreadyBound = errors.New("authplugin: this *gorm.DB already has authplugin bound; open a new one")
)

// initializeAgain is Initialize for a configuration of GORM that some core was
// bound to before.
func (a *Auth) initializeAgain(db *gorm.DB, bound *core) error {
	if bound.owner != a.state {
		return errAlreadyBound
	}
	if bound.failed != nil {
		return bound.failed
	}
	if _, ok := db.Plugins[Name]; ok { // dbresolver opens its pools with the configuration of this database
		if bound.observesCommits() {
			bound.wrapPool(db)
		}
		return nil
	}
	if db.Config != bound.db.Config {
		return errAlreadyGiven
	}
	return a.migrateAtStart() // db.Use is tried again after a migration that failed
}

func (a *Auth) migrateAtStart() error {
	if !a.cfg.AutoMigrate {
		return nil
	}
	return a.Migrate(context.Background())
}

// ready is the core, or ErrNotInitialized.
func (a *Auth) ready() (*core, error) {
	if a == nil || a.state == nil {
		return nil, ErrNotInitialized
	}
	if c := a.core.Load(); c != nil {
		return c, nil
	}
	return nil, ErrNotInitialized
}

// From returns the Auth that was given to db.Use, nil if there was none. From a
// transaction's handle it is bound to that transaction, as with [Auth.WithDB].
func From(db *gorm.DB) *Auth {
	a, ok := db.Plugins[Name].(*Auth)
	if !ok {
		return nil
	}
	return a.WithDB(db)
}

// WithDB returns an Auth that works on the given handle, such as a transaction,
// which must come from the *gorm.DB of db.Use.
func (a *Auth) WithDB(db *gorm.DB) *Auth { return &Auth{state: a.state, db: db} }

// Schema returns the logical schema. Before db.Use it is empty.
func (a *Auth) Schema() *Schema {
	c, err := a.ready()
	if err != nil {
		return &Schema{}
	}
	return c.schema
}

// Models returns a pointer to a zero value of the Go type of each model, in the
// order in which their tables can be created: the application's own struct
// where there is one. Models that are known at run time only are left out, and
// those with NoMigration or without a table. It is nil before db.Use.
//
// db.AutoMigrate(auth.Models()...) works too; on tables that the library
// created it issues no DDL.
func (a *Auth) Models() []any {
	c, err := a.ready()
	if err != nil {
		return nil
	}
	var models []any
	for _, m := range c.schema.tables() {
		if b := c.byModel[m]; !b.special && !m.noMigration {
			models = append(models, reflect.New(b.goType).Interface())
		}
	}
	return models
}
