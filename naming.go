package authplugin

import (
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// Naming decides the physical names of tables and columns. The zero value
// follows the application's GORM NamingStrategy, its table prefix and
// SingularTable included.
type Naming uint

const (
	// BetterAuthNaming names tables and columns by their logical names, as
	// Better Auth does: table user, column emailVerified. A database that is
	// shared with a Better Auth application needs it.
	BetterAuthNaming Naming = 1 << iota
	// PluralTables refines BetterAuthNaming: table users (Better Auth: usePlural).
	PluralTables
	// SnakeCase refines BetterAuthNaming: column email_verified, table rate_limit.
	SnakeCase
)

// naming turns logical names into physical ones.
type naming struct {
	rules  Naming
	gorm   schema.Namer
	schema string
	// dialect knows the limits of identifiers; nil before there is a database.
	dialect dialect.Dialect
}

func defaultNaming() naming { return naming{gorm: schema.NamingStrategy{}} }

// table is the default name of a model's table.
func (n naming) table(m *model) string {
	if n.rules == 0 {
		return n.qualify(n.gorm.TableName(m.goName))
	}
	name := m.name
	if n.rules&SnakeCase != 0 {
		name = snakeCase(m.goName)
	}
	if n.rules&PluralTables != 0 {
		name += "s"
	}
	return n.qualify(name)
}

// column is the default name of a field's column.
func (n naming) column(m *model, f *field) string {
	switch {
	case n.rules == 0:
		return n.gorm.ColumnName(m.table, f.goName)
	case n.rules&SnakeCase != 0:
		return snakeCase(f.goName)
	default:
		return f.name
	}
}

func (n naming) qualify(table string) string {
	if n.schema == "" || strings.Contains(table, ".") {
		return table
	}
	return n.schema + "." + table
}

// snakeCase is GORM's own rule, so that "IPAddress" is ip_address everywhere.
func snakeCase(goName string) string { return schema.NamingStrategy{}.ColumnName("", goName) }

// logicalName is the lowerCamel name of a Go field: UserID is userId.
func logicalName(goName string) string {
	words := strings.Split(snakeCase(goName), "_")
	var b strings.Builder
	for i, w := range words {
		if i == 0 || w == "" {
			b.WriteString(w)
			continue
		}
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}

// goName is the exported Go name of a logical one. A name without a Go form,
// such as "2fa", gets a letter in front.
func goName(logical string) string {
	if logical == "" {
		return ""
	}
	if c := logical[0]; c < 'A' || c > 'z' || (c > 'Z' && c < 'a') {
		return "X" + logical
	}
	return strings.ToUpper(logical[:1]) + logical[1:]
}

// splitTable separates the schema of a table name from its last part.
func splitTable(table string) (schemaName, name string) {
	if i := strings.LastIndexByte(table, '.'); i >= 0 {
		return table[:i], table[i+1:]
	}
	return "", table
}

// TableName is the physical table name of a model for the connection that the
// namer belongs to. A plugin's struct calls it from its own TableName method:
//
//	func (Passkey) TableName(n schema.Namer) string { return authplugin.TableName(n, "passkey") }
func TableName(n schema.Namer, model string) string {
	if own, ok := n.(*namer); ok {
		if m := own.schema.byName[model]; m != nil {
			return m.table
		}
	}
	return n.TableName(goName(model))
}

// namer is the application's GORM namer, except that it knows the tables and
// columns of the models.
type namer struct {
	schema.Namer
	core    *core
	schema  *Schema
	byTable map[string]*model
}

func newNamer(inner schema.Namer, c *core, s *Schema) *namer {
	n := &namer{Namer: inner, core: c, schema: s, byTable: map[string]*model{}}
	for _, m := range s.models {
		n.byTable[m.table] = m
	}
	return n
}

// ColumnName is asked by GORM for the column of a Go field, and of whatever
// name a caller gives to Select, Omit or a map.
func (n *namer) ColumnName(table, column string) string {
	if m := n.byTable[table]; m != nil {
		if f := m.lookUp(column); f != nil {
			return f.column
		}
	}
	return n.Namer.ColumnName(table, column)
}
