package authplugin

import (
	"strings"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// alteration writes the statements that change a column which is there. SQLite
// has none: it can only rebuild the table.
type alteration struct {
	dialect       string
	table, column string // quoted
	have          *dialect.Column
}

func (p *planner) alter(b *binding, c *dialect.Column) alteration {
	return alteration{dialect: p.dialect.Name(), table: p.quote(b.model.table), column: p.quote(c.Name), have: c}
}

// nullable lets the column be NULL, or forbids it.
func (a alteration) nullable(may bool) []reversible {
	statement := func(may bool) string {
		switch a.dialect {
		case "postgres":
			verb := "SET"
			if may {
				verb = "DROP"
			}
			return "ALTER TABLE " + a.table + " ALTER COLUMN " + a.column + " " + verb + " NOT NULL"
		case "mysql":
			return a.modify(a.typeWithCharset(), may)
		default:
			return "ALTER TABLE " + a.table + " ALTER COLUMN " + a.column + " " + a.have.Type + null(may)
		}
	}
	if a.dialect == "sqlite" {
		return nil
	}
	return []reversible{{statement(may), statement(!may)}}
}

// to changes the type of the column.
func (a alteration) to(want string) []reversible {
	switch a.dialect {
	case "postgres":
		change := func(sqlType string) string {
			return "ALTER TABLE " + a.table + " ALTER COLUMN " + a.column + " TYPE " + sqlType + " USING " + a.column + "::" + sqlType
		}
		return a.aroundDefault(want, reversible{change(want), change(a.have.Type)})
	case "mysql":
		return []reversible{{a.modify(want, a.have.Nullable), a.modify(a.typeWithCharset(), a.have.Nullable)}}
	case "sqlserver":
		change := func(sqlType string) string {
			return "ALTER TABLE " + a.table + " ALTER COLUMN " + a.column + " " + sqlType + null(a.have.Nullable)
		}
		return []reversible{{change(want), change(a.have.Type)}}
	default:
		return nil
	}
}

// aroundDefault changes the type while the column has no default: PostgreSQL
// converts the rows as it is told, and their default only where it knows how to.
func (a alteration) aroundDefault(want string, change reversible) []reversible {
	if a.have.Default == nil {
		return []reversible{change}
	}
	column := "ALTER TABLE " + a.table + " ALTER COLUMN " + a.column
	drop, set := column+" DROP DEFAULT", column+" SET DEFAULT "
	return []reversible{{drop, set + *a.have.Default}, change, {set + "(" + *a.have.Default + ")::" + want, drop}}
}

// modify is MySQL's way, which wants the whole definition.
func (a alteration) modify(sqlType string, may bool) string {
	statement := "ALTER TABLE " + a.table + " MODIFY COLUMN " + a.column + " " + sqlType + null(may)
	if a.have.Default != nil {
		statement += " DEFAULT " + *a.have.Default
	}
	if a.have.OnUpdate != "" && typeFamily(sqlType) == "date" {
		statement += " ON UPDATE " + a.have.OnUpdate
	}
	return statement
}

// typeWithCharset keeps the collation, which MODIFY would set to the table's.
func (a alteration) typeWithCharset() string {
	if a.have.Collation == "" || strings.Contains(a.have.Type, " ") {
		return a.have.Type
	}
	return a.have.Type + " CHARACTER SET " + a.have.Charset + " COLLATE " + a.have.Collation
}

// rename gives the column another name.
func (a alteration) rename(to, quotedTo string) []reversible {
	if a.dialect == "sqlserver" {
		return []reversible{{
			"EXEC sp_rename " + nationalText(a.table+"."+a.column) + ", " + nationalText(to) + ", N'COLUMN'",
			"EXEC sp_rename " + nationalText(a.table+"."+quotedTo) + ", " + nationalText(a.have.Name) + ", N'COLUMN'",
		}}
	}
	verb := func(from, to string) string { return "ALTER TABLE " + a.table + " RENAME COLUMN " + from + " TO " + to }
	return []reversible{{verb(a.column, quotedTo), verb(quotedTo, a.column)}}
}

func null(may bool) string {
	if may {
		return " NULL"
	}
	return " NOT NULL"
}
