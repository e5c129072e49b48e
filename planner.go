package authplugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// planner compares the catalog with the logical schema.
type planner struct {
	*core
	ctx     context.Context //nolint:containedctx // a planner lives for one call
	catalog *dialect.Catalog
	// db runs the queries that unsafe steps need.
	db   *gorm.DB
	plan *Plan
	// later are foreign keys that wait until every table is there.
	later []Step
	// concurrently has PostgreSQL build indexes beside writers.
	concurrently bool
	// renamed are unknown columns that a rename was reported for.
	renamed map[*model]map[string]bool
}

// planOn makes the plan from what is seen through the handle.
func (c *core) planOn(ctx context.Context, db *gorm.DB, o migrateOptions) (*Plan, error) {
	catalog, err := c.inspectOn(ctx, db.Statement.ConnPool)
	if err != nil {
		return nil, err
	}
	p := &planner{
		core: c, ctx: ctx, catalog: catalog, db: db, concurrently: o.concurrently, renamed: map[*model]map[string]bool{},
		plan: &Plan{Dialect: c.dialect.Name(), Steps: []Step{}, Recommended: []Step{}, Unsafe: []UnsafeStep{}, Drift: []Drift{}},
	}
	if err := p.run(); err != nil {
		return nil, err
	}
	return p.plan, nil
}

func (p *planner) run() error {
	if err := p.planSchemas(); err != nil {
		return err
	}
	if err := p.reportRenamedTables(); err != nil {
		return err
	}
	created := map[*model]bool{}
	for _, m := range p.schema.tables() {
		if m.noMigration { // others have made it, as far as foreign keys go
			created[m] = true
			continue
		}
		var err error
		if table := p.catalog.Tables[m.table]; table == nil {
			err = p.planTable(m, created)
		} else {
			err = p.planChanges(m, table)
		}
		if err != nil {
			return fmt.Errorf("authplugin: cannot plan the table %s: %w", m.table, err)
		}
		created[m] = true
	}
	p.plan.Steps = append(p.plan.Steps, p.later...)
	return nil
}

// planSchemas creates the schemas of tables that are missing, where a schema is
// something that can be created beside tables.
func (p *planner) planSchemas() error {
	if name := p.dialect.Name(); name != "postgres" && name != "sqlserver" {
		return nil
	}
	seen := map[string]bool{}
	for _, m := range p.schema.tables() {
		name, _ := splitTable(m.table)
		if name == "" || m.noMigration || seen[name] || p.catalog.Tables[m.table] != nil {
			continue
		}
		seen[name] = true
		exists, err := p.schemaExists(name)
		if err != nil {
			return err
		}
		if !exists {
			quoted := p.quote(name)
			p.plan.Steps = append(p.plan.Steps, Step{
				Kind: CreateSchema, Model: m.name, Table: name, Transactional: true,
				SQL: []string{p.createSchema(name)}, Reverse: []string{"DROP SCHEMA " + quoted},
			})
		}
	}
	return nil
}

// createSchema creates a schema; one that nobody could look for only if it is
// not there.
func (p *planner) createSchema(name string) string {
	create := "CREATE SCHEMA " + p.quote(name)
	switch {
	case !p.server.offline:
		return create
	case p.dialect.Name() == "postgres":
		return "CREATE SCHEMA IF NOT EXISTS " + p.quote(name)
	default: // SQL Server wants it to be the only statement of a batch
		return "IF SCHEMA_ID(" + nationalText(name) + ") IS NULL EXEC (" + nationalText(create) + ")"
	}
}

func (p *planner) schemaExists(name string) (bool, error) {
	if p.server.offline {
		return false, nil
	}
	var n int64
	err := p.db.WithContext(p.ctx).Raw("SELECT COUNT(*) FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = ?", name).Scan(&n).Error
	if err != nil {
		return false, fmt.Errorf("authplugin: cannot look for the schema %s: %w", name, err)
	}
	return n > 0, nil
}

// planTable creates a table with its indexes, and with its foreign keys when
// what they reference is there by then.
func (p *planner) planTable(m *model, created map[*model]bool) error {
	inline := true
	if p.dialect.Name() != "sqlite" { // which lets a foreign key reference a table to come
		for _, f := range m.references() {
			inline = inline && (f.ref.model == m || created[f.ref.model])
		}
	}
	b := p.byModel[m]
	sql, err := p.record(b, func(tx *gorm.DB, value any) error {
		if !inline {
			tx.DisableForeignKeyConstraintWhenMigrating = true
		}
		return tx.Migrator().CreateTable(value)
	})
	if err != nil {
		return err
	}
	p.step(b, CreateTable, "", sql)
	if p.db.DisableForeignKeyConstraintWhenMigrating {
		return nil
	}
	for _, f := range m.references() {
		if inline && !p.byModel[m].waits(f) {
			continue
		}
		step, err := p.foreignKeyStep(b, f, false)
		if err != nil {
			return err
		}
		p.later = append(p.later, step)
	}
	return nil
}

func (p *planner) planChanges(m *model, table *dialect.Table) error {
	b := p.byModel[m]
	added, err := p.planColumns(b, table)
	if err != nil {
		return err
	}
	if err := p.planIndexes(b, table, added); err != nil {
		return err
	}
	if err := p.planForeignKeys(b, table, added); err != nil {
		return err
	}
	p.reportDrift(b, table)
	return nil
}

// planColumns adds the columns that are missing.
func (p *planner) planColumns(b *binding, table *dialect.Table) (added map[string]bool, err error) {
	added = map[string]bool{}
	for _, column := range b.schema.DBNames {
		if p.column(table, column) != nil || b.schema.FieldsByDBName[column].IgnoreMigration {
			continue
		}
		added[column] = true
		bf := b.columns[column]
		if bf != nil && bf.primary {
			p.unsafe(b.model.table, column, "the existing table has no id column",
				"rename its id with Columns, or choose another table name")
			continue
		}
		if p.reportRename(b, table, column) {
			continue
		}
		sf := b.schema.FieldsByDBName[column]
		constant := bf != nil && bf.hasDefault && bf.defFunc == nil
		if sf.NotNull && !sf.HasDefaultValue && !constant {
			populated, err := p.populated(b.model.table)
			if err != nil {
				return nil, err
			}
			if populated {
				p.refuseRequired(b, column)
				continue
			}
		}
		sql, err := p.record(b, func(tx *gorm.DB, _ any) error { return addColumn(tx, b, column) })
		if err != nil {
			return nil, err
		}
		p.step(b, AddColumn, column, sql)
	}
	return added, nil
}

func (p *planner) refuseRequired(b *binding, column string) {
	sqlType := p.db.Migrator().FullDataTypeOf(b.schema.FieldsByDBName[column]).SQL
	p.unsafe(b.model.table, column, "a required column without a default cannot be added to a table that has rows",
		fmt.Sprintf("give the field a DefaultValue or make it Optional, or add the column by hand: ALTER TABLE %s ADD %s %s; fill it; set it NOT NULL",
			p.quote(b.model.table), p.quote(column), strings.Replace(sqlType, " NOT NULL", "", 1)))
}

func (p *planner) quote(name string) string { return p.db.Statement.Quote(name) }

func (p *planner) unsafe(table, name, reason, recipe string) {
	p.plan.Unsafe = append(p.plan.Unsafe, UnsafeStep{Table: table, Name: name, Reason: reason, Recipe: recipe})
}

func (p *planner) populated(table string) (bool, error) {
	return p.exists("SELECT 1 FROM " + p.quote(table) + " " + p.limitOne())
}

func (p *planner) exists(query string) (bool, error) {
	rows, err := p.db.WithContext(p.ctx).Raw(query).Rows()
	if err != nil {
		return false, err
	}
	defer func() { _ = rows.Close() }()
	return rows.Next(), rows.Err()
}

func (p *planner) limitOne() string {
	if p.dialect.Name() == "sqlserver" {
		return "ORDER BY (SELECT NULL) OFFSET 0 ROWS FETCH NEXT 1 ROWS ONLY"
	}
	return "LIMIT 1"
}

// column finds a column as the database compares names.
func (p *planner) column(table *dialect.Table, name string) *dialect.Column {
	for i := range table.Columns {
		if p.dialect.FoldIdentifier(table.Columns[i].Name) == p.dialect.FoldIdentifier(name) {
			return &table.Columns[i]
		}
	}
	return nil
}

// unsafeColumn reports whether adding the column was refused.
func (p *planner) unsafeColumn(b *binding, column string) bool {
	return slices.ContainsFunc(p.plan.Unsafe, func(s UnsafeStep) bool { return s.Table == b.model.table && s.Name == column })
}
