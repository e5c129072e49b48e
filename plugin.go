package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin/internal/dialect"
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

// core is everything that is known once the plugin has met its database.
type core struct {
	cfg Config
	// owner is whose core it is; failed is why it never came into use, nil if it did.
	owner   *state
	failed  error
	db      *gorm.DB
	schema  *Schema
	dialect dialect.Dialect
	server  server
	times   timeFormat
	now     func() time.Time

	bindings map[*schema.Schema]*binding
	// byModel is the binding that a model is migrated by.
	byModel map[*model]*binding
	// records is the binding that records of a model are read by.
	records map[*model]*binding
	// onDelete is what each foreign key does on this database.
	onDelete map[*field]OnDelete
	// hooks are those of the application and of its plugins.
	hooks registeredHooks
	// checks are the plugins that check sessions.
	checks []SessionCheckPlugin
	// userDeletes are the plugins that are asked before users are deleted.
	userDeletes []UserDeletePlugin
	// savepoints numbers the savepoints of writes with hooks.
	savepoints atomic.Uint64
	// unwrap takes back the wrappers around GORM's own callbacks.
	unwrap []func() error
	// pool is the pool of db.Use, nil when it is of the application's own kind.
	pool *sql.DB
	// unprepared says that the pool does not take prepared statements.
	unprepared bool
	// byType finds the binding of a Go type.
	byType map[reflect.Type]*binding
	hot    statements
	// hasher makes and checks the hashes of passwords.
	hasher PasswordHasher
	// decoy is the hash that the password of nobody is checked against, once made.
	decoy atomic.Pointer[string]
	// tokens encrypts and decrypts the tokens of accounts; nil when it is not to.
	tokens *tokenCipher
	// readers read the rows of compiled statements.
	readers map[readerKey]*rowReader
	writers map[*binding]*rowWriter
	// inserts are the compiled INSERTs of the core models.
	inserts map[*model]*insert
	// createChain and deleteChain are how many callbacks these chains have when
	// nobody else has added any; -1 when somebody had before db.Use.
	createChain, deleteChain int
	// convertsIDs says that some model's ids are not text.
	convertsIDs bool
	// storage is the secondary storage, nil if there is none that can be used.
	storage *storageAccess
	// sessionsIn and verificationsIn are where they are kept.
	sessionsIn, verificationsIn RecordStorage
	// copies are those of sessions, nil but with StorageAndDatabase.
	copies *sessionCopies
	// verificationCopiers are those of each Go type.
	verificationCopiers map[*binding]*rowCopier
	// stored are the sessions themselves, nil but with StorageOnly.
	stored *storedSessions
	// limits are the counters of requests.
	limits *rateLimits
	// repairs discards copies that could not be discarded in time.
	repairs *storageRepairs
	// foreign caches what foreignIDs found out.
	foreign sync.Map
	// idTypes are the types of existing id columns, see noteIDTypes.
	idTypes atomic.Pointer[map[*model]string]
	// migrating keeps migrations of this process apart: GORM notes in its schema
	// what it finds out about indexes while it writes DDL.
	migrating sync.Mutex
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

// newCore builds the schema, binds it to GORM and registers the callbacks, in
// this order. A mistake that is found before the binding leaves the *gorm.DB as
// it was. The binding changes the schemas that GORM has cached, which cannot be
// undone; so when it or a later step fails, the namer stays and refuses every
// further db.Use. The callbacks and the logger are put back.
func newCore(a *Auth, db *gorm.DB, srv server) (*core, error) {
	d, err := dialect.New(db.Name(), dialect.Server{MariaDB: srv.mariaDB})
	if err != nil {
		return nil, fmt.Errorf("authplugin: %w", err)
	}
	s, errs := buildSchema(a.cfg, naming{gorm: db.NamingStrategy, dialect: d})
	var hooks registeredHooks
	if len(errs) == 0 {
		hooks, errs = registerHooks(a.cfg, s)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	c := &core{
		hooks: hooks, checks: sessionChecks(a.cfg.Plugins), userDeletes: userDeletes(a.cfg.Plugins),
		cfg: a.cfg, owner: a.state, db: db, schema: s, dialect: d, server: srv, now: a.cfg.clock(), hasher: a.cfg.hasher(),
		bindings: map[*schema.Schema]*binding{}, byModel: map[*model]*binding{},
		records: map[*model]*binding{}, onDelete: map[*field]OnDelete{}, byType: map[reflect.Type]*binding{},
	}
	c.storage, c.sessionsIn, c.verificationsIn = newStorageAccess(a.cfg), a.cfg.sessionsIn(), a.cfg.verificationsIn()
	if c.tokens, err = newTokenCipher(a.cfg.Account.TokenKeys); err != nil {
		return nil, err
	}
	c.unprepared = a.cfg.NoPreparedStatements || refusesPrepared(db.Dialector)
	s.core = c
	c.settleCascades()
	if d.Name() == "sqlite" {
		c.times = textTime
	}
	if err := c.settleIDs(context.Background()); err != nil {
		return nil, err
	}
	if err := c.checkZone(context.Background()); err != nil {
		return nil, err
	}
	c.idTypes.Store(nil) // what was noted before all ids were settled
	foreignCreate, foreignDelete := hasForeign(db.Callback().Create()), hasForeign(db.Callback().Delete())
	db.NamingStrategy = newNamer(db.NamingStrategy, c, s)
	if c.failed = c.bindAll(); c.failed != nil {
		return nil, c.failed
	}
	c.warnOfLostJSON()
	if c.failed = c.registerCallbacks(db); c.failed != nil {
		c.removeCallbacks(db)
		return nil, c.failed
	}
	db.Logger = redactingLogger{db.Logger}
	c.createChain, c.deleteChain = -1, -1
	if !foreignCreate {
		c.createChain = chainLength(db.Callback().Create())
	}
	if !foreignDelete {
		c.deleteChain = chainLength(db.Callback().Delete())
	}
	c.pool = poolOf(db)
	c.endInstead()
	c.compileStatements()
	c.limits = newRateLimits(c)
	if c.sessionsIn.inStorage() {
		c.copies = newSessionCopies(c)
	}
	if c.verificationsIn.inStorage() {
		c.verificationCopiers = map[*binding]*rowCopier{}
		for _, b := range c.byType {
			if b.model.name == ModelVerification {
				c.verificationCopiers[b] = newRowCopier(b)
			}
		}
	}
	if c.sessionsIn.inStorage() {
		c.stored = newStoredSessions(c)
	}
	if c.storage != nil {
		c.repairs = newStorageRepairs(c)
	}
	if c.copies != nil && !srv.offline {
		c.copies.tier.start(context.Background())
	}
	if c.observesCommits() {
		c.wrapPool(db)
	}
	c.warnOfEviction(context.Background())
	return c, nil
}

// callbackNames are those that registerCallbacks gives, without the prefix.
var callbackNames = []string{ //nolint:gochecknoglobals // a table that nothing writes
	"prepare_create", "finish_create", "created", "prepare_update", "finish_update", "updated",
	"conditions_query", "conditions_row", "conditions_delete", "deleted", "refuse_unresolved", "guard_ddl",
}

// removeCallbacks takes back what registerCallbacks has done before it failed.
// The one that failed is among GORM's, too, and keeps its whole chain from
// running; until it is gone, removing another one of its chain is an error.
func (c *core) removeCallbacks(db *gorm.DB) {
	chains := db.Callback()
	for _, chain := range []interface {
		Get(name string) func(*gorm.DB)
		Remove(name string) error
	}{chains.Create(), chains.Update(), chains.Query(), chains.Row(), chains.Delete(), chains.Raw()} {
		for _, name := range slices.Concat(callbackNames, commitCallbackNames, hookCallbackNames) {
			if name = Name + ":" + name; chain.Get(name) != nil {
				_ = chain.Remove(name)
			}
		}
	}
	for _, unwrap := range c.unwrap {
		_ = unwrap()
	}
}

func (c *core) bindAll() error {
	for _, m := range c.schema.models {
		if err := c.bindModel(m); err != nil {
			return err
		}
	}
	c.bindHooks()
	for _, m := range c.schema.models {
		c.addForeignKeys(m)
	}
	return nil
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

// guardLogger makes sure that a session with a logger of its own redacts too.
func (c *core) guardLogger(db *gorm.DB, b *binding) {
	if !b.hasSecrets {
		return
	}
	if _, ok := db.Logger.(redactingLogger); ok {
		return
	}
	config := *db.Config
	config.Logger = redactingLogger{config.Logger}
	db.Config = &config
}
