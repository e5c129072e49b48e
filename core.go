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

	"github.com/gorm-auth/authplugin/internal/dialect"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

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
