package authplugin

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
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
	cfg  Config
	used atomic.Bool
	core atomic.Pointer[core]
}

// core is everything that is known once the plugin has met its database.
type core struct {
	cfg     Config
	db      *gorm.DB
	schema  *Schema
	dialect dialect.Dialect
	server  server
	times   timeFormat
	now     func() time.Time

	bindings map[*schema.Schema]*binding
	// byModel is the binding that a model is migrated by.
	byModel map[*model]*binding
	// onDelete is what each foreign key does on this database.
	onDelete map[*field]OnDelete
	// convertsIDs says that some model's ids are not text.
	convertsIDs bool
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
func (a *Auth) Initialize(db *gorm.DB) error {
	if n, ok := db.NamingStrategy.(*namer); ok && n.core == a.core.Load() {
		return nil // dbresolver opens its replicas with the configuration of this database
	}
	if !a.used.CompareAndSwap(false, true) {
		return errors.New("authplugin: this Auth was already given to db.Use; one Auth serves one *gorm.DB, call authplugin.New again")
	}
	if _, ok := db.Plugins["gorm:db_resolver"]; ok {
		return errors.New("authplugin: db.Use(auth) must come before db.Use(dbresolver...)")
	}
	c, err := newCore(a, db)
	if err != nil {
		return err
	}
	a.db = db
	a.core.Store(c)
	if !a.cfg.AutoMigrate {
		return nil
	}
	return a.Migrate(context.Background())
}

// newCore builds the schema, binds it to GORM and registers the callbacks, in
// this order: until the last step nothing of the application's is touched that
// could not be put back.
func newCore(a *Auth, db *gorm.DB) (*core, error) {
	srv, err := readServer(context.Background(), db)
	if err != nil {
		return nil, err
	}
	d, err := dialect.New(db.Name(), dialect.Server{MariaDB: srv.mariaDB})
	if err != nil {
		return nil, fmt.Errorf("authplugin: %w", err)
	}
	s, errs := buildSchema(a.cfg, naming{gorm: db.NamingStrategy, dialect: d})
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	c := &core{
		cfg: a.cfg, db: db, schema: s, dialect: d, server: srv, now: a.cfg.clock(),
		bindings: map[*schema.Schema]*binding{}, byModel: map[*model]*binding{},
		onDelete: map[*field]OnDelete{},
	}
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
	inner, log := db.NamingStrategy, db.Logger
	db.NamingStrategy = newNamer(inner, c, s)
	if err := c.bindAll(); err != nil {
		db.NamingStrategy = inner
		return nil, err
	}
	c.warnOfLostJSON()
	db.Logger = redactingLogger{log}
	if err := c.registerCallbacks(db); err != nil {
		db.NamingStrategy, db.Logger = inner, log
		return nil, err
	}
	return c, nil
}

func (c *core) bindAll() error {
	for _, m := range c.schema.models {
		if err := c.bindModel(m); err != nil {
			return err
		}
	}
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
// where there is one. Models that are known at run time only are left out. It
// is nil before db.Use.
//
// db.AutoMigrate(auth.Models()...) works too; on tables that the library
// created it issues no DDL.
func (a *Auth) Models() []any {
	c, err := a.ready()
	if err != nil {
		return nil
	}
	var models []any
	for _, m := range c.schema.models {
		if b := c.byModel[m]; !b.special {
			models = append(models, reflect.New(b.goType).Interface())
		}
	}
	return models
}

// server is what is read of the server once, at start.
type server struct {
	mariaDB bool
	// autoIncrementIncrement is by how much MySQL counts.
	autoIncrementIncrement int64
	// zone is how many minutes the session is ahead of UTC.
	zone int
	// collation is what MySQL gives to the text of new tables.
	collation string
}

// readServer asks MySQL and MariaDB, with one statement, for what GORM does not tell.
func readServer(ctx context.Context, db *gorm.DB) (server, error) {
	if db.Name() != "mysql" {
		return server{}, nil
	}
	var (
		s       server
		version string
		moment  string
		noon    = time.Date(2001, 2, 3, 12, 0, 0, 0, time.UTC)
	)
	err := db.ConnPool.QueryRowContext(ctx, "SELECT VERSION(), @@auto_increment_increment, @@collation_database, TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), NOW()), CAST(? AS CHAR)", noon).
		Scan(&version, &s.autoIncrementIncrement, &s.collation, &s.zone, &moment)
	if err != nil {
		return s, fmt.Errorf("authplugin: cannot ask the server for its version: %w", err)
	}
	if !strings.HasPrefix(moment, noon.Format(time.DateTime)) {
		return s, errors.New("authplugin: the DSN has the driver convert times to a local zone; set loc=UTC in it, since times are stored as UTC")
	}
	s.mariaDB = strings.Contains(version, "MariaDB")
	return s, nil
}

// checkZone refuses a MySQL session in another zone over tables with columns of
// type timestamp, such as Better Auth's: the server would convert every moment.
// The library's own columns are of type datetime, which it leaves alone.
func (c *core) checkZone(ctx context.Context) error {
	if c.server.zone == 0 {
		return nil
	}
	catalog, err := c.inspect(ctx)
	if err != nil {
		return err
	}
	for _, m := range c.schema.models {
		table := catalog.Tables[m.table]
		if table == nil {
			continue
		}
		for _, column := range table.Columns {
			if f := m.byAny[column.Name]; f != nil && f.kind == Date && strings.HasPrefix(column.Type, "timestamp") {
				return fmt.Errorf("authplugin: the session's time zone is %d minutes ahead of UTC, and MySQL would convert the column %s.%s, which is of type timestamp; add time_zone=%%27%%2B00%%3A00%%27 to the DSN", c.server.zone, m.table, column.Name)
			}
		}
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
