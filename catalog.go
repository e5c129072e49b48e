package authplugin

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// inspect reads what the database says of the models' tables, with at most two
// statements.
func (c *core) inspect(ctx context.Context) (*dialect.Catalog, error) {
	return c.inspectOn(ctx, c.db.ConnPool)
}

func (c *core) inspectOn(ctx context.Context, q dialect.Querier) (*dialect.Catalog, error) {
	if c.server.offline {
		return emptyCatalog(), nil
	}
	models := c.schema.tables()
	tables := make([]string, len(models))
	for i, m := range models {
		tables[i] = m.table
	}
	catalog, err := c.dialect.Inspect(ctx, q, tables)
	if err != nil {
		return nil, fmt.Errorf("authplugin: cannot read the catalog: %w", err)
	}
	c.noteIDTypes(catalog)
	return catalog, nil
}

// noteIDTypes remembers the types of id columns that differ from what the
// library would create, such as the 32-bit ids of Better Auth. MySQL and SQL
// Server want a reference to have the very type of what it references, on MySQL
// with its collation.
func (c *core) noteIDTypes(catalog *dialect.Catalog) {
	if name := c.dialect.Name(); name != "mysql" && name != "sqlserver" {
		return
	}
	types := map[*model]string{}
	for _, m := range c.schema.models {
		column := idColumn(m, catalog.Tables[m.table])
		if column == nil {
			continue
		}
		have := withoutDisplayWidth(column.Type)
		if column.Collation != "" && column.Collation != c.server.collation {
			have += " CHARACTER SET " + column.Charset + " COLLATE " + column.Collation
		}
		if have != withoutDisplayWidth(c.ownTypeOfID(m, false)) {
			types[m] = have
		}
	}
	c.idTypes.Store(&types)
}

// withoutDisplayWidth makes MariaDB's bigint(20) a bigint.
func withoutDisplayWidth(sqlType string) string {
	base, rest, ok := strings.Cut(sqlType, "(")
	if !ok || !strings.HasSuffix(base, "int") {
		return sqlType
	}
	_, rest, _ = strings.Cut(rest, ")")
	return base + rest
}

// existingIDType is the type of a model's id column where it is known to exist
// and not to be the library's own, "" otherwise.
func (c *core) existingIDType(m *model) string {
	types := c.idTypes.Load()
	if types == nil {
		return ""
	}
	return (*types)[m]
}

// learnIDTypes reads the catalog if nobody has yet, for a table of the
// application's that GORM migrates. It asks on the connection of that migration:
// a transaction may hold the only one that there is. An error is left to the
// migration, which will meet it too.
func (c *core) learnIDTypes(db *gorm.DB) {
	if name := c.dialect.Name(); c.idTypes.Load() != nil || (name != "mysql" && name != "sqlserver") {
		return
	}
	ctx, pool := context.Background(), c.db.ConnPool
	if stmt := db.Statement; stmt != nil {
		if stmt.Context != nil {
			ctx = stmt.Context
		}
		if stmt.ConnPool != nil {
			pool = stmt.ConnPool
		}
	}
	_, _ = c.inspectOn(ctx, pool)
}
