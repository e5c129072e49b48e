package authplugin

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// Description is what a configuration comes to on a kind of database.
type Description struct {
	Schema *Schema
	// Plan creates everything in an empty database.
	Plan *Plan
}

// DescribeOption says more about what [Describe] describes.
type DescribeOption func(*describeOptions)

type describeOptions struct {
	mariaDB bool
	gorm    gorm.Config
}

// ForMariaDB says that a database of GORM's mysql dialect is MariaDB.
func ForMariaDB() DescribeOption {
	return func(o *describeOptions) { o.mariaDB = true }
}

// WithGORM gives the application's gorm.Config, whose NamingStrategy names the
// tables and whose DisableForeignKeyConstraintWhenMigrating is heeded. Defaults to
// an empty one.
func WithGORM(config gorm.Config) DescribeOption {
	return func(o *describeOptions) { o.gorm = config }
}

// Describe says what a configuration comes to on a kind of database, without one:
// its schema and the plan that creates all of it. The dialector says which kind,
// such as postgres.Open(""). Nothing is asked of the database itself; but GORM
// asks SQLite for its version when it opens it, for which ":memory:" will do, and
// MySQL unless SkipInitializeWithVersion is set.
//
// Ids of the strategy [Database] are as in a database that has no tables yet.
func Describe(cfg Config, dialector gorm.Dialector, options ...DescribeOption) (*Description, error) {
	var o describeOptions
	for _, option := range options {
		option(&o)
	}
	db, err := gorm.Open(dialector, &gorm.Config{
		NamingStrategy: o.gorm.NamingStrategy, DisableForeignKeyConstraintWhenMigrating: o.gorm.DisableForeignKeyConstraintWhenMigrating,
		DisableAutomaticPing: true, SkipDefaultTransaction: true, Logger: silent{},
	})
	if err != nil {
		return nil, fmt.Errorf("authplugin: cannot describe the schema: %w", err)
	}
	defer func() {
		if pool, err := db.DB(); err == nil {
			_ = pool.Close()
		}
	}()
	cfg.AutoMigrate = false
	a := New(cfg)
	c, err := newCore(a, db, server{offline: true, mariaDB: o.mariaDB, autoIncrementIncrement: 1})
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	plan, err := c.planOn(ctx, session(ctx, db), migrateOptions{})
	if err != nil {
		return nil, err
	}
	return &Description{Schema: c.schema, Plan: plan}, nil
}

// emptyCatalog is that of a database that has no tables.
func emptyCatalog() *dialect.Catalog { return &dialect.Catalog{Tables: map[string]*dialect.Table{}} }
