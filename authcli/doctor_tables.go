package authcli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// tableSize is how large a table is, as far as the database knows without looking.
type tableSize struct {
	Model string `json:"model"`
	Table string `json:"table"`
	// Rows is an estimate of the database's statistics; nil when it has none. On
	// SQLite rows are counted, up to countedRows.
	Rows *int64 `json:"rows"`
	// Bytes is the size with indexes; nil where the database does not tell.
	Bytes *int64 `json:"bytes"`
}

// countedRows is up to how many rows are counted on SQLite.
const countedRows = 100_000

const (
	postgresSize = `SELECT CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::bigint END, pg_total_relation_size(c.oid)
		FROM pg_class c WHERE c.oid = to_regclass($1)`
	mysqlSize = `SELECT CAST(table_rows AS SIGNED), CAST(data_length + index_length AS SIGNED) FROM information_schema.tables
		WHERE table_schema = COALESCE(NULLIF(?, ''), DATABASE()) AND table_name = ?`
	sqlserverSize = `SELECT SUM(CASE WHEN p.index_id < 2 AND u.type = 1 THEN p.rows ELSE 0 END), SUM(u.total_pages) * 8192
		FROM sys.partitions p JOIN sys.allocation_units u ON u.container_id = p.partition_id WHERE p.object_id = OBJECT_ID(@p1)`
)

// tableSizes asks for the size of each table. What a table does not tell is left out.
func tableSizes(ctx context.Context, db *gorm.DB, s *authplugin.Schema) []tableSize {
	ctx, cancel := context.WithTimeout(ctx, 2*countTimeout)
	defer cancel()
	models := s.Models()
	sizes := make([]tableSize, 0, len(models))
	for _, m := range models {
		size := tableSize{Model: m.Name, Table: m.Table}
		schema, table := "", m.Table
		if i := strings.LastIndexByte(table, '.'); i >= 0 {
			schema, table = table[:i], table[i+1:]
		}
		var err error
		switch db.Name() {
		case "postgres":
			err = db.ConnPool.QueryRowContext(ctx, postgresSize, db.Statement.Quote(m.Table)).Scan(&size.Rows, &size.Bytes)
		case "mysql":
			err = db.ConnPool.QueryRowContext(ctx, mysqlSize, schema, table).Scan(&size.Rows, &size.Bytes)
		case "sqlserver":
			err = db.ConnPool.QueryRowContext(ctx, sqlserverSize, db.Statement.Quote(m.Table)).Scan(&size.Rows, &size.Bytes)
		case "sqlite":
			query := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d)", db.Statement.Quote(m.Table), countedRows)
			err = db.ConnPool.QueryRowContext(ctx, query).Scan(&size.Rows)
		}
		if err != nil {
			size.Rows, size.Bytes = nil, nil
		}
		sizes = append(sizes, size)
	}
	return sizes
}

func (a *app) showTables(sizes []tableSize) {
	width := 0
	for _, s := range sizes {
		width = max(width, len(s.Table))
	}
	a.say("%-*s  %12s  %10s", width, "table", "rows (about)", "size")
	for _, s := range sizes {
		rows, size := "?", "?"
		if s.Rows != nil {
			rows = strconv.FormatInt(*s.Rows, 10)
		}
		if s.Bytes != nil {
			size = byteSize(*s.Bytes)
		}
		a.say("%-*s  %12s  %10s", width, s.Table, rows, size)
	}
}

// byteSize is a number of bytes for a person to read.
func byteSize(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	size, i := float64(n)/unit, 0
	for size >= unit && i < 3 {
		size, i = size/unit, i+1
	}
	return fmt.Sprintf("%.1f %ciB", size, "KMGT"[i])
}
