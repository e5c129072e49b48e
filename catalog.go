package authplugin

import (
	"context"
	"fmt"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// inspect reads what the database says of the models' tables, with at most two
// statements.
func (c *core) inspect(ctx context.Context) (*dialect.Catalog, error) {
	return c.inspectOn(ctx, c.db.ConnPool)
}

func (c *core) inspectOn(ctx context.Context, q dialect.Querier) (*dialect.Catalog, error) {
	tables := make([]string, len(c.schema.models))
	for i, m := range c.schema.models {
		tables[i] = m.table
	}
	catalog, err := c.dialect.Inspect(ctx, q, tables)
	if err != nil {
		return nil, fmt.Errorf("authplugin: cannot read the catalog: %w", err)
	}
	return catalog, nil
}
