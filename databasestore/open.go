package databasestore

import (
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// open takes what the store needs of a handle.
func (s *Store) open(db *gorm.DB) error {
	if db == nil || db.Config == nil || db.Dialector == nil {
		return errors.New("authplugin: databasestore: New was given no database")
	}
	g, ok := grammars(db.Name())
	if !ok {
		return fmt.Errorf("authplugin: databasestore: the database %q is not supported", db.Name())
	}
	d, err := dialect.New(db.Name(), dialect.Server{})
	if err != nil {
		return fmt.Errorf("authplugin: databasestore: %w", err)
	}
	if err := checkTable(d, s.table); err != nil {
		return err
	}
	s.dialect, s.logger = d, db.Logger
	if s.logger == nil {
		s.logger = logger.Discard
	}
	if s.pool = db.Statement.ConnPool; isTransaction(s.pool) {
		return errors.New("authplugin: databasestore: New was given the handle of a transaction")
	}
	if s.database, err = db.DB(); err != nil {
		return fmt.Errorf("authplugin: databasestore: %w", err)
	}
	if d.Name() == "sqlite" {
		s.writer = make(chan struct{}, 1)
	}
	quote := func(name string) string {
		var text strings.Builder
		db.QuoteTo(&text, name)
		return text.String()
	}
	s.compile(compiler{grammar: g, table: quote(s.table), clock: s.now != nil}, quote)
	return nil
}

func isTransaction(pool gorm.ConnPool) bool {
	committer, ok := pool.(gorm.TxCommitter)
	return ok && committer != nil
}

// checkTable says what is wrong with the name of a table.
func checkTable(d dialect.Dialect, table string) error {
	schema, name := splitTable(table)
	for _, part := range []string{strings.TrimSuffix(schema, "."), name, indexName(name)} {
		if part == "" && schema == "" && name != "" {
			continue
		}
		if wrong := d.CheckIdentifier(part); wrong != "" {
			return fmt.Errorf("authplugin: databasestore: Table(%q): the name %q %s", table, part, wrong)
		}
	}
	return nil
}

// splitTable gives the schema of a table, with its dot, and its own name.
func splitTable(table string) (schema, name string) {
	at := strings.LastIndexByte(table, '.') + 1
	return table[:at], table[at:]
}

func indexName(table string) string { return "idx_" + table + "_" + expiryColumn }

// compile makes the statements. quote quotes names, at their dots.
func (s *Store) compile(c compiler, quote func(string) string) {
	one := func(template string) *statement {
		if template == "" {
			return nil
		}
		return c.compile(template, 0)
	}
	many := func(template string) []*statement {
		list := make([]*statement, 0, len(sizes()))
		for _, n := range sizes() {
			list = append(list, c.compile(template, n))
		}
		return list
	}
	s.statements = statements{
		byInsertID: c.byInsertID, prepares: c.prepares,
		get: one(c.grammar.get), set: one(c.grammar.set), increment: one(c.grammar.increment),
		swapAbsent: one(c.grammar.swapAbsent), swap: one(c.grammar.swap), swapDelete: one(c.grammar.swapDelete),
		take: one(c.grammar.take), lockedGet: one(c.grammar.lockedGet), expired: one(c.grammar.expired),
		deleteKeys: many(c.grammar.deleteKeys), deleteExpired: many(c.grammar.deleteExpired),
	}
	if s.lockedGet == nil {
		s.lockedGet = s.get
	}
	schema, name := splitTable(s.table)
	names := strings.NewReplacer("{table}", c.table, "{index}", quote(indexName(name)), "{index of schema}", quote(schema+indexName(name)),
		"{own name}", quote(name), "{name}", "N'"+strings.ReplaceAll(c.table, "'", "''")+"'")
	for _, template := range []string{c.create, c.index} {
		if template != "" {
			s.ddl = append(s.ddl, names.Replace(template))
		}
	}
}

// sizes are the numbers of keys that statements are made for, so that databases and
// drivers which keep plans need not keep one for every number. The last key is
// repeated where there are fewer.
func sizes() []int { return []int{1, 10, 100, batch} }
