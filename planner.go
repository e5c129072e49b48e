package authplugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

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
}

// planOn makes the plan from what is seen through the handle.
func (c *core) planOn(ctx context.Context, db *gorm.DB) (*Plan, error) {
	catalog, err := c.inspectOn(ctx, db.Statement.ConnPool)
	if err != nil {
		return nil, err
	}
	p := &planner{core: c, ctx: ctx, catalog: catalog, db: db, plan: &Plan{}}
	if err := p.run(); err != nil {
		return nil, err
	}
	return p.plan, nil
}

func (p *planner) run() error {
	if err := p.planSchemas(); err != nil {
		return err
	}
	created := map[*model]bool{}
	for _, m := range p.schema.models {
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
	for _, m := range p.schema.models {
		name, _ := splitTable(m.table)
		if name == "" || seen[name] || p.catalog.Tables[m.table] != nil {
			continue
		}
		seen[name] = true
		exists, err := p.schemaExists(name)
		if err != nil {
			return err
		}
		if !exists {
			quoted := p.db.Statement.Quote(name)
			p.plan.Steps = append(p.plan.Steps, Step{Kind: CreateSchema, Model: m.name, Table: name, SQL: []string{"CREATE SCHEMA " + quoted}})
		}
	}
	return nil
}

func (p *planner) schemaExists(name string) (bool, error) {
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
	p.plan.Steps = append(p.plan.Steps, Step{Kind: CreateTable, Model: m.name, Table: m.table, SQL: sql})
	if p.db.DisableForeignKeyConstraintWhenMigrating {
		return nil
	}
	for _, f := range m.references() {
		if inline && !p.byModel[m].waits(f) {
			continue
		}
		step, err := p.foreignKeyStep(b, f)
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

func (p *planner) step(b *binding, kind StepKind, name string, sql []string) {
	p.plan.Steps = append(p.plan.Steps, Step{Kind: kind, Model: b.model.name, Table: b.model.table, Name: name, SQL: sql})
}

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

func (p *planner) planIndexes(b *binding, table *dialect.Table, added map[string]bool) error {
	recommended := map[string]bool{}
	for _, x := range b.model.indexes {
		recommended[x.name] = x.recommended
	}
	for _, x := range b.schema.ParseIndexes() {
		columns := indexColumns(x)
		if slices.ContainsFunc(columns, func(c string) bool { return c == "" || p.unsafeColumn(b, c) }) || p.covered(table, columns, x.Class == "UNIQUE") {
			continue
		}
		if x.Class == "UNIQUE" && !recommended[x.Name] && !slices.ContainsFunc(columns, func(c string) bool { return added[c] }) {
			duplicate, err := p.duplicates(b.model.table, columns)
			if err != nil {
				return err
			}
			if duplicate {
				p.unsafe(b.model.table, x.Name, "rows already there have the same values in a unique index",
					"remove the duplicates: "+p.duplicatesQuery(b.model.table, columns))
				continue
			}
		}
		if p.unlimited(table, columns) {
			p.drift(b, columns[0], "cannot be part of the index %s: MySQL indexes text of limited length only", x.Name)
			continue
		}
		sql, err := p.record(b, func(tx *gorm.DB, value any) error { return tx.Migrator().CreateIndex(value, x.Name) })
		if err != nil {
			return err
		}
		step := Step{Kind: CreateIndex, Model: b.model.name, Table: b.model.table, Name: x.Name, SQL: sql}
		if recommended[x.Name] {
			p.plan.Recommended = append(p.plan.Recommended, step)
		} else {
			p.plan.Steps = append(p.plan.Steps, step)
		}
	}
	return nil
}

// unlimited reports whether a column that exists has a type that MySQL cannot
// index; MariaDB can, by a hash.
func (p *planner) unlimited(table *dialect.Table, columns []string) bool {
	if p.dialect.Name() != "mysql" || p.server.mariaDB {
		return false
	}
	return slices.ContainsFunc(columns, func(name string) bool {
		c := p.column(table, name)
		return c != nil && containsAny(c.Type, "text", "blob", "json")
	})
}

// unsafeColumn reports whether adding the column was refused.
func (p *planner) unsafeColumn(b *binding, column string) bool {
	return slices.ContainsFunc(p.plan.Unsafe, func(s UnsafeStep) bool { return s.Table == b.model.table && s.Name == column })
}

func indexColumns(x *schema.Index) []string {
	columns := make([]string, len(x.Fields))
	for i, f := range x.Fields {
		columns[i] = f.DBName
		if f.Expression != "" {
			columns[i] = ""
		}
	}
	return columns
}

// covered reports whether an index that is there already does the work: a
// unique one over exactly these columns, or any that begins with them.
func (p *planner) covered(table *dialect.Table, columns []string, unique bool) bool {
	for _, x := range table.Indexes {
		if x.Invalid || len(x.Columns) < len(columns) || (unique && (!x.Unique || len(x.Columns) != len(columns))) {
			continue
		}
		// A unique index that leaves NULL out is one that counts NULLs as different.
		if x.Partial && (!unique || p.dialect.Name() != "sqlserver") {
			continue
		}
		have := x.Columns[:len(columns)]
		same := slices.EqualFunc(have, columns, func(a, b string) bool {
			return p.dialect.FoldIdentifier(a) == p.dialect.FoldIdentifier(b)
		})
		if same || (unique && p.sameSet(have, columns)) {
			return true
		}
	}
	return false
}

func (p *planner) sameSet(a, b []string) bool {
	fold := func(names []string) []string {
		out := make([]string, len(names))
		for i, n := range names {
			out[i] = p.dialect.FoldIdentifier(n)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(fold(a), fold(b))
}

func (p *planner) duplicatesQuery(table string, columns []string) string {
	quoted, notNull := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = p.quote(c)
		notNull[i] = quoted[i] + " IS NOT NULL"
	}
	list := strings.Join(quoted, ", ")
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s GROUP BY %s HAVING COUNT(*) > 1", list, p.quote(table), strings.Join(notNull, " AND "), list)
}

func (p *planner) duplicates(table string, columns []string) (bool, error) {
	query := p.duplicatesQuery(table, columns)
	return p.exists(query + " " + p.limitOne())
}

// planForeignKeys adds the foreign keys that are missing. SQLite can only add
// one together with its column.
func (p *planner) planForeignKeys(b *binding, table *dialect.Table, added map[string]bool) error {
	if p.db.DisableForeignKeyConstraintWhenMigrating {
		return nil
	}
	for _, f := range b.model.references() {
		if p.hasForeignKey(table, f) || p.unsafeColumn(b, f.column) {
			continue
		}
		if p.dialect.Name() == "sqlite" {
			if !added[f.column] {
				p.drift(b, f.column, "has no foreign key to %s; SQLite can only add one by rebuilding the table", f.ref.model.table)
			}
			continue
		}
		if !added[f.column] {
			orphans, err := p.exists(p.orphansQuery(f) + " " + p.limitOne())
			if err != nil {
				return err
			}
			if orphans {
				p.unsafe(b.model.table, foreignKeyName(f), "rows already there reference nothing",
					"remove or mend them: "+p.orphansQuery(f))
				continue
			}
		}
		step, err := p.foreignKeyStep(b, f)
		if err != nil {
			return err
		}
		p.later = append(p.later, step)
	}
	return nil
}

func (p *planner) orphansQuery(f *field) string {
	child, parent := p.quote(f.model.table), p.quote(f.ref.model.table)
	column, target := p.quote(f.column), p.quote(f.ref.field.column)
	return fmt.Sprintf("SELECT c.%s FROM %s c WHERE c.%s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %s p WHERE p.%s = c.%s)",
		column, child, column, parent, target, column)
}

func (p *planner) hasForeignKey(table *dialect.Table, f *field) bool {
	_, target := splitTable(f.ref.model.table)
	for _, fk := range table.ForeignKeys {
		if p.sameSet(fk.Columns, []string{f.column}) && p.dialect.FoldIdentifier(fk.RefTable) == p.dialect.FoldIdentifier(target) {
			return true
		}
	}
	return false
}

func (p *planner) foreignKeyStep(b *binding, f *field) (Step, error) {
	name := foreignKeyName(f)
	sql, err := p.record(b, func(tx *gorm.DB, value any) error { return tx.Migrator().CreateConstraint(value, name) })
	return Step{Kind: CreateForeignKey, Model: b.model.name, Table: b.model.table, Name: name, SQL: sql}, err
}

func (p *planner) drift(b *binding, column, format string, args ...any) {
	p.plan.Drift = append(p.plan.Drift, Drift{Model: b.model.name, Table: b.model.table, Column: column, Problem: fmt.Sprintf(format, args...)})
}

// reportDrift names what would make the library's writes or reads fail.
func (p *planner) reportDrift(b *binding, table *dialect.Table) {
	known := map[string]bool{}
	for _, column := range b.schema.DBNames {
		known[p.dialect.FoldIdentifier(column)] = true
	}
	for _, c := range table.Columns {
		if !known[p.dialect.FoldIdentifier(c.Name)] && !c.Nullable && c.Default == nil && !c.AutoIncrement {
			p.drift(b, c.Name, "is required, has no default and is not known to the schema, so no row can be inserted; add it as a field or give it a default")
		}
	}
	for _, bf := range b.fields {
		c := p.column(table, bf.column)
		if c == nil || bf.primary {
			continue
		}
		if !bf.notNull && !c.Nullable {
			p.drift(b, c.Name, "is NOT NULL, but the field is optional")
		}
		if bf.notNull && c.Nullable && bf.managed {
			p.drift(b, c.Name, "may be NULL, but the field is required")
		}
		if problem := p.typeDrift(bf, c.Type); problem != "" {
			p.drift(b, c.Name, "%s", problem)
		}
	}
}

// typeDrift compares families of types: text that is longer or shorter holds
// the same values, text where ids are integers does not.
func (p *planner) typeDrift(bf *boundField, have string) string {
	if !bf.managed {
		return ""
	}
	want := p.columnType(bf.field)
	family := typeFamily
	if p.dialect.Name() == "sqlite" {
		family = storageClass
	}
	if family(have) == family(want) {
		return ""
	}
	return fmt.Sprintf("is %s where the schema has %s", have, want)
}

func typeFamily(sqlType string) string {
	t := strings.ToLower(sqlType)
	switch {
	case containsAny(t, "time", "date"):
		return "date"
	case containsAny(t, "uuid", "uniqueidentifier"):
		return "uuid"
	case containsAny(t, "bool", "tinyint(1)") || t == "bit":
		return "boolean"
	case containsAny(t, "int", "serial"):
		return "integer"
	case containsAny(t, "double", "real", "float", "numeric", "decimal"):
		return "float"
	default:
		return "text" // JSON too: it is written and read as text
	}
}

// storageClass is what a declared type means to SQLite, which keeps a date or a
// number in a column of either kind.
func storageClass(sqlType string) string {
	if containsAny(strings.ToLower(sqlType), "int", "num", "bool", "real", "floa", "doub", "dec") {
		return "number"
	}
	return "text"
}

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(s, part) })
}
