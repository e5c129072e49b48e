package authplugin

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// newStep is a step with what takes it back.
func (p *planner) newStep(b *binding, kind StepKind, name string, sql []string) Step {
	return Step{
		Kind: kind, Model: b.model.name, Table: b.model.table, Name: name,
		SQL: sql, Reverse: p.reverse(b, kind, name), Transactional: p.dialect.TransactionalDDL(),
	}
}

func (p *planner) step(b *binding, kind StepKind, name string, sql []string) {
	p.plan.Steps = append(p.plan.Steps, p.newStep(b, kind, name, sql))
}

// indexStep makes an index on a table that exists. PostgreSQL can do so without
// keeping writers out, but not within a transaction; what a broken attempt has
// left behind under that name has to go first.
func (p *planner) indexStep(b *binding, table *dialect.Table, name string, sql []string) Step {
	s := p.newStep(b, CreateIndex, name, sql)
	if p.dialect.Name() != "postgres" {
		return s
	}
	broken := slices.ContainsFunc(table.Indexes, func(x dialect.Index) bool { return x.Invalid && x.Name == name })
	if p.concurrently {
		s.Transactional = false
		for i, statement := range s.SQL {
			s.SQL[i] = strings.Replace(statement, " INDEX ", " INDEX CONCURRENTLY ", 1)
		}
	}
	if broken {
		s.SQL = append(ifThere(s.Reverse), s.SQL...)
	}
	return s
}

// ifThere has statements drop indexes that may be gone already, when they are
// tried again.
func ifThere(drops []string) []string {
	out := make([]string, len(drops))
	for i, drop := range drops {
		verb := "DROP INDEX "
		if strings.HasPrefix(drop, verb+"CONCURRENTLY ") {
			verb += "CONCURRENTLY "
		}
		out[i] = verb + "IF EXISTS " + strings.TrimPrefix(drop, verb)
	}
	return out
}

// validateStep validates a foreign key of ours that an interrupted migration has
// left unvalidated. There is nothing to take back: the key was there.
func (p *planner) validateStep(b *binding, name string) Step {
	s := p.newStep(b, CreateForeignKey, name, []string{p.validate(b, name)})
	s.Reverse, s.Transactional = []string{}, s.Transactional && !p.concurrently
	return s
}

// validate has PostgreSQL check the rows under a foreign key.
func (p *planner) validate(b *binding, name string) string {
	return "ALTER TABLE " + p.quote(b.model.table) + " VALIDATE CONSTRAINT " + p.quote(name)
}

// foreignKeyStep adds a foreign key to a table. PostgreSQL can check the rows that
// are there without keeping writers out. Those of a column that was added a moment
// ago are all NULL: there MySQL is kept from checking, for which it would copy the
// table.
func (p *planner) foreignKeyStep(b *binding, f *field, added bool) (Step, error) {
	name := foreignKeyName(f)
	sql, err := p.record(b, func(tx *gorm.DB, value any) error { return tx.Migrator().CreateConstraint(value, name) })
	if err != nil {
		return Step{}, err
	}
	s := p.newStep(b, CreateForeignKey, name, sql)
	if added && p.dialect.Name() == "mysql" && !p.byModel[f.model].columns[f.column].hasDefault {
		s.SQL = p.unchecked(s.SQL)
	}
	if p.concurrently && p.dialect.Name() == "postgres" && p.catalog.Tables[b.model.table] != nil {
		s.Transactional = false
		s.SQL[len(s.SQL)-1] += " NOT VALID"
		s.SQL = append(s.SQL, p.validate(b, name))
	}
	return s, nil
}

// unchecked has MySQL run statements without looking at the rows.
func (p *planner) unchecked(statements []string) []string {
	if !p.server.mariaDB {
		return slices.Concat([]string{"SET SESSION foreign_key_checks = 0"}, statements, []string{"SET SESSION foreign_key_checks = 1"})
	}
	out := make([]string, len(statements))
	for i, statement := range statements {
		out[i] = "SET STATEMENT foreign_key_checks = 0 FOR " + statement
	}
	return out
}

// reverse drops what a step creates.
func (p *planner) reverse(b *binding, kind StepKind, name string) []string {
	table := p.quote(b.model.table)
	switch kind {
	case CreateTable:
		return []string{"DROP TABLE " + table}
	case AddColumn:
		drop := "ALTER TABLE " + table + " DROP COLUMN " + p.quote(name)
		if p.dialect.Name() == "sqlserver" {
			return []string{dropDefault(table, name), drop}
		}
		return []string{drop}
	case CreateIndex:
		return []string{p.dropIndex(b, name)}
	default:
		if p.dialect.Name() == "mysql" {
			return []string{"ALTER TABLE " + table + " DROP FOREIGN KEY " + p.quote(name)}
		}
		return []string{"ALTER TABLE " + table + " DROP CONSTRAINT " + p.quote(name)}
	}
}

func (p *planner) dropIndex(b *binding, name string) string {
	schemaName, _ := splitTable(b.model.table)
	qualified := name
	if schemaName != "" {
		qualified = schemaName + "." + name
	}
	switch p.dialect.Name() {
	case "postgres":
		if p.concurrently {
			return "DROP INDEX CONCURRENTLY " + p.quote(qualified)
		}
		return "DROP INDEX " + p.quote(qualified)
	case "sqlite":
		return "DROP INDEX " + p.quote(qualified)
	default:
		return "DROP INDEX " + p.quote(name) + " ON " + p.quote(b.model.table)
	}
}

// dropDefault drops the constraint that SQL Server makes of a default, under a name
// of its own, and that keeps the column from being dropped.
func dropDefault(quotedTable, column string) string {
	batch := fmt.Sprintf("DECLARE @d nvarchar(300) = (SELECT QUOTENAME(name) FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(%[1]s) "+
		"AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(%[1]s), %[2]s, 'ColumnId')); "+
		"IF @d IS NOT NULL EXEC (%[3]s + @d)",
		nationalText(quotedTable), nationalText(column), nationalText("ALTER TABLE "+quotedTable+" DROP CONSTRAINT "))
	return "EXEC (" + nationalText(batch) + ")" // a batch of its own: a script may have it for several columns
}
