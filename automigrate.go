package authplugin

import (
	"fmt"
	"runtime"
	"strings"

	"gorm.io/gorm"
)

// ownDDL is the setting that marks the library's own statements.
const ownDDL = "authplugin:own_ddl"

// guardDDL is registered before gorm:raw. GORM's AutoMigrate alters columns,
// drops unique indexes and rebuilds SQLite tables wherever the database differs
// from what it would have made; and it does so with our tables too when an
// application migrates one of its own that refers to them. Here its statements
// on an existing table of ours give way to the library's own migration of that
// table, which only adds. Statements that the application sends itself pass.
//
// GORM has no seam for this: its migrator is reached through the dialector only,
// and a wrapped dialector is not recognised by plugins such as opentelemetry. So
// the stack tells who is calling; only DDL on our tables pays for that.
func (c *core) guardDDL(db *gorm.DB) {
	if db.Error != nil {
		return
	}
	sql := db.Statement.SQL.String()
	m, rebuild := c.tableOfDDL(sql)
	if m == nil {
		return
	}
	if _, own := db.Get(ownDDL); own {
		return
	}
	switch {
	case m.noMigration && calledByAutoMigrate():
		// GORM comes here by a relation of another table, too.
	case !calledByAutoMigrate():
		if rebuild && strings.HasPrefix(sql, "CREATE TABLE") {
			_ = db.AddError(fmt.Errorf("%w: GORM wants to rebuild the SQLite table %s, which deletes the rows that reference it; auth.Migrate adds what is missing without that", ErrUnsafeMigration, m.table))
		}
		return
	case strings.HasPrefix(sql, "CREATE TABLE"), !rebuild:
		_ = db.AddError(c.migrateInstead(db, m))
	}
	skipStatement(db)
}

// skipStatement keeps a statement from being run and logged.
func skipStatement(db *gorm.DB) {
	config := *db.Config
	config.DryRun = true
	db.Config = &config
	db.Statement.SQL.Reset()
}

// tableOfDDL finds the table of ours that a statement changes, nil if it
// changes none; rebuild says that it is part of a rebuild of an SQLite table.
func (c *core) tableOfDDL(sql string) (m *model, rebuild bool) {
	for _, verb := range []string{"ALTER TABLE ", "CREATE INDEX ", "CREATE UNIQUE INDEX ", "DROP INDEX ", "COMMENT ON COLUMN "} {
		if !strings.HasPrefix(sql, verb) {
			continue
		}
		for _, m := range c.schema.models {
			if strings.HasPrefix(sql, verb+c.quotedTable(m)) || strings.Contains(sql, " ON "+c.quotedTable(m)) {
				return m, false
			}
		}
	}
	if c.dialect.Name() != "sqlite" || (!strings.Contains(sql, "__temp`") && !strings.HasPrefix(sql, "DROP TABLE ")) {
		return nil, false
	}
	for _, m := range c.schema.models {
		temp := "`" + m.table + "__temp`"
		if strings.HasPrefix(sql, "CREATE TABLE "+temp) || strings.HasPrefix(sql, "INSERT INTO "+temp) ||
			strings.HasPrefix(sql, "ALTER TABLE "+temp) || sql == "DROP TABLE `"+m.table+"`" {
			return m, true
		}
	}
	return nil, false
}

func (c *core) quotedTable(m *model) string { return c.db.Statement.Quote(m.table) }

// calledByAutoMigrate reports whether GORM's AutoMigrate is at work on a table
// that exists: one that it creates gets its indexes and keys from CreateTable.
func calledByAutoMigrate() bool {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		switch {
		case strings.HasSuffix(frame.Function, "gorm.io/gorm/migrator.Migrator.CreateTable"):
			return false
		case strings.HasSuffix(frame.Function, "gorm.io/gorm/migrator.Migrator.AutoMigrate"):
			return true
		case !more:
			return false
		}
	}
}

// migrateInstead adds what a table lacks, in the caller's transaction if it has
// one, since a migration under the lock would wait for that.
func (c *core) migrateInstead(db *gorm.DB, m *model) error {
	ctx := db.Statement.Context
	handle := session(ctx, db)
	o := migrateOptions{only: m}
	plan, err := c.planOn(ctx, handle, o)
	if err != nil {
		return err
	}
	steps, unsafe := plan.of(m)
	if len(unsafe) > 0 {
		return &UnsafeMigrationError{Steps: unsafe}
	}
	if len(steps) == 0 {
		return nil
	}
	if _, ok := handle.Statement.ConnPool.(gorm.TxCommitter); ok {
		for _, step := range steps {
			if err := c.execStep(handle, step); err != nil {
				return err
			}
		}
		return nil
	}
	return c.migrate(ctx, handle, nil, o, &MigrationResult{})
}

// of is the part of a plan that concerns one model.
func (p *Plan) of(m *model) (steps []Step, unsafe []UnsafeStep) {
	for _, s := range p.Steps {
		if s.Model == m.name && s.Kind != CreateTable {
			steps = append(steps, s)
		}
	}
	for _, s := range p.Unsafe {
		if s.Table == m.table {
			unsafe = append(unsafe, s)
		}
	}
	return steps, unsafe
}
